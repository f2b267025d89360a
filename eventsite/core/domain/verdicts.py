"""The decision at the door. Pure: facts in, verdict out.

The rules are asked in the order of what helps people most: a wrong ticket before a spent one, and
before a full hall. docs/check-in.md lists them in this order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from eventsite.core.domain.attendance import (
    ENTRIES_MAX,
    Attendance,
    Doors,
    Passage,
    Standing,
    standing,
)
from eventsite.core.domain.events import EventSetup, Gate
from eventsite.core.domain.questions import YES, Question, QuestionKind, asked_of
from eventsite.core.domain.registrations import Registration, RegistrationStatus
from eventsite.core.domain.rules import Rule, in_words
from eventsite.core.domain.scans import (
    UNFORCEABLE,
    Direction,
    Scan,
    Verdict,
    VerdictCode,
)
from eventsite.core.domain.tickets import Ticket
from eventsite.core.domain.zones import (
    EVENT_ZONE,
    NEVER,
    chain,
    day_began,
    emptied,
    session_of,
    session_zone,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Everything that a verdict depends on. ``ticket`` is None for who was searched for.

    ``registration`` is None when there is none; ``attendance`` is what happened so far.
    """

    scan: Scan
    ticket: Ticket | None
    setup: EventSetup
    gate: Gate
    registration: Registration | None
    attendance: Attendance
    signed_up: bool
    now: datetime

    @property
    def zone_id(self) -> str:
        """The zone that this scan leads into or out of."""
        return session_zone(self.scan.session_id) if self.gate.sessions else self.gate.zone_id

    @property
    def passage(self) -> Passage:
        """What is stored of the scan if the guest passes."""
        return Passage(
            device_id=self.scan.device_id,
            scan_id=self.scan.scan_id,
            gate_id=self.gate.gate_id,
            zone_id=self.zone_id,
            within=self.gate.zone_id if self.gate.sessions else EVENT_ZONE,
            direction=self.scan.direction,
            at=self.scan.at,
            forced=bool(self.scan.forced),
        )

    @property
    def rules(self) -> list[Rule]:
        """The rules that bind this guest at this gate."""
        kind = self.registration.type_id if self.registration else ""
        return [rule for rule in self.setup.rules if rule.binds(self.gate.gate_id, kind)]


def decide(arrival: Arrival) -> Verdict:
    """Return the verdict on a genuine ticket; whether a zone is full only the table knows."""
    registration = _own(arrival)
    known = Verdict(
        code=VerdictCode.OK,
        decided_at=arrival.now,
        registration_id=registration.registration_id if registration else "",
        direction=arrival.scan.direction,
        zone_id=arrival.zone_id,
    )
    if registration is None:
        return replace(known, code=_stranger(arrival))
    asked = _leaving if arrival.scan.direction is Direction.EXIT else _entering
    for refused in asked(arrival, registration, known):
        if not arrival.scan.forced or refused.code in UNFORCEABLE:
            return refused
    return known


def doors_of(setup: EventSetup, type_id: str) -> Doors:
    """Return what the fold over one guest's passages needs to know of an event."""
    zones = {zone.zone_id: zone for zone in setup.zones}
    within = {zone.zone_id: zone.within for zone in setup.zones}
    event = setup.event

    def around(passage: Passage) -> tuple[str, ...]:
        mine = {passage.zone_id: passage.within} if session_of(passage.zone_id) else {}
        return chain(passage.zone_id, within | mine)

    def emptied_at(zone_id: str, moment: datetime) -> datetime:
        if zone_id not in zones:
            return NEVER
        return emptied(zones[zone_id], moment, event.zone, event.day_start)

    def begins_anew(before: Passage, after: Passage) -> bool:
        daily = any(
            rule.entries_per_day is not None and rule.binds(after.gate_id, type_id)
            for rule in setup.rules
        )
        return daily and before.at < day_began(after.at, event.zone, event.day_start)

    return Doors(chain=around, emptied=emptied_at, begins_anew=begins_anew)


def despite(arrival: Arrival) -> str:
    """Return the refusal that the registration itself gets, whatever happened at the doors.

    As of the scan: who came on the last valid day came in time, however late it is told.
    """
    registration, at = arrival.registration, arrival.scan.at
    if registration is None or arrival.scan.direction is Direction.EXIT:
        return ""
    block = arrival.attendance.block
    then = replace(arrival.attendance, block=block if block and block.at <= at else None)
    code = _of_registration(replace(arrival, attendance=then, now=at), registration)
    return code.value if code else ""


def open_questions(setup: EventSetup, registration: Registration) -> tuple[Question, ...]:
    """Return the questions for the door that this guest has not answered, in order."""
    said = registration.answers
    asked = asked_of(setup.questions, registration.type_id, said)
    return tuple(q for q in asked if q.at_door and _is_open(q, said.get(q.question_id, ())))


def _is_open(question: Question, said: tuple[str, ...]) -> bool:
    """Return whether an answer is missing; a consent that is needed is not given by a no."""
    needed = question.required and question.kind is QuestionKind.CONSENT
    return said != (YES,) if needed else not said


def _own(arrival: Arrival) -> Registration | None:
    """Return the registration, if it is one of the event that the ticket and the device are at."""
    registration, ticket = arrival.registration, arrival.ticket
    if ticket and ticket.event_number != arrival.setup.event.number:
        return None
    if registration and registration.event_id != arrival.setup.event.event_id:
        return None
    return registration


def _stranger(arrival: Arrival) -> VerdictCode:
    ticket = arrival.ticket
    wrong = ticket and ticket.event_number != arrival.setup.event.number
    return VerdictCode.WRONG_EVENT if wrong else VerdictCode.UNKNOWN


def _of_registration(arrival: Arrival, registration: Registration) -> VerdictCode | None:
    if arrival.attendance.block:
        return VerdictCode.BLOCKED
    if registration.status is RegistrationStatus.CANCELLED:
        return VerdictCode.CANCELLED
    if registration.status is not RegistrationStatus.CONFIRMED:
        return VerdictCode.NOT_CONFIRMED
    if arrival.ticket and arrival.ticket.reissue != registration.reissue:
        return VerdictCode.REVOKED
    if arrival.ticket and arrival.ticket.expired(arrival.now):
        return VerdictCode.EXPIRED
    return None


def _leaving(arrival: Arrival, registration: Registration, known: Verdict) -> Iterator[Verdict]:
    mine = doors_of(arrival.setup, registration.type_id)
    where = standing(arrival.attendance, mine, arrival.scan.at)
    if arrival.zone_id not in where.inside:
        yield replace(known, code=VerdictCode.NOT_INSIDE)


def _entering(arrival: Arrival, registration: Registration, known: Verdict) -> Iterator[Verdict]:
    """Yield every refusal that is due, in the order of the rules."""
    if code := _of_registration(arrival, registration):
        yield replace(known, code=code)
    yield from _of_gate(arrival, registration, known)
    mine = doors_of(arrival.setup, registration.type_id)
    where = standing(arrival.attendance, mine, arrival.scan.at)
    first = where.since
    if first and arrival.zone_id in where.inside and not mine.begins_anew(first, arrival.passage):
        yield already_admitted(known, where.entered(arrival.zone_id) or first)
    yield from _of_entries(arrival, known, where)
    if any(question.required for question in open_questions(arrival.setup, registration)):
        yield replace(known, code=VerdictCode.NEEDS_ANSWERS)


def _of_gate(arrival: Arrival, registration: Registration, known: Verdict) -> Iterator[Verdict]:
    gate, at, event = arrival.gate, arrival.scan.at, arrival.setup.event
    types = {kind.type_id: kind for kind in arrival.setup.types}
    if gate.type_ids and registration.type_id not in gate.type_ids:
        names = ", ".join(types[each].name for each in gate.type_ids if each in types)
        yield replace(known, code=VerdictCode.WRONG_TYPE, rule=f"{gate.name}: {names}")
    kind = types.get(registration.type_id)
    if kind and kind.valid_from and at < kind.valid_from:
        yield replace(known, code=VerdictCode.NOT_YET_VALID)
    for rule in arrival.rules:
        if not rule.open(at, event.zone):
            yield replace(known, code=VerdictCode.GATE_CLOSED, rule=_words(rule, arrival))
    if gate.signed_up_only and not arrival.signed_up:
        yield replace(known, code=VerdictCode.NOT_SIGNED_UP)


def _of_entries(arrival: Arrival, known: Verdict, where: Standing) -> Iterator[Verdict]:
    """Yield a refusal for each rule that lets in no more; each counts entries at its own gates."""
    event = arrival.setup.event
    today = day_began(arrival.scan.at, event.zone, event.day_start)
    if len(where.entries) >= ENTRIES_MAX:
        code, why = VerdictCode.NO_ENTRIES_LEFT, f"{ENTRIES_MAX} entries of one guest are kept"
        yield _after(replace(known, code=code, rule=why), where.entries[-1])
    for rule in arrival.rules:
        before = [p for p in where.entries if not rule.gate_ids or p.gate_id in rule.gate_ids]
        of_today = [p for p in before if p.at >= today]
        spent = (
            (rule.entries is not None and len(before) >= rule.entries)
            or (rule.entries_per_day is not None and len(of_today) >= rule.entries_per_day)
            or (not rule.reentry and any(p.zone_id == arrival.zone_id for p in before))
        )
        if spent:
            code = VerdictCode.NO_ENTRIES_LEFT
            yield _after(replace(known, code=code, rule=_words(rule, arrival)), before[-1])


def already_admitted(verdict: Verdict, before: Passage) -> Verdict:
    """Return the verdict that names the passage which came first."""
    return _after(replace(verdict, code=VerdictCode.ALREADY_ADMITTED), before)


def _after(verdict: Verdict, before: Passage) -> Verdict:
    return replace(
        verdict, first_at=before.at, first_gate=before.gate_id, first_device=before.device_id
    )


def _words(rule: Rule, arrival: Arrival) -> str:
    setup = arrival.setup
    gates = {gate.gate_id: gate.name for gate in setup.gates}
    types = {kind.type_id: kind.name for kind in setup.types}
    return f"{rule.name} ({in_words(rule, gates, types, setup.event.zone)})"
