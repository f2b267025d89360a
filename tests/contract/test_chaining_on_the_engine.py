"""The claims of tests/core/test_chaining.py on the real engine, and those about many at once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from eventsite.core.domain.scan_ledger import ScanFact, faults
from eventsite.core.domain.scans import VerdictCode
from eventsite.core.store.scan_ledger import ScanLedgerRepository
from eventsite.core.store.tallies import Mark, TallyRepository
from tests.builders import NOON
from tests.contract.attacking import at_once
from tests.contract.conftest import THREADS
from tests.core.test_chaining import *  # noqa: F403

pytestmark = pytest.mark.engine


def facts(start, count):
    return [
        ScanFact(
            actor="d1",
            entry_id=f"scan-{number}",
            event_id="demo",
            gate_id="main",
            at=NOON + timedelta(seconds=number),
            decided_at=NOON,
            code=VerdictCode.EXPIRED,
            registration_id=f"{number:016x}",
        )
        for number in range(start, start + count)
    ]


def test_many_workers_at_one_chain_do_not_fork_it(table):
    workers = [ScanLedgerRepository(table) for _ in range(10)]

    def one(number):
        for part in range(5):  # each batch comes to two workers
            workers[number].append("d1", facts((number // 2 * 5 + part) * 3, 3), NOON)
        return "done"

    assert at_once(one, 10) == {"done": 10}
    ledger = ScanLedgerRepository(table)
    entries = ledger.of_actor("d1")
    assert [entry.seq for entry in entries] == list(range(1, 76))
    assert list(faults(entries, ledger.head("d1"), facts(0, 75), NOON)) == []
    total = sum((t.counts for t in TallyRepository(table).of_event("demo", NOON, NOON)), Counter())
    assert total == {"expired": 75}


def test_one_guest_counted_by_many_workers_is_one(table):
    tallies = TallyRepository(table)

    def one(number):
        mark = Mark(
            event_id="demo",
            registration_id=f"{number % 5:016x}",
            by="doors",
            version=1,
            changes={"admitted": 1, "inside": 1},
        )
        tallies.count([mark])
        return "done"

    assert at_once(one) == {"done": THREADS}
    assert tallies.counts("demo") == {"admitted": 5, "inside": 5}
