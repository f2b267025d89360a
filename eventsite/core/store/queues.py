"""The queues and the topic: what leaves one function for another."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, fields
from datetime import timedelta
from itertools import islice
from typing import Any, Generic, TypeVar
from urllib.parse import quote_plus

from botocore.exceptions import BotoCoreError, ClientError

from eventsite.core.domain.hook_deliveries import HookMessage
from eventsite.core.domain.jobs import JobMessage
from eventsite.core.domain.notifications import Kind, Notification, StaffNotice
from eventsite.core.errors import Invalid, Unavailable
from eventsite.core.store import keys
from eventsite.core.store.caching import Cache

SQS_BATCH_MAX = 10
"""Entries per SendMessageBatch. Source: SQS API reference, SendMessageBatch."""

DELAY_MAX = 900
"""Seconds that SQS can keep a message back. Source: SQS API reference, SendMessage."""

T = TypeVar("T")


class Queue(Generic[T]):
    """A queue of dataclasses, each message one of them as JSON. Each carries an id of its own,
    by which its reader knows a repetition."""

    def __init__(self, client: Any, queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def put(self, things: Iterable[T], *, delay_seconds: int = 0) -> int:
        """Queue everything and return how many; readers get it after up to ``DELAY_MAX`` seconds.

        Raises Unavailable when SQS did not take some; the whole call may be repeated.
        """
        total = 0
        for chunk in _chunks(things, SQS_BATCH_MAX):
            entries = [{"Id": str(n), **self._entry(thing)} for n, thing in enumerate(chunk)]
            if delay_seconds:
                entries = [{**e, "DelaySeconds": min(delay_seconds, DELAY_MAX)} for e in entries]
            answer = _sent(
                self._client.send_message_batch, QueueUrl=self._queue_url, Entries=entries
            )
            if failed := answer.get("Failed"):
                raise Unavailable(f"SQS refused {len(failed)} of {len(entries)} messages")
            total += len(entries)
        return total

    def _entry(self, thing: T) -> dict[str, Any]:
        return {"MessageBody": json.dumps(asdict(thing))}  # type: ignore[call-overload]


class Outbox(Queue[Notification]):
    """The queue of notifications waiting to go out."""


class HookQueue(Queue[HookMessage]):
    """The queue of facts on their way to webhooks."""

    def _entry(self, thing: HookMessage) -> dict[str, Any]:
        """Name the webhook as the group: SQS serves others first when one takes its time.

        Source: SQS developer guide, fair queues.
        """
        group = keys.digest(thing.event_id, thing.webhook_id)
        return super()._entry(thing) | {"MessageGroupId": group}


class Intake:
    """The queue of registrations in a rush. API Gateway writes to it as well, in the same shape."""

    def __init__(self, client: Any, queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url
        self._depths: Cache[int] = Cache(timedelta(seconds=1))

    def put(
        self, event_id: str, body: Mapping[str, Any], *, idempotency_key: str, **about: str
    ) -> None:
        """Queue the body of a registration call as it was sent. Raises Unavailable.

        Id and key are percent-encoded, as API Gateway's template has to write them.
        """
        message = {
            "event_id": quote_plus(event_id),
            "idempotency_key": quote_plus(idempotency_key),
            "registration": body,
            **about,
        }
        _sent(self._client.send_message, QueueUrl=self._queue_url, MessageBody=json.dumps(message))

    def depth(self) -> int:
        """Return about how many wait or are being taken in, a second old. Raises Unavailable."""
        return self._depths.get(self._queue_url, self._read_depth)

    def _read_depth(self, queue_url: str) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = _sent(self._client.get_queue_attributes, QueueUrl=queue_url, AttributeNames=names)
        return sum(int(answer["Attributes"].get(name, 0)) for name in names)


class JobQueue(Queue[JobMessage]):
    """The queue of jobs that somebody should take up; twice is harmless, for they are leased."""


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


def read_job(body: str) -> JobMessage:
    """Return the job that a queue message names. Raises Invalid when it names none."""
    try:
        message = JobMessage(**json.loads(body))
    except (ValueError, TypeError) as error:
        raise Invalid("This message names no job.", field="body") from error
    if not isinstance(message.job_id, str):
        raise Invalid("This message names no job.", field="body")
    return message


def read_notification(body: str) -> Notification:
    """Return the notification in a queue message. Raises Invalid when it is none."""
    try:
        fields = json.loads(body)
        return Notification(**fields | {"kind": Kind(fields["kind"])})
    except (ValueError, TypeError, KeyError) as error:
        raise Invalid("This message is not a notification.", field="body") from error


def read_hook_message(body: str) -> HookMessage:
    """Return what a webhook is to be told in a queue message. Raises Invalid when it is none."""
    try:
        message = HookMessage(**json.loads(body))
        for each in fields(message):
            if type(getattr(message, each.name)).__name__ != each.type:
                raise TypeError(f"{each.name} is no {each.type}")
    except (ValueError, TypeError) as error:
        raise Invalid("This message is not for a webhook.", field="body") from error
    return message


def _chunks(things: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(things)
    while chunk := list(islice(iterator, size)):
        yield chunk


def _sent(method: Any, **request: Any) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = method(**request)
    except (ClientError, BotoCoreError) as error:
        raise Unavailable(f"The queue did not take a message: {type(error).__name__}") from error
    return answer
