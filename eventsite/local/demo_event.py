"""The demo's event: what it is, what is set up for it, and its agenda moved to today. Invented."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from importlib import resources
from zoneinfo import ZoneInfo

from eventsite.core.domain.events import Event, EventSetup, Gate, RequestItem, TicketType

EVENT_ID = "demo"
ZONE = ZoneInfo("Europe/Dublin")

PREPARING = "This demo is being loaded."
DESCRIPTION = (
    "Three days of making and mending: wood, wire, yarn, dough and soup. Afterwards the "
    "workshops stay open for another week. Everything here is invented."
)

_AGENDA = "demo_agenda.xml"
_FIRST_DAY = date(2030, 5, 10)
_DATE = re.compile(r"2030-05-1[0-3]")


def setup(now: datetime, number: int) -> EventSetup:
    """Return the event as it begins: it started yesterday, and nothing of it is loaded yet."""
    first_day = now.astimezone(ZONE).date() - timedelta(days=1)
    event = Event(
        event_id=EVENT_ID,
        number=number,
        title="Lanternfold",
        starts_at=datetime.combine(first_day, time(8), ZONE),
        ends_at=datetime.combine(first_day + timedelta(days=9), time(20), ZONE),
        zone=ZONE.key,
        venue="The Old Ropeworks, Harbour Road",
        description=PREPARING,
        locale="en",
    )
    return EventSetup(event=event, types=_types(), gates=_gates(), items=_items())


def agenda_xml(event: Event) -> bytes:
    """Return the demo's agenda with its first day on the event's."""
    moved = event.starts_at.astimezone(ZONE).date() - _FIRST_DAY
    text = resources.files(__package__).joinpath(_AGENDA).read_text(encoding="utf-8")
    return _DATE.sub(lambda d: str(date.fromisoformat(d[0]) + moved), text).encode()


def _types() -> tuple[TicketType, ...]:
    return (
        TicketType(event_id=EVENT_ID, type_id="early", number=1, name="Early bird", capacity=40),
        TicketType(event_id=EVENT_ID, type_id="standard", number=2, name="Standard", capacity=300),
        TicketType(event_id=EVENT_ID, type_id="maker", number=3, name="Maker table", capacity=60),
        TicketType(event_id=EVENT_ID, type_id="crew", number=4, name="Crew", capacity=30),
        TicketType(event_id=EVENT_ID, type_id="friend", number=5, name="Friend of the house"),
    )


def _gates() -> tuple[Gate, ...]:
    return (
        Gate(event_id=EVENT_ID, gate_id="main", name="Main entrance"),
        Gate(event_id=EVENT_ID, gate_id="yard", name="Yard gate"),
        Gate(event_id=EVENT_ID, gate_id="crew", name="Crew entrance", type_ids=("crew", "maker")),
    )


def _items() -> tuple[RequestItem, ...]:
    return tuple(
        RequestItem(
            event_id=EVENT_ID,
            item_id=item_id,
            name=name,
            station_id=station,
            stock=stock,
            per_guest=per_guest,
            type_ids=types,
        )
        for item_id, name, station, stock, per_guest, types in (
            ("water", "Water refill", "bar", None, 20, ()),
            ("tea", "Pot of tea", "bar", None, 6, ()),
            ("soup", "Bowl of soup", "bar", 250, 2, ()),
            ("crew-meal", "Crew meal", "bar", 90, 3, ("crew",)),
            ("apron", "Work apron", "info", 60, 1, ()),
            ("goggles", "Safety goggles", "info", 80, 1, ()),
            ("power-strip", "Power strip for a table", "info", 30, 1, ("maker",)),
            ("mug", "Enamel mug", "merch", 120, 2, ()),
            ("towel", "Fleet towel", "merch", 40, 1, ()),
        )
    )
