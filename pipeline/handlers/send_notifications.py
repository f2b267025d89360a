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
from eventsite.core.domain.attempts import Attempt
from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.notifications import (
    ABOUT_THE_PLACE,
    AT_MOST_ONCE,
    Kind,
    Notification,
    channel_for,
    kind_for,
)
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
from pipeline.texts import Reader, write
from pipeline.wiring import channel, start

logger = logging.getLogger(__name__)

SHOW_TICKET = frozenset({Kind.TICKET, Kind.LINK})
"""Kinds that bring the ticket along."""


def send(notification: Notification) -> None:
    """Deliver one notification once. Raises InProgress, ChannelUnavailable or Unavailable."""
    about = _about(notification)
    if about is None:
        logger.info("notification outdated", extra=_ids(notification))
        return
    deliveries = stores().deliveries
    claim = deliveries.claim(
        notification.notification_id,
        now=datetime.now(UTC),
        at_most_once=notification.kind in AT_MOST_ONCE,
        correlation_id=notification.correlation_id,
        registration_id=notification.registration_id,
        kind=notification.kind.value,
    )
    if claim is Claim.DONE:
        logger.info("notification handled before", extra=_ids(notification))
        return
    if claim is Claim.HELD:
        raise InProgress("Another worker is sending this notification.")
    kind = channel_for(notification.kind, about.guest)
    try:
        outcome, detail = "sent", channel(kind).send(_message(notification, about, kind))
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


def _about(notification: Notification) -> Registration | Attempt | None:
    """Return what a notification is about; None when the guest should not hear it any more.

    What is said of a place is said only while it is so: no ticket for who has cancelled.
    """
    if notification.attempt_id:
        attempt = stores().attempts.get(notification.attempt_id)
        return attempt if attempt and attempt.guest else None
    registration = stores().registrations.get(notification.registration_id)
    if registration.erased_at is not None:
        return None
    if notification.kind in ABOUT_THE_PLACE and notification.kind is not Kind.LINK:
        return registration if kind_for(registration) is notification.kind else None
    return registration if registration.live or notification.kind is Kind.LINK else None


def _message(
    notification: Notification, about: Registration | Attempt, kind: ChannelKind
) -> Message:
    """Return the words. Raises ChannelRefused when there is no address to send them to."""
    guest = about.guest
    assert guest is not None  # noqa: S101 - _about saw to it
    address = {
        ChannelKind.EMAIL: guest.email,
        ChannelKind.SMS: guest.phone,
        ChannelKind.PUSH: guest.push_token,
    }
    if not address[kind]:
        raise ChannelRefused("This guest gave no address.")
    setup = stores().events.setup(notification.event_id)
    base, picture, link = config().public_url, None, ""
    if isinstance(about, Registration):
        link = guest_link(about.registration_id, secrets(), base)
        if about.status is RegistrationStatus.CONFIRMED and notification.kind in SHOW_TICKET:
            picture = _picture(about, setup)
    text = write(
        notification.kind,
        setup,
        about if isinstance(about, Registration) else Reader(guest.name, guest.locale, guest.zone),
        notification.facts,
        link,
        event_link=f"{base}/e/{notification.event_id}/",
        picture=picture.content_id if picture else "",
    )
    return Message(
        to=address[kind],
        subject=text.subject,
        short=text.short,
        text=text.text,
        html=text.html,
        language=text.language,
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
        "attempt_id": notification.attempt_id,
    }


def take(body: str, message_id: str) -> None:
    notification = read_notification(body)
    with correlated(notification.correlation_id):
        send(notification)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    start("send-notifications")
    return each_message(event, take)
