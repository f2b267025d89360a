"""An event as large ones are, and who registers for it: the same for all benches."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from eventsite.core.domain.events import Event, EventSetup, Rush, TicketType
from eventsite.core.domain.questions import Question, QuestionKind

EVENT = "bench"
CONSENT = "I agree that the organizer keeps my name and address and sends me news of this event. "

_KINDS = {
    "company": QuestionKind.TEXT,
    "diet": QuestionKind.CHOICE,
    "arrival": QuestionKind.DATE,
    "needs": QuestionKind.TEXT,
    "news": QuestionKind.CONSENT,
    "photos": QuestionKind.CONSENT,
}


def a_fair(capacity: int, shards: int, **changes: Any) -> EventSetup:
    """Return an event of so many places, all of one type, with six questions and no rush."""
    fields: dict[str, Any] = {
        "event_id": EVENT,
        "number": 1,
        "title": "Bench Fair",
        "starts_at": datetime(2027, 5, 1, tzinfo=UTC),
        "ends_at": datetime(2099, 5, 4, tzinfo=UTC),
        "zone": "Europe/Dublin",
        "stock_shards": shards,
        "capacity": capacity,
        "rush": Rush.NEVER,
    }
    event = Event(**(fields | changes))
    kind = TicketType(
        event_id=EVENT, type_id="general", number=1, name="General", capacity=capacity
    )
    questions = tuple(
        Question(
            event_id=EVENT,
            question_id=name,
            name=CONSENT if kind is QuestionKind.CONSENT else name,
            kind=kind,
            order=order,
            choices=("vegan", "vegetarian", "any") if kind is QuestionKind.CHOICE else (),
        )
        for order, (name, kind) in enumerate(_KINDS.items())
    )
    return EventSetup(event=event, types=(kind,), questions=questions)


def a_body(number: int | str, name: str = "Bench Guest", locale: str = "en") -> dict[str, Any]:
    """Return the body of one guest's registration call, with answers to everything."""
    last = ord(str(number)[-1])
    return {
        "type_id": "general",
        "guest": {
            "name": name,
            "email": f"guest.{number}@mail-provider.example.org",
            "phone": "+353851234567" if last % 2 else "",
            "locale": locale,
            "zone": "Europe/Dublin",
        },
        "answers": {
            "company": "Harbour Works and Daughters Ltd",
            "diet": "vegetarian",
            "arrival": "2027-05-01",
            "needs": "A seat near the door, please; I come with a walking frame. " * (last % 3),
            "news": True,
            "photos": last % 2 == 0,
        },
    }
