"""Merging: take in what a device decided alone while it had no answer.

The guest has acted on what the device said, so that is the verdict that is kept, unless the
ticket is none of ours; what contradicts something else opens a conflict for people to look at.
The attendance is a set ordered by time: whichever upload comes first, the state is the same.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from eventsite.core.domain.agenda import AgendaSession
from eventsite.core.domain.attendance import Attendance, Undo
from eventsite.core.domain.events import Gate
from eventsite.core.domain.registrations import Registration
from eventsite.core.domain.scans import Scan, Verdict, VerdictCode
from eventsite.core.domain.tickets import Ticket
from eventsite.core.domain.verdicts import Arrival, decide, despite
from eventsite.core.errors import Invalid, NotFound, Unavailable
from eventsite.core.services.checking_in import (
    checked,
    refused,
    step_of,
    ticket_behind,
    with_answers,
)
from eventsite.core.services.doorways import (
    TRIES,
    Answer,
    NoRoom,
    Post,
    arrival_of,
    change_of,
    gate_of,
    rewrite,
    room_in,
    session_at,
    standing_of,
)
from eventsite.core.store.scans import AttendanceChanged, Change, Doorstep, RegistrationChanged

_NO_GUEST = frozenset({VerdictCode.WRONG_EVENT, VerdictCode.UNKNOWN})
REFUSED_ALONE = "The device refused while it was offline."


def merge(post: Post, scan: Scan) -> Answer:
    """Return the verdict that is kept of a scan with ``offline_code``, and open conflicts.

    Raises what ``check_in`` raises, but never for a session that has gone meanwhile.
    """
    gate = gate_of(post, scan)
    try:
        session = session_at(post, scan, gate)
    except (Invalid, NotFound):  # it was there when the guest passed
        session = None
    ticket = ticket_behind(post, scan)
    if isinstance(ticket, VerdictCode):
        return checked(scan, Answer(refused(post, scan, ticket)))
    return _merged(post, scan, gate, ticket, session)


def _merged(
    post: Post, scan: Scan, gate: Gate, ticket: Ticket | None, session: AgendaSession | None
) -> Answer:
    step = step_of(post, scan, gate, ticket)
    for _ in range(TRIES):
        known = replace(step, registration=_answered(post, scan, step))
        arrival = arrival_of(post, scan, gate, ticket, known)
        verdict = _verdict(arrival)
        try:
            if verdict.code is not VerdictCode.OK:
                return _not_passed(post, arrival, verdict, step)
            return _passed(post, arrival, verdict, step, session)
        except AttendanceChanged as current:
            step = replace(step, attendance=current.attendance)
        except RegistrationChanged:
            step = step_of(post, scan, gate, ticket)
    raise Unavailable("Too many guests pass at this moment; try again.")


def _verdict(arrival: Arrival) -> Verdict:
    """Return what the device said; of a ticket that names no guest of ours, what is true."""
    ours = decide(arrival)
    if ours.code in _NO_GUEST:
        return ours
    said = arrival.scan.offline_code or VerdictCode.OK
    return Verdict(
        code=said,
        decided_at=arrival.now,
        registration_id=ours.registration_id,
        direction=ours.direction,
        zone_id=ours.zone_id,
    )


def _passed(
    post: Post,
    arrival: Arrival,
    verdict: Verdict,
    step: Doorstep,
    session: AgendaSession | None,
) -> Answer:
    registration, before, scan = arrival.registration, arrival.attendance, arrival.scan
    assert registration is not None  # noqa: S101 - or the verdict would not be ok
    passage = replace(arrival.passage, offline=True, despite=despite(arrival))
    after = replace(before.passing(passage), correlation_id=scan.correlation_id)
    change = change_of(post.setup, before, after, post.now, session=session)
    if shards := _roomy(post, change, session):
        change = change_of(post.setup, before, after, post.now, session=session, shards=shards)
    if registration is not step.registration:
        change = replace(change, answered=registration)
    kept = post.books.scans.admit(scan, verdict, change)
    answer = checked(scan, Answer(kept, replace(step, registration=registration)))
    attended = change.after
    if kept.replayed and not before.has(*passage.scan):
        # We had answered, and the device did not hear it: the guest passed all the same.
        attended = rewrite(
            post.books,
            post.setup,
            before,
            post.now,
            lambda found: found.passing(passage),
        )
    return _told(post, answer, attended)


def _roomy(post: Post, change: Change, session: AgendaSession | None) -> dict[str, int]:
    """Return shards with room for who is in already: no shard is to hold more than its share
    while others hold less, or the limit would not be kept for those who come after."""
    found = {}
    for tally, _ in change.into:
        if tally.limit is not None:
            with suppress(NoRoom):  # there are too many in it, and they are counted all the same
                found[tally.zone_id] = room_in(post, tally.zone_id, session)
    return found


def _not_passed(post: Post, arrival: Arrival, verdict: Verdict, step: Doorstep) -> Answer:
    kept = post.books.scans.refuse(arrival.scan, verdict)
    answer = checked(arrival.scan, Answer(kept, step))
    registration, attended = arrival.registration, arrival.attendance
    if registration is None:
        return answer
    if kept.verdict.code is VerdictCode.OK:
        # We had admitted, and the device did not hear it: the guest was turned away.
        undo = _turned_away(arrival)
        attended = rewrite(
            post.books,
            post.setup,
            attended,
            post.now,
            lambda found: found.undoing(undo),
        )
    return _told(post, answer, attended)


def _turned_away(arrival: Arrival) -> Undo:
    scan = arrival.scan
    return Undo(
        undo_id=scan.scan_id,
        device_id=scan.device_id,
        scan_id=scan.scan_id,
        by=f"device:{scan.device_id}",
        at=scan.at,
        reason=REFUSED_ALONE,
    )


def _told(post: Post, answer: Answer, attended: Attendance) -> Answer:
    """Return the answer with the open conflicts of the guest."""
    step = answer.step
    assert step is not None  # noqa: S101 - a guest passed
    where = standing_of(post.setup, attended, post.now)
    return Answer(
        answer.kept,
        replace(step, attendance=attended),
        tuple(conflict for conflict in where.conflicts if conflict.open),
    )


def _answered(post: Post, scan: Scan, step: Doorstep) -> Registration | None:
    """Return the registration with answers given at the door; what is none is left out."""
    try:
        return with_answers(post, scan, step.registration)
    except Invalid:
        return step.registration
