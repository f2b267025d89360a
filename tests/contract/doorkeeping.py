"""An event with doors on the real engine: who scans there, and what can be counted of it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from eventsite.core.domain.attendance import Attendance, Standing
from eventsite.core.domain.events import EventSetup, Gate, GateDirection
from eventsite.core.domain.registrations import Registration
from eventsite.core.domain.scans import Direction, Scan, Verdict, VerdictCode
from eventsite.core.domain.staff import Device
from eventsite.core.domain.zones import Zone
from eventsite.core.services.checking_in import check_in
from eventsite.core.services.doorways import Answer, Post, standing_of, tally_of
from eventsite.core.services.merging import merge
from eventsite.core.services.organizing import set_up
from eventsite.core.services.overseeing import inside_now
from eventsite.core.services.ticketing import ticket_code
from eventsite.core.store.items import Item, load
from eventsite.core.store.registration_items import registration_item
from eventsite.core.store.secrets import Secrets
from eventsite.core.store.table import Table
from tests.builders import NOON, a_registration, a_setup
from tests.conftest import SECRET
from tests.contract.attacking import Shop, somebody
from tests.contract.books import scanned
from tests.contract.memory import Memory
from tests.doing import put_registration

ENTRY, EXIT = Direction.ENTRY, Direction.EXIT
KEYS = Secrets.parse(SECRET)


def a_gate(gate_id: str = "main", zone_id: str = "", **changes: Any) -> Gate:
    fields = {"event_id": "demo", "gate_id": gate_id, "name": gate_id, "zone_id": zone_id}
    return Gate(**(fields | {"direction": GateDirection.BOTH} | changes))


def a_zone(zone_id: str, limit: int | None = None, within: str = "", **changes: Any) -> Zone:
    fields = {"event_id": "demo", "zone_id": zone_id, "name": zone_id, "limit": limit}
    return Zone(**(fields | {"within": within} | changes))


def device(device_id: str) -> Device:
    return Device(device_id=device_id, event_id="demo", name="K", secret_hash="", enrolled_at=NOON)


class Doors:
    """The event `demo` with the gates and zones given, and so many confirmed guests."""

    def __init__(self, table: Table, guests: int = 1, **parts: Any) -> None:
        self.shop = Shop(table)
        self.setup: EventSetup = a_setup(**parts)
        self.guests = [
            a_registration(registration_id=f"{number:016x}", guest=somebody(number))
            for number in range(1, guests + 1)
        ]
        if isinstance(table, Memory):
            for guest in self.guests:
                table.put(registration_item(guest))
        else:
            set_up(self.shop.events, self.setup)
            for guest in self.guests:
                put_registration(self.shop, guest, guest.registration_id)

    def post(self, device_id: str = "d1", now: datetime = NOON) -> Post:
        return Post(
            books=self.shop, setup=self.setup, device=device(device_id), secrets=KEYS, now=now
        )

    def code(self, guest: int = 0, **changes: Any) -> str:
        return ticket_code(replace(self.guests[guest], **changes), self.setup, KEYS)

    def a_scan(self, scan_id: str, guest: int = 0, device_id: str = "d1", **changes: Any) -> Scan:
        fields = {
            "device_id": device_id,
            "scan_id": scan_id,
            "event_id": "demo",
            "gate_id": "main",
            "scanned_at": NOON,
        }
        if "registration_id" not in changes:
            fields["ticket_code"] = self.code(guest)
        if changes.get("offline_code"):
            changes["offline_code"] = VerdictCode(changes["offline_code"])
        return Scan(**(fields | changes))

    def judge(self, scan: Scan, now: datetime = NOON) -> Answer:
        """Send a scan as a device does: alone with ``offline_code`` or to be decided on."""
        judged = merge if scan.offline_code else check_in
        return judged(self.post(scan.device_id, max(now, scan.at)), scan)

    def scan(self, scan_id: str, guest: int = 0, device_id: str = "d1", **changes: Any) -> str:
        """Return the code of the verdict."""
        answer = self.judge(self.a_scan(scan_id, guest, device_id, **changes))
        return answer.kept.verdict.code.value

    # -- what is there ---------------------------------------------------------------------------
    def registration(self, guest: int = 0) -> Registration:
        found = self.shop.registrations.get(self.guests[guest].registration_id)
        assert found
        return found

    def attended(self, guest: int = 0) -> Attendance:
        known = self.guests[guest].registration_id
        return self.shop.scans.at_the_door("demo", known).attendance

    def where(self, guest: int = 0, now: datetime = NOON) -> Standing:
        return standing_of(self.setup, self.attended(guest), now)

    def counts(self, now: datetime = NOON) -> dict[str, int]:
        return inside_now(self.shop, self.setup, now)

    def count(self, zone_id: str, now: datetime = NOON) -> int:
        return self.counts(now)[zone_id]

    def items(self) -> list[Item]:
        table = self.shop.table
        return table.items if isinstance(table, Memory) else list(scanned(table))

    def state(self, now: datetime) -> dict[str, Any]:
        """Return all that is the same however facts arrived: what happened, counts, verdicts."""
        verdicts, attended, conflicts = {}, {}, {}
        for item in self.items():
            if item.get("entity") == "scan":
                verdict = load(Verdict, item["verdict"])
                kept = replace(verdict, decided_at=NOON), item["payload_hash"]
                verdicts[item["pk"], item["sk"]] = kept
            if item.get("entity") == "attendance":
                known = load(Attendance, item)
                where = standing_of(self.setup, known, now)
                conflicts[known.registration_id] = where.conflicts, item.get("queue_sk")
                zones = dict.fromkeys(known.counted)
                bare = replace(known, counted={}, correlation_id="", version=0)
                attended[known.registration_id] = bare, zones.keys(), where
        counts = self.counts(now)
        return {"in": attended, "open": conflicts, "counts": counts, "verdicts": verdicts}

    def must_add_up(self, now: datetime = NOON) -> None:
        """Fail unless each zone has counted exactly the guests that are in it."""
        inside: Counter[str] = Counter()
        for item in self.items():
            if item.get("entity") == "attendance":
                inside.update(standing_of(self.setup, load(Attendance, item), now).inside)
            if item.get("entity") == "occupancy":
                assert int(item["inside"]) >= 0, f"less than nobody: {item}"
        assert self.counts(now) == {zone.zone_id: inside[zone.zone_id] for zone in self.setup.zones}

    @contextmanager
    def watched(self, zone_ids: Sequence[str]) -> Iterator[list[tuple[int, ...]]]:
        """Look again and again how many are in zones, each at one moment, while others pass."""
        seen: list[tuple[int, ...]] = []
        over = threading.Event()
        tallies = [tally_of(self.setup, zone_id, None, NOON) for zone_id in zone_ids]

        def watch() -> None:
            while not over.is_set():
                levels = [self.shop.occupancy.levels(self.setup.event, t) for t in tallies]
                assert all(level >= 0 for each in levels for level in each)
                seen.append(tuple(sum(each) for each in levels))

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield seen
        finally:
            over.set()
            thread.join(timeout=60)
