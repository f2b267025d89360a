"""Retention: personal data are erased so many days after an event, by a job.

The sweep asks for the job once the time has come, and the job erases one registration after
another. An event that changes its mind before stops it.
"""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator
from datetime import datetime, timedelta
from typing import Protocol
from weakref import WeakKeyDictionary

from eventsite.core.domain.events import Event
from eventsite.core.domain.jobs import Job, Progress
from eventsite.core.errors import AlreadyExists, NotFound
from eventsite.core.services.jobs import Desk, Shift, ask, new_job
from eventsite.core.services.personal_data import Archive, erase
from eventsite.core.store.events import EventRepository
from eventsite.core.store.jobs import JobRepository

logger = logging.getLogger(__name__)

KIND = "retention"
SYSTEM = "system"

EVENTS_READ = 200

SLICE = 50
"""Registrations erased between two checkpoints: a few seconds."""

_END = "end"
"""The checkpoint behind the last registration."""

_asked: WeakKeyDictionary[JobRepository, set[str]] = WeakKeyDictionary()
"""Jobs that this process knows to have been asked for: saves a write a minute and event."""


class Keeper(Desk, Protocol):
    """The part of an installation's stores that retention is watched over with."""

    @property
    def events(self) -> EventRepository: ...


def due_at(event: Event) -> datetime | None:
    """Return when an event's personal data are erased, None for never."""
    if event.retention_days is None:
        return None
    return event.ends_at + timedelta(days=event.retention_days)


def job_id(event: Event) -> str:
    """Return the name of the job that erases: another one when the time changes."""
    when = due_at(event)
    return f"{KIND}.{event.event_id}.{when:%Y%m%d%H%M}" if when else ""


def due(stores: Keeper, now: datetime) -> int:
    """Ask for the job of every event whose time has come, once; return how many are new.

    Raises Unavailable; safe to repeat.
    """
    count, asked = 0, _asked.setdefault(stores.jobs, set())
    for event in _overdue(stores.events, now):
        name = job_id(event)
        if name in asked:
            continue
        try:
            ask(stores, new_job(KIND, event.event_id, now, asked_by=SYSTEM, job_id=name))
            count += 1
        except AlreadyExists:
            pass
        asked.add(name)
    return count


def work(stores: Archive, job: Job, shift: Shift) -> Generator[Progress]:
    """Erase everybody of an event, the newest registration first; see ``services.jobs.Work``."""
    walk = stores.registrations.newest(job.event_id)
    cursor = job.checkpoint
    while cursor != _END:
        if not _still_due(stores.events, job.event_id, shift.clock()):
            logger.warning("retention called off", extra={"event_id": job.event_id})
            return
        page = stores.registrations.page(walk, SLICE, cursor)
        left = [each for each in page if each.erased_at is None]
        for registration in left:
            try:
                erase(stores, registration.registration_id, shift.clock(), SYSTEM)
            except NotFound:
                continue  # an import that brought it was undone
        cursor = page.next or _END
        yield Progress(checkpoint=cursor, done=len(page.items), counts={"erased": len(left)})


def _still_due(events: EventRepository, event_id: str, now: datetime) -> bool:
    try:
        when = due_at(events.get(event_id))
    except NotFound:
        return False
    return when is not None and when <= now


def _overdue(events: EventRepository, now: datetime) -> Iterator[Event]:
    cursor: str | None = ""
    while cursor is not None:
        page = events.page(EVENTS_READ, cursor)
        for event in page:
            when = due_at(event)
            if when is not None and when <= now:
                yield event
        cursor = page.next
