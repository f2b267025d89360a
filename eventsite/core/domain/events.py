"""An event and what an organizer sets up for it: ticket types, gates, request items. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from eventsite.core.errors import NotFound

T = TypeVar("T")

DEFAULT_STOCK_SHARDS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """The gathering. ``number`` is its 32-bit name in tickets, unique per installation.

    ``reminder_minutes`` is how long before a session its guests are told; ``zone`` is an IANA
    time zone, used for showing times only.
    """

    event_id: str
    number: int
    title: str
    starts_at: datetime
    ends_at: datetime
    zone: str = "UTC"
    venue: str = ""
    description: str = ""
    locale: str = "en"
    reminder_minutes: int = 15
    stock_shards: int = DEFAULT_STOCK_SHARDS
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketType:
    """A kind of place. ``number`` (0-255) is its name in tickets; no capacity means no limit."""

    event_id: str
    type_id: str
    number: int
    name: str
    capacity: int | None = None
    valid_from: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Where a device stands. Empty ``type_ids`` lets every ticket type in."""

    event_id: str
    gate_id: str
    name: str
    type_ids: tuple[str, ...] = ()
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestItem:
    """What a guest can ask for while they are there, and the station that hands it out.

    ``stock`` None means unlimited; ``per_guest`` is how many one registration is entitled to;
    empty ``type_ids`` entitles every ticket type.
    """

    event_id: str
    item_id: str
    name: str
    station_id: str
    stock: int | None = None
    per_guest: int = 1
    type_ids: tuple[str, ...] = ()
    version: int = 1


Part = TicketType | Gate | RequestItem
"""What an event is set up with. ``version`` counts writes; the store refuses a stale one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSetup:
    """Everything that a decision at the event needs to know, read in one Query."""

    event: Event
    types: tuple[TicketType, ...] = ()
    gates: tuple[Gate, ...] = ()
    items: tuple[RequestItem, ...] = ()

    @property
    def parts(self) -> tuple[Part, ...]:
        return (*self.types, *self.gates, *self.items)

    def type(self, type_id: str) -> TicketType:
        return _found(
            (t for t in self.types if t.type_id == type_id), "ticket type", type_id, "type_id"
        )

    def gate(self, gate_id: str) -> Gate:
        return _found((g for g in self.gates if g.gate_id == gate_id), "gate", gate_id, "gate_id")

    def item(self, item_id: str) -> RequestItem:
        return _found((i for i in self.items if i.item_id == item_id), "item", item_id, "item_id")


def id_of(part: Part) -> tuple[str, str]:
    """Return the name of a part's id, and the id: unique among the event's parts of its kind."""
    match part:
        case TicketType():
            return "type_id", part.type_id
        case Gate():
            return "gate_id", part.gate_id
        case RequestItem():
            return "item_id", part.item_id


def _found(matches: Iterator[T], noun: str, name: str, field: str) -> T:
    for match in matches:
        return match
    raise NotFound(f"This event has no {noun} {name!r}.", field=field)
