"""What devices decided alone ends in the same state, whichever of them comes back first."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eventsite.core.domain.registrations import RegistrationStatus
from eventsite.core.domain.scans import Scan
from eventsite.core.services.overseeing import Reasoned, open_conflicts, settle, undo_scan
from eventsite.core.store.registration_items import registration_item
from eventsite.core.store.table import Table
from eventsite.core.store.tables import EVENTS_TABLE
from tests.builders import NOON
from tests.contract.attacking import at_once
from tests.contract.doorkeeping import ENTRY, EXIT, Doors, a_gate, a_zone
from tests.contract.memory import Memory

EXAMPLES = int(os.environ.get("EVENTSITE_TEST_EXAMPLES", "0"))
LATER = NOON + timedelta(hours=2)
ACT = Reasoned(by="staff:eve", at=LATER, reason="a mistake")
GATES = (a_gate(), a_gate("house", "house"), a_gate("hall", "hall"), a_gate("tent", "tent"))
ZONES = (a_zone("house", 4), a_zone("hall", 1, "house"), a_zone("tent", 2))
GUESTS = 3


def a_place(table: Table) -> Doors:
    return Doors(table, guests=GUESTS, gates=GATES, zones=ZONES)


@contextmanager
def fresh(client: Any) -> Iterator[Table]:
    name = f"eventsite-test-merging-{secrets.token_hex(4)}"
    client.create_table(TableName=name, **EVENTS_TABLE)
    yield Table(client, name)
    client.delete_table(TableName=name)


# -- what devices read ----------------------------------------------------------------------------
READ = st.fixed_dictionaries(
    {
        "guest": st.sampled_from((0, 0, 0, 1, 2)),
        "device_id": st.sampled_from(("d1", "d2", "d3")),
        "gate_id": st.sampled_from(("main", "house", "hall", "hall", "tent")),
        "direction": st.sampled_from((ENTRY, ENTRY, EXIT)),
        "minute": st.integers(0, 9),
        "forced": st.sampled_from(("", "", "", "the boss says so")),
        "offline_code": st.sampled_from(("ok", "ok", "ok", "ok", "already_admitted", "zone_full")),
        "online": st.sampled_from((False, False, False, True)),
    }
)
"""``online`` are scans that we had answered, and the device never heard it."""

BEFORE = st.lists(
    st.tuples(
        st.integers(0, GUESTS - 1),
        st.sampled_from(("main", "hall", "tent")),
        st.sampled_from((ENTRY, EXIT)),
        st.integers(0, 9),
    ),
    max_size=3,
)
FATES = st.sampled_from(("", "", "cancelled", "reissued"))


def readings(doors: Doors, said: Iterable[dict[str, Any]]) -> list[Scan]:
    scans = []
    for number, fields in enumerate(said):
        at = NOON + timedelta(minutes=fields["minute"])
        kept = {k: v for k, v in fields.items() if k not in ("minute", "online", "guest")}
        scans.append(doors.a_scan(f"s{number}", fields["guest"], scanned_at=at, **kept))
    return scans


def prepare(doors: Doors, said: list[dict[str, Any]], before: Any, fate: str) -> list[Scan]:
    """Let happen what was stored when the uploads come; return what is uploaded."""
    for number, (guest, gate, way, minute) in enumerate(before):
        at = NOON + timedelta(minutes=minute)
        doors.scan(
            f"b{number}", guest, "d9", gate_id=gate, direction=way, scanned_at=at
        )  # fmt: skip
    scans = readings(doors, said)
    for scan, fields in zip(scans, said, strict=True):
        if fields["online"]:
            doors.judge(replace(scan, offline_code=None))
    if fate:
        mine = doors.guests[0]
        changed = (
            replace(mine, status=RegistrationStatus.CANCELLED)
            if fate == "cancelled"
            else replace(mine, reissue=1)
        )
        doors.shop.table.put(registration_item(changed))
    return scans


def uploaded(doors: Doors, scans: Iterable[Scan]) -> dict[str, Any]:
    for scan in scans:
        doors.judge(scan, LATER)
    doors.must_add_up(LATER)
    return doors.state(LATER)


STORY = {"said": st.lists(READ, min_size=2, max_size=6), "before": BEFORE, "fate": FATES}


@given(data=st.data(), **STORY)
@settings(max_examples=max(EXAMPLES, 150), deadline=None)
def test_every_order_of_an_upload_ends_in_the_same_state(data, said, before, fate):
    order = data.draw(st.permutations(range(len(said))))
    again = data.draw(st.lists(st.sampled_from(order), max_size=4))
    states = []
    for wanted in (range(len(said)), [*order, *again]):
        doors = a_place(Memory())
        scans = prepare(doors, said, before, fate)
        states.append(uploaded(doors, [scans[n] for n in wanted]))
    assert states[0] == states[1]


@given(**STORY)
@settings(max_examples=max(EXAMPLES // 20, 2), deadline=None)
def test_all_720_orders_of_six_scans_end_in_the_same_state(said, before, fate):
    states = []
    for order in permutations(range(len(said))):
        doors = a_place(Memory())
        scans = prepare(doors, said, before, fate)
        states.append(uploaded(doors, [scans[n] for n in order]))
        assert states[-1] == states[0], order


@pytest.mark.engine
@given(data=st.data(), **STORY)
@settings(
    max_examples=max(EXAMPLES // 4, 12),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_every_order_ends_in_the_same_state_on_the_engine(dynamodb, data, said, before, fate):
    order = data.draw(st.permutations(range(len(said))))
    states = []
    for wanted in (range(len(said)), order):
        with fresh(dynamodb) as table:
            doors = a_place(table)
            scans = prepare(doors, said, before, fate)
            states.append(uploaded(doors, [scans[n] for n in wanted]))
    memory = a_place(Memory())
    states.append(uploaded(memory, prepare(memory, said, before, fate)))
    assert states[0] == states[1]
    assert states[2] == states[0], "the table in memory is none"


@pytest.mark.engine
@given(**STORY)
@settings(
    max_examples=max(EXAMPLES // 4, 8),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_devices_that_upload_at_once_end_in_the_state_of_one_after_the_other(
    dynamodb, said, before, fate
):
    with fresh(dynamodb) as table:
        doors = a_place(table)
        scans = prepare(doors, said, before, fate)
        at_once(lambda n: doors.judge(scans[n % len(scans)], LATER) and n, len(scans) * 2)
        doors.must_add_up(LATER)
        together = doors.state(LATER)
    memory = a_place(Memory())
    assert uploaded(memory, prepare(memory, said, before, fate)) == together


# -- what people see of it ------------------------------------------------------------------------
@pytest.fixture
def doors():
    return a_place(Memory())


def alone(doors: Doors, scan_id: str, minute: int, said: str = "ok", **changes: Any) -> Any:
    at = NOON + timedelta(minutes=minute)
    scan = doors.a_scan(scan_id, scanned_at=at, offline_code=said, **changes)
    return doors.judge(scan, LATER)


def told(conflicts: Sequence[Any]) -> list[tuple[str, str, str]]:
    return [(c.reason, c.first.scan_id, c.second.scan_id if c.second else "") for c in conflicts]


def test_two_devices_that_let_in_the_same_ticket_open_one_conflict(doors):
    assert alone(doors, "s2", 5, device_id="d2").conflicts == ()
    answer = alone(doors, "s1", 3, device_id="d1")
    assert answer.kept.verdict.code == "ok", "the guest is inside: nobody is told otherwise"
    assert told(answer.conflicts) == [("twice", "s1", "s2")]
    assert told(alone(doors, "s2", 5, device_id="d2").conflicts) == [("twice", "s1", "s2")]


def test_who_was_let_in_despite_a_cancelled_ticket_is_a_conflict(doors):
    gone = replace(doors.guests[0], status=RegistrationStatus.CANCELLED)
    doors.shop.table.put(registration_item(gone))
    assert told(alone(doors, "s1", 3).conflicts) == [("cancelled", "s1", "")]
    assert doors.where(now=LATER).inside == ("",)


def test_a_full_zone_counts_who_is_in_it_all_the_same(doors):
    for guest in range(3):
        alone(doors, f"s{guest}", guest, guest=guest, gate_id="hall")
    assert doors.counts(LATER) == {"house": 3, "hall": 3, "tent": 0}
    out = {"gate_id": "hall", "scanned_at": LATER, "direction": EXIT}
    assert [doors.scan(f"x{guest}", guest, **out) for guest in range(3)] == ["ok"] * 3
    assert doors.counts(LATER) == {"house": 3, "hall": 0, "tent": 0}
    doors.must_add_up(LATER)


def test_after_uploads_a_zone_still_lets_in_as_many_as_it_holds():
    doors = Doors(Memory(), guests=60, gates=GATES, zones=(a_zone("tent", 40), *ZONES[:2]))
    for guest in range(0, 60, 3):
        alone(doors, f"s{guest}", 0, guest=guest, gate_id="tent")
    others = [guest for guest in range(60) if guest % 3]
    said = [doors.scan(f"s{guest}", guest, gate_id="tent") for guest in others]
    assert (said.count("ok"), said.count("zone_full")) == (20, 20)
    assert doors.count("tent") == 40


def test_what_a_device_refused_alone_is_kept_and_lets_nobody_in(doors):
    answer = alone(doors, "s1", 3, "revoked")
    assert (answer.kept.verdict.code, doors.attended().version) == ("revoked", 0)
    assert doors.scan("s2") == "ok"


def test_who_was_turned_away_although_we_had_let_them_in_is_outside(doors):
    scan = doors.a_scan("s1", gate_id="hall")
    assert doors.judge(scan).kept.verdict.code == "ok", "and the device did not hear it"
    assert doors.count("hall") == 1
    for _ in range(2):
        alone(doors, "s1", 0, "zone_full", gate_id="hall")
        assert (doors.where(now=LATER).inside, doors.count("hall", LATER)) == ((), 0)
    assert len(doors.attended().undos) == 1


def test_who_was_let_in_although_we_had_refused_is_inside(doors):
    assert doors.scan("s0", 1, gate_id="hall") == "ok"
    assert doors.scan("s1", gate_id="hall") == "zone_full"
    answer = alone(doors, "s1", 0, gate_id="hall")
    assert answer.kept.verdict.code == "zone_full", "what we said first stays"
    assert answer.kept.replayed
    assert doors.where(now=LATER).inside == ("", "house", "hall")
    assert doors.count("hall", LATER) == 2


def test_a_ticket_of_another_event_is_none_whatever_the_device_thought(doors):
    other = replace(doors.setup.event, number=7)
    doors.setup = replace(doors.setup, event=other)
    code = doors.code()
    doors.setup = replace(doors.setup, event=replace(other, number=4021))
    scan = doors.a_scan("s1", ticket_code=code, offline_code="ok")
    assert doors.judge(scan, LATER).kept.verdict.code == "wrong_event"
    forged = doors.a_scan("s2", ticket_code="A" * 130, offline_code="ok")
    assert doors.judge(forged, LATER).kept.verdict.code == "unknown"
    assert doors.attended().version == 0


def test_an_undone_passage_stays_undone_however_often_it_is_uploaded(doors):
    alone(doors, "s1", 3, gate_id="hall")
    undo_scan(doors.shop, doors.setup, "u1", ("d1", "s1"), ACT)
    alone(doors, "s1", 3, gate_id="hall")
    assert (doors.where(now=LATER).inside, doors.count("hall", LATER)) == ((), 0)


@pytest.mark.engine
def test_a_conflict_is_listed_until_somebody_settles_it(table):
    doors = a_place(table)
    alone(doors, "s1", 3, device_id="d1")
    alone(doors, "s2", 5, device_id="d2")
    (conflict,) = open_conflicts(doors.shop, doors.setup, LATER)
    assert told([conflict]) == [("twice", "s1", "s2")]
    of = doors.guests[0].registration_id
    settle(doors.shop, doors.setup, of, conflict.conflict_id, ACT)
    assert list(open_conflicts(doors.shop, doors.setup, LATER)) == []
    assert doors.shop.scans.conflicts("demo", "settled").items
    alone(doors, "s3", 9, device_id="d3")
    assert told(list(open_conflicts(doors.shop, doors.setup, LATER))) == [("twice", "s2", "s3")]
