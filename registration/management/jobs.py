"""Doing a job right here, with its progress on the terminal, instead of in the pipeline."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import CommandError

from eventsite.core.domain.jobs import Job, JobState
from eventsite.core.errors import EventSiteError
from eventsite.core.services import jobs
from eventsite.core.services.jobs import Shift

TURN = timedelta(seconds=2)
"""How often progress is told."""

ASKED_BY = "command"


def now() -> datetime:
    return datetime.now(UTC)


def finish(stores: Any, job_id: str, tell: Any) -> Job:
    """Work on a job to its end, telling how far it is. Raises CommandError when it fails.

    Nobody else is given it meanwhile; if this process dies, the sweep gives it to the pipeline.
    """
    owner = f"command.{secrets.token_hex(4)}"
    while True:
        jobs.run(stores, job_id, owner, Shift(now, now() + TURN), queue=False)
        job: Job = stores.jobs.get(job_id)
        tell(f"  {job.done} of {job.total or '?'}")
        if job.state is JobState.DONE:
            return job
        if not job.open:
            raise CommandError(f"It stopped: {job.cause or job.state.value}.")
        if job.cause:  # the last try failed
            tell(f"  tried again: {job.cause}")
            time.sleep(jobs.BACK_OFF.total_seconds() / 5)


def refused(error: EventSiteError) -> CommandError:
    """Return the error that says so on the terminal."""
    where = f", {error.field}" if error.field else ""
    return CommandError(f"{error.message} ({error.code}{where})")
