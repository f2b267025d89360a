"""Organizing: set an event up, whole and repeatably."""

from __future__ import annotations

import secrets

from eventsite.core.domain.events import Event, EventSetup
from eventsite.core.errors import AlreadyExists, Invalid
from eventsite.core.store.events import EventRepository, Part, item_stock, type_stock


def new_number() -> int:
    """Return a random event number: 32 bits, not 0."""
    return 1 + secrets.randbelow(2**32 - 1)


def checked_event(event: Event) -> Event:
    """Return the event. Raises Invalid with the field when a rule is broken."""
    if event.ends_at <= event.starts_at:
        raise Invalid("An event ends after it starts.", field="ends_at")
    if not 0 <= event.reminder_minutes <= 60:
        raise Invalid("Reminders come 0 to 60 minutes before.", field="reminder_minutes")
    return event


def set_up(events: EventRepository, setup: EventSetup) -> bool:
    """Store an event with its types, gates, items and stock; return False if it was there.

    Repeating completes what a crash left out and changes nothing else.
    """
    event = checked_event(setup.event)
    try:
        events.add(event)
        added = True
    except AlreadyExists as taken:
        if taken.field != "event_id":
            raise
        event, added = events.get(event.event_id), False
    known = events.fresh_setup(event.event_id)
    there: set[Part] = {*known.types, *known.gates, *known.items}
    wanted: tuple[Part, ...] = (*setup.types, *setup.gates, *setup.items)
    for part in wanted:
        if part not in there:
            events.put_part(part)
    for kind in setup.types:
        if kind.capacity is not None:
            events.lay_in_stock(event, type_stock(kind.type_id), kind.capacity)
    for item in setup.items:
        if item.stock is not None:
            events.lay_in_stock(event, item_stock(item.item_id), item.stock)
    return added
