"""The ledger of the doors has each scan once, in chains that show what was tampered with."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from eventsite.core.domain.attendance import Attendance, Block, Passage
from eventsite.core.domain.registrations import RegistrationStatus
from eventsite.core.domain.scan_ledger import Head, ScanFact, Wrong, chained, faults
from eventsite.core.domain.scans import Direction, Scan, UndoneScan, Verdict, VerdictCode
from eventsite.core.domain.staff import Device
from eventsite.core.services.chaining import DoorChanges, attended, chain, registered, scanned
from eventsite.core.services.organizing import set_up
from eventsite.core.services.verifying import verify
from eventsite.core.store import keys, ledger_keys
from eventsite.core.store.items import time_text
from eventsite.core.store.scan_ledger import ScanLedgerRepository, fact_of
from eventsite.core.store.scans import Change
from tests.builders import NOON, a_registration, a_setup, an_event
from tests.conftest import everything

GUEST = a_registration().registration_id
LATER = NOON + timedelta(minutes=10)


@pytest.fixture
def stores(installation):
    set_up(installation.events, a_setup())
    installation.devices.add(
        Device(device_id="d1", event_id="demo", name="Kiosk 1", enrolled_at=NOON)
    )
    return installation


def a_scan(number=1, **changes):
    fields = {
        "device_id": "d1",
        "scan_id": f"scan-{number}",
        "event_id": "demo",
        "gate_id": "main",
        "registration_id": GUEST,
        "scanned_at": NOON + timedelta(seconds=number),
    }
    return Scan(**(fields | changes))


def refuse(stores, number=1, code=VerdictCode.EXPIRED, **changes):
    """Keep a scan, as the door does, without anybody passing; return what the stream gives."""
    scan = a_scan(number, **changes)
    verdict = Verdict(
        code=code, decided_at=scan.at, registration_id=GUEST, direction=scan.direction
    )
    stores.scans.refuse(scan, verdict)
    return scanned(image(stores, scan.device_id, scan.scan_id))


def image(stores, actor, entry_id):
    table = stores.scans._table
    return fact_of(table.get(keys.scan(actor, entry_id)))


def undo(stores, number, by="staff:anna"):
    fact = UndoneScan(
        event_id="demo",
        by=by,
        undo_id=f"undo-{number}",
        of_device="d1",
        scan_id=f"scan-{number}",
        registration_id=GUEST,
        reason="the wrong guest",
        undone_at=NOON + timedelta(minutes=20),
    )
    before = Attendance(event_id="demo", registration_id=GUEST)
    stores.scans.undo(fact, Change(event=an_event(), before=before, after=before))
    return scanned(image(stores, by, fact.undo_id))


def all_of(*changes):
    return sum(changes, DoorChanges())


def wrongs(stores, now=LATER):
    return [(f.wrong, f.entry_id) for each in verify(stores, "demo", now) for f in each.faults]


# -- the chain --
def test_every_scan_of_a_device_is_in_its_chain_in_order(stores):
    chain(stores, all_of(*(refuse(stores, n) for n in range(3))), NOON)
    chain(stores, refuse(stores, 3), LATER)
    entries = stores.scan_ledger.of_actor("d1")
    assert [(e.seq, e.fact.entry_id) for e in entries] == [
        (1, "scan-0"),
        (2, "scan-1"),
        (3, "scan-2"),
        (4, "scan-3"),
    ]
    assert [e.prev for e in entries] == ["", *(e.hash for e in entries[:-1])]
    assert stores.scan_ledger.head("d1") == Head(seq=4, hash=entries[-1].hash)
    assert wrongs(stores) == []


def test_what_the_stream_gives_twice_is_in_the_ledger_once(stores):
    changes = all_of(*(refuse(stores, n) for n in range(3)))
    chain(stores, changes, NOON)
    before = everything()
    chain(stores, changes, LATER)
    chain(stores, all_of(changes, changes), LATER)
    hours = [i for i in everything() if i["pk"]["S"] != "SCANLOGS#demo"]
    assert hours == [i for i in before if i["pk"]["S"] != "SCANLOGS#demo"]


def test_a_batch_with_old_and_new_adds_the_new_to_the_chain_and_to_the_counts(stores):
    first, second = refuse(stores, 1), refuse(stores, 2)
    chain(stores, first, NOON)
    chain(stores, all_of(first, second), LATER)
    assert [e.fact.entry_id for e in stores.scan_ledger.of_actor("d1")] == ["scan-1", "scan-2"]
    (tally,) = stores.tallies.of_event("demo", NOON, NOON)
    assert tally.counts == {"expired": 2}
    assert tally.minutes == {0: 2}


def test_a_process_that_knows_an_older_end_goes_on_from_the_new_one(stores):
    other = ScanLedgerRepository(stores.scan_ledger._table)
    chain(stores, refuse(stores, 1), NOON)
    other.append("d1", refuse(stores, 2).facts, NOON)
    chain(stores, refuse(stores, 3), NOON)
    assert [e.seq for e in other.of_actor("d1")] == [1, 2, 3]
    assert wrongs(stores) == []


def test_more_scans_than_one_transaction_takes(stores):
    chain(stores, all_of(*(refuse(stores, n) for n in range(95))), NOON)
    assert stores.scan_ledger.head("d1").seq == 95
    tallies = stores.tallies.of_event("demo", NOON, NOON)
    assert sum((each.counts for each in tallies), Counter()) == {"expired": 95}


def test_an_undo_is_in_the_chain_of_who_did_it_and_counts_at_its_gate(stores):
    admitted = refuse(stores, 1, VerdictCode.OK)
    chain(stores, all_of(admitted, undo(stores, 1)), NOON)
    (entry,) = stores.scan_ledger.of_actor("staff:anna")
    assert (entry.fact.kind, entry.fact.gate_id, entry.fact.of_scan) == ("undo", "main", "scan-1")
    counted = Counter()
    for tally in stores.tallies.of_event("demo", NOON, LATER):
        assert (tally.began, tally.gate_id) == (NOON, "main")
        counted += tally.counts
    assert counted == {"entries": 1, "undone_entries": 1}
    assert wrongs(stores) == []


def test_no_reason_name_or_answer_is_in_the_ledger(stores):
    chain(stores, all_of(refuse(stores, 1, forced="knows the boss"), undo(stores, 1)), NOON)
    said = [str(i) for i in everything() if not i["pk"]["S"].startswith(("SCAN#", "EVENT#"))]
    told = "".join(text for text in said if "REG#" not in text.split("'sk'")[0])
    assert "boss" not in told
    assert "wrong guest" not in told
    assert stores.scan_ledger.of_actor("d1")[0].fact.forced


def test_erasing_a_guest_leaves_the_ledger_whole(stores):
    chain(stores, all_of(refuse(stores, 1, forced="knows the boss"), undo(stores, 1)), NOON)
    stores.personal.forget_traces(GUEST)
    assert stores.scans.kept("d1", "scan-1")[0].forced == ""
    assert wrongs(stores) == []


# -- the event's ledger --
def test_the_ledger_of_an_event_is_in_order_of_recording(stores):
    chain(stores, refuse(stores, 1), NOON)
    chain(stores, refuse(stores, 2, device_id="d2"), NOON + timedelta(minutes=90))
    chain(stores, refuse(stores, 3), NOON + timedelta(minutes=95))
    assert [e.fact.entry_id for e in stores.scan_ledger.of_event("demo")] == [
        "scan-1",
        "scan-2",
        "scan-3",
    ]
    assert stores.scan_ledger.actors("demo") == ["d1", "d2"]


def test_who_passed_since_a_moment_is_found_by_when_it_was_recorded(stores):
    chain(stores, refuse(stores, 1), LATER)
    assert stores.scan_ledger.registrations_since("demo", LATER) == {GUEST}
    assert stores.scan_ledger.registrations_since("demo", LATER + timedelta(seconds=1)) == set()


def test_a_block_is_no_scan_and_is_found_all_the_same(stores):
    before = Attendance(event_id="demo", registration_id=GUEST)
    after = replace(before, block=Block(by="staff:anna", at=NOON, reason="no"), version=1)
    chain(stores, attended(None, after), NOON)
    assert stores.scan_ledger.registrations_since("demo", NOON) == {GUEST}
    assert list(stores.scan_ledger.of_event("demo")) == []


# -- counts --
def passing(*directions, **changes):
    """An attendance with passages in these directions, written once for each."""
    found = [Attendance(event_id="demo", registration_id=GUEST)]
    for number, direction in enumerate(directions):
        passage = Passage(
            device_id="d1",
            scan_id=f"scan-{number}",
            gate_id="main",
            direction=direction,
            at=NOON + timedelta(minutes=number),
            **changes,
        )
        found.append(replace(found[-1].passing(passage), version=number + 1))
    return found


def test_guests_are_counted_once_however_often_they_come_and_go(stores):
    steps = passing(Direction.ENTRY, Direction.EXIT, Direction.ENTRY)
    changes = [attended(old, new) for old, new in itertools.pairwise(steps)]
    for batch in (changes[:2], changes[:2], changes, changes[:1]):
        chain(stores, all_of(*batch), NOON)
    assert stores.tallies.counts("demo") == {"admitted": 1, "inside": 1}


def test_who_leaves_a_hall_is_still_in_the_event(stores):
    steps = passing(Direction.ENTRY, Direction.EXIT, zone_id="hall")
    assert attended(steps[1], steps[2]).marks == ()


def test_who_is_expected_is_who_has_a_confirmed_registration(stores):
    placed = a_registration()
    gone = replace(placed, status=RegistrationStatus.CANCELLED, version=2)
    for _ in range(2):
        chain(stores, registered(None, placed), NOON)
    assert stores.tallies.counts("demo")["expected"] == 1
    for _ in range(2):
        chain(stores, all_of(registered(None, placed), registered(placed, gone)), NOON)
    assert stores.tallies.counts("demo")["expected"] == 0


# -- tampering --
@pytest.fixture
def recorded(stores):
    chain(stores, all_of(*(refuse(stores, n) for n in range(5))), NOON)
    return stores


def table(stores):
    return stores.scans._table


def rewritten(stores, key, change):
    item = table(stores).get(key)
    change(item)
    table(stores).put(item)


def test_a_deleted_scan_is_found(recorded):
    table(recorded).delete(keys.scan("d1", "scan-2"))
    assert wrongs(recorded) == [(Wrong.GONE, "scan-2")]


@pytest.mark.parametrize(
    "change",
    [
        lambda item: item["verdict"].update(code="ok"),
        lambda item: item["verdict"].update(registration_id="0" * 16),
        lambda item: item["verdict"].update(decided_at=time_text(LATER)),
        lambda item: item.update(gate_id="stage"),
        lambda item: item.update(scanned_at=time_text(LATER)),
        lambda item: item.update(forced="because"),
        lambda item: item.update(payload_hash="0" * 64),
    ],
)
def test_a_changed_verdict_is_found(recorded, change):
    rewritten(recorded, keys.scan("d1", "scan-2"), change)
    assert wrongs(recorded) == [(Wrong.CHANGED, "scan-2")]


def test_a_deleted_entry_is_found(recorded):
    table(recorded).delete(ledger_keys.entry("d1", "scan-2"))
    found = wrongs(recorded)
    assert (Wrong.GAP, "scan-3") in found
    assert (Wrong.MISSING, "scan-2") in found


def test_an_entry_that_was_changed_like_its_scan_is_found(recorded):
    rewritten(recorded, keys.scan("d1", "scan-2"), lambda i: i["verdict"].update(code="ok"))
    rewritten(recorded, ledger_keys.entry("d1", "scan-2"), lambda i: i["fact"].update(code="ok"))
    assert wrongs(recorded) == [(Wrong.BROKEN, "scan-2")]


def test_an_entry_with_a_new_hash_does_not_fit_what_follows(recorded):
    (entry,) = [e for e in recorded.scan_ledger.of_actor("d1") if e.seq == 3]
    forged = replace(entry, fact=replace(entry.fact, code=VerdictCode.OK))

    def forge(item):
        item["fact"]["code"] = "ok"
        item["hash"] = forged.right_hash

    rewritten(recorded, ledger_keys.entry("d1", "scan-2"), forge)
    rewritten(recorded, keys.scan("d1", "scan-2"), lambda i: i["verdict"].update(code="ok"))
    assert wrongs(recorded) == [(Wrong.BROKEN, "scan-3")]


def test_a_tail_that_was_cut_is_found_with_its_scans_and_even_with_its_end(recorded):
    for number in (3, 4):
        table(recorded).delete(ledger_keys.entry("d1", f"scan-{number}"))
        table(recorded).delete(keys.scan("d1", f"scan-{number}"))
    assert [wrong for wrong, _ in wrongs(recorded)] == [Wrong.CUT]
    last = recorded.scan_ledger.of_actor("d1")[-1]
    rewritten(recorded, ledger_keys.head("d1"), lambda i: i.update(seq=last.seq, hash=last.hash))
    (left,) = verify(recorded, "demo", LATER)
    assert left.sound, "only who wrote the end down can tell"
    assert left.head.seq == 3


def test_a_lost_end_is_found(recorded):
    table(recorded).delete(ledger_keys.head("d1"))
    assert [wrong for wrong, _ in wrongs(recorded)] == [Wrong.CUT]


def test_a_scan_that_never_came_to_the_ledger_is_missing_after_two_minutes(recorded):
    refuse(recorded, 9)
    assert wrongs(recorded, NOON + timedelta(minutes=2)) == []
    assert wrongs(recorded, NOON + timedelta(minutes=3)) == [(Wrong.MISSING, "scan-9")]


def test_a_device_of_which_the_ledger_never_heard_is_looked_at(stores):
    refuse(stores, 1)
    assert wrongs(stores) == [(Wrong.MISSING, "scan-1")]


def test_the_hash_of_an_entry_does_not_depend_on_how_it_is_stored():
    fact = ScanFact(actor="d1", entry_id="s", event_id="demo", at=NOON, decided_at=NOON)
    (entry,) = chained(Head(), [fact], NOON)
    assert entry.hash == entry.right_hash
    assert list(faults([entry], Head(seq=1, hash=entry.hash), [fact], NOON)) == []
    moved = replace(entry, fact=replace(fact, event_id="demo2"))
    assert moved.right_hash != entry.hash
