"""Registering: take a place for a guest, once; show it, change it, give it back.

The REST API, the guest pages, the rush queue and the import all come through here, so they give
the same refusals and the same idempotency.
"""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from eventsite.core.domain.events import Event
from eventsite.core.domain.registrations import (
    Guest,
    Registration,
    RegistrationStatus,
    checked_guest,
)
from eventsite.core.errors import AlreadyRegistered, Invalid, KeyReused, NotAllowed, SoldOut
from eventsite.core.log import correlation_id
from eventsite.core.store.events import EventRepository
from eventsite.core.store.registrations import (
    AddressTaken,
    KeySeen,
    RegistrationRepository,
    ShardEmpty,
)

logger = logging.getLogger(__name__)

KEY_MAX = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What somebody wants: a place of a type for a guest. ``account_id``: Cognito subject."""

    event_id: str
    type_id: str
    guest: Guest
    account_id: str = ""

    @property
    def payload_hash(self) -> str:
        said = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Registered:
    """The registration, and whether it was there before this call."""

    registration: Registration
    replayed: bool


def register(
    events: EventRepository,
    registrations: RegistrationRepository,
    application: Application,
    *,
    idempotency_key: str,
    source: str,
    now: datetime,
) -> Registered:
    """Take a place; the same key and application again give the first answer again.

    Raises
    ------
    Invalid
        A value is missing or malformed; ``field`` names it.
    NotFound
        No such event or ticket type.
    NotAllowed
        The event is over.
    KeyReused
        The key came before with another application.
    AlreadyRegistered
        The address has a place at this event.
    SoldOut
        No place of this type is left.
    Unavailable
        The table did not answer; safe to repeat with the same key.
    """
    key = checked_key(idempotency_key)
    application = replace(application, guest=checked_guest(application.guest))
    setup = events.setup(application.event_id)
    kind = setup.type(application.type_id)
    if setup.event.ends_at < now:
        raise NotAllowed("This event is over.", field="event_id")
    registration = Registration(
        event_id=application.event_id,
        registration_id=secrets.token_hex(8),
        type_id=kind.type_id,
        guest=application.guest,
        status=RegistrationStatus.CONFIRMED,
        registered_at=now,
        source=source,
        account_id=application.account_id,
        correlation_id=correlation_id(),
    )
    for shard in _shards(setup.event, limited=kind.capacity is not None):
        placed = replace(registration, stock_shard=shard)
        try:
            registrations.add(placed, key, application.payload_hash)
        except ShardEmpty:
            continue
        except KeySeen as seen:
            return _first_answer(registrations, seen, application)
        except AddressTaken as taken:
            raise AlreadyRegistered(
                "This address is registered for this event already.", field="email"
            ) from taken
        _log("registered", placed)
        return Registered(placed, replayed=False)
    raise SoldOut(f"No place of type {kind.type_id!r} is left.", field="type_id")


def cancel(registrations: RegistrationRepository, registration_id: str) -> Registration:
    """Cancel a registration and give its place back, once.

    Raises NotFound, NotAllowed (cancelled already) or StaleWrite (changed meanwhile).
    """
    registration = replace(
        registrations.get(registration_id).cancelled(), correlation_id=correlation_id()
    )
    stored = registrations.cancel(registration)
    _log("registration cancelled", stored)
    return stored


def change_guest(
    registrations: RegistrationRepository, registration: Registration, guest: Guest
) -> Registration:
    """Store other particulars of a guest; ``registration`` is as it was read.

    Raises Invalid, StaleWrite, or AlreadyExists when another guest has the address.
    """
    guest = checked_guest(guest)
    fresh = replace(registration, guest=guest, correlation_id=correlation_id())
    old = registration.guest.email
    if guest.email.casefold() == old.casefold() or not _claims(registration):
        stored = registrations.save(fresh)
    else:
        stored = registrations.save_address(fresh, old)
    _log("guest changed", stored)
    return stored


def checked_key(idempotency_key: str) -> str:
    """Return the key. Raises Invalid when it is missing or not 1 to 128 printable characters."""
    if not 1 <= len(idempotency_key) <= KEY_MAX or not idempotency_key.isprintable():
        raise Invalid(
            f"An Idempotency-Key of 1 to {KEY_MAX} printable characters is needed.",
            field="Idempotency-Key",
        )
    return idempotency_key


def _claims(registration: Registration) -> bool:
    return registration.status is not RegistrationStatus.CANCELLED


def _shards(event: Event, *, limited: bool) -> Iterator[int | None]:
    """Yield the shards to try: a random one first, so that a rush spreads over all."""
    if not limited:
        yield None
        return
    first = secrets.randbelow(event.stock_shards)
    for step in range(event.stock_shards):
        yield (first + step) % event.stock_shards


def _first_answer(
    registrations: RegistrationRepository, seen: KeySeen, application: Application
) -> Registered:
    if seen.payload_hash != application.payload_hash:
        raise KeyReused(
            "This Idempotency-Key was used for another registration.", field="Idempotency-Key"
        ) from seen
    return Registered(registrations.get(seen.registration_id), replayed=True)


def _log(message: str, registration: Registration) -> None:
    logger.info(
        message,
        extra={
            "event_id": registration.event_id,
            "registration_id": registration.registration_id,
            "source": registration.source,
        },
    )
