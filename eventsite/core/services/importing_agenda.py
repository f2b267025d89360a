"""Importing an agenda: compare a file with the programme, then write the differences.

The file is right: what it says of a session replaces what the table has. Every write is one
session with a condition on what was compared, so an import that was stopped is finished by
running it again, and importing the same file twice writes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from eventsite.core.domain import frab
from eventsite.core.domain.agenda import AgendaSession
from eventsite.core.domain.agenda_files import AgendaFile, Problem
from eventsite.core.errors import Invalid
from eventsite.core.store.agenda import AgendaRepository

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an import would do. ``changed`` has pairs of before and after.

    ``missing`` are sessions that the table has and the file has not; they stay as they are
    unless the import is told to cancel them.
    """

    new: tuple[AgendaSession, ...] = ()
    changed: tuple[tuple[AgendaSession, AgendaSession], ...] = ()
    same: tuple[AgendaSession, ...] = ()
    missing: tuple[AgendaSession, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """How many sessions were new, changed, same, missing or cancelled; what was left out."""

    new: int
    changed: int
    same: int
    missing: int
    cancelled: int
    problems: tuple[Problem, ...]


def plan(
    existing: Iterable[AgendaSession],
    incoming: Iterable[AgendaSession],
    unread: Collection[str] = (),
) -> Plan:
    """Return the differences between a programme and a file; pure.

    ``unread`` are the ids of entries that the file has and we could not read: not missing.
    """
    before = {session.session_id: session for session in existing}
    new, changed, same = [], [], []
    for session in incoming:
        old = before.pop(session.session_id, None)
        if old is None:
            new.append(session)
        elif replace(session, version=old.version) == old:
            same.append(old)
        else:
            changed.append((old, session))
    missing = [s for s in before.values() if not s.cancelled and s.session_id not in unread]
    return Plan(new=tuple(new), changed=tuple(changed), same=tuple(same), missing=tuple(missing))


def apply(agenda: AgendaRepository, plan: Plan, *, cancel_missing: bool = False) -> None:
    """Write a plan, session by session; a new start moves the session.

    Raises
    ------
    StaleWrite
        Somebody changed a session since it was compared; plan again.
    Unavailable
        The table did not answer; plan again.
    """
    for session in plan.new:
        agenda.add(session)
    for before, after in plan.changed:
        agenda.save(after, before)
    if cancel_missing:
        for session in plan.missing:
            agenda.save(replace(session, cancelled=True), session)


def import_agenda(
    agenda: AgendaRepository,
    event_id: str,
    content: bytes,
    *,
    cancel_missing: bool = False,
    zone: str = "UTC",
    dry_run: bool = False,
) -> ImportReport:
    """Import a frab or pretalx schedule and report what changed; ``dry_run`` only reports.

    ``zone`` is for times of which the file does not say the zone: the event's own.

    Raises
    ------
    Invalid
        The file is refused, or it does not say enough to call a session missing.
    StaleWrite, Unavailable
        Stopped in the middle; importing the same file again continues.
    """
    file = frab.read(content, event_id, zone)
    if cancel_missing:
        _must_be_whole(file)
    unread = {problem.session_id for problem in file.problems}
    found = plan(agenda.fresh(event_id), file.sessions, unread)
    if not dry_run:
        apply(agenda, found, cancel_missing=cancel_missing)
    report = ImportReport(
        new=len(found.new),
        changed=len(found.changed),
        same=len(found.same),
        missing=len(found.missing),
        cancelled=len(found.missing) if cancel_missing else 0,
        problems=file.problems,
    )
    _log(event_id, report, dry_run=dry_run)
    return report


def _must_be_whole(file: AgendaFile) -> None:
    """Raise Invalid when cancelling what a file lacks would be a mistake of the file."""
    if not file.sessions:
        raise Invalid("The file has no session, so nothing is cancelled.", field="file")
    for problem in file.problems:
        if not problem.session_id:
            raise Invalid(
                f"Entry {problem.position} has no id, so no session can be called missing.",
                field="file",
            )


def _log(event_id: str, report: ImportReport, *, dry_run: bool) -> None:
    logger.info(
        "agenda compared" if dry_run else "agenda imported",
        extra={
            "event_id": event_id,
            "new": report.new,
            "changed": report.changed,
            "same": report.same,
            "cancelled": report.cancelled,
            "problems": len(report.problems),
        },
    )
