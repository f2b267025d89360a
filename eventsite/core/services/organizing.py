"""Organizing: set an event up, whole and repeatably, or part by part.

A ticket type's capacity and an item's stock are counted in shards, and a change moves the
difference into or out of them, exactly, while guests go on taking places. What has no limit is
not counted, so no limit can be set on it later.
"""

from __future__ import annotations

import secrets
from dataclasses import replace

from eventsite.core.domain.badges import BadgeLayout
from eventsite.core.domain.door_setups import checked_gate
from eventsite.core.domain.events import (
    Event,
    EventSetup,
    Gate,
    Part,
    RequestItem,
    TicketType,
    id_of,
)
from eventsite.core.domain.promo_codes import PromoCode
from eventsite.core.domain.questions import Question
from eventsite.core.domain.rules import Rule
from eventsite.core.domain.setups import (
    CODES_MAX,
    NUMBER_MAX,
    checked,
    checked_code,
    checked_event,
    checked_item,
    checked_question,
    checked_type,
)
from eventsite.core.domain.zones import Zone
from eventsite.core.errors import AlreadyExists, Invalid, NotAllowed, NotFound, StaleWrite
from eventsite.core.store.events import EventRepository, P
from eventsite.core.store.stock import StockTaken


def new_number() -> int:
    """Return a random event number: 32 bits, not 0."""
    return 1 + secrets.randbelow(2**32 - 1)


def add_event(events: EventRepository, event: Event) -> Event:
    """Store a new event. Raises Invalid, or AlreadyExists with the id or the number."""
    return events.add(checked_event(event))


def save_event(events: EventRepository, event: Event, seen: Event) -> Event:
    """Store a changed event that was ``seen`` before; return it as stored.

    Raises
    ------
    Invalid
        A value breaks a rule; ``field`` says which.
    NotAllowed
        The new capacity is less than what is taken, or there was no limit before.
    StaleWrite
        Somebody changed the event since.
    """
    event = checked_event(event)
    for name in ("event_id", "number", "stock_shards"):
        if getattr(event, name) != getattr(seen, name):
            raise Invalid("This cannot be changed any more.", field=name)
    if event.version != seen.version:
        raise StaleWrite("Somebody else changed this event after you opened it.")
    _must_be_counted(seen.capacity, event.capacity, "capacity")
    try:
        return events.save(event, seen)
    except StockTaken as refused:
        raise _too_few(seen.capacity, refused, "capacity") from refused


def set_up(events: EventRepository, setup: EventSetup) -> bool:
    """Store an event with its types, gates, items and stock; return False if it was there.

    Repeating completes what a crash left out and changes nothing else: a part that is there
    stays, also when an organizer has changed it.
    """
    event = checked_event(setup.event)
    types = (*setup.types, *_types_of(events, event.event_id))
    whole = replace(setup, types=types)
    wanted = [checked(part, whole) for part in setup.parts]
    try:
        events.add(event)
        added = True
    except AlreadyExists as taken:
        if taken.field != "event_id":
            raise
        event, added = events.get(event.event_id), False
    for part in wanted:
        try:
            _add(events, event, part)
        except AlreadyExists as taken:
            if taken.field == "number":  # of another type, or it would be the id that is taken
                raise
    return added


def _types_of(events: EventRepository, event_id: str) -> tuple[TicketType, ...]:
    try:
        return events.fresh_setup(event_id).types
    except NotFound:
        return ()


def add_type(events: EventRepository, kind: TicketType) -> TicketType:
    """Store a new ticket type under the event's next free number, whatever ``kind.number`` is.

    Raises NotFound, Invalid, AlreadyExists (the id), NotAllowed (all numbers are taken).
    """
    setup = events.fresh_setup(kind.event_id)
    used = {each.number for each in setup.types}
    for number in (*range(1, NUMBER_MAX + 1), 0):
        if number in used:
            continue
        try:
            return save_type(events, replace(kind, number=number))
        except AlreadyExists as taken:  # by somebody who adds a type at this moment
            if taken.field != "number":
                raise
    raise NotAllowed(f"An event has at most {NUMBER_MAX + 1} ticket types.", field="type_id")


def save_type(
    events: EventRepository, kind: TicketType, seen: TicketType | None = None
) -> TicketType:
    """Store a new ticket type, or a changed one that was ``seen`` before; return it as stored.

    Raises
    ------
    NotFound
        No such event.
    Invalid
        A value breaks a rule; ``field`` says which.
    AlreadyExists
        The id or number of a new type is taken; ``field`` says which.
    NotAllowed
        The new capacity is less than what is taken, or there was no limit before.
    StaleWrite
        Somebody changed the type since.
    """
    kind = checked_type(kind)
    event = events.get(kind.event_id)
    if seen is None:
        return _add(events, event, kind)
    if kind.number != seen.number:
        raise Invalid("A type's number is in its tickets and stays.", field="number")
    return _change(events, event, kind, seen, "capacity", seen.capacity, kind.capacity)


def save_gate(events: EventRepository, gate: Gate, seen: Gate | None = None) -> Gate:
    """Store a new gate, or a changed one. Raises as ``save_type`` does, but NotAllowed."""
    setup = events.fresh_setup(gate.event_id)
    gate = checked_gate(gate, setup)
    if seen is None:
        return _add(events, setup.event, gate)
    return _change(events, setup.event, gate, seen)


def save_door_part(
    events: EventRepository,
    part: Zone | Rule | BadgeLayout,
    seen: Zone | Rule | BadgeLayout | None = None,
) -> Part:
    """Store a new zone, rule or badge layout, or a changed one, as ``save_gate`` does."""
    setup = events.fresh_setup(part.event_id)
    fresh = checked(part, setup)
    if seen is None:
        return _add(events, setup.event, fresh)
    return _change(events, setup.event, fresh, seen)


def save_item(
    events: EventRepository, item: RequestItem, seen: RequestItem | None = None
) -> RequestItem:
    """Store a new item of the catalogue, or a changed one. Raises as ``save_type`` does."""
    setup = events.fresh_setup(item.event_id)
    item = checked_item(item, setup.types)
    if seen is None:
        return _add(events, setup.event, item)
    return _change(events, setup.event, item, seen, "stock", seen.stock, item.stock)


def save_question(
    events: EventRepository, question: Question, seen: Question | None = None
) -> Question:
    """Store a new question, or a changed one. Raises as ``save_type`` does, but NotAllowed."""
    setup = events.fresh_setup(question.event_id)
    question = checked_question(question, setup)
    if seen is None:
        return _add(events, setup.event, question)
    return _change(events, setup.event, question, seen)


def save_code(events: EventRepository, code: PromoCode, seen: PromoCode | None = None) -> PromoCode:
    """Store a new promo code, or a changed one. Raises as ``save_type`` does."""
    setup = events.fresh_setup(code.event_id)
    code = checked_code(code, setup.types)
    if seen is None:
        if len(setup.codes) >= CODES_MAX:
            raise NotAllowed(f"An event has at most {CODES_MAX} promo codes.", field="code")
        return _add(events, setup.event, code)
    return _change(events, setup.event, code, seen, "limit", seen.limit, code.limit)


def _add(events: EventRepository, event: Event, part: P) -> P:
    part = replace(part, version=1)
    events.add_part(event, part)
    return part


def _change(
    events: EventRepository,
    event: Event,
    part: P,
    seen: P,
    field: str = "",
    before: int | None = None,
    after: int | None = None,
) -> P:
    """Store ``part`` for ``seen``; ``field`` is its amount, which goes from before to after."""
    if (part.event_id, id_of(part)) != (seen.event_id, id_of(seen)):
        raise Invalid("An id stays.", field=id_of(part)[0])
    if part.version != seen.version:
        raise StaleWrite("Somebody else changed this after you opened it.")
    _must_be_counted(before, after, field)
    try:
        return events.save_part(event, part, seen)
    except StockTaken as refused:
        raise _too_few(before, refused, field) from refused


def _must_be_counted(before: int | None, after: int | None, field: str) -> None:
    if before is None and after is not None:
        raise NotAllowed(
            "There was no limit, so nobody counted what is taken: a limit cannot be set any more.",
            field=field,
        )


def _too_few(before: int | None, refused: StockTaken, field: str) -> NotAllowed:
    taken = (before or 0) - refused.left
    return NotAllowed(f"{taken} are taken already; it cannot be less.", field=field)
