"""What is decided at a door, case by case; the order of the rules is in tests/checkin/test_docs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from eventsite.core.domain.agenda import AgendaSession
from eventsite.core.domain.attendance import Attendance, Block, Passage
from eventsite.core.domain.questions import Question, QuestionKind
from eventsite.core.domain.registrations import RegistrationStatus
from eventsite.core.domain.rules import Rule
from eventsite.core.domain.scans import GOODBYE, SAYS, Direction, Scan, Verdict, VerdictCode
from eventsite.core.domain.tickets import Ticket
from eventsite.core.domain.verdicts import Arrival, decide, despite, open_questions
from tests.builders import NOON, a_registration, a_setup
from tests.contract.doorkeeping import EXIT, a_gate, a_zone

GATES = (a_gate(), a_gate("house", "house"), a_gate("hall", "hall"))
ZONES = (a_zone("house"), a_zone("hall", within="house"))
HOUR = timedelta(hours=1)


def a_rule(**changes):
    return Rule(**({"event_id": "demo", "rule_id": "r", "name": "Rule"} | changes))


def came(hours=0, gate_id="main", direction=Direction.ENTRY, **changes):
    zone = {"main": "", "house": "house", "hall": "hall"}[gate_id]
    return Passage(
        device_id="d1",
        scan_id=f"p{hours}",
        gate_id=gate_id,
        zone_id=zone,
        direction=direction,
        at=NOON + hours * HOUR,
        **changes,
    )


def arrival(hours=0, gate_id="main", before=(), *, registration=None, signed_up=False, **changes):
    """A guest who was found by name; ``before`` are their passages."""
    scan = {k: changes.pop(k) for k in ("direction", "forced") if k in changes}
    guest = registration or a_registration()
    setup = a_setup(gates=changes.pop("gates", GATES), zones=ZONES, **changes)
    return Arrival(
        scan=Scan(
            device_id="d1",
            scan_id="s1",
            event_id="demo",
            gate_id=gate_id,
            registration_id=guest.registration_id,
            scanned_at=NOON + hours * HOUR,
            **scan,
        ),
        ticket=None,
        setup=setup,
        gate=setup.gate(gate_id),
        registration=guest,
        attendance=Attendance(
            event_id="demo",
            registration_id=guest.registration_id,
            type_id=guest.type_id,
            passages=tuple(before),
        ),
        signed_up=signed_up,
        now=NOON + hours * HOUR,
    )


def code(*args, **changes):
    return decide(arrival(*args, **changes)).code.value


def test_in_out_and_in_again():
    assert code() == "ok"
    assert code(1, before=[came()]) == "already_admitted"
    assert code(1, before=[came()], direction=EXIT) == "ok"
    gone = [came(), came(1, direction=EXIT)]
    assert code(2, before=gone, direction=EXIT) == "not_inside"
    assert code(2, before=gone) == "ok"


def test_the_first_that_is_named_is_the_entry_into_this_zone():
    verdict = decide(arrival(3, "house", [came(0), came(1, "house"), came(2, "hall")]))
    assert (verdict.code, verdict.first_gate, verdict.first_at) == (
        VerdictCode.ALREADY_ADMITTED,
        "house",
        NOON + HOUR,
    )


def test_who_is_in_the_hall_is_in_the_house_and_can_leave_either():
    inside = [came(0, "hall")]
    assert code(1, "hall", inside, direction=EXIT) == "ok"
    assert code(1, "house", inside, direction=EXIT) == "ok"
    assert code(1, "hall", [came(0, "house")], direction=EXIT) == "not_inside"


def test_another_day_of_a_zone_that_is_emptied_daily_begins_outside():
    assert code(12, "hall", [came(0, "hall")]) == "already_admitted"
    assert code(24, "hall", [came(0, "hall")]) == "ok"
    assert code(24, before=[came()]) == "already_admitted", "the event is never emptied"


def test_a_rule_that_counts_by_the_day_lets_in_again_tomorrow():
    once = (a_rule(entries_per_day=1),)
    assert code(1, before=[came()], rules=once) == "already_admitted"
    out = [came(), came(1, direction=EXIT)]
    assert code(2, before=out, rules=once) == "no_entries_left"
    assert code(24, before=[came()], rules=once) == "ok", "though nobody saw them leave"
    assert code(24, before=out, rules=(a_rule(entries=1),)) == "no_entries_left"


def test_entries_are_counted_at_the_gates_of_a_rule():
    rule = (a_rule(gate_ids=("hall",), entries=1),)
    before = [came(0), came(1, "house"), came(2, direction=EXIT)]
    assert code(3, "hall", before, rules=rule) == "ok"
    before = [came(0, "hall"), came(1, "hall", EXIT)]
    verdict = decide(arrival(3, "hall", before, rules=rule))
    assert verdict.code is VerdictCode.NO_ENTRIES_LEFT
    assert verdict.rule == "Rule (Every ticket type at hall: once in all)"
    assert verdict.first_at == NOON


def test_without_reentry_who_left_stays_outside():
    rule = (a_rule(reentry=False),)
    out = [came(0, "hall"), came(1, "hall", EXIT)]
    assert code(2, "hall", out, rules=rule) == "no_entries_left"
    assert code(2, "house", out, rules=rule) == "already_admitted", "the hall is in the house"
    assert code(2, "hall", [came(0, "house")], rules=rule) == "ok", "another zone"


def test_undone_entries_are_not_counted():
    from tests.core.test_attendance import an_undo

    entry = came()
    case = arrival(1, before=[entry], rules=(a_rule(entries=1),))
    undone = replace(case, attendance=case.attendance.undoing(an_undo(entry)))
    assert decide(undone).code is VerdictCode.OK


def test_all_rules_that_bind_must_be_open():
    wide, narrow = a_rule(), a_rule(rule_id="n", closes_at=NOON)
    assert code(rules=(wide,)) == "ok"
    assert code(rules=(wide, narrow)) == "gate_closed"
    assert code(rules=(wide, replace(narrow, type_ids=("crew",)))) == "ok"
    assert code(rules=(wide, narrow), before=[came(-1)], direction=EXIT) == "ok"


def test_a_session_is_a_zone_of_its_own():
    gate = a_gate("door", "hall", sessions=True, signed_up_only=True)
    session = AgendaSession(
        event_id="demo", session_id="s1", title="T", starts_at=NOON, ends_at=NOON + HOUR
    )
    case = arrival(gate_id="door", gates=(gate,))
    case = replace(case, scan=replace(case.scan, session_id=session.session_id))
    assert decide(case).code is VerdictCode.NOT_SIGNED_UP
    verdict = decide(replace(case, signed_up=True))
    assert (verdict.code, verdict.zone_id) == (VerdictCode.OK, "session.s1")


@pytest.mark.parametrize(
    ("kind", "said", "is_open"),
    [
        (QuestionKind.TEXT, (), True),
        (QuestionKind.TEXT, ("yes",), False),
        (QuestionKind.YES_NO, ("no",), False),
        (QuestionKind.CONSENT, ("yes",), False),
        (QuestionKind.CONSENT, ("no",), True),
    ],
)
def test_a_question_at_the_door_wants_its_answer(kind, said, is_open):
    asked = Question(
        event_id="demo", question_id="q", name="?", kind=kind, required=True, at_door=True
    )
    guest = a_registration(answers={"q": said} if said else {})
    expected = "needs_answers" if is_open else "ok"
    assert code(questions=(asked,), registration=guest) == expected
    assert open_questions(a_setup(questions=(asked,)), guest) == ((asked,) if is_open else ())
    optional = replace(asked, required=False)
    assert code(questions=(optional,), registration=guest) == "ok", "asked, but it can wait"
    elsewhere = replace(asked, at_door=False)
    assert code(questions=(elsewhere,), registration=guest) == "ok"


def test_forcing_passes_over_what_can_be_forced_and_is_marked():
    gone = [came(), came(1, direction=EXIT)]
    case = arrival(2, before=gone, rules=(a_rule(entries=1),), forced="lost their coat")
    assert decide(case).code is VerdictCode.OK
    assert case.passage.forced
    cancelled = a_registration(status=RegistrationStatus.CANCELLED)
    assert code(registration=cancelled, forced="they say it is paid") == "cancelled"


def test_only_the_registration_speaks_against_who_is_inside_already():
    assert despite(arrival(1, before=[came()])) == ""
    cancelled = arrival(registration=a_registration(status=RegistrationStatus.CANCELLED))
    assert despite(cancelled) == "cancelled"
    assert despite(replace(cancelled, scan=replace(cancelled.scan, direction=EXIT))) == ""


def test_what_speaks_against_a_guest_is_as_of_the_scan_however_late_it_is_told():
    ticket = Ticket(
        event_number=4021,
        registration_id=a_registration().registration_id,
        type_number=1,
        reissue=0,
        last_valid_day=NOON.date(),
    )
    case = replace(arrival(), ticket=ticket, now=NOON + timedelta(days=5))
    assert (decide(case).code, despite(case)) == (VerdictCode.EXPIRED, "")
    late = replace(case, scan=replace(case.scan, scanned_at=NOON + timedelta(days=2)))
    assert despite(late) == "expired"
    for hours, expected in ((-1, "blocked"), (1, "")):
        block = Block(by="staff:eve", at=NOON + hours * HOUR, reason="fought")
        blocked = replace(case, attendance=replace(case.attendance, block=block))
        assert despite(blocked) == expected
        assert decide(blocked).code is VerdictCode.BLOCKED


def test_who_leaves_is_told_goodbye():
    known = Verdict(code=VerdictCode.OK, decided_at=NOON)
    assert known.says == SAYS[VerdictCode.OK]
    assert replace(known, direction=EXIT).says == GOODBYE
    refused = replace(known, direction=EXIT, code=VerdictCode.NOT_INSIDE)
    assert refused.says == SAYS[VerdictCode.NOT_INSIDE]
