"""What happened to a guest is a set: its state follows from the times, never from the arrivals."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventsite.core.domain.attendance import (
    TWICE,
    Attendance,
    Block,
    Doors,
    Passage,
    Settled,
    Undo,
    standing,
)
from eventsite.core.domain.scans import Direction
from eventsite.core.domain.zones import NEVER, chain
from tests.builders import NOON

ENTRY, EXIT = Direction.ENTRY, Direction.EXIT
WITHIN = {"hall": "house", "stand": "hall"}
ZONES = ("", "house", "hall", "stand", "tent")
NOBODY = Attendance(event_id="demo", registration_id="9f3ac1d2e4b50617", type_id="general")


def around(zone_id):
    return chain(zone_id, WITHIN)


def doors(emptied=None, anew=lambda before, after: False):
    """Doors of an event; ``emptied`` is when which zone was emptied by hand."""

    def since(zone_id, moment):
        at = (emptied or {}).get(zone_id, NEVER)
        return at if at <= moment else NEVER

    return Doors(chain=lambda p: around(p.zone_id), emptied=since, begins_anew=anew)


def a_passage(minute=0, zone_id="", direction=ENTRY, *, scan_id="", device_id="d1", **changes):
    return Passage(
        device_id=device_id,
        scan_id=scan_id or f"s{minute}",
        gate_id="main",
        zone_id=zone_id,
        direction=direction,
        at=NOON + timedelta(minutes=minute),
        **changes,
    )


def an_undo(passage, number=0):
    return Undo(
        undo_id=f"u{number}",
        device_id=passage.device_id,
        scan_id=passage.scan_id,
        by="staff:eve",
        at=NOON + timedelta(hours=number),
        reason="mistaken",
    )


def after(facts, known=NOBODY):
    for fact in facts:
        known = known.undoing(fact) if isinstance(fact, Undo) else known.passing(fact)
    return known


def seen(attendance, **known):
    return standing(attendance, doors(**known), NOON + timedelta(days=1))


def pairs(attendance, **known):
    """Return which passage is in conflict with which, by their minutes."""
    found = seen(attendance, **known).conflicts
    return [(c.first.scan_id, c.second.scan_id if c.second else c.reason) for c in found]


@st.composite
def passages(draw):
    """Up to eight readings of one ticket at three devices, some in the same instant."""
    made = draw(
        st.lists(
            st.tuples(
                st.integers(0, 6),
                st.sampled_from(ZONES),
                st.sampled_from((ENTRY, ENTRY, EXIT)),
                st.sampled_from(("d1", "d2", "d3")),
                st.sampled_from((False, False, True)),
            ),
            max_size=8,
        )
    )
    return [
        a_passage(at, zone, way, scan_id=f"s{n}", device_id=device, forced=forced)
        for n, (at, zone, way, device, forced) in enumerate(made)
    ]


# -- whatever the order ---------------------------------------------------------------------------
@given(passages(), st.data())
@settings(max_examples=300, deadline=None)
def test_every_order_of_facts_ends_in_the_same_state(made, data):
    undone = data.draw(st.lists(st.sampled_from(made), max_size=3)) if made else []
    facts = [*made, *(an_undo(passage, n) for n, passage in enumerate(undone))]
    repeated = [*facts, *(data.draw(st.lists(st.sampled_from(facts), max_size=4)) if facts else [])]
    one = after(facts)
    other = after(data.draw(st.permutations(repeated)))
    assert other == one
    assert seen(other) == seen(one)


@given(passages())
@settings(max_examples=500, deadline=None)
def test_a_conflict_is_two_entries_with_no_way_out_between(made):
    """Against another way to say it: look back for what last told where the guest was."""
    attendance = after(made)
    entered = [c.second.scan_id for c in seen(attendance).conflicts]
    assert entered == [
        passage.scan_id
        for number, passage in enumerate(attendance.valid)
        if passage.direction is ENTRY
        and not passage.forced
        and was_inside(passage.zone_id, attendance.valid[:number])
    ]


def was_inside(zone_id, earlier):
    for passage in reversed(earlier):
        if passage.direction is ENTRY:
            return zone_id in around(passage.zone_id)
        if passage.zone_id in around(zone_id):
            return False
    return False


@given(passages())
@settings(max_examples=300, deadline=None)
def test_a_guest_is_in_a_zone_and_in_all_around_it(made):
    where = seen(after(made))
    assert where.inside == (around(where.inside[-1]) if where.inside else ())
    assert [z for z in ZONES if was_inside(z, after(made).valid)] == sorted(
        where.inside, key=ZONES.index
    )


@given(passages(), st.integers(0, 6))
@settings(max_examples=300, deadline=None)
def test_what_was_before_a_zone_was_emptied_contradicts_nothing_after_it(made, minute):
    attendance = after(made)
    emptied = NOON + timedelta(minutes=minute)
    where = seen(attendance, emptied={"house": emptied})
    for conflict in where.conflicts:
        if "house" in around(conflict.zone_id):
            before = [p for p in attendance.valid if p.order < conflict.second.order]
            assert conflict.second.at < emptied or before[-1].at >= emptied
    if attendance.valid and attendance.valid[-1].at < emptied:
        assert "house" not in where.inside


# -- what people see ------------------------------------------------------------------------------
def test_in_twice_is_a_conflict_and_in_again_after_an_exit_is_none():
    assert pairs(after([a_passage(0), a_passage(5)])) == [("s0", "s5")]
    assert pairs(after([a_passage(0), a_passage(3, "", EXIT), a_passage(5)])) == []


def test_an_exit_that_comes_in_late_takes_the_conflict_away():
    twice = after([a_passage(0), a_passage(5)])
    assert pairs(after([a_passage(3, "", EXIT)], twice)) == []


def test_an_entry_that_comes_in_late_moves_the_conflict():
    found = after([a_passage(0), a_passage(9), a_passage(5)])
    assert pairs(found) == [("s0", "s5"), ("s5", "s9")]


def test_undoing_either_entry_settles_a_conflict():
    both = [a_passage(0), a_passage(5)]
    for undone in both:
        assert pairs(after([*both, an_undo(undone)])) == []


def test_a_hall_within_a_house_is_no_second_entry_but_the_way_back_to_the_house_is():
    assert pairs(after([a_passage(0, "house"), a_passage(5, "hall")])) == []
    assert pairs(after([a_passage(0, "hall"), a_passage(5, "house")])) == [("s0", "s5")]


def test_who_goes_to_another_zone_has_left_the_first():
    moved = after([a_passage(0, "hall"), a_passage(5, "tent")])
    assert seen(moved).inside == ("", "tent")
    assert pairs(after([a_passage(9, "hall")], moved)) == []


def test_leaving_the_house_leaves_everything_in_it():
    gone = after([a_passage(0, "stand"), a_passage(5, "house", EXIT)])
    assert seen(gone).inside == ("",)


def test_who_leaves_a_zone_that_they_were_not_in_stays_where_they_were():
    assert seen(after([a_passage(0, "tent"), a_passage(5, "hall", EXIT)])).inside == ("", "tent")


def test_an_entry_despite_a_refusal_is_a_conflict_of_its_own():
    found = after([a_passage(0, despite="cancelled")])
    assert pairs(found) == [("s0", "cancelled")]
    assert pairs(after([a_passage(0, "", EXIT, despite="cancelled")])) == []


def test_a_forced_entry_is_none():
    assert pairs(after([a_passage(0), a_passage(5, forced=True)])) == []


def test_another_day_begins_anew_where_a_rule_says_so():
    found = after([a_passage(0), a_passage(5)])
    assert pairs(found, anew=lambda before, later: True) == []


def test_a_settled_conflict_stays_known_and_is_no_longer_open():
    found = after([a_passage(0), a_passage(5)])
    (conflict,) = seen(found).conflicts
    settled = Settled(conflict_id=conflict.conflict_id, by="staff:eve", at=NOON, reason="a twin")
    (again,) = seen(found.settling(settled)).conflicts
    assert (conflict.open, again.open, again.settled) == (True, False, settled)
    other = replace(settled, by="staff:bob")
    assert found.settling(settled).settling(other) == found.settling(settled)


def test_a_conflict_has_one_name_whatever_order_it_came_in():
    three = [a_passage(0), a_passage(5), a_passage(9, despite="cancelled")]
    names = {
        tuple(c.conflict_id for c in seen(after(order)).conflicts) for order in permutations(three)
    }
    assert len(names) == 1
    assert len(set(names.pop())) == 3


def test_the_same_scan_id_of_two_devices_is_two_passages():
    both = after([a_passage(0, scan_id="s"), a_passage(5, scan_id="s", device_id="d2")])
    assert len(both.passages) == 2
    assert [c.reason for c in seen(both).conflicts] == [TWICE]
    assert after([a_passage(7, scan_id="s")], both) == both


def test_the_first_entry_is_the_earliest_that_counts():
    first, later = a_passage(0), a_passage(5)
    assert after([later, first]).first_entry == first
    assert after([later, first, an_undo(first)]).first_entry == later
    assert after([a_passage(0, "", EXIT)]).first_entry is None


def test_what_staff_wrote_can_be_taken_out_and_nothing_else():
    found = after([a_passage(0), an_undo(a_passage(0))])
    settled = Settled(conflict_id="c", by="staff:eve", at=NOON, reason="a twin")
    block = Block(by="staff:eve", at=NOON, reason="fought")
    found = replace(found.settling(settled), block=block)
    assert found.reasons == ("mistaken", "a twin", "fought")
    bare = found.without_words()
    assert bare.reasons == ()
    assert (bare.passages, bare.valid, bool(bare.block)) == (found.passages, (), True)


@pytest.mark.parametrize("minute", [-1, 0, 1])
def test_a_zone_forgets_who_came_before_it_was_emptied(minute):
    found = after([a_passage(minute, "hall")])
    inside = seen(found, emptied={"house": NOON}).inside
    assert inside == (("",) if minute < 0 else ("", "house", "hall"))
