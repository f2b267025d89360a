"""What the parts of an event may be: ticket types, gates, request items. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from eventsite.core.domain.events import Gate, Part, RequestItem, TicketType
from eventsite.core.domain.names import tidy_name
from eventsite.core.errors import Invalid

ID_MAX = 64
NUMBER_MAX = 255
"""A ticket has one byte for the number of its type."""
AMOUNT_MAX = 10_000_000
PER_GUEST_MAX = 1000

_SLUG = re.compile(rf"[A-Za-z0-9_-]{{1,{ID_MAX}}}")


def checked(part: Part, types: Iterable[TicketType]) -> Part:
    """Return a part of an event that has these types. Raises Invalid as the three below."""
    match part:
        case TicketType():
            return checked_type(part)
        case Gate():
            return checked_gate(part, types)
        case RequestItem():
            return checked_item(part, types)


def checked_type(kind: TicketType) -> TicketType:
    """Return the type with a tidy name. Raises Invalid with the field that breaks a rule."""
    _must_be_slug(kind.type_id, "type_id")
    if not 0 <= kind.number <= NUMBER_MAX:
        raise Invalid(f"A type's number is 0 to {NUMBER_MAX}.", field="number")
    _must_be_amount(kind.capacity, "capacity")
    return replace(kind, name=tidy_name(kind.name))


def checked_gate(gate: Gate, types: Iterable[TicketType]) -> Gate:
    """Return the gate of an event that has ``types``. Raises Invalid with the field."""
    _must_be_slug(gate.gate_id, "gate_id")
    return replace(gate, name=tidy_name(gate.name), type_ids=_known(gate.type_ids, types))


def checked_item(item: RequestItem, types: Iterable[TicketType]) -> RequestItem:
    """Return the item of an event that has ``types``. Raises Invalid with the field."""
    _must_be_slug(item.item_id, "item_id")
    _must_be_slug(item.station_id, "station_id")
    _must_be_amount(item.stock, "stock")
    if not 1 <= item.per_guest <= PER_GUEST_MAX:
        raise Invalid(f"A guest can have 1 to {PER_GUEST_MAX}.", field="per_guest")
    return replace(item, name=tidy_name(item.name), type_ids=_known(item.type_ids, types))


def _must_be_slug(text: str, field: str) -> None:
    if not _SLUG.fullmatch(text):
        raise Invalid(f"An id is 1 to {ID_MAX} letters, digits, - or _.", field=field)


def _must_be_amount(amount: int | None, field: str) -> None:
    if amount is not None and not 0 <= amount <= AMOUNT_MAX:
        raise Invalid(f"This is 0 to {AMOUNT_MAX}, or nothing for no limit.", field=field)


def _known(type_ids: Iterable[str], types: Iterable[TicketType]) -> tuple[str, ...]:
    """Return the ids once each, in the order given. Raises Invalid when a type is not there."""
    chosen, known = dict.fromkeys(type_ids), {kind.type_id for kind in types}
    for type_id in chosen:
        if type_id not in known:
            raise Invalid(f"This event has no ticket type {type_id!r}.", field="type_ids")
    return tuple(chosen)
