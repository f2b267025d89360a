"""An event whose guests are all there already, and the tickets that they come with."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from eventsite.core.domain.applications import read_application
from eventsite.core.domain.events import EventSetup, Gate, GateDirection
from eventsite.core.domain.registrations import Registration
from eventsite.core.domain.staff import DeviceRight
from eventsite.core.domain.zones import Zone
from eventsite.core.services.devices import enrol
from eventsite.core.services.drafting import Entry, draft
from eventsite.core.services.organizing import set_up
from eventsite.core.services.ticketing import ticket_code
from eventsite.core.store import keys
from eventsite.core.store.items import Item, time_text
from eventsite.core.store.registration_items import registration_item
from eventsite.core.store.secrets import Secrets
from eventsite.core.store.table import to_wire
from eventsite.core.wiring import Stores
from tests.bench.guests import EVENT, a_body, a_fair
from tests.bench.names import names
from tests.bench.serving import SECRET, on_threads

SHARDS = 7
PER_HOUR = 1_000
BATCH = 25
"""Items of one BatchWriteItem. Source: DynamoDB quotas."""

MAIN, HALL, BACK = "main", "hall", "back"


def a_fair_with_doors(capacity: int, **changes: Any) -> EventSetup:
    """The fair of the other benches, going on now: main gate, and a hall with a way in and out."""
    gates = (
        Gate(event_id=EVENT, gate_id=MAIN, name="Main gate"),
        Gate(event_id=EVENT, gate_id=HALL, name="Hall", zone_id="hall"),
        Gate(
            event_id=EVENT,
            gate_id=BACK,
            name="Back door",
            zone_id="hall",
            direction=GateDirection.EXIT,
        ),
    )
    zone = Zone(event_id=EVENT, zone_id="hall", name="Hall", limit=capacity)
    began = datetime.now(UTC) - timedelta(days=1)
    setup = a_fair(capacity, SHARDS, starts_at=began)
    return replace(setup, gates=gates, zones=(zone,), **changes)


class Crowd:
    """So many registrations in the table, written as registering would have, and their tickets."""

    def __init__(self, stores: Stores, size: int, capacity: int) -> None:
        self.stores, self.size = stores, size
        self.secrets = Secrets.parse(SECRET)
        set_up(stores.events, a_fair_with_doors(capacity))
        self.setup = stores.events.setup(EVENT)
        began = datetime.now(UTC) - timedelta(hours=size / PER_HOUR)
        people = names(size)
        self.guests = [
            _placed(self.setup, number, next(people), began + timedelta(hours=number / PER_HOUR))
            for number in range(size)
        ]
        self._store()

    def _store(self) -> None:
        client, name = self.stores._events_table.client, self.stores._events_table.name

        def write(items: list[Item]) -> None:
            wanted = {name: [{"PutRequest": {"Item": to_wire(item)}} for item in items]}
            assert not client.batch_write_item(RequestItems=wanted)["UnprocessedItems"]

        items = list(_items(self.guests))
        starts = range(0, len(items), BATCH)
        on_threads(4, len(starts), lambda n: write(items[starts[n] : starts[n] + BATCH]))

    def device(self) -> str:
        """Return the credential of a new device that may scan everywhere."""
        _, credential = enrol(
            self.stores.devices, EVENT, "Bench", (), (DeviceRight.SCAN,), datetime.now(UTC)
        )
        return credential

    def ticket(self, number: int) -> str:
        return ticket_code(self.guests[number % self.size], self.setup, self.secrets)


def a_scan(ticket: str, gate_id: str = MAIN) -> dict[str, Any]:
    """Return the body of a scan that is read now."""
    return {
        "scan_id": str(uuid.uuid4()),
        "gate_id": gate_id,
        "ticket_code": ticket,
        "scanned_at": datetime.now(UTC).isoformat(),
    }


def _placed(setup: Any, number: int, who: tuple[str, str], now: datetime) -> Registration:
    locale, name = who
    application = read_application(EVENT, a_body(number, name, locale))
    (guest,) = draft(setup, application, Entry(key=f"{number}", source="api", now=now))
    return replace(guest, places={"EVENT": number % SHARDS, "TYPE.general": number // 3 % SHARDS})


def _items(guests: list[Registration]) -> Iterator[Item]:
    """Yield what doors and rosters read: the registrations, and the directories of their lists."""
    marks = set()
    for guest in guests:
        item = registration_item(guest)
        yield item
        marks.add((keys.hours(EVENT), time_text(guest.registered_at)[:13]))
        marks.add((keys.name_buckets(EVENT), item["name_pk"]))
    for directory, bucket in marks:
        yield keys.one(directory, bucket) | {"entity": "bucket", "bucket": bucket}
