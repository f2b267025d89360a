"""SQS queue of jobs to work done. Lambda entry point: pipeline.handlers.run_jobs.handler

In:  SQS batch of one; the body is a JobMessage as JSON.
Out: {"batchItemFailures": [...]}: empty unless the table did not answer.

A job that is not done in time is let go with its checkpoint and queued again, so a message is
never given back for that. One that ends failed is parked with its cause, for a person to see.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from eventsite.core.domain.jobs import JobState
from eventsite.core.errors import EventSiteError
from eventsite.core.log import correlated
from eventsite.core.services.jobs import Shift, run
from eventsite.core.store.queues import read_job
from eventsite.core.wiring import stores
from pipeline.batches import each_message
from pipeline.parking import park
from pipeline.wiring import start

SPARE = timedelta(seconds=60)
"""Time left at which no further slice is begun: longer than any slice takes."""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    start("run-jobs")
    left = timedelta(milliseconds=context.get_remaining_time_in_millis())
    until = datetime.now(UTC) + max(left - SPARE, timedelta())
    owner = f"{context.aws_request_id}.{secrets.token_hex(4)}"

    def take(body: str, message_id: str) -> None:
        message = read_job(body)
        with correlated(message_id):
            job = run(stores(), message.job_id, owner, Shift(lambda: datetime.now(UTC), until))
        if job is not None and job.state is JobState.FAILED:
            park(json.dumps(asdict(message)), EventSiteError(job.cause), message_id)

    return each_message(event, take)
