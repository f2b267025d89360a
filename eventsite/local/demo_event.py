"""The demo's event: what it is, what is set up for it, and its agenda moved to today. Invented."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from importlib import resources
from zoneinfo import ZoneInfo

from eventsite.core.domain.events import Event, EventSetup, RequestItem, TicketType
from eventsite.core.domain.promo_codes import PromoCode
from eventsite.core.domain.questions import Question, QuestionKind
from eventsite.local import demo_doors
from eventsite.local.demo_guests import EARLY, FRIENDS

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
        region="IE",
        capacity=600,
        retention_days=90,
    )
    return EventSetup(
        event=event,
        types=_types(),
        zones=demo_doors.zones(EVENT_ID),
        gates=demo_doors.gates(EVENT_ID),
        rules=demo_doors.rules(EVENT_ID),
        badges=demo_doors.badges(EVENT_ID),
        items=_items(),
        questions=_questions(),
        codes=(
            PromoCode(event_id=EVENT_ID, code=FRIENDS, name="Friends of the house", unlocks=True),
            PromoCode(
                event_id=EVENT_ID, code="WORKBENCH", name="Half a table", limit=10, percent_off=50
            ),
        ),
    )


def agenda_xml(event: Event) -> bytes:
    """Return the demo's agenda with its first day on the event's."""
    moved = event.starts_at.astimezone(ZONE).date() - _FIRST_DAY
    text = resources.files(__package__).joinpath(_AGENDA).read_text(encoding="utf-8")
    return _DATE.sub(lambda d: str(date.fromisoformat(d[0]) + moved), text).encode()


def _types() -> tuple[TicketType, ...]:
    return (
        TicketType(
            event_id=EVENT_ID,
            type_id="early",
            number=1,
            name="Early bird",
            capacity=EARLY,
            waitlist=True,
        ),
        TicketType(event_id=EVENT_ID, type_id="standard", number=2, name="Standard", capacity=300),
        TicketType(
            event_id=EVENT_ID,
            type_id="maker",
            number=3,
            name="Maker table",
            capacity=60,
            price=4500,
            currency="EUR",
            approval=True,
        ),
        TicketType(event_id=EVENT_ID, type_id="crew", number=4, name="Crew", capacity=30),
        TicketType(
            event_id=EVENT_ID,
            type_id="friend",
            number=5,
            name="Friend of the house",
            per_guest=4,
            hidden=True,
        ),
    )


def _questions() -> tuple[Question, ...]:
    asked = (
        Question(
            event_id=EVENT_ID,
            question_id="diet",
            name="What do you eat?",
            kind=QuestionKind.CHOICE,
            choices=("Everything", "Vegetarian", "Vegan", "Something else"),
        ),
        Question(
            event_id=EVENT_ID,
            question_id="diet-other",
            name="What should the kitchen know?",
            kind=QuestionKind.TEXT,
            required=True,
            when_question="diet",
            when_answers=("Something else",),
        ),
        Question(
            event_id=EVENT_ID,
            question_id="bringing",
            name="What will you show at your table?",
            kind=QuestionKind.TEXT,
            required=True,
            type_ids=("maker",),
        ),
        Question(
            event_id=EVENT_ID,
            question_id="workshops",
            name="Which workshops interest you?",
            help="So that we know how many benches to set up.",
            kind=QuestionKind.SEVERAL,
            choices=("Wood", "Wire", "Yarn", "Dough", "Soup"),
        ),
        Question(
            event_id=EVENT_ID,
            question_id="photos",
            name="You may take pictures in which I can be seen, and show them.",
            kind=QuestionKind.CONSENT,
        ),
        Question(
            event_id=EVENT_ID,
            question_id="first-aid",
            name="Are you trained in first aid?",
            help="Friends of the house look after the benches.",
            kind=QuestionKind.YES_NO,
            required=True,
            type_ids=("friend",),
            at_door=True,
        ),
    )
    return tuple(replace(question, order=10 * n) for n, question in enumerate(asked, start=1))


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
