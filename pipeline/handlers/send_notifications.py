"""SQS outbox to channels. Lambda entry point: pipeline.handlers.send_notifications.handler

In:  SQS batch; each body is a Notification as JSON.
Out: {"batchItemFailures": [...]} naming only the messages worth another try.

Order of things: read the guest, claim, send, record. Between claim and record a crash leaves a
claim behind; whether it lapses is the kind's policy (see store.deliveries).
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

from eventsite.core.config import config
from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.notifications import AT_MOST_ONCE, Kind, Notification, channel_for
from eventsite.core.domain.registrations import (
    ChannelKind,
    Registration,
    RegistrationStatus,
)
from eventsite.core.errors import ChannelRefused, ChannelSilent, InProgress
from eventsite.core.log import correlated
from eventsite.core.services.ticketing import guest_link, ticket_code, ticket_png
from eventsite.core.store.deliveries import Claim
from eventsite.core.store.queues import read_notification
from eventsite.core.wiring import secrets, stores
from pipeline.batches import each_message
from pipeline.channels.base import Message, Picture
from pipeline.texts import write
from pipeline.wiring import channel, start

logger = logging.getLogger(__name__)


def send(notification: Notification) -> None:
    """Deliver one notification once. Raises InProgress, ChannelUnavailable or Unavailable."""
    registration = stores().registrations.get(notification.registration_id)
    if not _still_wanted(notification, registration):
        logger.info("notification outdated", extra=_ids(notification))
        return
    deliveries = stores().deliveries
    claim = deliveries.claim(
        notification.notification_id,
        now=datetime.now(UTC),
        at_most_once=notification.kind in AT_MOST_ONCE,
        correlation_id=notification.correlation_id,
    )
    if claim is Claim.DONE:
        logger.info("notification handled before", extra=_ids(notification))
        return
    if claim is Claim.HELD:
        raise InProgress("Another worker is sending this notification.")
    kind = channel_for(notification.kind, registration.guest)
    try:
        outcome, detail = "sent", channel(kind).send(_message(notification, registration, kind))
    except ChannelRefused as refused:
        outcome, detail = "refused", refused.message
    except ChannelSilent as silent:
        if notification.kind not in AT_MOST_ONCE:
            deliveries.release(notification.notification_id)
            raise
        outcome, detail = "unknown", silent.message
    except Exception:
        deliveries.release(notification.notification_id)
        raise
    deliveries.finish(
        notification.notification_id,
        outcome=outcome,
        detail=detail,
        channel=kind.value,
        now=datetime.now(UTC),
    )
    said = {"channel": kind.value, "outcome": outcome, "detail": detail}
    logger.info("notification handled", extra=_ids(notification) | said)


def _still_wanted(notification: Notification, registration: Registration) -> bool:
    """Return whether the guest should still hear this: no ticket for who has cancelled."""
    cancelled = registration.status is RegistrationStatus.CANCELLED
    return cancelled == (notification.kind is Kind.CANCELLED)


def _message(notification: Notification, registration: Registration, kind: ChannelKind) -> Message:
    setup = stores().events.setup(notification.event_id)
    picture = _picture(registration, setup) if notification.kind is Kind.TICKET else None
    text = write(
        notification.kind,
        setup,
        registration,
        notification.facts,
        guest_link(registration.registration_id, secrets(), config().public_url),
        picture=picture.content_id if picture else "",
    )
    guest = registration.guest
    address = {
        ChannelKind.EMAIL: guest.email,
        ChannelKind.SMS: guest.phone,
        ChannelKind.PUSH: guest.push_token,
    }
    return Message(
        to=address[kind],
        subject=text.subject,
        short=text.short,
        text=text.text,
        html=text.html,
        picture=picture,
        correlation_id=notification.correlation_id,
        notification_id=notification.notification_id,
    )


def _picture(registration: Registration, setup: EventSetup) -> Picture:
    return Picture("ticket.png", "ticket", ticket_png(ticket_code(registration, setup, secrets())))


def _ids(notification: Notification) -> dict[str, str]:
    return {
        "notification_id": notification.notification_id,
        "event_id": notification.event_id,
        "registration_id": notification.registration_id,
    }


def take(body: str, message_id: str) -> None:
    notification = read_notification(body)
    with correlated(notification.correlation_id):
        send(notification)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    start("send-notifications")
    return each_message(event, take)
