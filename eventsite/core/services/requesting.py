"""Guest requests: a guest asks, staff fulfil."""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime

from eventsite.core.domain.events import Event, RequestItem
from eventsite.core.domain.registrations import RegistrationStatus
from eventsite.core.domain.requests import (
    NOTE_MAX,
    QUANTITY_MAX,
    GuestRequest,
    RequestStatus,
)
from eventsite.core.errors import Invalid, KeyReused, LimitReached, NotAllowed, SoldOut
from eventsite.core.log import correlation_id
from eventsite.core.services.registering import checked_key
from eventsite.core.store.events import EventRepository
from eventsite.core.store.registrations import RegistrationRepository
from eventsite.core.store.requests import (
    EntitlementSpent,
    GuestRequestRepository,
    RequestKeySeen,
    StockEmpty,
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """The request, and whether it was there before this call."""

    request: GuestRequest
    replayed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a guest wants: so many of an item, with a note of up to 200 characters."""

    registration_id: str
    item_id: str
    quantity: int = 1
    note: str = ""

    @property
    def payload_hash(self) -> str:
        said = json.dumps([self.registration_id, self.item_id, self.quantity, self.note])
        return hashlib.sha256(said.encode()).hexdigest()


def ask(
    events: EventRepository,
    registrations: RegistrationRepository,
    requests: GuestRequestRepository,
    wish: Wish,
    *,
    idempotency_key: str,
    now: datetime,
) -> Asked:
    """Store what a guest asks for; the same key and wish again give the first answer again.

    Raises
    ------
    Invalid
        Quantity or note out of bounds.
    NotFound
        No such registration or item.
    NotAllowed
        The registration is not confirmed, or its type is not entitled.
    KeyReused, LimitReached, SoldOut
        The key came with another wish; the guest had their share; nothing is left.
    """
    key = checked_key(idempotency_key)
    if not 1 <= wish.quantity <= QUANTITY_MAX:
        raise Invalid(f"A quantity is 1 to {QUANTITY_MAX}.", field="quantity")
    if len(wish.note) > NOTE_MAX or not wish.note.isprintable():
        raise Invalid(f"A note is up to {NOTE_MAX} printable characters.", field="note")
    registration = registrations.get(wish.registration_id)
    if registration.status is not RegistrationStatus.CONFIRMED:
        raise NotAllowed("Only confirmed guests can ask for things.", field="registration_id")
    setup = events.setup(registration.event_id)
    item = setup.item(wish.item_id)
    if item.type_ids and registration.type_id not in item.type_ids:
        raise NotAllowed(f"{item.name} is not for this ticket type.", field="item_id")
    if wish.quantity > item.per_guest:
        raise _limit(item)
    request = GuestRequest(
        event_id=registration.event_id,
        registration_id=registration.registration_id,
        request_id=registration.registration_id + secrets.token_hex(4),
        item_id=item.item_id,
        item_name=item.name,
        station_id=item.station_id,
        quantity=wish.quantity,
        status=RequestStatus.OPEN,
        requested_at=now,
        note=wish.note,
        correlation_id=correlation_id(),
    )
    return _stored(requests, setup.event, item, request, key, wish)


def fulfil(
    requests: GuestRequestRepository, request_id: str, *, by: str, now: datetime
) -> GuestRequest:
    """Mark a request as handed over by ``by`` (a username or device id).

    Raises NotFound, NotAllowed (closed already) or StaleWrite (changed meanwhile).
    """
    request = requests.get(request_id)
    request.must_be_waiting()
    done = requests.fulfil(request, by, now, correlation_id())
    logger.info("guest request fulfilled", extra=_ids(done))
    return done


def _stored(
    requests: GuestRequestRepository,
    event: Event,
    item: RequestItem,
    request: GuestRequest,
    key: str,
    wish: Wish,
) -> Asked:
    first = secrets.randbelow(event.stock_shards)
    for step in range(event.stock_shards if item.stock is not None else 1):
        shard = (first + step) % event.stock_shards
        try:
            requests.add(request, item, key, wish.payload_hash, shard)
        except StockEmpty:
            continue
        except EntitlementSpent as spent:
            raise _limit(item) from spent
        except RequestKeySeen as seen:
            if seen.payload_hash != wish.payload_hash:
                raise KeyReused(
                    "This Idempotency-Key was used for another request.", field="Idempotency-Key"
                ) from seen
            return Asked(requests.get(seen.request_id), replayed=True)
        logger.info("guest request made", extra=_ids(request))
        return Asked(request, replayed=False)
    raise SoldOut(f"Not enough of {item.name} is left.", field="item_id")


def _limit(item: RequestItem) -> LimitReached:
    return LimitReached(f"You can have {item.per_guest} of {item.name}.", field="quantity")


def _ids(request: GuestRequest) -> dict[str, str]:
    return {
        "event_id": request.event_id,
        "registration_id": request.registration_id,
        "request_id": request.request_id,
        "station_id": request.station_id,
    }
