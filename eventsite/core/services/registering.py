"""Registering: take places for a party of guests, once.

The REST API, the guest pages, the rush queue, staff and the import all come through here, so they
give the same refusals and the same idempotency. An address that has all it may have is not told
so here: the answer is that of a new registration, and the existing one goes out by mail.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from eventsite.core.domain.addresses import normal_address
from eventsite.core.domain.applications import Application
from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.registrations import (
    Registration,
    RegistrationStatus,
)
from eventsite.core.errors import (
    AlreadyRegistered,
    Invalid,
    KeyReused,
    LimitReached,
    NotAllowed,
    NotFound,
    SoldOut,
    Unavailable,
    error_of,
)
from eventsite.core.services.drafting import Entry, draft, proved_address
from eventsite.core.services.lining_up import free_some
from eventsite.core.services.mailing_links import send_link
from eventsite.core.services.placing import Party, Short, close, never_fits, take
from eventsite.core.services.registry import Registry
from eventsite.core.store.registrations import AddressTaken, Kept, KeySeen, Placing, StockShort
from eventsite.core.store.stock import code_stock

logger = logging.getLogger(__name__)

KEY_MAX = 128
FREE_TURNS = 5
"""Times that whoever comes when all is sold frees places whose time is over."""

ROUNDS = 6
"""Turns between taking a place and queueing for one, while the line opens and closes."""


@dataclass(frozen=True, slots=True)
class Registered:
    """The registrations, and whether they were there before this call.

    ``told`` is what somebody who has proved nothing may be told: the status of a new
    registration at the first call. There are no registrations when an address had all it may
    have, or when they were removed since.
    """

    registrations: tuple[Registration, ...]
    replayed: bool
    told: RegistrationStatus

    @property
    def registration(self) -> Registration:
        """The one that leads. Raises NotAllowed when there is none any more."""
        if not self.registrations:
            raise NotAllowed("This registration was removed.", field="registration_id")
        return self.registrations[0]


def register(stores: Registry, application: Application, entry: Entry) -> Registered:
    """Take places; the same key and application again give the first answer again.

    Refusals that depend on how things stand are answers too, and kept.

    Raises
    ------
    Invalid
        A value is missing or malformed; ``field`` names it, ``guests.<n>.`` before it in a party.
    NotFound
        No such event, ticket type or code.
    NotAllowed, NotOnSale
        The event is over; places of this type are not sold at this time or need a code.
    KeyReused
        The key came before with another application.
    AlreadyRegistered
        An address has what it may have. The public is told only of addresses it has proved.
    LimitReached
        The code is used up, or a group has an address too often.
    SoldOut
        Not enough places are left, and there is no waiting list.
    Unavailable
        The table did not answer; safe to repeat with the same key.
    """
    key = checked_key(entry.key)
    keep = Kept(payload_hash=application.payload_hash)
    try:
        return _register(stores, application, entry, keep)
    except KeySeen as seen:
        return _first_answer(stores, seen.kept, keep)
    except (NotAllowed, SoldOut, LimitReached, AlreadyRegistered) as refusal:
        said = replace(keep, code=refusal.code, message=refusal.message, field=refusal.field)
        try:
            stores.registrations.keep_answer(application.event_id, key, said, entry.now)
        except KeySeen as seen:
            return _first_answer(stores, seen.kept, keep)
        raise
    except (Invalid, NotFound):
        # What was asked of the guest may have changed since the first answer.
        kept = stores.registrations.kept_answer(application.event_id, key)
        if kept is None:
            raise
        return _first_answer(stores, kept, keep)


def _register(stores: Registry, application: Application, entry: Entry, keep: Kept) -> Registered:
    setup = stores.events.setup(application.event_id)
    party = draft(setup, application, entry)
    kinds = {each.type_id: setup.type(each.type_id) for each in party}
    placing = Placing(
        party=party,
        key=entry.key,
        payload_hash=keep.payload_hash,
        now=entry.now,
        limits={type_id: kind.per_guest for type_id, kind in kinds.items()},
        public=entry.public,
    )
    queueing = entry.public and all(kind.waitlist for kind in kinds.values())
    try:
        stored = _placed(stores, setup, placing, queueing=queueing)
    except AddressTaken as taken:
        return _known(stores, application, entry, replace(keep, told=taken.status), taken)
    for each in stored:
        _log("registered", each)
    return Registered(stored, replayed=False, told=stored[0].status)


def _placed(stores: Registry, setup: EventSetup, placing: Placing, *, queueing: bool) -> Party:
    """Store a party with places, or on the waiting list. Raises SoldOut, LimitReached."""
    event = setup.event

    def write(party: Party) -> Party:
        stores.registrations.add(replace(placing, party=party))
        return party

    turns = iter(range(FREE_TURNS))

    def free_more() -> bool:
        turn = next(turns, None)
        return turn is not None and free_some(stores, event.event_id, placing.now)

    for _ in range(ROUNDS):
        try:
            return take(
                stores.stock,
                setup,
                tuple(placing.party),
                write,
                public=placing.public,
                free_more=free_more,
            )
        except Short as short:
            _must_not_be_code(placing.party, short)
            if not queueing or never_fits(setup, placing.party):
                raise SoldOut(_sold_out(placing.party), field="type_id") from short
            if not close(stores.stock, event, short):
                continue  # somebody gave a place back at this moment
            try:
                return _queued(stores, setup, placing, short)
            except StockShort:
                continue  # the line was empty and opened at this moment
    raise Unavailable("Places are going fast at this moment; try again.")


def _queued(stores: Registry, setup: EventSetup, placing: Placing, short: Short) -> Party:
    """Put a party on the waiting list, provided that the public cannot pass it."""
    waiting = tuple(
        replace(each, status=RegistrationStatus.WAITLISTED, awaiting=(), held_until=None)
        for each in placing.party
    )
    behind = {what: secrets.randbelow(setup.event.stock_shards) for what in short.whats}
    stores.registrations.add(replace(placing, party=waiting, behind=behind))
    return waiting


def _known(
    stores: Registry, application: Application, entry: Entry, keep: Kept, taken: AddressTaken
) -> Registered:
    """Answer for an address that has all it may have: as if it were new, and by mail."""
    if len(application.applicants) > 1:
        raise LimitReached(
            "Somebody in this group has a place already, or an address comes too often.",
            field="guests",
        )
    email = application.applicants[0].guest.email
    if not entry.public or normal_address(email) == proved_address(application):
        raise AlreadyRegistered(
            "This address is registered for this event already.", field="email"
        ) from taken
    for registration_id in taken.registration_ids:
        send_link(stores, application.event_id, registration_id, "again", entry.now)
    stores.registrations.keep_answer(application.event_id, entry.key, keep, entry.now)
    told = {"event_id": application.event_id, "source": entry.source}
    logger.info("registered before; told by mail", extra=told)
    return Registered((), replayed=False, told=RegistrationStatus(keep.told))


def checked_key(idempotency_key: str) -> str:
    """Return the key. Raises Invalid when it is missing or not 1 to 128 printable characters."""
    if not 1 <= len(idempotency_key) <= KEY_MAX or not idempotency_key.isprintable():
        raise Invalid(
            f"An Idempotency-Key of 1 to {KEY_MAX} printable characters is needed.",
            field="Idempotency-Key",
        )
    return idempotency_key


def _first_answer(stores: Registry, kept: Kept, asked: Kept) -> Registered:
    """Give the answer that the key got first. Raises KeyReused, or the refusal again."""
    if kept.payload_hash != asked.payload_hash:
        raise KeyReused(
            "This Idempotency-Key was used for another registration.", field="Idempotency-Key"
        )
    if kept.code:
        raise error_of(kept.code, kept.message, field=kept.field, replayed=True)
    found = stores.registrations.of_ids(kept.registration_ids)
    there = tuple(found[each] for each in kept.registration_ids if each in found)
    # As it was told first: how it went on is for the address that a mail reaches.
    return Registered(there, replayed=True, told=RegistrationStatus(kept.told))


def _must_not_be_code(party: Sequence[Registration], short: Short) -> None:
    codes = {code_stock(each.code) for each in party if each.code}
    if short.whats & codes:
        raise LimitReached("This code has been used up.", field="code") from short


def _sold_out(party: Sequence[Registration]) -> str:
    return "No place is left." if len(party) == 1 else f"Not {len(party)} places are left."


def _log(message: str, registration: Registration) -> None:
    about: Mapping[str, str] = {
        "event_id": registration.event_id,
        "registration_id": registration.registration_id,
        "status": registration.status.value,
        "source": registration.source,
    }
    logger.info(message, extra=about)
