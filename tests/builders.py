"""Valid objects with one line each; tests name only what they are about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from eventsite.core.domain.agenda import AgendaSession
from eventsite.core.domain.attendance import Attendance, Passage
from eventsite.core.domain.events import Event, EventSetup, Gate, RequestItem, TicketType
from eventsite.core.domain.registrations import Guest, Registration, RegistrationStatus
from eventsite.core.domain.requests import GuestRequest, RequestStatus

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def an_event(**changes: Any) -> Event:
    fields: dict[str, Any] = {
        "event_id": "demo",
        "number": 4021,
        "title": "Tidal Fair",
        "starts_at": NOON - timedelta(hours=4),
        "ends_at": NOON + timedelta(days=2),
        "zone": "Europe/Berlin",
        "venue": "Harbour Hall",
    }
    return Event(**(fields | changes))


def a_setup(event: Event | None = None, **changes: Any) -> EventSetup:
    """An event with types `general` (100 places) and `crew` (no limit), two gates, two items."""
    event = event or an_event()
    name = event.event_id
    fields: dict[str, Any] = {
        "event": event,
        "types": (
            TicketType(event_id=name, type_id="general", number=1, name="General", capacity=100),
            TicketType(event_id=name, type_id="crew", number=2, name="Crew"),
        ),
        "gates": (
            Gate(event_id=name, gate_id="main", name="Main gate"),
            Gate(event_id=name, gate_id="stage", name="Stage door", type_ids=("crew",)),
        ),
        "items": (
            RequestItem(
                event_id=name,
                item_id="shirt",
                name="T-shirt",
                station_id="merch",
                stock=10,
                per_guest=1,
            ),
            RequestItem(event_id=name, item_id="tea", name="Tea", station_id="bar", per_guest=5),
        ),
    }
    return EventSetup(**(fields | changes))


def a_guest(**changes: Any) -> Guest:
    return Guest(**({"name": "Ada Lovelace", "email": "ada@example.org"} | changes))


def a_registration(**changes: Any) -> Registration:
    fields: dict[str, Any] = {
        "event_id": "demo",
        "registration_id": "9f3ac1d2e4b50617",
        "type_id": "general",
        "guest": a_guest(),
        "status": RegistrationStatus.CONFIRMED,
        "registered_at": NOON,
        "source": "api",
        "correlation_id": "test-correlation",
    }
    return Registration(**(fields | changes))


def a_session(**changes: Any) -> AgendaSession:
    fields: dict[str, Any] = {
        "event_id": "demo",
        "session_id": "s1",
        "title": "Knots for beginners",
        "starts_at": NOON + timedelta(minutes=10),
        "ends_at": NOON + timedelta(minutes=70),
        "room": "Dock A",
    }
    return AgendaSession(**(fields | changes))


def an_attendance(**changes: Any) -> Attendance:
    """A guest who was let in at noon."""
    passage = Passage(device_id="kiosk", scan_id="6b0e", gate_id="main", at=NOON)
    fields: dict[str, Any] = {
        "event_id": "demo",
        "registration_id": "9f3ac1d2e4b50617",
        "type_id": "general",
        "passages": (passage,),
        "correlation_id": "test-correlation",
        "version": 1,
    }
    return Attendance(**(fields | changes))


def a_request(**changes: Any) -> GuestRequest:
    fields: dict[str, Any] = {
        "event_id": "demo",
        "registration_id": "9f3ac1d2e4b50617",
        "request_id": "9f3ac1d2e4b5061700000001",
        "item_id": "tea",
        "item_name": "Tea",
        "station_id": "bar",
        "quantity": 1,
        "status": RequestStatus.OPEN,
        "requested_at": NOON,
        "correlation_id": "test-correlation",
    }
    return GuestRequest(**(fields | changes))
