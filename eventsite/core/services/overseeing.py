"""Overseeing the doors: undo a scan, block a guest, settle a conflict, correct a count.

Each is a new fact with a reason and who says so; nothing that happened is taken away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from eventsite.core.domain.attendance import Attendance, Block, Conflict, Settled, Undo
from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.reasons import checked_reason
from eventsite.core.domain.registrations import Registration
from eventsite.core.domain.scans import UndoneScan
from eventsite.core.errors import Invalid, KeyReused, NotAllowed, NotFound, Unavailable
from eventsite.core.services.doorways import (
    TRIES,
    DoorBooks,
    change_of,
    rewrite,
    standing_of,
    tally_of,
)
from eventsite.core.store.occupancy import Correction, CountChanged
from eventsite.core.store.scans import OPEN, AttendanceChanged

INSIDE_MAX = 1_000_000
"""Guests in one zone, as far as anybody corrects a count."""

CONFLICTS_SHOWN = 50
"""Open conflicts that devices and pages are told of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasoned:
    """Who does something, when and why. ``by`` is ``device:<id>`` or ``staff:<name>``."""

    by: str
    at: datetime
    reason: str


def undo_scan(
    books: DoorBooks, setup: EventSetup, undo_id: str, of: tuple[str, str], act: Reasoned
) -> tuple[UndoneScan, bool]:
    """Let a scan that admitted count no more; returns the fact, and whether it is a repeat.

    ``of`` is the scan's device and id.

    Raises
    ------
    Invalid
        There is no reason.
    NotFound
        There is no such scan at this event.
    NotAllowed
        The scan admitted nobody, so there is nothing to undo.
    KeyReused
        The undo_id came before for another scan.
    """
    act = replace(act, reason=checked_reason(act.reason))
    found = books.scans.kept(*of)
    if found is None or found[0].event_id != setup.event.event_id:
        raise NotFound("There is no such scan.", field="scan_id")
    scan, kept = found
    step = books.scans.at_the_door(scan.event_id, kept.verdict.registration_id or "-")
    registration, attendance = step.registration, step.attendance
    if registration is None or not attendance.has(*of):
        raise NotAllowed("This scan admitted nobody.", field="scan_id")
    fact = UndoneScan(
        event_id=scan.event_id,
        by=act.by,
        undo_id=undo_id,
        of_device=scan.device_id,
        scan_id=scan.scan_id,
        registration_id=registration.registration_id,
        reason=act.reason,
        undone_at=act.at,
    )
    done, replayed = _undone(books, setup, attendance, fact)
    if (done.of_device, done.scan_id) != of:
        raise KeyReused("This undo_id was used for another scan.", field="undo_id")
    return done, replayed


def _undone(
    books: DoorBooks, setup: EventSetup, attendance: Attendance, fact: UndoneScan
) -> tuple[UndoneScan, bool]:
    undo = Undo(
        undo_id=fact.undo_id,
        device_id=fact.of_device,
        scan_id=fact.scan_id,
        by=fact.by,
        at=fact.undone_at,
        reason=fact.reason,
    )
    for _ in range(TRIES):
        after = attendance.undoing(undo)
        change = change_of(setup, attendance, after, fact.undone_at)
        try:
            return books.scans.undo(fact, change)
        except AttendanceChanged as current:
            attendance = current.attendance
    raise Unavailable("This guest is at too many gates at once; try again.")


def block(
    books: DoorBooks, setup: EventSetup, registration: Registration, act: Reasoned
) -> Attendance:
    """Keep a guest out until ``unblock``. Raises Invalid without a reason."""
    fact = Block(by=act.by, at=act.at, reason=checked_reason(act.reason))
    return _rewritten(books, setup, registration, act, fact)


def unblock(
    books: DoorBooks, setup: EventSetup, registration: Registration, now: datetime
) -> Attendance:
    """Let a blocked guest in again."""
    return _rewritten(books, setup, registration, Reasoned(by="", at=now, reason=""), None)


def _rewritten(
    books: DoorBooks,
    setup: EventSetup,
    registration: Registration,
    act: Reasoned,
    fact: Block | None,
) -> Attendance:
    found = books.scans.at_the_door(registration.event_id, registration.registration_id)
    return rewrite(
        books,
        setup,
        found.attendance,
        act.at,
        lambda attendance: replace(attendance, block=fact),
    )


def settle(
    books: DoorBooks, setup: EventSetup, registration_id: str, conflict_id: str, act: Reasoned
) -> Conflict:
    """Mark a conflict as looked at, with what was found; once.

    Raises
    ------
    Invalid
        There is no reason.
    NotFound
        There is no such conflict.
    NotAllowed
        Somebody settled it already.
    """
    settled = Settled(
        conflict_id=conflict_id, by=act.by, at=act.at, reason=checked_reason(act.reason)
    )
    step = books.scans.at_the_door(setup.event.event_id, registration_id)
    if step.registration is None or step.registration.event_id != setup.event.event_id:
        raise NotFound("There is no such registration.", field="registration_id")

    def found_in(attendance: Attendance) -> Conflict:
        where = standing_of(setup, attendance, act.at)
        for conflict in where.conflicts:
            if conflict.conflict_id == conflict_id:
                return conflict
        raise NotFound("There is no such conflict.", field="conflict_id")

    def settling(attendance: Attendance) -> Attendance:
        if not found_in(attendance).open:
            raise NotAllowed("Somebody settled this conflict already.", field="conflict_id")
        return attendance.settling(settled)

    return found_in(rewrite(books, setup, step.attendance, act.at, settling))


def open_conflicts(books: DoorBooks, setup: EventSetup, now: datetime) -> Iterator[Conflict]:
    """Yield the newest open conflicts of an event."""
    for attendance in books.scans.conflicts(setup.event.event_id, OPEN, CONFLICTS_SHOWN):
        where = standing_of(setup, attendance, now)
        yield from (conflict for conflict in where.conflicts if conflict.open)


def correct_count(
    books: DoorBooks, setup: EventSetup, zone_id: str, inside: int, act: Reasoned
) -> Correction:
    """Set how many are in a zone, because the gates counted wrongly.

    Raises
    ------
    NotFound
        There is no such zone.
    Invalid
        The number or the reason is none.
    Unavailable
        Guests pass so fast that no correction held; try again.
    """
    zone = setup.zone(zone_id)
    if not 0 <= inside <= INSIDE_MAX:
        raise Invalid(f"This is a number from 0 to {INSIDE_MAX}.", field="inside")
    why = Correction(
        event_id=setup.event.event_id,
        zone_id=zone_id,
        before=0,
        after=inside,
        by=act.by,
        reason=checked_reason(act.reason),
        corrected_at=act.at,
    )
    tally = tally_of(setup, zone.zone_id, None, act.at)
    try:
        return books.occupancy.correct(setup.event, tally, inside, why)
    except CountChanged as busy:
        raise Unavailable("Guests pass too fast to correct the count; try again.") from busy


def inside_now(books: DoorBooks, setup: EventSetup, now: datetime) -> dict[str, int]:
    """Return how many are in each zone of an event."""
    tallies = [tally_of(setup, zone.zone_id, None, now) for zone in setup.zones]
    return books.occupancy.inside(setup.event, tallies) if tallies else {}
