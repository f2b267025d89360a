"""A scan and its verdict: what is read at a gate, and what is answered. Pure.

The text of every code, for people at the door, is ``SAYS``; docs/check-in.md lists them. How the
code is decided is in ``verdicts``.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far ahead of our time a scan may be, after correction, before it is not trusted."""


class VerdictCode(StrEnum):
    OK = "ok"
    ALREADY_ADMITTED = "already_admitted"
    CANCELLED = "cancelled"
    NOT_CONFIRMED = "not_confirmed"
    WRONG_EVENT = "wrong_event"
    WRONG_TYPE = "wrong_type"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"
    BAD_SIGNATURE = "bad_signature"
    CLOCK_SKEW = "clock_skew"
    GATE_CLOSED = "gate_closed"
    NOT_SIGNED_UP = "not_signed_up"
    NO_ENTRIES_LEFT = "no_entries_left"
    ZONE_FULL = "zone_full"
    NOT_INSIDE = "not_inside"
    NEEDS_ANSWERS = "needs_answers"


SAYS: dict[VerdictCode, str] = {
    VerdictCode.OK: "Welcome",
    VerdictCode.ALREADY_ADMITTED: "Already checked in",
    VerdictCode.CANCELLED: "This registration was cancelled",
    VerdictCode.NOT_CONFIRMED: "This registration is not confirmed",
    VerdictCode.WRONG_EVENT: "This ticket is for another event",
    VerdictCode.WRONG_TYPE: "This ticket type is not admitted at this gate",
    VerdictCode.NOT_YET_VALID: "This ticket is not valid yet",
    VerdictCode.EXPIRED: "This ticket has expired",
    VerdictCode.REVOKED: "This ticket was replaced by a newer one",
    VerdictCode.BLOCKED: "This ticket is blocked. Please call the organizers",
    VerdictCode.UNKNOWN: "This is not one of our tickets",
    VerdictCode.BAD_SIGNATURE: "This ticket is forged or damaged",
    VerdictCode.CLOCK_SKEW: "The clock of this device is wrong",
    VerdictCode.GATE_CLOSED: "This gate is closed for this ticket now",
    VerdictCode.NOT_SIGNED_UP: "This guest has not signed up for this session",
    VerdictCode.NO_ENTRIES_LEFT: "This ticket does not let in again",
    VerdictCode.ZONE_FULL: "It is full inside. Please wait",
    VerdictCode.NOT_INSIDE: "This guest is not inside",
    VerdictCode.NEEDS_ANSWERS: "A question is to be answered first",
}

GOODBYE = "Goodbye"
"""What ``ok`` says to who leaves."""

UNFORCEABLE = frozenset(
    {
        VerdictCode.WRONG_EVENT,
        VerdictCode.UNKNOWN,
        VerdictCode.BAD_SIGNATURE,
        VerdictCode.CLOCK_SKEW,
        VerdictCode.CANCELLED,
        VerdictCode.BLOCKED,
        VerdictCode.ZONE_FULL,
    }
)
"""Refusals that nobody at a door can overrule: there is no guest, no place, or no safety."""


class Outcome(StrEnum):
    ADMITTED = "admitted"
    REFUSED = "refused"
    INCOMPLETE = "incomplete"


class Direction(StrEnum):
    """Which way a guest passes a gate."""

    ENTRY = "entry"
    EXIT = "exit"


def clock_ahead_ms(now: datetime, sent_at: datetime | None) -> int:
    """Return how many milliseconds our clock is ahead of one that says ``sent_at``, if it does."""
    return round((now - sent_at) / timedelta(milliseconds=1)) if sent_at else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One reading at one device. ``scan_id`` is made by the device, once per reading.

    It names a guest by ``ticket_code``, or by ``registration_id`` when somebody was searched for.
    ``scanned_at`` is the device's own time, ``clock_ahead_ms`` how far ours is ahead of it.
    ``forced`` is the reason of who overrules a refusal. ``offline_code`` is the verdict that the
    device gave while it had no answer of ours; the guest has acted on it.
    """

    device_id: str
    scan_id: str
    event_id: str
    gate_id: str
    ticket_code: str = ""
    registration_id: str = ""
    scanned_at: datetime
    clock_ahead_ms: int = 0
    direction: Direction = Direction.ENTRY
    session_id: str = ""
    forced: str = ""
    answers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    offline_code: VerdictCode | None = None
    correlation_id: str = ""

    @property
    def at(self) -> datetime:
        """When it was read, by our clock."""
        return self.scanned_at + timedelta(milliseconds=self.clock_ahead_ms)

    @property
    def payload_hash(self) -> str:
        """SHA-256 over what was read, so that a reused id with other content is seen.

        What the device did while it waited (``offline_code``) and its clock are no part of it.
        """
        said: list[object] = [self.event_id, self.gate_id, self.ticket_code]
        said += [self.scanned_at.isoformat(), self.registration_id, self.direction.value]
        said += [self.session_id, self.forced, sorted(self.answers.items())]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer to a scan; the first one is kept and given to every replay.

    It names nobody: who the guest is stands in their registration. ``zone_id`` is the zone that
    was entered or left, ``rule`` the rule that refused, in words. ``first_at``, ``first_gate`` and
    ``first_device`` tell of the admission before, when the code is ``already_admitted``.
    """

    code: VerdictCode
    decided_at: datetime
    registration_id: str = ""
    direction: Direction = Direction.ENTRY
    zone_id: str = ""
    rule: str = ""
    first_at: datetime | None = None
    first_gate: str = ""
    first_device: str = ""

    @property
    def outcome(self) -> Outcome:
        if self.code is VerdictCode.OK:
            return Outcome.ADMITTED
        incomplete = self.code is VerdictCode.NEEDS_ANSWERS
        return Outcome.INCOMPLETE if incomplete else Outcome.REFUSED

    @property
    def says(self) -> str:
        left = self.code is VerdictCode.OK and self.direction is Direction.EXIT
        return GOODBYE if left else SAYS[self.code]


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoneScan:
    """That a scan counts no more, as a new fact; ``undo_id`` is unique per actor.

    ``by`` is ``device:<id>`` or ``staff:<name>``; ``of_device`` and ``scan_id`` name the scan.
    """

    event_id: str
    by: str
    undo_id: str
    of_device: str
    scan_id: str
    registration_id: str
    reason: str
    undone_at: datetime
    correlation_id: str = ""
