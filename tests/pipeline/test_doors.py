"""The stream brings what happened at the doors to the ledger, once, and past what is broken."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from eventsite.core.domain.attendance import Passage
from eventsite.core.domain.scan_ledger import EntryKind
from eventsite.core.domain.scans import Scan, Verdict, VerdictCode
from eventsite.core.errors import Unavailable
from eventsite.core.services.organizing import set_up
from eventsite.core.services.overseeing import Reasoned, undo_scan
from eventsite.core.store import keys
from eventsite.core.store.registration_items import registration_item
from eventsite.core.store.scans import Change
from eventsite.core.store.table import to_wire
from pipeline.handlers import announce_changes
from tests.builders import NOON, a_registration, a_setup, an_event
from tests.doing import put_registration
from tests.pipeline.test_handlers import GUEST, parked, record


@pytest.fixture
def stores(installation):
    set_up(installation.events, a_setup())
    put_registration(installation, a_registration())
    return installation


def images(stores, number):
    """Let a guest in by a scan; return what the stream gives of it."""
    scan = Scan(
        device_id="d1",
        scan_id=f"scan-{number}",
        event_id="demo",
        gate_id="main",
        registration_id=GUEST,
        scanned_at=NOON,
    )
    verdict = Verdict(code=VerdictCode.OK, decided_at=NOON, registration_id=GUEST)
    passage = Passage(device_id="d1", scan_id=scan.scan_id, gate_id="main", at=NOON)
    before = stores.scans.at_the_door("demo", GUEST).attendance
    change = Change(event=an_event(), before=before, after=before.passing(passage))
    stores.scans.admit(scan, verdict, change)
    table = stores.scans._table
    scanned = table.get(keys.scan("d1", scan.scan_id))
    attended = table.get(keys.attendance(GUEST))
    return to_change(scanned), to_change(attended)


def to_change(item):
    return {
        "dynamodb": {
            "Keys": to_wire({name: item[name] for name in ("pk", "sk")}),
            "NewImage": to_wire(item),
        }
    }


def test_a_passage_is_in_the_ledger_and_counted_once(stores, queued):
    placed = record(None, registration_item(a_registration()))
    batch = {"Records": [placed, *images(stores, 1)]}
    for _ in range(3):
        announce_changes.handler(batch, None)
    (entry,) = stores.scan_ledger.of_actor("d1")
    assert (entry.fact.entry_id, entry.fact.code) == ("scan-1", "ok")
    assert stores.tallies.counts("demo") == {"expected": 1, "admitted": 1, "inside": 1}
    (tally,) = stores.tallies.of_event("demo", NOON, NOON)
    assert tally.counts == {"entries": 1}


def test_an_undo_is_in_the_ledger_at_the_gate_of_its_scan(stores, queued):
    changes = images(stores, 1)
    act = Reasoned(by="staff:ada", at=NOON, reason="Two at once")
    undo_scan(stores, stores.events.setup("demo"), "undo-1", ("d1", "scan-1"), act)
    undone = to_change(stores.scans._table.get(keys.scan("staff:ada", "undo-1")))
    announce_changes.handler({"Records": [*changes, undone]}, None)
    (entry,) = stores.scan_ledger.of_actor("staff:ada")
    assert (entry.fact.kind, entry.fact.gate_id) == (EntryKind.UNDO, "main")
    counts = Counter[str]()
    for tally in stores.tallies.of_event("demo", NOON, NOON):
        counts.update(tally.counts)
    assert counts == {"entries": 1, "undone_entries": 1}


def test_a_scan_that_cannot_be_read_is_parked_and_blocks_no_other(stores, queued):
    bad, good = images(stores, 1)[0], images(stores, 2)[0]
    del bad["dynamodb"]["NewImage"]["verdict"]
    announce_changes.handler({"Records": [bad, good]}, None)
    assert [e.fact.entry_id for e in stores.scan_ledger.of_actor("d1")] == ["scan-2"]
    assert [code for code, _ in parked()] == ["invalid"]


def test_words_that_are_taken_from_a_scan_are_no_new_scan(stores, queued):
    change = images(stores, 1)[0]
    announce_changes.handler({"Records": [change]}, None)
    again = {"dynamodb": change["dynamodb"] | {"OldImage": change["dynamodb"]["NewImage"]}}
    announce_changes.handler({"Records": [again]}, None)
    assert len(stores.scan_ledger.of_actor("d1")) == 1


def test_guests_are_told_although_the_ledger_is_busy_and_the_batch_comes_back(
    stores, queued, monkeypatch
):
    def busy(*_):
        raise Unavailable("throttled")

    monkeypatch.setattr(type(stores.scan_ledger), "append", busy)
    placed = record(None, registration_item(replace(a_registration(), registered_at=now())))
    with pytest.raises(Unavailable):
        announce_changes.handler({"Records": [placed, images(stores, 1)[0]]}, None)
    assert len(queued("eventsite-outbox")) == 1


def now():
    return datetime.now(UTC)
