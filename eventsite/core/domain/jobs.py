"""Jobs: long work outside the web request, done in slices by whoever holds the lease. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

LEASE = timedelta(seconds=120)
"""How long a worker that says nothing is believed to be at work: several slices."""

TRIES = 5
"""Times that a job may be taken up without getting any further, before it is given up."""

KEPT = timedelta(days=90)
"""How long a job is remembered after its last sign of life."""


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = frozenset({JobState.WAITING, JobState.RUNNING})
"""States in which somebody has to work on a job, now or soon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One piece of long work about an event.

    ``kind`` names what is done, ``subject`` to what (such as an import's id) and ``options`` how.
    ``done`` of ``total`` steps are done, None while nobody knows how many there are; ``counts``
    says what came of them. ``checkpoint`` is where the next worker goes on: text that only the
    kind of work understands, written together with the counts, so that nothing counts twice.

    Whoever has written ``owner`` works on it; when nothing is heard until ``due_at``, somebody
    else should. ``tries`` counts how often it was taken up since the last checkpoint. ``cause``
    says why it failed, or why the last try did. ``version`` counts writes; the store refuses a
    stale one.
    """

    job_id: str
    kind: str
    event_id: str
    subject: str = ""
    options: dict[str, str] = field(default_factory=dict)
    state: JobState = JobState.WAITING
    done: int = 0
    total: int | None = None
    counts: dict[str, int] = field(default_factory=dict)
    checkpoint: str = ""
    cause: str = ""
    asked_by: str = ""
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    owner: str = ""
    due_at: datetime
    tries: int = 0
    correlation_id: str = ""
    version: int = 1

    @property
    def open(self) -> bool:
        return self.state in OPEN

    @property
    def percent(self) -> int | None:
        """How much is done, 0 to 100, or None while nobody knows."""
        if self.state is JobState.DONE:
            return 100
        return None if not self.total else min(100, self.done * 100 // self.total)

    def free(self, now: datetime) -> bool:
        """Return whether somebody may take this up: nobody does, or is not heard of any more."""
        return self.open and (not self.owner or self.due_at <= now)

    def lapsed(self, now: datetime) -> bool:
        """Return whether somebody should have taken this up by now."""
        return self.open and self.due_at <= now

    def after(self, progress: Progress, now: datetime) -> Job:
        """Return the job with a slice's progress, and its lease from now."""
        counts = Counter(self.counts)
        counts.update(progress.counts)
        return replace(
            self,
            done=self.done + progress.done,
            total=self.total if progress.total is None else progress.total,
            counts=dict(counts),
            checkpoint=progress.checkpoint,
            tries=0,
            cause="",
            due_at=now + LEASE,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What one slice did: ``done`` steps and ``counts``, added to the job's; where to go on."""

    checkpoint: str
    done: int = 0
    total: int | None = None
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobMessage:
    """What the queue says: somebody should take this job up."""

    job_id: str
