"""How fast the ledger and the live board follow the doors: what the stream's function does."""

from __future__ import annotations

import hashlib
import secrets
import tempfile
import time
from datetime import UTC, datetime

from eventsite.core.domain.attendance import Attendance, Passage
from eventsite.core.domain.scan_ledger import ScanFact
from eventsite.core.services.chaining import DoorChanges, attended, chain, scanned
from eventsite.core.wiring import Stores
from eventsite.local.processes import Engine
from tests.bench.measuring import Measure
from tests.bench.serving import installed

BATCH = 100
"""Changes that the function is given at once, as in infra/wiring.yaml: scans and attendances."""

BATCHES = 12
DEVICES = 5


def measure() -> list[Measure]:
    """First entries at five gates, each a scan and an attendance; one worker, as for one shard."""
    with (
        tempfile.TemporaryDirectory(prefix="eventsite-bench-") as state,
        Engine(state, interval=3600) as engine,
        installed(engine, "bench") as site,
    ):
        stores = site.stores
        chain(stores, _batch(), datetime.now(UTC))
        began = time.monotonic()
        for _ in range(BATCHES):
            chain(stores, _batch(), datetime.now(UTC))
        rate = BATCHES * BATCH / 2 / (time.monotonic() - began)
        _must_be_counted(stores)
    return [Measure("ledger.scans_per_second", round(rate, 1), "1/s", note="one worker")]


def _batch() -> DoorChanges:
    found = DoorChanges()
    for number in range(BATCH // 2):
        found += _entry(f"device-{number % DEVICES}")
    return found


def _entry(device_id: str) -> DoorChanges:
    now, scan_id, guest = datetime.now(UTC), secrets.token_hex(16), secrets.token_hex(8)
    passage = Passage(device_id=device_id, scan_id=scan_id, gate_id=device_id, at=now)
    attendance = Attendance(event_id="bench", registration_id=guest).passing(passage)
    fact = ScanFact(
        actor=device_id,
        entry_id=scan_id,
        event_id="bench",
        gate_id=device_id,
        at=now,
        decided_at=now,
        registration_id=guest,
        payload_hash=hashlib.sha256(scan_id.encode()).hexdigest(),
    )
    return scanned(fact) + attended(None, attendance)


def _must_be_counted(stores: Stores) -> None:
    expected = (BATCHES + 1) * BATCH // 2
    counts = stores.tallies.counts("bench")
    assert counts["admitted"] == expected, counts
    heads = [stores.scan_ledger.head(f"device-{number}").seq for number in range(DEVICES)]
    assert sum(heads) == expected, heads
