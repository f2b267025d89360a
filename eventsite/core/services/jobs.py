"""Jobs: ask for long work, do it in slices, and take up again what a crash left behind.

    ask -> queue -> run: lease -> slice -> checkpoint -> slice ... -> done
                         time short -> let go and queue again
                         crash      -> the lease lapses; the queue or the sweep brings it back

A slice that was done but whose checkpoint was not stored is done again, so every kind of work
must be safe to repeat, slice by slice.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from eventsite.core.domain.jobs import TRIES, Job, JobMessage, JobState, Progress
from eventsite.core.errors import EventSiteError, InProgress, NotAllowed, NotFound, StaleWrite
from eventsite.core.log import correlated, correlation_id
from eventsite.core.store.items import Item
from eventsite.core.store.jobs import JobRepository
from eventsite.core.store.queues import JobQueue

logger = logging.getLogger(__name__)

SOON = timedelta(minutes=5)
"""By when somebody should have taken up a job that was queued, before the sweep queues it again."""

BACK_OFF = timedelta(seconds=15)
"""Wait after the first try that failed; doubled with each."""


class Desk(Protocol):
    """The part of an installation's stores that jobs are run with."""

    @property
    def jobs(self) -> JobRepository: ...
    @property
    def job_queue(self) -> JobQueue: ...


@dataclass(frozen=True, slots=True)
class Shift:
    """How long one worker may work: it asks ``clock`` and stops at ``until``."""

    clock: Callable[[], datetime]
    until: datetime

    @property
    def over(self) -> bool:
        return self.clock() >= self.until


Work = Callable[[Any, Job, Shift], Generator[Progress]]
"""Does a job from its checkpoint on: works a slice, yields its progress, and so on to the end.

It is given the installation's stores. Every checkpoint is another text than the one before. What
it yielded is stored before it is asked for more. It need not watch the time: it is left between
two slices. To refuse for good it raises an EventSiteError that is not retryable.
"""


def _plan_import(stores: Any, job: Job, shift: Shift) -> Generator[Progress]:
    from eventsite.core.services.planning_imports import work

    return work(stores, job, shift)


def _apply_import(stores: Any, job: Job, shift: Shift) -> Generator[Progress]:
    from eventsite.core.services.applying_imports import work

    return work(stores, job, shift)


def _undo_import(stores: Any, job: Job, shift: Shift) -> Generator[Progress]:
    from eventsite.core.services.undoing_imports import work

    return work(stores, job, shift)


def _export_guests(stores: Any, job: Job, shift: Shift) -> Generator[Progress]:
    from eventsite.core.services.exporting import work

    return work(stores, job, shift)


def _retention(stores: Any, job: Job, shift: Shift) -> Generator[Progress]:
    from eventsite.core.services.retaining import work

    return work(stores, job, shift)


def _print_badges(stores: Any, job: Job, shift: Shift) -> Generator[Progress]:
    from eventsite.core.services.printing_badges import work

    return work(stores, job, shift)


KINDS: dict[str, Work] = {
    "plan_import": _plan_import,
    "apply_import": _apply_import,
    "undo_import": _undo_import,
    "export_guests": _export_guests,
    "retention": _retention,
    "print_badges": _print_badges,
}
"""Every kind of job. Each imports its work when it is first needed."""


def new_job(
    kind: str,
    event_id: str,
    now: datetime,
    *,
    asked_by: str,
    job_id: str = "",
    subject: str = "",
    options: Mapping[str, str] | None = None,
) -> Job:
    """Return a job to ask for; with a ``job_id`` it can be asked for once."""
    return Job(
        job_id=job_id or secrets.token_hex(12),
        kind=kind,
        event_id=event_id,
        subject=subject,
        options=dict(options or {}),
        asked_by=asked_by,
        created_at=now,
        due_at=now + SOON,
        correlation_id=correlation_id(),
    )


def ask(desk: Desk, job: Job, also: Sequence[Item] = (), *, queue: bool = True) -> Job:
    """Store a job with other writes, and queue it unless somebody runs it right here.

    Raises
    ------
    AlreadyExists, StaleWrite
        It was asked for before; one of the other writes was refused.
    """
    job = desk.jobs.add(job, also)
    if queue:
        _queue(desk, job)
    logger.info("job asked for", extra=_about(job))
    return job


def run(desk: Desk, job_id: str, owner: str, shift: Shift, *, queue: bool = True) -> Job | None:
    """Work on a job until it is done or the shift is over; return it, or None if there is no work.

    A job that is not done by then is let go and queued again, as is one whose try failed, after a
    while. One that can never be done, or fails again and again, ends failed with its cause.
    """
    try:
        job = desk.jobs.lease(job_id, owner, shift.clock())
    except (NotFound, NotAllowed, InProgress) as nothing:
        logger.info("no work on this job", extra={"job_id": job_id, "code": nothing.code})
        return None
    held = _Held(desk, job, shift)
    try:
        with correlated(job.correlation_id):
            wait = _work(held)
    except _Lost:
        logger.info("job lost", extra=_about(held.job))
        return None
    if held.job.open and queue:
        _queue(desk, held.job, wait)
    logger.info("job let go" if held.job.open else "job ended", extra=_about(held.job))
    return held.job


def revive(desk: Desk, now: datetime) -> int:
    """Queue the jobs that somebody should have taken up by now; return how many."""
    lapsed = desk.jobs.lapsed(now)
    desk.job_queue.put(JobMessage(job_id=job.job_id) for job in lapsed)
    for job in lapsed:
        logger.warning("job queued again", extra=_about(job))
    return len(lapsed)


def go_on(desk: Desk, job_id: str, now: datetime, *, queue: bool = True) -> Job:
    """Let a job that failed or was cancelled go on where it was.

    Raises NotFound, NotAllowed (it goes on, or is done), StaleWrite.
    """
    job = desk.jobs.reopen(job_id, now + SOON)
    if queue:
        _queue(desk, job)
    return job


class _Lost(Exception):
    """The job is somebody else's, or was cancelled."""


class _Held:
    """A job that is ours, as it was stored last."""

    def __init__(self, desk: Desk, job: Job, shift: Shift) -> None:
        self.desk, self.job, self.shift = desk, job, shift

    def advance(self, progress: Progress) -> None:
        self._store(lambda now: self.desk.jobs.advance(self.job, progress, now))

    def let_go(self, wait: timedelta = timedelta(), cause: str = "") -> timedelta:
        self._store(lambda now: self.desk.jobs.release(self.job, now + wait + SOON, cause))
        return wait

    def end(self, state: JobState, cause: str = "") -> timedelta:
        self._store(lambda now: self.desk.jobs.end(self.job, state, now, cause))
        return timedelta()

    def _store(self, write: Callable[[datetime], Job]) -> None:
        try:
            self.job = write(self.shift.clock())
        except StaleWrite as lost:
            raise _Lost from lost


def _work(held: _Held) -> timedelta:
    """Work and store how it ended; return how long to wait before the job goes on, if it does."""
    kind = KINDS.get(held.job.kind)
    if kind is None:
        return held.end(JobState.FAILED, f"Nobody knows the work {held.job.kind!r}.")
    if held.job.tries > TRIES:
        why = held.job.cause or "Its workers ended without a word."
        return held.end(JobState.FAILED, why)
    try:
        done = _slices(kind, held)
    except _Lost:
        raise
    except EventSiteError as error:
        if error.retryable:
            return _later(held, error.message)
        logger.warning("job refused", extra=_about(held.job) | {"code": error.code})
        return held.end(JobState.FAILED, error.message)
    except Exception as error:  # a fault of ours: the others' jobs go on
        logger.exception("job fails", extra=_about(held.job))
        return _later(held, f"Internal error: {type(error).__name__}.")
    return held.end(JobState.DONE) if done else held.let_go()


def _slices(kind: Work, held: _Held) -> bool:
    """Do slices while there is time; return whether that was all."""
    with closing(kind(held.desk, held.job, held.shift)) as slices:
        for progress in slices:
            held.advance(progress)
            if held.shift.over:
                return False
    return True


def _later(held: _Held, cause: str) -> timedelta:
    if held.job.tries >= TRIES:
        return held.end(JobState.FAILED, cause)
    return held.let_go(BACK_OFF * 2 ** (held.job.tries - 1), cause)


def _queue(desk: Desk, job: Job, wait: timedelta = timedelta()) -> None:
    try:
        desk.job_queue.put([JobMessage(job_id=job.job_id)], delay_seconds=int(wait.total_seconds()))
    except EventSiteError:  # the sweep finds it
        logger.exception("job not queued", extra=_about(job))


def _about(job: Job) -> dict[str, Any]:
    return {
        "job_id": job.job_id,
        "kind": job.kind,
        "event_id": job.event_id,
        "state": job.state.value,
        "done": job.done,
    }
