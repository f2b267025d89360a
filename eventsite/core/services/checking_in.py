"""Check-in: turn a scan into a verdict, once.

Two DynamoDB calls for a new scan: read what is known of the guest, write scan and attendance.
The write repeats the facts that matter (this scan is new, nobody wrote this attendance since,
the zone has room) as conditions, so two gates at the same moment admit one guest once.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from eventsite.core.domain.agenda import AgendaSession
from eventsite.core.domain.attendance import Attendance, Passage
from eventsite.core.domain.events import Gate
from eventsite.core.domain.questions import checked_answers, consents
from eventsite.core.domain.registrations import Registration
from eventsite.core.domain.scans import (
    CLOCK_TOLERANCE,
    Direction,
    Scan,
    Verdict,
    VerdictCode,
)
from eventsite.core.domain.staff import Device
from eventsite.core.domain.tickets import BadSignature, NotATicket, Ticket, verify
from eventsite.core.domain.verdicts import Arrival, decide
from eventsite.core.errors import BadDevice, KeyReused, Unavailable
from eventsite.core.services.devices import living
from eventsite.core.services.doorways import (
    TRIES,
    Answer,
    NoRoom,
    Post,
    arrival_of,
    change_of,
    gate_of,
    room_in,
    session_at,
)
from eventsite.core.store.scans import (
    AttendanceChanged,
    Doorstep,
    KeptVerdict,
    RegistrationChanged,
    ShardFull,
)

logger = logging.getLogger(__name__)


def check_in(post: Post, scan: Scan) -> Answer:
    """Return the verdict on a scan: the first one ever given to this ``(device, scan_id)``.

    Raises
    ------
    Forbidden
        The device may not scan at this gate or event.
    NotFound
        The event has no such gate or session.
    Invalid
        A session is missing or not at this gate, or an answer is none.
    KeyReused
        The scan id came before with another payload.
    BadDevice
        The device was revoked a moment ago.
    """
    gate = gate_of(post, scan)
    session = session_at(post, scan, gate)
    ticket = ticket_behind(post, scan)
    if isinstance(ticket, VerdictCode):
        return checked(scan, Answer(refused(post, scan, ticket)))
    return checked(scan, _judged(post, scan, gate, ticket, session))


def ticket_behind(post: Post, scan: Scan) -> Ticket | VerdictCode | None:
    """Return the ticket that was read, the code of what is none, or None for a searched guest."""
    if scan.at > post.now + CLOCK_TOLERANCE:
        return VerdictCode.CLOCK_SKEW
    if not scan.ticket_code:
        return None
    try:
        return verify(scan.ticket_code, post.secrets.ticket_public_keys)
    except NotATicket:
        return VerdictCode.UNKNOWN
    except BadSignature:
        return VerdictCode.BAD_SIGNATURE


def step_of(post: Post, scan: Scan, gate: Gate, ticket: Ticket | None) -> Doorstep:
    """Return what is known of the guest; of one of another event nothing is."""
    registration_id = ticket.registration_id if ticket else scan.registration_id
    badge = gate.badges and bool(post.setup.badges)
    step = post.books.scans.at_the_door(
        scan.event_id,
        registration_id,
        scan.session_id,
        badge=badge,
        device_id=scan.device_id if post.remembered else "",
    )
    if post.remembered:
        same_device(post, step.device)
    if step.registration and step.registration.event_id != scan.event_id:
        return Doorstep(None, Attendance(event_id=scan.event_id, registration_id=registration_id))
    return step


def same_device(post: Post, fresh: Device | None) -> None:
    """Raise BadDevice when the device of a post was revoked meanwhile, or enrolled anew."""
    if living(fresh, post.now).secret_hash != post.device.secret_hash:
        raise BadDevice


def refused(post: Post, scan: Scan, code: VerdictCode) -> KeptVerdict:
    """Keep the refusal of a scan that names no guest."""
    if post.remembered:
        same_device(post, post.books.devices.get(scan.device_id))
    verdict = Verdict(code=code, decided_at=post.now, direction=scan.direction)
    return post.books.scans.refuse(scan, verdict)


def checked(scan: Scan, answer: Answer) -> Answer:
    """Return the answer if it is one to this scan, and log it. Raises KeyReused."""
    kept = answer.kept
    if kept.payload_hash != scan.payload_hash:
        raise KeyReused("This scan_id was used for another scan.", field="scan_id")
    logger.info(
        "scanned",
        extra={
            "event_id": scan.event_id,
            "device_id": scan.device_id,
            "gate_id": scan.gate_id,
            "scan_id": scan.scan_id,
            "registration_id": kept.verdict.registration_id,
            "verdict": kept.verdict.code.value,
            "offline": scan.offline_code is not None,
            "replayed": kept.replayed,
        },
    )
    return answer


def _judged(
    post: Post, scan: Scan, gate: Gate, ticket: Ticket | None, session: AgendaSession | None
) -> Answer:
    """Decide, and write what was decided; again when somebody else was faster."""
    step = step_of(post, scan, gate, ticket)
    shards: dict[str, int] = {}
    for _ in range(TRIES):
        answered = with_answers(post, scan, step.registration)
        known = replace(step, registration=answered)
        arrival = arrival_of(post, scan, gate, ticket, known)
        verdict = decide(arrival)
        if verdict.code is not VerdictCode.OK:
            return Answer(post.books.scans.refuse(scan, verdict), step)
        try:
            return _admitted(post, arrival, verdict, step, session, shards)
        except AttendanceChanged as current:
            step = replace(step, attendance=current.attendance)
        except RegistrationChanged:
            step = step_of(post, scan, gate, ticket)
        except (ShardFull, NoRoom) as full:
            try:
                shards = {**shards, full.zone_id: room_in(post, full.zone_id, session)}
            except NoRoom as none:
                verdict = replace(verdict, code=VerdictCode.ZONE_FULL, rule=_limit(post, none))
                return Answer(post.books.scans.refuse(scan, verdict), step)
    raise Unavailable("Too many guests pass at this moment; try again.")


def _admitted(
    post: Post,
    arrival: Arrival,
    verdict: Verdict,
    step: Doorstep,
    session: AgendaSession | None,
    shards: Mapping[str, int],
) -> Answer:
    scan, registration = arrival.scan, arrival.registration
    assert registration is not None  # noqa: S101 - or the verdict would not be ok
    before = arrival.attendance
    after = replace(
        before.passing(_afterwards(before, arrival.passage)), correlation_id=scan.correlation_id
    )
    change = change_of(
        post.setup,
        before,
        after,
        post.now,
        session=session,
        exact=scan.direction is Direction.ENTRY,  # nobody is kept in because it is full
        shards=shards,
    )
    if registration is not step.registration:
        change = replace(change, answered=registration)
    kept = post.books.scans.admit(scan, verdict, change)
    return Answer(kept, replace(step, registration=registration, attendance=change.after))


def _afterwards(before: Attendance, passage: Passage) -> Passage:
    """Return a passage that was decided on knowing all others, so that it comes after them."""
    if not before.passages:
        return passage
    return replace(passage, at=max(passage.at, before.passages[-1].at + timedelta(microseconds=1)))


def with_answers(post: Post, scan: Scan, registration: Registration | None) -> Registration | None:
    """Return the registration with what was answered at the door. Raises Invalid."""
    if registration is None or not scan.answers:
        return registration
    questions, known = post.setup.questions, {q.question_id for q in post.setup.questions}
    earlier = {key: said for key, said in registration.answers.items() if key in known}
    merged = {**earlier, **scan.answers}
    fresh = checked_answers(questions, registration.type_id, merged, complete=False)
    answers = {**registration.answers, **fresh}
    if answers == registration.answers:
        return registration
    return replace(
        registration,
        answers=answers,
        consents=consents(questions, answers, registration.consents, post.now),
        changed_at=post.now,
        changed_by=f"device:{scan.device_id}",
        correlation_id=scan.correlation_id,
        version=registration.version + 1,
    )


def _limit(post: Post, full: NoRoom) -> str:
    """Return in words which limit keeps a guest out."""
    for zone in post.setup.zones:
        if zone.zone_id == full.zone_id:
            return f"{zone.name}: {zone.limit} at once"
    return "All places of this session are taken"
