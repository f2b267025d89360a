"""docs/check-in.md says what the code does: every verdict with its words, the rules in order."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from eventsite.core.domain.attendance import Attendance, Block, Passage
from eventsite.core.domain.questions import Question, QuestionKind
from eventsite.core.domain.registrations import RegistrationStatus
from eventsite.core.domain.rules import Rule
from eventsite.core.domain.scans import SAYS, UNFORCEABLE, Direction, Verdict, VerdictCode
from eventsite.core.domain.tickets import Ticket, sign
from eventsite.core.services.checking_in import check_in
from eventsite.core.store import items, keys
from eventsite.core.store.registration_items import registration_item
from tests.builders import NOON, a_registration, a_setup
from tests.contract.doorkeeping import ENTRY, EXIT, KEYS, Doors, a_gate, a_zone
from tests.contract.memory import Memory

PAGE = Path(__file__).parents[2] / "docs" / "check-in.md"


def part(name: str) -> str:
    found = re.search(rf"<!-- {name} -->\n(.*)<!-- end of {name} -->", PAGE.read_text(), re.S)
    assert found, name
    return found[1]


def forced(code: VerdictCode) -> str:
    if code is VerdictCode.OK:
        return ""
    return "no" if code in UNFORCEABLE else "yes"


def test_every_verdict_stands_in_the_table_with_its_words_and_outcome() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+) \| (\w+) \| ?(\w*) \|$", part("verdicts"), re.M)
    assert rows == [
        (code.value, SAYS[code], Verdict(code=code, decided_at=NOON).outcome.value, forced(code))
        for code in VerdictCode
    ]


def documented(name: str) -> list[str]:
    return re.findall(r"\d+\. `(\w+)`", part(name))


def test_every_refusal_has_a_rule() -> None:
    ruled = {*documented("rules"), *documented("rules of exits")}
    assert ruled == {code.value for code in VerdictCode} - {"ok"}


class Stage:
    """A scan against which every rule speaks; what is said is repaired one thing at a time."""

    def __init__(self, direction: Direction) -> None:
        closed = Rule(event_id="demo", rule_id="closed", name="Closed", closes_at=NOON)
        once = Rule(event_id="demo", rule_id="once", name="Once", entries=1)
        asked = Question(
            event_id="demo",
            question_id="waiver",
            name="Do you know the house rules?",
            kind=QuestionKind.YES_NO,
            required=True,
            at_door=True,
        )
        self.doors = Doors(
            Memory(),
            guests=2,
            gates=(a_gate("hall", "hall"),),
            zones=(a_zone("hall", 1),),
        )
        assert self.doors.scan("first", 1, gate_id="hall") == "ok"
        setup = self.doors.setup
        self.doors.setup = replace(
            setup,
            gates=(replace(setup.gates[0], type_ids=("crew",), signed_up_only=True),),
            types=tuple(replace(t, valid_from=NOON + timedelta(days=1)) for t in setup.types),
            rules=(closed, once),
            questions=(asked,),
        )
        self.me = a_registration(registration_id=self.doors.guests[0].registration_id, reissue=1)
        self.doors.shop.table.kept.pop((f"REG#{self.me.registration_id}", "REG"))
        self.scan: dict[str, Any] = {
            "gate_id": "hall",
            "direction": direction,
            "scanned_at": NOON + timedelta(hours=1),
            "ticket_code": "hello",
        }
        self.block = Block(by="staff:eve", at=NOON, reason="fought")
        self.attended(_passage(0))

    def attended(self, *passages: Passage, block: bool = True) -> None:
        known = Attendance(
            event_id="demo",
            registration_id=self.me.registration_id,
            passages=passages,
            block=self.block if block else None,
            version=1,
        )
        item = keys.attendance(known.registration_id) | items.dump("attendance", known)
        self.doors.shop.table.put(item)

    def ticket(self, **changes: Any) -> None:
        fields = {
            "event_number": self.doors.setup.event.number,
            "registration_id": self.me.registration_id,
            "type_number": 1,
            "reissue": 0,
            "last_valid_day": date(2020, 1, 2),
        }
        ticket = Ticket(**(fields | changes))
        self.scan["ticket_code"] = sign(ticket, KEYS.current, KEYS.ticket_key)

    def forge(self) -> None:
        self.ticket()
        code = self.scan["ticket_code"]
        self.scan["ticket_code"] = code[:-2] + ("AA" if code[-2:] != "AA" else "QA")

    def registered(self, **changes: Any) -> None:
        self.me = replace(self.me, **changes)
        self.doors.shop.table.put(registration_item(self.me))

    def set(self, **parts: Any) -> None:
        self.doors.setup = replace(self.doors.setup, **parts)

    def gate(self, **changes: Any) -> None:
        self.set(gates=(replace(self.doors.setup.gates[0], **changes),))

    def judged(self, number: int) -> str:
        scan = self.doors.a_scan(f"s{number}", **self.scan)
        return check_in(self.doors.post(), scan).kept.verdict.code.value


def _passage(minute: int, direction: Direction = ENTRY) -> Passage:
    at = NOON - timedelta(minutes=10 - minute)
    return Passage(
        device_id="d1",
        scan_id=f"p{minute}",
        gate_id="hall",
        zone_id="hall",
        direction=direction,
        at=at,
    )


Repair = Callable[[Stage], None]

REPAIRS: list[tuple[str, Repair]] = [
    ("clock_skew", lambda s: s.scan.update(scanned_at=NOON)),
    ("unknown", lambda s: s.forge()),
    ("bad_signature", lambda s: s.ticket(event_number=2)),
    ("wrong_event", lambda s: s.ticket()),
    ("unknown", lambda s: s.registered(status=RegistrationStatus.CANCELLED)),
    ("blocked", lambda s: s.attended(_passage(0), block=False)),
    ("cancelled", lambda s: s.registered(status=RegistrationStatus.PENDING)),
    ("not_confirmed", lambda s: s.registered(status=RegistrationStatus.CONFIRMED)),
    ("revoked", lambda s: s.registered(reissue=0)),
    ("expired", lambda s: s.ticket(last_valid_day=date(2027, 1, 1))),
    ("wrong_type", lambda s: s.gate(type_ids=())),
    ("not_yet_valid", lambda s: s.set(types=a_setup().types)),
    ("gate_closed", lambda s: s.set(rules=s.doors.setup.rules[1:])),
    ("not_signed_up", lambda s: s.gate(signed_up_only=False)),
    (
        "already_admitted",
        lambda s: s.attended(_passage(0), _passage(1, Direction.EXIT), block=False),
    ),
    ("no_entries_left", lambda s: s.set(rules=())),
    ("needs_answers", lambda s: s.set(questions=())),
    ("zone_full", lambda s: s.set(zones=(a_zone("hall", 2),))),
]


def spoken(stage: Stage, repairs: list[tuple[str, Repair]]) -> list[str]:
    """Return which rule speaks each time; the one that spoke is repaired."""
    spoke = []
    for number, (code, repair) in enumerate(repairs):
        spoke.append(stage.judged(number))
        assert spoke[-1] == code
        repair(stage)
    return [*spoke, stage.judged(len(repairs))]


def test_the_rules_stand_in_the_order_in_which_they_decide() -> None:
    assert spoken(Stage(ENTRY), REPAIRS) == [*documented("rules"), "ok"]


def test_so_do_the_rules_of_exits() -> None:
    """Whoever leaves may be blocked, cancelled and expired, at a closed gate."""
    outside = ("not_inside", lambda s: s.attended(_passage(0)))
    repairs: list[tuple[str, Repair]] = [*REPAIRS[:5], outside]
    stage = Stage(EXIT)
    stage.attended()
    assert spoken(stage, repairs) == [*documented("rules of exits"), "ok"]


def test_refusals_that_can_be_forced_let_in_with_a_reason() -> None:
    """The same scan with a reason passes over the rules that can be forced, and no others."""
    stage = Stage(ENTRY)
    stage.scan["forced"] = "the boss says so"
    unforced = [(code, repair) for code, repair in REPAIRS if VerdictCode(code) in UNFORCEABLE]
    assert spoken(stage, unforced) == [*(code for code, _ in unforced), "ok"]
