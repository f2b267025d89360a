"""Working through a batch: what fails for ever is parked, what may pass goes back alone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from eventsite.core.errors import EventSiteError
from pipeline.parking import park

logger = logging.getLogger(__name__)

Handle = Callable[[str, str], None]
"""Takes a message's body and its id."""


def each_message(event: Mapping[str, Any], handle: Handle) -> dict[str, Any]:
    """Give each SQS message to ``handle``; returns the partial batch response.

    A refusal that can never pass is parked in the dead-letter queue with its code and cause and
    counts as done. Everything else that fails goes back to the queue alone, and to the
    dead-letter queue by SQS after its last try.

    Source: SQS event source mapping, ReportBatchItemFailures.
    """
    failed = [
        record["messageId"]
        for record in event["Records"]
        if not _done(record["body"], record["messageId"], handle)
    ]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _done(body: str, message_id: str, handle: Handle) -> bool:
    """Return whether the queue may forget a message."""
    try:
        try:
            handle(body, message_id)
        except EventSiteError as error:
            if error.retryable:
                raise
            park(body, error, message_id)
    except Exception as error:  # one bad message must not take the others with it
        code = error.code if isinstance(error, EventSiteError) else "internal"
        told = {"code": code, "message_id": message_id}
        logger.exception("message goes back to its queue", extra=told)
        return False
    return True
