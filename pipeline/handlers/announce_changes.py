"""Table stream to ledgers, staff, outbox and webhooks: pipeline.handlers.announce_changes.handler

In:  DynamoDB stream batch, NEW_AND_OLD_IMAGES.
Out: nothing. A failure that may pass raises, and the stream gives the batch again: everything
     here is safe to repeat. A record that can never pass is parked with its cause, so that it
     does not block the shard.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from eventsite.core.domain.attempts import Attempt
from eventsite.core.domain.hook_deliveries import HookMessage
from eventsite.core.domain.ledger import fact_of
from eventsite.core.domain.notifications import (
    MailWish,
    Notification,
    for_attempt,
    for_mail_wish,
    for_registration,
    for_request,
    notice_for,
)
from eventsite.core.domain.registrations import Registration
from eventsite.core.domain.requests import GuestRequest
from eventsite.core.errors import EventSiteError
from eventsite.core.log import correlated
from eventsite.core.services.chaining import DoorChanges, chain
from eventsite.core.wiring import stores
from pipeline.doors import door_changes
from pipeline.hooks import hook_messages
from pipeline.images import entity_of, read_image
from pipeline.parking import park
from pipeline.wiring import start

logger = logging.getLogger(__name__)


def announce(record: Mapping[str, Any]) -> list[Notification]:
    """Tell staff of one change and return what guests are to be told."""
    change = record["dynamodb"]
    old, new = _images(change)
    entity = entity_of(old, new)
    announcer = _ANNOUNCERS.get(entity)
    if announcer is None:
        return []
    with correlated(_correlation_id(change)):
        found = announcer(old, new)
        logger.info("change announced", extra={"entity": entity, "notifications": len(found)})
        return found


def _images(change: Mapping[str, Any]) -> tuple[Any, Any]:
    return change.get("OldImage"), change.get("NewImage")


def _correlation_id(change: Mapping[str, Any]) -> str:
    image = change.get("NewImage") or change.get("OldImage") or {}
    return str(image.get("correlation_id", {}).get("S", ""))


def _registration(old: Any, new: Any) -> list[Notification]:
    before, after = read_image(Registration, old), read_image(Registration, new)
    stores().ledger.append(fact_of(before, after))
    return for_registration(before, after)


def _mail_wish(old: Any, new: Any) -> list[Notification]:
    wish, key = read_image(MailWish, new), (new or {}).get("sk", {}).get("S", "")
    return [for_mail_wish(wish, key)] if wish and not old else []


def _attempt(old: Any, new: Any) -> list[Notification]:
    attempt = read_image(Attempt, new)
    return for_attempt(attempt) if attempt and not old else []


def _guest_request(old: Any, new: Any) -> list[Notification]:
    before, after = read_image(GuestRequest, old), read_image(GuestRequest, new)
    if notice := notice_for(before, after):
        stores().staff_topic.publish(notice)
    return for_request(before, after)


_ANNOUNCERS: dict[str, Callable[[Any, Any], list[Notification]]] = {
    "registration": _registration,
    "mail_wish": _mail_wish,
    "attempt": _attempt,
    "guest_request": _guest_request,
}


def handler(event: dict[str, Any], context: Any) -> None:
    start("announce-changes")
    waiting: list[Notification] = []
    told: list[HookMessage] = []
    passed = DoorChanges()
    for record in event["Records"]:
        try:
            waiting += announce(record)
            told += hook_messages(*_images(record["dynamodb"]))
            passed += door_changes(*_images(record["dynamodb"]))
        except EventSiteError as error:
            if error.retryable:
                raise
            change = record["dynamodb"]
            park(json.dumps({"Keys": change.get("Keys")}), error, _correlation_id(change))
    stores().outbox.put(waiting)
    stores().webhooks.put(told)
    chain(stores(), passed, datetime.now(UTC))
