"""An event whose guests are all there already, and the tickets that they come with."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from eventsite.core.domain.events import EventSetup, Gate, GateDirection
from eventsite.core.domain.staff import DeviceRight
from eventsite.core.domain.zones import Zone
from eventsite.core.services.devices import enrol
from eventsite.core.services.organizing import set_up
from eventsite.core.services.ticketing import ticket_code
from eventsite.core.store.secrets import Secrets
from eventsite.core.wiring import Stores
from tests.bench.guests import EVENT, SHARDS, a_crowd, a_fair, store_crowd
from tests.bench.serving import SECRET

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
        self.guests = a_crowd(self.setup, size)
        store_crowd(stores, self.guests)

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
