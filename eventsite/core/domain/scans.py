"""A scan and its verdict: the decision at the door. Pure: facts in, verdict out.

The text of every code, for people at the door, is ``SAYS``; docs/check-in.md lists them.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from eventsite.core.domain.events import EventSetup, Gate
from eventsite.core.domain.registrations import Registration, RegistrationStatus
from eventsite.core.domain.tickets import Ticket

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far ahead of ours a device's clock may be before its scan is not trusted."""


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
    UNKNOWN = "unknown"
    BAD_SIGNATURE = "bad_signature"
    CLOCK_SKEW = "clock_skew"


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
    VerdictCode.UNKNOWN: "This is not one of our tickets",
    VerdictCode.BAD_SIGNATURE: "This ticket is forged or damaged",
    VerdictCode.CLOCK_SKEW: "The clock of this device is wrong",
}


class Outcome(StrEnum):
    ADMITTED = "admitted"
    REFUSED = "refused"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One reading at one device. ``scan_id`` is made by the device, once per reading."""

    device_id: str
    scan_id: str
    event_id: str
    gate_id: str
    ticket_code: str
    scanned_at: datetime

    @property
    def payload_hash(self) -> str:
        """SHA-256 over what the device said, so that a reused id with other content is seen."""
        said = [self.event_id, self.gate_id, self.ticket_code, self.scanned_at.isoformat()]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """That a registration was let in: when, where and by which scan."""

    event_id: str
    registration_id: str
    gate_id: str
    device_id: str
    scan_id: str
    admitted_at: datetime
    correlation_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer to a scan; the first one is kept and given to every replay.

    ``first_at``, ``first_gate`` and ``first_device`` tell of the admission before, when the
    code is ``already_admitted``.
    """

    code: VerdictCode
    decided_at: datetime
    registration_id: str = ""
    guest_name: str = ""
    type_name: str = ""
    first_at: datetime | None = None
    first_gate: str = ""
    first_device: str = ""

    @property
    def outcome(self) -> Outcome:
        return Outcome.ADMITTED if self.code is VerdictCode.OK else Outcome.REFUSED

    @property
    def says(self) -> str:
        return SAYS[self.code]


def decide(
    ticket: Ticket,
    setup: EventSetup,
    gate: Gate,
    registration: Registration | None,
    admission: Admission | None,
    now: datetime,
) -> Verdict:
    """Return the verdict on a genuine ticket, given what is known of it.

    The order of the rules is the order of what helps people at the door most: a wrong ticket
    before a spent one. ``registration`` and ``admission`` are None when there is none.
    """
    code = _refusal(ticket, setup, gate, registration, now)
    if registration is None or code is VerdictCode.WRONG_EVENT:
        return Verdict(code=code or VerdictCode.UNKNOWN, decided_at=now)
    types = {t.type_id: t.name for t in setup.types}
    known = Verdict(
        code=code or VerdictCode.OK,
        decided_at=now,
        registration_id=registration.registration_id,
        guest_name=registration.guest.name,
        type_name=types.get(registration.type_id, ""),
    )
    return known if code or not admission else already_admitted(known, admission)


def already_admitted(verdict: Verdict, admission: Admission) -> Verdict:
    """Return the verdict that names the admission which came first."""
    return Verdict(
        code=VerdictCode.ALREADY_ADMITTED,
        decided_at=verdict.decided_at,
        registration_id=verdict.registration_id,
        guest_name=verdict.guest_name,
        type_name=verdict.type_name,
        first_at=admission.admitted_at,
        first_gate=admission.gate_id,
        first_device=admission.device_id,
    )


def _refusal(
    ticket: Ticket,
    setup: EventSetup,
    gate: Gate,
    registration: Registration | None,
    now: datetime,
) -> VerdictCode | None:
    if ticket.event_number != setup.event.number:
        return VerdictCode.WRONG_EVENT
    if registration is None or registration.event_id != setup.event.event_id:
        return VerdictCode.UNKNOWN
    if registration.status is RegistrationStatus.CANCELLED:
        return VerdictCode.CANCELLED
    if registration.status is not RegistrationStatus.CONFIRMED:
        return VerdictCode.NOT_CONFIRMED
    if ticket.reissue != registration.reissue:
        return VerdictCode.REVOKED
    if ticket.expired(now):
        return VerdictCode.EXPIRED
    if gate.type_ids and registration.type_id not in gate.type_ids:
        return VerdictCode.WRONG_TYPE
    for kind in setup.types:
        if kind.type_id == registration.type_id and kind.valid_from and now < kind.valid_from:
            return VerdictCode.NOT_YET_VALID
    return None
