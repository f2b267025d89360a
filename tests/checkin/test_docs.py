"""docs/check-in.md says what the code does: every verdict with its words, the rules in order."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from eventsite.core.domain.events import EventSetup, Gate
from eventsite.core.domain.registrations import Registration, RegistrationStatus
from eventsite.core.domain.scans import SAYS, Admission, Verdict, VerdictCode, decide
from eventsite.core.domain.tickets import Ticket
from tests.builders import NOON, a_registration, a_setup, an_event

PAGE = Path(__file__).parents[2] / "docs" / "check-in.md"


def part(name: str) -> str:
    found = re.search(rf"<!-- {name} -->\n(.*)<!-- end of {name} -->", PAGE.read_text(), re.S)
    assert found, name
    return found[1]


def test_every_verdict_stands_in_the_table_with_its_words_and_outcome() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+) \| (\w+) \|$", part("verdicts"), re.M)
    assert rows == [
        (code.value, SAYS[code], Verdict(code=code, decided_at=NOON).outcome.value)
        for code in VerdictCode
    ]


def documented_rules() -> list[str]:
    return re.findall(r"^\d+\. `(\w+)`:", part("rules"), re.M)


def test_every_refusal_has_a_rule() -> None:
    assert set(documented_rules()) == {code.value for code in VerdictCode} - {"ok"}


@dataclass(frozen=True)
class Case:
    """All that a decision about a genuine ticket looks at."""

    ticket: Ticket
    setup: EventSetup
    gate: Gate
    registration: Registration | None
    admission: Admission | None


def everything_wrong() -> Case:
    """A ticket against which every rule speaks."""
    setup = a_setup(an_event(number=1))
    later = tuple(replace(t, valid_from=NOON + timedelta(days=1)) for t in setup.types)
    admission = Admission(
        event_id="demo",
        registration_id="9f3ac1d2e4b50617",
        gate_id="main",
        device_id="d",
        scan_id="s",
        admitted_at=NOON,
    )
    ticket = Ticket(
        event_number=2,
        registration_id="9f3ac1d2e4b50617",
        type_number=1,
        reissue=0,
        last_valid_day=date(2020, 1, 2),
    )
    return Case(ticket, replace(setup, types=later), setup.gate("stage"), None, admission)


def _registered(case: Case, **changes: object) -> Case:
    known = case.registration or a_registration(reissue=1)
    return replace(case, registration=replace(known, **changes))  # type: ignore[arg-type]


REPAIRS: dict[str, Callable[[Case], Case]] = {
    "wrong_event": lambda c: replace(c, ticket=replace(c.ticket, event_number=1)),
    "unknown": lambda c: _registered(c, status=RegistrationStatus.CANCELLED),
    "cancelled": lambda c: _registered(c, status=RegistrationStatus.PENDING),
    "not_confirmed": lambda c: _registered(c, status=RegistrationStatus.CONFIRMED),
    "revoked": lambda c: _registered(c, reissue=0),
    "expired": lambda c: replace(c, ticket=replace(c.ticket, last_valid_day=date(2027, 1, 1))),
    "wrong_type": lambda c: replace(c, gate=c.setup.gate("main")),
    "not_yet_valid": lambda c: replace(c, setup=a_setup(c.setup.event)),
    "already_admitted": lambda c: replace(c, admission=None),
}


def test_the_rules_stand_in_the_order_in_which_they_decide() -> None:
    """Repair a thoroughly bad ticket one rule at a time: each time the next rule speaks."""
    case, spoke = everything_wrong(), []
    now = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
    for _ in range(len(REPAIRS) + 1):
        code = decide(
            case.ticket, case.setup, case.gate, case.registration, case.admission, now
        ).code.value
        spoke.append(code)
        if code == "ok":
            break
        case = REPAIRS[code](case)
    before_reading = ["clock_skew", "unknown", "bad_signature"]
    assert [*before_reading, *spoke] == [*documented_rules(), "ok"]
