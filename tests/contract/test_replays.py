"""No verdict that was answered ever changes, whatever is lost, repeated or done in between."""

from __future__ import annotations

import os
import random
import secrets
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eventsite.core.domain.registrations import RegistrationStatus
from eventsite.core.domain.scans import Scan, Verdict, VerdictCode
from eventsite.core.errors import EventSiteError, Unavailable
from eventsite.core.services.overseeing import Reasoned, block, unblock, undo_scan
from eventsite.core.store.items import Item
from eventsite.core.store.registration_items import registration_item
from eventsite.core.store.table import Table
from eventsite.core.store.tables import EVENTS_TABLE
from tests.builders import NOON
from tests.contract.doorkeeping import ENTRY, EXIT, Doors, a_gate, a_zone
from tests.contract.memory import Memory

EXAMPLES = int(os.environ.get("EVENTSITE_TEST_EXAMPLES", "0"))
GATES = (a_gate(), a_gate("hall", "hall"), a_gate("tent", "tent"))
ZONES = (a_zone("house", 3), a_zone("hall", 2, "house"), a_zone("tent", 2))
GUESTS, READINGS = 3, 8
LATER = NOON + timedelta(hours=2)

ACTS = ("send", "send", "send", "upload", "upload", "cancel", "reissue", "undo", "block", "unblock")
STEPS = st.lists(
    st.tuples(st.sampled_from(ACTS), st.integers(0, READINGS - 1)), min_size=4, max_size=30
)
SCANS = st.lists(
    st.tuples(
        st.integers(0, GUESTS - 1),
        st.sampled_from(("d1", "d2")),
        st.sampled_from(("main", "hall", "tent")),
        st.sampled_from((ENTRY, ENTRY, EXIT)),
        st.integers(0, 9),
        st.sampled_from(("ok", "ok", "already_admitted")),
    ),
    min_size=READINGS,
    max_size=READINGS,
)


class Lossy:
    """A line before a table: of all writes some are lost, and of some nobody hears."""

    dice = random.Random(0)  # noqa: S311 - the same losses every time
    share = 0.0

    def _over_the_line(self, write: Any) -> None:
        dice = self.dice.random()
        if dice < self.share:
            raise Unavailable("The request was lost.")
        write()
        if dice > 1 - self.share:
            raise Unavailable("The answer was lost.")


class LossyMemory(Lossy, Memory):
    def transact(self, *writes: Item) -> None:
        self._over_the_line(lambda: Memory.transact(self, *writes))

    def put(self, item: Item, condition: str = "", values: Item | None = None) -> None:
        self._over_the_line(lambda: Memory.put(self, item, condition, values))


class LossyTable(Lossy, Table):
    def transact(self, *writes: Item) -> None:
        self._over_the_line(lambda: Table.transact(self, *writes))

    def put(self, item: Item, condition: str = "", values: Item | None = None) -> None:
        self._over_the_line(lambda: Table.put(self, item, condition, values))


class Weather:
    """Scans, uploads and acts of staff in any order; remembers what every scan was answered."""

    def __init__(self, table: Any, readings: Any, seed: int) -> None:
        self.doors = Doors(table, guests=GUESTS, gates=GATES, zones=ZONES)
        table.dice, table.share = random.Random(seed), 0.1  # noqa: S311 - as above
        self.table = table
        self.scans = [self._scan(n, *said) for n, said in enumerate(readings)]
        self.answered: dict[str, Verdict] = {}
        self.uploaded: set[str] = set()
        self.undone: set[str] = set()

    def _scan(self, n: int, guest: int, dev: str, gate: str, way: Any, at: int, said: str) -> Scan:
        return self.doors.a_scan(
            f"s{n}",
            guest,
            dev,
            gate_id=gate,
            direction=way,
            scanned_at=NOON + timedelta(minutes=at),
            offline_code=said,
        )

    def do(self, act: str, number: int) -> None:
        scan = self.scans[number]
        if act == "send":
            self.ask(replace(scan, offline_code=None))
        elif act == "upload":
            self.uploaded.add(scan.scan_id)
            self.ask(scan)
        elif act == "undo":
            self.undo(scan)
        else:
            self.staff(act, number % GUESTS)

    def ask(self, scan: Scan) -> None:
        with suppress(Unavailable):
            verdict = self.doors.judge(scan, LATER).kept.verdict
            assert self.answered.setdefault(scan.scan_id, verdict) == verdict

    def undo(self, scan: Scan) -> None:
        act = Reasoned(by="staff:eve", at=LATER, reason="a mistake")
        of = scan.device_id, scan.scan_id
        self.undone.add(scan.scan_id)
        with suppress(EventSiteError):
            undo_scan(self.doors.shop, self.doors.setup, f"u{scan.scan_id}", of, act)

    def staff(self, act: str, guest: int) -> None:
        known, doors = self.doors.guests[guest], self.doors
        with suppress(Unavailable):
            if act == "block":
                said = Reasoned(by="staff:eve", at=LATER, reason="fought")
                block(doors.shop, doors.setup, known, said)
            elif act == "unblock":
                unblock(doors.shop, doors.setup, known, LATER)
            elif act == "cancel":
                gone = replace(known, status=RegistrationStatus.CANCELLED)
                self.table.put(registration_item(gone))
            else:
                self.table.put(registration_item(replace(known, reissue=known.reissue + 1)))

    def must_hold(self) -> None:
        self.table.share = 0.0
        for scan in self.scans:
            if scan.scan_id in self.uploaded:
                self.ask(scan)
            if scan.scan_id in self.answered:
                self.ask(replace(scan, offline_code=None))
                self._must_be_where_they_were_told(scan)
        self.doors.must_add_up(LATER)

    def _must_be_where_they_were_told(self, scan: Scan) -> None:
        """What a device acted on is what happened: on its own verdict if it uploaded one."""
        guest = next(n for n in range(GUESTS) if scan.ticket_code == self.doors.code(n))
        acted = scan.offline_code if scan.scan_id in self.uploaded else None
        acted = acted or self.answered[scan.scan_id].code
        attended = self.doors.attended(guest)
        valid = [p.scan_id for p in attended.valid]
        counts = int(acted is VerdictCode.OK and scan.scan_id not in self.undone)
        if acted is not VerdictCode.OK or scan.scan_id not in self.undone:
            assert valid.count(scan.scan_id) == counts


@given(readings=SCANS, steps=STEPS, seed=st.integers(0, 10**6))
@settings(max_examples=max(EXAMPLES, 200), deadline=None)
def test_no_verdict_ever_changes(readings, steps, seed):
    weather = Weather(LossyMemory(), readings, seed)
    for act, number in steps:
        weather.do(act, number)
    weather.must_hold()


@pytest.mark.engine
@given(readings=SCANS, steps=STEPS, seed=st.integers(0, 10**6))
@settings(
    max_examples=max(EXAMPLES // 4, 10),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_verdict_ever_changes_on_the_engine(dynamodb, readings, steps, seed):
    name = f"eventsite-test-replays-{secrets.token_hex(4)}"
    dynamodb.create_table(TableName=name, **EVENTS_TABLE)
    weather = Weather(LossyTable(dynamodb, name), readings, seed)
    for act, number in steps:
        weather.do(act, number)
    weather.must_hold()
    dynamodb.delete_table(TableName=name)
