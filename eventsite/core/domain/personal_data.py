"""What is kept about one guest, as they are given it; and what stays when it is erased. Pure.

``account`` has stable keys, whole numbers, texts and times as ISO 8601 in UTC: it is JSON. How
people read it is in ``personal_sections``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from eventsite.core.domain.agenda import AgendaSession, SignUp
from eventsite.core.domain.attempts import Attempt
from eventsite.core.domain.attendance import Attendance
from eventsite.core.domain.badge_prints import Badge, serial_text
from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.ledger import Fact
from eventsite.core.domain.money import major_units
from eventsite.core.domain.registrations import ChannelKind, Guest, Registration
from eventsite.core.domain.requests import GuestRequest
from eventsite.core.domain.scans import Scan, Verdict

FORMAT = "eventsite/personal-data/1"
"""Of the account: the number grows when a key changes its meaning or goes."""

ERASED_GUEST = Guest(name="Erased guest", email="", channel=ChannelKind.EMAIL)
"""Who stands in a registration when nobody is to be known from it any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What is known of one message: of which kind, by which channel, and what came of it."""

    notification_id: str
    kind: str = ""
    channel: str = ""
    outcome: str
    claimed_at: datetime
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRecord:
    """A scan of a guest's ticket and its verdict."""

    scan: Scan
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierImage:
    """A registration as it was before an import changed it."""

    registration: Registration
    import_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Belongings:
    """Everything that is kept about one guest of one event."""

    registration: Registration
    attendance: Attendance | None = None
    badge: Badge | None = None
    sign_ups: Sequence[SignUp] = ()
    requests: Sequence[GuestRequest] = ()
    earlier: Sequence[EarlierImage] = ()
    deliveries: Sequence[Delivery] = ()
    scans: Sequence[ScanRecord] = ()
    attempts: Sequence[Attempt] = ()
    history: Sequence[Fact] = ()


def erased(registration: Registration, now: datetime, by: str) -> Registration:
    """Return a cancelled registration without the person.

    What counts stays (type, state, times, price), and so does the reference of a payment: it is
    bookkeeping, and names nobody without the payment system.
    """
    return replace(
        registration,
        guest=ERASED_GUEST,
        answers={},
        consents=(),
        account_id="",
        external_id="",
        erased_at=now,
        changed_at=now,
        changed_by=by,
    )


def account(
    kept: Belongings, setup: EventSetup, sessions: Iterable[AgendaSession], now: datetime
) -> dict[str, Any]:
    """Return everything about a guest as JSON with stable keys."""
    registration = kept.registration
    programme = {session.session_id: session for session in sessions}
    questions = {question.question_id: question.name for question in setup.questions}
    gates = {gate.gate_id: gate.name for gate in setup.gates}
    event = setup.event
    return {
        "format": FORMAT,
        "made_at": _time(now),
        "event": {
            "event_id": event.event_id,
            "title": event.title,
            "starts_at": _time(event.starts_at),
            "ends_at": _time(event.ends_at),
        },
        "guest": _guest(registration.guest),
        "registration": _registration(registration, setup),
        "answers": _answers(registration, questions),
        "consents": [
            {
                "question_id": each.question_id,
                "text": each.text,
                "given": each.given,
                "at": _time(each.at),
            }
            for each in registration.consents
        ],
        "sign_ups": [_sign_up(each, programme) for each in kept.sign_ups],
        "requests": [_request(each) for each in kept.requests],
        "admissions": _passages(kept.attendance, gates),
        "blocked": _block(kept.attendance),
        "badges": _badges(kept.badge),
        "scans": [
            {
                "scanned_at": _time(each.scan.scanned_at),
                "gate_id": each.scan.gate_id,
                "gate": gates.get(each.scan.gate_id, each.scan.gate_id),
                "device_id": each.scan.device_id,
                "verdict": each.verdict.code.value,
                "forced": each.scan.forced,
            }
            for each in kept.scans
        ],
        "messages": [_message(each) for each in kept.deliveries],
        "attempts": [_attempt(each) for each in kept.attempts],
        "earlier": [
            {
                "import_id": each.import_id,
                "guest": _guest(each.registration.guest),
                "answers": _answers(each.registration, questions),
            }
            for each in kept.earlier
        ],
        "history": [_fact(each) for each in kept.history],
    }


def _guest(guest: Guest) -> dict[str, Any]:
    return {
        "name": guest.name,
        "email": guest.email,
        "phone": guest.phone,
        "push_token": guest.push_token,
        "locale": guest.locale,
        "zone": guest.zone,
        "channel": guest.channel.value,
    }


def _registration(registration: Registration, setup: EventSetup) -> dict[str, Any]:
    types = {kind.type_id: kind.name for kind in setup.types}
    price = None
    if registration.price:
        amount = major_units(registration.price, registration.currency)
        price = {"amount": f"{amount}", "currency": registration.currency}
    return {
        "registration_id": registration.registration_id,
        "type_id": registration.type_id,
        "type": types.get(registration.type_id, registration.type_id),
        "status": registration.status.value,
        "awaiting": [each.value for each in registration.awaiting],
        "held_until": _time(registration.held_until),
        "cause": registration.cause.value if registration.cause else "",
        "party_size": registration.party_size,
        "code": registration.code,
        "price": price,
        "payment": registration.payment.value,
        "payment_reference": registration.payment_reference,
        "source": registration.source,
        "external_id": registration.external_id,
        "account_id": registration.account_id,
        "tickets_issued": registration.reissue + 1,
        "registered_at": _time(registration.registered_at),
        "changed_at": _time(registration.changed_at),
        "changed_by": _who(registration.changed_by),
        "erased_at": _time(registration.erased_at),
    }


def _answers(registration: Registration, questions: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "question_id": question_id,
            "question": questions.get(question_id, question_id),
            "answers": list(given),
        }
        for question_id, given in registration.answers.items()
    ]


def _badges(badge: Badge | None) -> list[dict[str, Any]]:
    return [
        {
            "printed_at": _time(each.at),
            "badge": serial_text(each.registration_id, each.serial),
            "reason": each.reason,
            "by": _who(each.by),
        }
        for each in (badge.prints if badge else ())
    ]


def _sign_up(sign_up: SignUp, programme: Mapping[str, AgendaSession]) -> dict[str, Any]:
    session = programme.get(sign_up.session_id)
    return {
        "session_id": sign_up.session_id,
        "session": session.title if session else sign_up.session_id,
        "starts_at": _time(session.starts_at) if session else None,
        "signed_up_at": _time(sign_up.signed_up_at),
    }


def _request(request: GuestRequest) -> dict[str, Any]:
    return {
        "request_id": request.request_id,
        "item": request.item_name,
        "quantity": request.quantity,
        "note": request.note,
        "status": request.status.value,
        "requested_at": _time(request.requested_at),
        "fulfilled_at": _time(request.fulfilled_at),
    }


def _passages(attended: Attendance | None, gates: Mapping[str, str]) -> list[dict[str, Any]]:
    if attended is None:
        return []
    undos = {undo.scan: undo for undo in attended.undos}
    return [
        {
            "admitted_at": _time(each.at),
            "gate_id": each.gate_id,
            "gate": gates.get(each.gate_id, each.gate_id),
            "device_id": each.device_id,
            "direction": each.direction.value,
            "undone": undos[each.scan].reason if each.scan in undos else None,
        }
        for each in attended.passages
    ]


def _block(attended: Attendance | None) -> dict[str, Any] | None:
    found = attended.block if attended else None
    return {"at": _time(found.at), "reason": found.reason} if found else None


def _message(delivery: Delivery) -> dict[str, Any]:
    return {
        "kind": delivery.kind,
        "channel": delivery.channel,
        "outcome": delivery.outcome,
        "claimed_at": _time(delivery.claimed_at),
        "finished_at": _time(delivery.finished_at),
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "answered_at": _time(attempt.answered_at),
        "code": attempt.code,
        "message": attempt.message,
        "guest": _guest(attempt.guest) if attempt.guest else None,
    }


def _fact(fact: Fact) -> dict[str, Any]:
    return {
        "at": _time(fact.at),
        "before": fact.before,
        "after": fact.after,
        "cause": fact.cause,
        "by": _who(fact.by),
    }


def _who(by: str) -> str:
    """Return in what role somebody acted. Which member of staff it was is their own data."""
    return by.partition(":")[0]


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
