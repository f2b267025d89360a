"""Table stream to staff topic and outbox. Entry point: pipeline.handlers.announce_changes.handler

In:  DynamoDB stream batch, NEW_AND_OLD_IMAGES.
Out: nothing. A failure that may pass raises, and the stream gives the batch again: everything
     here is safe to repeat. A record that can never pass is parked with its cause, so that it
     does not block the shard.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from eventsite.core.domain.notifications import (
    Notification,
    for_registration,
    for_request,
    notice_for,
)
from eventsite.core.domain.registrations import Registration
from eventsite.core.domain.requests import GuestRequest
from eventsite.core.errors import EventSiteError, Invalid
from eventsite.core.log import correlated
from eventsite.core.store.items import load
from eventsite.core.store.table import from_wire
from eventsite.core.wiring import stores
from pipeline.parking import park
from pipeline.wiring import start

logger = logging.getLogger(__name__)
T = TypeVar("T")


def announce(record: Mapping[str, Any]) -> list[Notification]:
    """Tell staff of one change and return what guests are to be told."""
    change = record["dynamodb"]
    old, new = change.get("OldImage"), change.get("NewImage")
    entity = (new or old or {}).get("entity", {}).get("S", "")
    announcer = _ANNOUNCERS.get(entity)
    if announcer is None:
        return []
    with correlated(_correlation_id(change)):
        found = announcer(old, new)
        logger.info("change announced", extra={"entity": entity, "notifications": len(found)})
        return found


def _correlation_id(change: Mapping[str, Any]) -> str:
    image = change.get("NewImage") or change.get("OldImage") or {}
    return str(image.get("correlation_id", {}).get("S", ""))


def _registration(old: Any, new: Any) -> list[Notification]:
    return for_registration(_object(Registration, old), _object(Registration, new))


def _guest_request(old: Any, new: Any) -> list[Notification]:
    before, after = _object(GuestRequest, old), _object(GuestRequest, new)
    if notice := notice_for(before, after):
        stores().staff_topic.publish(notice)
    return for_request(before, after)


_ANNOUNCERS: dict[str, Callable[[Any, Any], list[Notification]]] = {
    "registration": _registration,
    "guest_request": _guest_request,
}


def _object(cls: type[T], image: Mapping[str, Any] | None) -> T | None:
    if not image:
        return None
    try:
        return load(cls, from_wire(image))
    except (KeyError, ValueError, TypeError) as error:
        raise Invalid(f"A stored {cls.__name__} cannot be read: {error!r}") from error


def handler(event: dict[str, Any], context: Any) -> None:
    start("announce-changes")
    waiting: list[Notification] = []
    for record in event["Records"]:
        try:
            waiting += announce(record)
        except EventSiteError as error:
            if error.retryable:
                raise
            change = record["dynamodb"]
            park(json.dumps({"Keys": change.get("Keys")}), error, _correlation_id(change))
    stores().outbox.put(waiting)
