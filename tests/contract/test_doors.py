"""Promises about doors, with real threads on the real engine: in once, and never too many."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from eventsite.core.domain.questions import Question, QuestionKind
from eventsite.core.domain.rules import Rule
from eventsite.core.domain.zones import NEVER, session_zone
from eventsite.core.errors import KeyReused
from eventsite.core.services.deciding import cancel
from eventsite.core.services.overseeing import Reasoned, block, correct_count, unblock, undo_scan
from eventsite.core.store.occupancy import Tally
from tests.builders import NOON, a_session
from tests.contract.attacking import Contended, Shop, at_once
from tests.contract.books import scanned
from tests.contract.conftest import THREADS
from tests.contract.doorkeeping import ENTRY, EXIT, Doors, a_gate, a_zone

pytestmark = [pytest.mark.engine]

ACT = Reasoned(by="staff:eve", at=NOON, reason="a mistake")
FIVE_GATES = tuple(a_gate(f"gate{n}") for n in range(5))
HALL = (a_gate(), a_gate("hall", "hall"), a_gate("tent", "tent"))


# -- one ticket -----------------------------------------------------------------------------------
def test_one_ticket_on_fifty_threads_at_five_gates_is_admitted_once(table):
    doors = Doors(table, gates=FIVE_GATES)

    def one(number):
        gate = f"gate{number % 5}"
        scan = doors.a_scan(f"s{number}", device_id=f"d{number % 5}", gate_id=gate)
        verdict = doors.judge(scan).kept.verdict
        return verdict.code.value, verdict.first_at, verdict.first_gate, verdict.first_device

    answers = at_once(one)
    admitted = [a for a in answers if a[0] == "ok"]
    refused = [a for a in answers if a[0] == "already_admitted"]
    assert (len(admitted), answers[admitted[0]]) == (1, 1)
    assert len(refused) == 1, "all refusals name the same first scan"
    assert answers[refused[0]] == THREADS - 1
    (passage,) = doors.attended().passages
    assert refused[0][1:] == (passage.at, passage.gate_id, passage.device_id)
    kept = [item for item in scanned(table) if item.get("entity") == "scan"]
    assert len(kept) == THREADS, "every reading is kept"


@pytest.mark.parametrize("times", [20, THREADS])
def test_one_scan_sent_many_times_at_once_gets_one_verdict_and_one_passage(table, times):
    doors = Doors(table, gates=HALL, zones=(a_zone("hall", 5), a_zone("tent")))
    scan = doors.a_scan("s1", gate_id="hall")
    answers = at_once(lambda _: doors.judge(scan).kept, times)
    verdicts = {kept.verdict for kept in answers}
    assert [v.code.value for v in verdicts] == ["ok"]
    assert sum(n for kept, n in answers.items() if not kept.replayed) == 1
    assert len(doors.attended().passages) == 1
    assert doors.counts() == {"hall": 1, "tent": 0}


def test_a_verdict_that_was_uploaded_by_many_threads_is_one_passage_too(table):
    doors = Doors(table, gates=HALL, zones=(a_zone("hall", 5), a_zone("tent")))
    scan = doors.a_scan("s1", gate_id="hall", offline_code="ok")
    answers = at_once(lambda _: doors.judge(scan).kept.verdict, 20)
    assert list(answers.values()) == [20]
    assert len(doors.attended().passages) == 1
    doors.must_add_up()


def test_a_reused_scan_id_changes_nothing_whoever_decided(table):
    doors = Doors(table, guests=2)
    assert doors.scan("s1", 0) == "ok"
    for said in (None, "ok", "cancelled"):
        with pytest.raises(KeyReused):
            doors.scan("s1", 1, offline_code=said)
    assert doors.attended(1).version == 0
    doors.must_add_up()


# -- zones ----------------------------------------------------------------------------------------
def test_a_zone_of_100_never_holds_more_while_400_come_and_go(table):
    doors = Doors(table, guests=400, gates=HALL, zones=(a_zone("hall", 100), a_zone("tent")))

    def one(number):
        scan_id = f"s{number}"
        found = [doors.scan(scan_id, number, f"d{number % 9}", gate_id="hall")]
        if found == ["ok"] and number % 3 == 0:  # and some leave again, so that others can come
            found.append(
                doors.scan(f"x{number}", number, f"d{number % 7}", gate_id="hall", direction=EXIT)
            )
        return tuple(found)

    with doors.watched(["hall"]) as seen:
        codes = at_once(one, 400)
    assert set(codes) <= {("ok",), ("ok", "ok"), ("zone_full",)}
    assert max(level for (level,) in seen) <= 100
    assert len(seen) > 10, "or nobody looked"
    doors.must_add_up()
    assert doors.count("hall") == codes[("ok",)]
    # To its last place: whoever was told that it is full comes in as soon as somebody left.
    inside = [n for n in range(400) if "hall" in doors.where(n).inside]
    outside = [n for n in range(400) if n not in inside]
    out = {"gate_id": "hall", "direction": EXIT}
    assert at_once(lambda n: doors.scan(f"out{n}", inside[n], **out), 30) == {"ok": 30}
    left = 100 - doors.count("hall")
    again = at_once(lambda n: doors.scan(f"again{n}", outside[n], gate_id="hall"), left + 5)
    assert again == {"ok": left, "zone_full": 5}
    assert doors.count("hall") == 100


def test_a_zone_is_filled_exactly_where_transactions_collide(table):
    """As AWS has it: a transaction on an item that another one holds is refused."""
    doors = Doors(table, guests=60, gates=HALL, zones=(a_zone("hall", 20), a_zone("tent")))
    doors.shop = Shop(Contended(table))

    def one(number):
        return doors.scan(f"s{number}", number, f"d{number % 9}", gate_id="hall")

    assert at_once(one, 60, 20) == {"ok": 20, "zone_full": 40}
    assert doors.shop.table.client.conflicts, "or nothing collided"
    doors.must_add_up()


def test_nobody_is_lost_between_two_zones_within_a_third(table):
    zones = (a_zone("house", 30), a_zone("hall", 12, "house"), a_zone("tent", 12, "house"))
    doors = Doors(table, guests=40, gates=(*HALL, a_gate("house", "house")), zones=zones)

    def one(number):
        dice = random.Random(number)  # noqa: S311 - the same walk every time
        found = []
        for step in range(8):
            gate, way = dice.choice(("house", "hall", "tent")), dice.choice((ENTRY, ENTRY, EXIT))
            scan_id = f"s{number}.{step}"
            found.append(doors.scan(scan_id, number, gate_id=gate, direction=way))
        return frozenset(found)

    with doors.watched(["house", "hall", "tent"]) as seen:
        told = at_once(one, 40, 40)
    assert set().union(*told) <= {"ok", "already_admitted", "zone_full", "not_inside"}
    assert max(house for house, _, _ in seen) <= 30
    assert max(max(hall, tent) for _, hall, tent in seen) <= 12
    doors.must_add_up()


def test_emptying_a_house_empties_the_hall_in_it(table):
    zones = (a_zone("house", 3), a_zone("hall", 3, "house"), a_zone("tent"))
    doors = Doors(table, guests=6, gates=HALL, zones=zones)
    for number in range(3):
        assert doors.scan(f"s{number}", number, gate_id="hall") == "ok"
    assert doors.scan("full", 3, gate_id="hall") == "zone_full"
    later = NOON + timedelta(hours=1)
    emptied = (a_zone("house", 3, emptied_at=later), *zones[1:])
    doors.setup = replace(doors.setup, zones=emptied)
    doors.must_add_up(later)
    assert doors.counts(later) == {"house": 0, "hall": 0, "tent": 0}
    after = {"gate_id": "hall", "scanned_at": later}
    assert [doors.scan(f"again{n}", n, **after) for n in (3, 4, 5)] == ["ok"] * 3
    assert doors.counts(later) == {"house": 3, "hall": 3, "tent": 0}
    assert doors.scan("back", 0, **after) == "zone_full"
    doors.must_add_up(later)


def test_nobody_is_kept_in_a_hall_because_the_house_around_it_is_full(table):
    """The house was set up while the hall had guests already: they are in it, and not counted."""
    hall = (a_gate("hall", "hall"), a_gate("house", "house"))
    house = a_zone("house", 1)
    doors = Doors(table, guests=2, gates=hall, zones=(house, a_zone("hall")))
    assert doors.scan("s1", 0, gate_id="hall") == "ok"
    assert doors.scan("s2", 1, gate_id="house") == "ok"
    doors.setup = replace(doors.setup, zones=(house, a_zone("hall", within="house")))
    assert doors.scan("x1", 0, gate_id="hall", direction=EXIT) == "ok"
    assert doors.where(0).inside == ("", "house")
    assert doors.counts() == {"house": 2, "hall": 0}


def test_a_session_lets_in_as_many_as_it_has_places(table):
    gates = (a_gate("door", "hall", sessions=True), a_gate())
    doors = Doors(table, guests=50, gates=gates, zones=(a_zone("hall"),))
    doors.shop.agenda.add(a_session(capacity=20))

    def one(number):
        return doors.scan(f"s{number}", number, gate_id="door", session_id="s1")

    assert at_once(one) == {"ok": 20, "zone_full": 30}
    assert doors.count("hall") == 20
    here = Tally(session_zone("s1"), 20, NEVER)
    assert doors.shop.occupancy.inside(doors.setup.event, [here]) == {here.zone_id: 20}
    inside = [n for n in range(50) if len(doors.where(n).inside) == 3]
    out = {"gate_id": "door", "session_id": "s1", "direction": EXIT}
    assert at_once(lambda n: doors.scan(f"x{n}", inside[n], **out), 20) == {"ok": 20}
    assert doors.shop.occupancy.inside(doors.setup.event, [here]) == {here.zone_id: 0}


def test_a_corrected_count_goes_on_exactly_while_guests_pass(table):
    doors = Doors(table, guests=60, gates=HALL, zones=(a_zone("hall", 40), a_zone("tent")))
    before = [doors.scan(f"s{n}", n, gate_id="hall") for n in range(10)]
    assert before == ["ok"] * 10

    def one(number):
        if number == 25:
            fact = correct_count(doors.shop, doors.setup, "hall", 20, ACT)
            return "corrected", fact.before
        return doors.scan(f"t{number}", 10 + number, gate_id="hall")

    told = at_once(one, 50)
    (was,) = [what[1] for what in told if what[0] == "corrected"]
    came_later = told["ok"] - (was - 10)
    assert doors.count("hall") == 20 + came_later <= 40
    assert told["ok"] + told["zone_full"] == 49
    (kept,) = doors.shop.occupancy.corrections("demo")
    assert (kept.before, kept.after, kept.by, kept.reason) == (was, 20, ACT.by, ACT.reason)


def test_a_count_that_was_corrected_to_nobody_never_falls_below(table):
    doors = Doors(table, guests=20, gates=HALL, zones=(a_zone("hall", 40), a_zone("tent")))
    assert at_once(lambda n: doors.scan(f"s{n}", n, gate_id="hall"), 20) == {"ok": 20}
    correct_count(doors.shop, doors.setup, "hall", 0, ACT)
    out = {"gate_id": "hall", "direction": EXIT}
    assert at_once(lambda n: doors.scan(f"x{n}", n, **out), 20) == {"ok": 20}
    assert doors.count("hall") == 0
    assert doors.scan("again", 0, gate_id="hall") == "ok"
    assert doors.count("hall") == 1


# -- undoing, blocking, forcing -------------------------------------------------------------------
def test_undoing_while_the_same_guest_is_scanned_leaves_one_state(table):
    doors = Doors(table, guests=10, gates=HALL, zones=(a_zone("hall", 40), a_zone("tent")))
    for number in range(10):
        assert doors.scan(f"s{number}", number, gate_id="hall") == "ok"

    def one(number):
        guest = number % 10
        match number // 10:
            case 0 | 1:
                of = ("d1", f"s{guest}")
                undone, _ = undo_scan(doors.shop, doors.setup, f"u{guest}", of, ACT)
                return "undone", undone.reason
            case 2:
                return doors.scan(f"x{guest}", guest, gate_id="hall", direction=EXIT)
            case _:
                return doors.scan(f"again{number}", guest, "d2", gate_id="tent")

    told = at_once(one)
    assert told["undone", ACT.reason] == 20
    assert set(told) <= {("undone", ACT.reason), "ok", "not_inside", "already_admitted"}
    doors.must_add_up()
    for number in range(10):
        assert len(doors.attended(number).undos) == 1
        assert doors.scan(f"s{number}", number, gate_id="hall") == "ok", "its verdict stays"
    doors.must_add_up()


def test_an_undone_entry_lets_in_again(table):
    doors = Doors(table)
    assert doors.scan("s1") == "ok"
    assert doors.scan("s2") == "already_admitted"
    undo_scan(doors.shop, doors.setup, "u1", ("d1", "s1"), ACT)
    assert doors.scan("s3") == "ok"
    assert doors.scan("s1") == "ok", "a replay, which admits nobody"
    assert len(doors.attended().valid) == 1


def test_who_is_blocked_while_they_are_scanned_is_in_before_or_not_at_all(table):
    doors = Doors(table, guests=25, gates=HALL, zones=(a_zone("hall", 40), a_zone("tent")))

    def one(number):
        guest = number % 25
        if number < 25:
            block(doors.shop, doors.setup, doors.guests[guest], ACT)
            return "blocked by staff"
        return doors.scan(f"s{number}", guest, gate_id="hall")

    told = at_once(one)
    assert set(told) <= {"blocked by staff", "ok", "blocked"}
    assert at_once(lambda n: doors.scan(f"t{n}", n, gate_id="hall"), 25) == {"blocked": 25}
    assert doors.scan("forced", 0, gate_id="hall", forced="the boss says so") == "blocked"
    doors.must_add_up()
    unblock(doors.shop, doors.setup, doors.guests[0], NOON)
    assert doors.scan("after", 0, gate_id="hall") in ("ok", "already_admitted")


def test_forcing_overrules_a_rule_and_not_a_full_hall_or_a_cancelled_ticket(table):
    once = Rule(event_id="demo", rule_id="once", name="Once", entries=1)
    doors = Doors(
        table,
        guests=3,
        gates=HALL,
        rules=(once,),
        zones=(a_zone("hall", 1), a_zone("tent")),
    )
    into = {"gate_id": "hall"}
    assert doors.scan("s1", 0, **into) == "ok"
    assert doors.scan("x1", 0, direction=EXIT, **into) == "ok"
    assert doors.scan("s2", 0, **into) == "no_entries_left"
    assert doors.scan("s3", 0, forced="lost their coat", **into) == "ok"
    assert doors.attended().passages[-1].forced
    assert doors.scan("s4", 1, forced="a friend of mine", **into) == "zone_full"
    cancel(doors.shop, doors.guests[2].registration_id, NOON)
    assert doors.scan("s5", 2, forced="they say it is paid", **into) == "cancelled"
    assert doors.where(0).conflicts == ()
    doors.must_add_up()


def test_a_question_at_the_door_is_answered_and_then_the_guest_is_in(table):
    waiver = Question(
        event_id="demo",
        question_id="waiver",
        name="Who is to be called in an emergency?",
        kind=QuestionKind.TEXT,
        required=True,
        at_door=True,
    )
    doors = Doors(table, guests=20, questions=(waiver,))

    def one(number):
        guest = number % 20
        first = doors.scan(f"s{number}", guest, f"d{number // 20}")
        if first != "needs_answers":
            return (first,)
        said = {"waiver": (f"My sister {number}",)}
        return first, doors.scan(f"a{number}", guest, f"d{number // 20}", answers=said)

    told = at_once(one, 40)
    assert sum(n for codes, n in told.items() if codes[-1] == "ok") == 20
    assert {codes[-1] for codes in told} == {"ok", "already_admitted"}
    for number in range(20):
        (said,) = doors.registration(number).answers["waiver"]
        assert said.startswith("My sister")
        assert len(doors.attended(number).passages) == 1
