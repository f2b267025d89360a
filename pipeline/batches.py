"""Working through a batch: what fails for ever is parked, what may pass goes back alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from eventsite.core.errors import EventSiteError
from pipeline.parking import park


def each_message(
    event: Mapping[str, Any], context: Any, handle: Callable[[SQSRecord], None]
) -> dict[str, Any]:
    """Give each SQS message to ``handle``; returns the messages to try again.

    A refusal that can never pass is parked in the dead-letter queue with its code and cause and
    counts as done. Everything else that fails goes back to the queue alone, and to the
    dead-letter queue by SQS after its last try.
    """

    def guarded(record: SQSRecord) -> None:
        try:
            handle(record)
        except EventSiteError as error:
            if error.retryable:
                raise
            park(record.body, error, record.message_id)

    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    return dict(process_partial_response(dict(event), guarded, processor, context))
