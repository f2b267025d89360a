"""SQS webhooks to their receivers. Lambda entry point: pipeline.handlers.deliver_webhooks.handler

In:  SQS batch; each body is a HookMessage as JSON.
Out: {"batchItemFailures": [...]} naming only the messages worth another try.

Order of things: wait, read the log, call, record, say what follows. A long wait is made of hops:
the message is queued anew with the longest delay that SQS knows, so that waiting does not count as
receiving. A crash between the call and the record calls again: receivers hear everything at least
once. A crash after the record calls nobody twice, because the attempt is in the log.
"""

from __future__ import annotations

import logging
import math
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from eventsite.core.config import config
from eventsite.core.domain.hook_deliveries import (
    GONE,
    HookAttempt,
    HookDelivery,
    HookMessage,
    HookOutcome,
    Standing,
    next_at,
    standing,
    tried,
)
from eventsite.core.domain.signatures import sign
from eventsite.core.domain.webhooks import TEST, Webhook
from eventsite.core.errors import ChannelRefused, InProgress, NotFound, StaleWrite
from eventsite.core.log import correlated
from eventsite.core.services.telling_hooks import switch_off, webhook_of
from eventsite.core.store.queues import read_hook_message
from eventsite.core.wiring import secrets, stores
from pipeline.batches import each_message
from pipeline.hooks_http import Answer, post
from pipeline.wiring import start

logger = logging.getLogger(__name__)

USER_AGENT = "eventsite-webhooks/1"

REST = timedelta(seconds=60)
"""How long this process leaves a receiver alone that did not answer in time: a queue full of calls
to it would else cost ten seconds each, and keep everybody else waiting."""

_resting: dict[tuple[str, str], datetime] = {}


def now() -> datetime:
    return datetime.now(UTC)


def deliver(message: HookMessage) -> None:
    """Tell one webhook one fact, once it is time.

    Raises
    ------
    ChannelRefused
        That was the last attempt.
    InProgress, Unavailable
        The message is to come again.
    """
    moment = now()
    if seconds := max(message.wait(moment), _rest(message, moment)):
        stores().webhooks.put([message], delay_seconds=seconds)
        return
    known = stores().hooks.get(message.event_id, message.webhook_id, message.hook_event_id)
    what = standing(known, message)
    if what is Standing.DONE:
        logger.info("webhook call handled before", extra=_ids(message))
        return
    if known and known.next_at and what is Standing.TRIED:
        _queue(message.following(known.tries + 1, known.next_at), moment)
        return
    hook = _webhook(message)
    if hook is None:
        logger.info("webhook removed", extra=_ids(message))
        return
    attempt = _attempt(hook, message, moment)
    if attempt.status == GONE and switch_off(
        stores().events, hook.event_id, hook.webhook_id, hook.url
    ):
        logger.warning("webhook switched off: its receiver is gone", extra=_ids(message))
    _follow(message, _recorded(tried(known, message, attempt)), moment)


def _rest(message: HookMessage, moment: datetime) -> int:
    until = _resting.get((message.event_id, message.webhook_id), moment)
    return max(0, math.ceil((until - moment).total_seconds()))


def _queue(message: HookMessage, moment: datetime) -> None:
    stores().webhooks.put([message], delay_seconds=message.wait(moment))


def _webhook(message: HookMessage) -> Webhook | None:
    try:
        return webhook_of(stores().events.setup(message.event_id), message.webhook_id)
    except NotFound:
        return None


def _attempt(hook: Webhook, message: HookMessage, moment: datetime) -> HookAttempt:
    """Call the webhook and return what came of it, and when to try again."""
    if not hook.active:
        return HookAttempt(at=moment, cause="switched_off")
    began = time.monotonic()
    answer = _call(hook, message, moment)
    attempt = HookAttempt(
        at=moment,
        status=answer.status,
        cause=answer.cause,
        took_ms=round((time.monotonic() - began) * 1000),
    )
    name = (hook.event_id, hook.webhook_id)
    if answer.cause == "timeout":
        _resting[name] = now() + REST
    else:
        _resting.pop(name, None)
    if attempt.delivered or answer.status == GONE:
        return attempt
    return replace(attempt, next_at=next_at(message, moment))


def _call(hook: Webhook, message: HookMessage, moment: datetime) -> Answer:
    body = message.payload.encode()
    key, *older = secrets().webhook_keys(hook.event_id, hook.webhook_id, hook.generation)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        "Eventsite-Signature": sign(body, key, moment, also=older),
        "Eventsite-Delivery": message.hook_event_id,
        "Eventsite-Topic": message.topic,
    }
    return post(hook.url, body, headers, config().private_hosts)


def _recorded(delivery: HookDelivery) -> HookDelivery:
    try:
        return stores().hooks.save(delivery)
    except StaleWrite as stale:
        raise InProgress("Somebody else recorded an attempt of this delivery.") from stale


def _follow(message: HookMessage, delivery: HookDelivery, moment: datetime) -> None:
    """Queue the next attempt, or say how it ended."""
    last = delivery.attempts[-1]
    told = {"status": last.status, "cause": last.cause, "took_ms": last.took_ms}
    told |= {"attempt": message.attempt, "outcome": delivery.outcome.value}
    logger.info("webhook called", extra=_ids(message) | told)
    if delivery.next_at:
        _queue(message.following(message.attempt + 1, delivery.next_at), moment)
    elif delivery.outcome is HookOutcome.FAILED and message.topic != TEST and _gave_up(last):
        raise ChannelRefused(
            f"The webhook said {last.says} at attempt {message.attempt}, the last."
        )


def _gave_up(last: HookAttempt) -> bool:
    """Return whether the receiver failed us, rather than that nobody wants to be told."""
    return last.status != GONE and last.cause != "switched_off"


def _ids(message: HookMessage) -> dict[str, str]:
    return {
        "hook_event_id": message.hook_event_id,
        "event_id": message.event_id,
        "webhook_id": message.webhook_id,
        "topic": message.topic,
    }


def take(body: str, message_id: str) -> None:
    message = read_hook_message(body)
    with correlated(message.correlation_id or message_id):
        deliver(message)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    start("deliver-webhooks")
    return each_message(event, take)
