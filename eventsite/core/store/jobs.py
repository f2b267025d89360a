"""Jobs: who works on what, how far they are, and which wait for somebody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from eventsite.core.domain.jobs import KEPT, LEASE, Job, JobState, Progress
from eventsite.core.errors import AlreadyExists, InProgress, NotAllowed, NotFound, StaleWrite
from eventsite.core.store import items, office_keys
from eventsite.core.store.items import Item
from eventsite.core.store.pages import Access, Page
from eventsite.core.store.table import Table, TransactionRefused

TRIES = 3
"""Times that an organizer's act on a job is repeated when its worker writes at that moment."""


class JobRepository:
    """One method per access pattern; each write is one atomic call, on what was read.

    An open job has a mark in a partition of its own, written and taken away with it, so that
    those which nobody works on any more are found by a Query.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, job: Job, also: Sequence[Item] = ()) -> Job:
        """Store a new job, together with other writes.

        Raises
        ------
        AlreadyExists
            There is a job of this id.
        StaleWrite
            One of the other writes was refused.
        """
        try:
            self._table.transact(
                self._table.putting(_item(job), "attribute_not_exists(pk)"),
                self._table.putting(_mark(job)),
                *also,
            )
        except TransactionRefused as refused:
            if refused.reasons[0].refused:
                raise AlreadyExists("This was asked for already.", field="job_id") from refused
            raise StaleWrite("Somebody else was faster.") from refused
        return job

    def get(self, job_id: str) -> Job:
        """Return a job. Raises NotFound."""
        item = self._table.get(office_keys.job(job_id), consistent=True)
        if item is None:
            raise NotFound("There is no such job.", field="job_id")
        return items.load(Job, item)

    def of_event(self, event_id: str, limit: int, cursor: str | None = None) -> Page[Job]:
        """Return an event's jobs, newest first. Raises BadCursor."""
        access = Access(self._table, office_keys.jobs_of(event_id), "by_actor", descending=True)
        return access.page(limit, cursor).map(lambda item: items.load(Job, item))

    def of_month(self, moment: datetime, limit: int, cursor: str | None = None) -> Page[Job]:
        """Return the jobs of a month, newest first. Raises BadCursor."""
        access = Access(self._table, office_keys.jobs_month(moment), "by_month", descending=True)
        return access.page(limit, cursor).map(lambda item: items.load(Job, item))

    def lapsed(self, now: datetime) -> list[Job]:
        """Return the open jobs that somebody should have taken up by now."""
        marks = Access(self._table, office_keys.OPEN_JOBS, consistent=True).stream()
        found = self._table.get_all([office_keys.job(mark["job_id"]) for mark in marks])
        return [job for item in found if (job := items.load(Job, item)).lapsed(now)]

    # -- what a worker does -----------------------------------------------------------------------
    def lease(self, job_id: str, owner: str, now: datetime) -> Job:
        """Take a job up, or go on with it, and return it as it is now.

        Raises
        ------
        NotFound, InProgress
            There is no such job; somebody else works on it.
        NotAllowed
            It has ended.
        """
        job = self._open(job_id)
        if job.owner == owner or job.free(now):
            taken = replace(
                job,
                state=JobState.RUNNING,
                owner=owner,
                due_at=now + LEASE,
                started_at=job.started_at or now,
                tries=job.tries + 1,
            )
            try:
                return self._write(taken)
            except StaleWrite:
                pass
        raise InProgress("Somebody else works on this.", field="job_id")

    def advance(self, job: Job, progress: Progress, now: datetime) -> Job:
        """Store what a slice did, with its checkpoint, and hold the job on.

        Raises StaleWrite when the job is somebody else's by now, or was cancelled.
        """
        return self._write(job.after(progress, now))

    def release(self, job: Job, due_at: datetime, cause: str = "") -> Job:
        """Let somebody else go on, by ``due_at``. Raises StaleWrite as ``advance`` does."""
        return self._write(replace(job, due_at=due_at, owner="", cause=cause))

    def end(self, job: Job, state: JobState, now: datetime, cause: str = "") -> Job:
        """Close a job. Raises StaleWrite as ``advance`` does."""
        ended = replace(job, state=state, finished_at=now, owner="", cause=cause)
        return self._write(ended, self._table.deleting(office_keys.open_job(job.job_id)))

    # -- what an organizer does -------------------------------------------------------------------
    def cancel(self, job_id: str, now: datetime) -> Job:
        """End an open job; its worker stops at the next checkpoint.

        Raises NotFound, NotAllowed (it has ended), StaleWrite.
        """
        for attempt in range(TRIES):
            job = self._open(job_id)
            try:
                return self.end(job, JobState.CANCELLED, now, job.cause)
            except StaleWrite:
                if attempt == TRIES - 1:
                    raise
        raise AssertionError("unreachable")

    def reopen(self, job_id: str, due_at: datetime) -> Job:
        """Let a job that failed or was cancelled go on where it was.

        Raises NotFound, NotAllowed, StaleWrite.
        """
        job = self.get(job_id)
        if job.state not in (JobState.FAILED, JobState.CANCELLED):
            raise NotAllowed("This job goes on, or is done.", field="state")
        again = replace(
            job, state=JobState.WAITING, finished_at=None, tries=0, cause="", due_at=due_at
        )
        return self._write(again, self._table.putting(_mark(job)))

    def _open(self, job_id: str) -> Job:
        job = self.get(job_id)
        if not job.open:
            raise NotAllowed("This job has ended.", field="state")
        return job

    def _write(self, job: Job, *also: Item) -> Job:
        fresh = replace(job, version=job.version + 1)
        put = self._table.putting(_item(fresh), "version = :seen", {":seen": job.version})
        try:
            self._table.transact(put, *also)
        except TransactionRefused as refused:
            raise StaleWrite("This job is somebody else's now, or was cancelled.") from refused
        return fresh


def _mark(job: Job) -> Item:
    return office_keys.open_job(job.job_id) | {"entity": "open_job", "job_id": job.job_id}


def _item(job: Job) -> Item:
    sort = f"{items.time_text(job.created_at)}#{job.job_id}"
    return (
        office_keys.job(job.job_id)
        | {"actor_pk": office_keys.jobs_of(job.event_id), "actor_sk": sort}
        | {"month_pk": office_keys.jobs_month(job.created_at), "month_sk": sort}
        | {"ttl": int(((job.finished_at or job.created_at) + KEPT).timestamp())}
        | items.dump("job", job)
    )
