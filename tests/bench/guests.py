"""An event as large ones are, and who registers for it: the same for all benches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from eventsite.core.domain.applications import read_application
from eventsite.core.domain.events import Event, EventSetup, Rush, TicketType
from eventsite.core.domain.questions import Question, QuestionKind
from eventsite.core.domain.registrations import Registration
from eventsite.core.services.drafting import Entry, draft
from eventsite.core.store import keys, name_keys
from eventsite.core.store.items import Item, time_text
from eventsite.core.store.registration_items import registration_item
from eventsite.core.store.table import to_wire
from eventsite.core.wiring import Stores
from tests.bench.names import names
from tests.bench.serving import on_threads

EVENT = "bench"
SHARDS = 7
PER_HOUR = 1_000
"""Guests of a crowd that came in an hour."""

BATCH = 25
"""Items of one BatchWriteItem. Source: DynamoDB quotas."""

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


def a_crowd(setup: EventSetup, size: int) -> list[Registration]:
    """Return so many registrations, which came one after the other up to now."""
    began = datetime.now(UTC) - timedelta(hours=size / PER_HOUR)
    people = names(size)
    return [
        _placed(setup, number, next(people), began + timedelta(hours=number / PER_HOUR))
        for number in range(size)
    ]


def store_crowd(stores: Stores, guests: list[Registration], *, claims: bool = False) -> None:
    """Write a crowd as registering would have, by batches; its places stay in stock.

    Doors and rosters read no ``claims`` of addresses; registering does.
    """
    client, name = stores._events_table.client, stores._events_table.name

    def write(items: list[Item]) -> None:
        wanted = {name: [{"PutRequest": {"Item": to_wire(item)}} for item in items]}
        assert not client.batch_write_item(RequestItems=wanted)["UnprocessedItems"]

    items = list(_items(guests, claims))
    starts = range(0, len(items), BATCH)
    on_threads(4, len(starts), lambda n: write(items[starts[n] : starts[n] + BATCH]))


def _placed(setup: EventSetup, number: int, who: tuple[str, str], now: datetime) -> Registration:
    locale, name = who
    application = read_application(EVENT, a_body(number, name, locale))
    (guest,) = draft(setup, application, Entry(key=f"{number}", source="api", now=now))
    return replace(guest, places={"EVENT": number % SHARDS, "TYPE.general": number // 3 % SHARDS})


def _items(guests: list[Registration], claims: bool) -> Iterator[Item]:
    """Yield the registrations, the claims of their addresses, the directories of their lists."""
    marks = set()
    for guest in guests:
        item = registration_item(guest)
        yield item
        if claims:
            yield keys.address_claim(EVENT, guest.guest.email, guest.type_id) | {
                "entity": "claim",
                "latest": guest.registration_id,
                "live": 1,
                "ids": {guest.registration_id},
            }
        marks.add((keys.hours(EVENT), time_text(guest.registered_at)[:13]))
        marks.add((name_keys.name_buckets(EVENT), item["name_pk"]))
    for directory, bucket in marks:
        yield keys.one(directory, bucket) | {"entity": "bucket", "bucket": bucket}
