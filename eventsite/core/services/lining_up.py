"""The waiting list: offers in order, and places whose time is over given back.

Whoever waits is served strictly in order: a party that does not fit blocks those behind it that
want the same places, so that a group is not passed by single guests for ever. Everything here may
be repeated, and run by several at once: each step is one conditional write.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

from eventsite.core.domain.events import Event, EventSetup
from eventsite.core.domain.progress import offered
from eventsite.core.domain.registrations import Cause, Registration, RegistrationStatus
from eventsite.core.errors import EventSiteError, NotFound, StaleWrite
from eventsite.core.log import correlation_id
from eventsite.core.services.placing import Party, Short, close, never_fits, take, wanted_by
from eventsite.core.services.registry import Registry
from eventsite.core.store.stock import EVENT, is_code, type_stock

logger = logging.getLogger(__name__)

SYSTEM = "system"

EVENTS_READ = 200

FREED = 20
"""Parties whose time is over that are seen to before somebody who registers is served."""

OFFER_TRIES = 5
"""Of offering a party a place while its guests change what they told us."""

SETTLED = timedelta(minutes=1)
"""How long nobody may have joined a line before it is taken for over: longer than one call takes,
and than an index needs to show who joined."""

SELDOM = 15
"""Minutes between looks at events where nobody should wait or hold a place: an organizer may have
switched that off while somebody did."""


def tend(stores: Registry, now: datetime) -> int:
    """Look after the lines of every event that is not over: free what lapsed, offer what is free.

    Returns how many parties lapsed or got an offer. One event that cannot be read does not keep
    the others from their turn.
    """
    tended = 0
    for event in _running(stores, now):
        try:
            setup = stores.events.setup(event.event_id)
            if needs_tending(setup) or now.minute % SELDOM == 0:
                tended += release_lapsed(stores, event.event_id, now)
                tended += offer_places(stores, event.event_id, now)
        except EventSiteError as error:
            told = {"event_id": event.event_id, "code": error.code}
            logger.exception("a waiting list was left alone", extra=told)
    return tended


def needs_tending(setup: EventSetup) -> bool:
    """Return whether places of this event can be held for a time or waited for."""
    held = setup.event.confirm_email or any(kind.price for kind in setup.types)
    return held or any(kind.waitlist for kind in setup.types)


def _running(stores: Registry, now: datetime) -> Iterator[Event]:
    cursor: str | None = ""
    while cursor is not None:
        page = stores.events.page(EVENTS_READ, cursor)
        yield from (event for event in page if event.ends_at >= now)
        cursor = page.next


def release_lapsed(stores: Registry, event_id: str, now: datetime) -> int:
    """Cancel every party whose time to confirm, pay or accept is over; return how many."""
    return sum(_releasing(stores, event_id, now))


def free_some(stores: Registry, event_id: str, now: datetime) -> bool:
    """Free some places whose time is over; return whether there are more now than a moment ago.

    Others may have been quicker: then there are more as well.
    """
    return len(list(islice(_releasing(stores, event_id, now), FREED))) > 0


def _releasing(stores: Registry, event_id: str, now: datetime) -> Iterator[bool]:
    """Cancel parties whose time is over, one after another; yield whether it was done by us."""
    for lead in stores.registrations.lapsing(event_id, now):
        try:
            party = stores.registrations.party(lead)
            together = tuple(each for each in party if each.lapsed(now))
            if together:
                gone = tuple(_lapsed(each, now) for each in together)
                stores.registrations.move(together, gone)
                _log("held place lapsed", lead)
            yield bool(together)
        except (StaleWrite, NotFound):
            yield False  # it was paid, accepted, cancelled or removed at this moment


def offer_places(stores: Registry, event_id: str, now: datetime) -> int:
    """Offer free places to who waits, in order; return how many parties got an offer.

    What nobody waits for is given back to the public.
    """
    setup = stores.events.setup(event_id)
    levels = stores.stock.levels(setup.event, _watched(setup))
    limited = set(_limited(setup))
    closed = {what for what, shards in levels.items() if any(each.closed for each in shards)}
    stuck = {w for w in closed & limited if not any(level.unsold for level in levels[w])}
    count, wanted = 0, set[str]()
    if closed and closed <= stuck:
        return 0
    for lead in stores.registrations.waiting(event_id):
        party = _still_waiting(stores, lead) if lead.party else (lead,)
        if not party or never_fits(setup, party):
            continue
        wants = set(wanted_by(setup, party))
        if not wants & stuck:
            try:
                count += _offer(stores, setup, lead, now)
                continue
            except Short as short:
                stuck |= short.whats
                closed |= _kept_for_the_line(stores, setup.event, short)
        if not any(is_code(what) for what in wants & stuck):
            wanted |= wants  # who waits for a code keeps nobody else from a place
        if EVENT in stuck or (closed and closed <= stuck):
            return count  # nobody further on can get anything now
    for what in closed - wanted:
        if stores.stock.open(setup.event, what, levels[what], now - SETTLED):
            told = {"event_id": event_id, "stock": what}
            logger.info("open to the public again", extra=told)
    return count


def _offer(stores: Registry, setup: EventSetup, lead: Registration, now: datetime) -> int:
    """Hold places for a party and offer them. Raises Short, StaleWrite."""
    for _ in range(OFFER_TRIES):
        party = _still_waiting(stores, lead)
        if not party:
            return 0

        def write(placed: Party, party: Party = party) -> Party:
            return stores.registrations.move(
                party, tuple(_offered(e, setup.event, now) for e in placed)
            )

        try:
            take(stores.stock, setup, party, write, public=False, look_first=True)
        except StaleWrite:
            continue  # if it waits as before, it is still its turn
        _log("place offered", lead)
        return 1
    raise StaleWrite("A guest in line is being changed at this moment.")


def _still_waiting(stores: Registry, lead: Registration) -> Party:
    """Return a party that waits as it is now, or nothing: the index may be a moment behind."""
    try:
        party = stores.registrations.party(lead)
    except NotFound:
        return ()
    waits = (e.status is RegistrationStatus.WAITLISTED and not e.offered for e in party)
    return party if all(waits) else ()


def _kept_for_the_line(stores: Registry, event: Event, short: Short) -> set[str]:
    """Keep from the public what whoever is first lacks; return what that is, codes left out."""
    whats = frozenset(what for what in short.whats if not is_code(what))
    close(stores.stock, event, Short(whats, short.levels))
    return set(whats)


def _watched(setup: EventSetup) -> list[str]:
    """Return the stocks that somebody may wait for, also since before they lost their limit."""
    waited = (k for k in setup.types if k.waitlist or k.capacity is not None)
    return [EVENT, *(type_stock(kind.type_id) for kind in waited)]


def _limited(setup: EventSetup) -> Iterator[str]:
    if setup.event.capacity is not None:
        yield EVENT
    yield from (type_stock(kind.type_id) for kind in setup.types if kind.capacity is not None)


def _offered(registration: Registration, event: Event, now: datetime) -> Registration:
    return replace(
        offered(registration, event, now),
        changed_at=now,
        changed_by=SYSTEM,
        correlation_id=correlation_id() or registration.correlation_id,
    )


def _lapsed(registration: Registration, now: datetime) -> Registration:
    cause = Cause.OFFER_EXPIRED if registration.offered else Cause.HOLD_EXPIRED
    return replace(registration.cancelled(cause), changed_at=now, changed_by=SYSTEM)


def _log(message: str, lead: Registration) -> None:
    told = {"event_id": lead.event_id, "registration_id": lead.registration_id}
    logger.info(message, extra=told | {"party": len(lead.ids)})
