"""Undoing, blocking, settling and correcting: new facts with a reason and a name, and no others."""

from __future__ import annotations

from datetime import timedelta

import pytest

from eventsite.core.domain.reasons import REASON
from eventsite.core.errors import Invalid, KeyReused, NotAllowed, NotFound
from eventsite.core.services.overseeing import (
    Reasoned,
    block,
    settle,
    unblock,
    undo_scan,
)
from tests.builders import NOON
from tests.contract.doorkeeping import EXIT, Doors, a_gate, a_zone
from tests.contract.memory import Memory

EVE = Reasoned(by="staff:eve", at=NOON + timedelta(hours=1), reason="a mistake")
BOB = Reasoned(by="staff:bob", at=NOON + timedelta(hours=2), reason="another one")


@pytest.fixture
def doors():
    gates = (a_gate(), a_gate("hall", "hall"))
    return Doors(Memory(), guests=2, gates=gates, zones=(a_zone("hall", 5),))


def undone(doors, undo_id="u1", scan_id="s1", act=EVE, device_id="d1"):
    return undo_scan(doors.shop, doors.setup, undo_id, (device_id, scan_id), act)


def settled(doors, conflict, act=EVE, registration_id=""):
    of = registration_id or doors.guests[0].registration_id
    return settle(doors.shop, doors.setup, of, conflict, act)


def a_conflict(doors):
    for number in (1, 2):
        doors.scan(f"s{number}", device_id=f"d{number}", offline_code="ok")
    (conflict,) = doors.where().conflicts
    return conflict


# -- undoing --
def test_undoing_takes_the_guest_out_of_the_count_and_keeps_the_passage(doors):
    doors.scan("s1", gate_id="hall")
    fact, replayed = undone(doors)
    assert (fact.by, fact.reason, fact.undone_at, replayed) == (EVE.by, EVE.reason, EVE.at, False)
    attended = doors.attended()
    assert (len(attended.passages), attended.valid) == (1, ())
    assert doors.count("hall") == 0


def test_undoing_an_exit_counts_the_guest_again(doors):
    doors.scan("s1", gate_id="hall")
    doors.scan("s2", gate_id="hall", direction=EXIT)
    assert doors.count("hall") == 0
    undone(doors, scan_id="s2")
    assert doors.count("hall") == 1
    doors.must_add_up()


def test_the_same_undo_again_changes_nothing(doors):
    doors.scan("s1")
    first = undone(doors)
    before = doors.attended()
    assert undone(doors) == (first[0], True)
    assert doors.attended() == before


def test_an_undo_id_is_for_one_scan(doors):
    doors.scan("s1")
    doors.scan("s2", direction=EXIT)
    undone(doors)
    with pytest.raises(KeyReused):
        undone(doors, scan_id="s2")
    assert len(doors.attended().valid) == 1


def test_two_who_undo_the_same_scan_are_both_kept_with_their_reasons(doors):
    doors.scan("s1")
    undone(doors, "u2", act=BOB)
    undone(doors, "u1")
    assert [undo.by for undo in doors.attended().undos] == [EVE.by, BOB.by]
    assert doors.attended().reasons == (EVE.reason, BOB.reason)
    assert doors.attended().valid == ()


def test_what_admitted_nobody_cannot_be_undone(doors):
    doors.scan("s1")
    doors.scan("s2")
    with pytest.raises(NotAllowed):
        undone(doors, scan_id="s2")
    doors.scan("s3", ticket_code="hello")
    with pytest.raises(NotAllowed):
        undone(doors, scan_id="s3")
    for unknown in ({"scan_id": "s9"}, {"device_id": "d9"}):
        with pytest.raises(NotFound):
            undone(doors, **unknown)


def test_an_undo_is_no_scan_that_can_be_undone(doors):
    doors.scan("s1")
    undone(doors)
    with pytest.raises(NotFound):
        undone(doors, "u2", "u1", device_id=EVE.by)


# -- reasons --
@pytest.mark.parametrize("text", ["", "  ", "ab", "x" * REASON.stop, "bell\x07 rang", "a\u202ebc"])
def test_nothing_happens_without_a_reason(doors, text):
    doors.scan("s1")
    bare = Reasoned(by="staff:eve", at=NOON, reason=text)
    with pytest.raises(Invalid):
        undone(doors, act=bare)
    with pytest.raises(Invalid):
        block(doors.shop, doors.setup, doors.guests[0], bare)
    with pytest.raises(Invalid):
        settled(doors, "c", bare)
    assert doors.attended().version == 1


# -- blocking --
def test_who_is_blocked_stays_out_and_may_leave(doors):
    doors.scan("s1", gate_id="hall")
    block(doors.shop, doors.setup, doors.guests[0], EVE)
    assert doors.scan("s2") == "blocked"
    assert doors.scan("s3", gate_id="hall", direction=EXIT) == "ok"
    assert doors.scan("other", 1) == "ok"
    unblock(doors.shop, doors.setup, doors.guests[0], NOON)
    assert doors.scan("s4", gate_id="hall") == "ok"
    doors.must_add_up()


# -- settling --
def test_a_settled_conflict_is_open_no_more(doors):
    conflict = a_conflict(doors)
    assert settled(doors, conflict.conflict_id).settled.reason == EVE.reason
    assert [each.open for each in doors.where().conflicts] == [False]
    with pytest.raises(NotAllowed):
        settled(doors, conflict.conflict_id, BOB)
    (known,) = doors.attended().settled
    assert known.by == EVE.by


def test_what_is_no_conflict_cannot_be_settled(doors):
    a_conflict(doors)
    with pytest.raises(NotFound):
        settled(doors, "unknown")
    with pytest.raises(NotFound):
        settled(doors, "unknown", registration_id="0" * 16)


def test_a_conflict_that_is_undone_can_no_longer_be_settled(doors):
    conflict = a_conflict(doors)
    undone(doors, scan_id="s2", device_id="d2")
    with pytest.raises(NotFound):
        settled(doors, conflict.conflict_id)
