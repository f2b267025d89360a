"""The queues and the topic: what leaves one function for another."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import islice
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from eventsite.core.domain.notifications import Kind, Notification, StaffNotice
from eventsite.core.errors import Invalid, Unavailable

SQS_BATCH_MAX = 10
"""Entries per SendMessageBatch. Source: SQS API reference, SendMessageBatch."""


class Outbox:
    """The queue of notifications waiting to go out."""

    def __init__(self, client: Any, queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def put(self, notifications: Iterable[Notification]) -> int:
        """Queue every notification and return how many.

        Raises Unavailable when SQS did not take some; the whole call may be repeated, because
        each message carries its own notification id.
        """
        total = 0
        for chunk in _chunks(notifications, SQS_BATCH_MAX):
            entries = [
                {"Id": str(n), "MessageBody": json.dumps(asdict(notification))}
                for n, notification in enumerate(chunk)
            ]
            answer = _sent(
                self._client.send_message_batch, QueueUrl=self._queue_url, Entries=entries
            )
            if failed := answer.get("Failed"):
                raise Unavailable(f"SQS refused {len(failed)} of {len(entries)} messages")
            total += len(entries)
        return total


class StaffTopic:
    """The topic that staff listen to."""

    def __init__(self, client: Any, topic_arn: str) -> None:
        self._client = client
        self._topic_arn = topic_arn

    def publish(self, notice: StaffNotice) -> str:
        """Tell staff; returns the message id. Raises Unavailable.

        Staff may hear of a request twice when a stream record is repeated; the request id
        in the message lets a receiver notice.
        """
        answer = _sent(
            self._client.publish,
            TopicArn=self._topic_arn,
            Subject=notice.subject,
            Message=json.dumps(asdict(notice)),
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value}
                for name, value in (
                    ("event_id", notice.event_id),
                    ("station_id", notice.station_id),
                    ("correlation_id", notice.correlation_id),
                )
                if value
            },
        )
        return str(answer["MessageId"])


class DeadLetters:
    """Where a function parks what can never succeed, with its cause."""

    def __init__(self, client: Any, queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def park(
        self, body: str, *, code: str, cause: str, field: str = "", correlation_id: str = ""
    ) -> None:
        """Keep ``body`` for a person to look at, with why. Raises Unavailable."""
        attributes = {"code": code, "cause": cause[:500] or code}
        attributes |= {"field": field, "correlation_id": correlation_id}
        _sent(
            self._client.send_message,
            QueueUrl=self._queue_url,
            MessageBody=body or "{}",
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value}
                for name, value in attributes.items()
                if value
            },
        )


def read_notification(body: str) -> Notification:
    """Return the notification in a queue message. Raises Invalid when it is none."""
    try:
        fields = json.loads(body)
        return Notification(**fields | {"kind": Kind(fields["kind"])})
    except (ValueError, TypeError, KeyError) as error:
        raise Invalid("This message is not a notification.", field="body") from error


def _chunks(things: Iterable[Notification], size: int) -> Iterator[list[Notification]]:
    iterator = iter(things)
    while chunk := list(islice(iterator, size)):
        yield chunk


def _sent(method: Any, **request: Any) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = method(**request)
    except (ClientError, BotoCoreError) as error:
        raise Unavailable(f"The queue did not take a message: {type(error).__name__}") from error
    return answer
