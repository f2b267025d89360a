"""SQS intake to DynamoDB. Lambda entry point: pipeline.handlers.take_registrations.handler

In:  SQS batch; each body is JSON: event_id and idempotency_key, percent-encoded as API Gateway
     writes them, and registration, the body of the registration call as the guest sent it. Our
     own API adds attempt_id, correlation_id, and account_id and proved_email from an ID token.
     Without them the message id, which the guest was told, is attempt, correlation and key.
Out: {"batchItemFailures": [...]} naming only the messages worth another try.

What became of a message is kept as the outcome of its attempt, for the status page and for the
mail that tells of a refusal. What can never succeed is parked besides.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote_plus

from eventsite.core.domain.applications import Application, read_application
from eventsite.core.domain.attempts import Attempt
from eventsite.core.domain.registrations import Guest, checked_guest
from eventsite.core.errors import (
    AlreadyRegistered,
    EventSiteError,
    Invalid,
    LimitReached,
    NotAllowed,
    SoldOut,
)
from eventsite.core.log import correlated, correlation_id
from eventsite.core.services.drafting import Entry
from eventsite.core.services.registering import register
from eventsite.core.wiring import stores
from pipeline.batches import each_message
from pipeline.wiring import start

SOURCE = "queue"

ANSWERS = (SoldOut, LimitReached, NotAllowed, AlreadyRegistered)
"""Refusals that are answers, as good as a place: nothing to look into, nothing to park."""


def take(body: str, message_id: str) -> None:
    """Register the guests in a message. Raises what can never succeed, and what may later."""
    message = _message(body)
    attempt_id = _text(message, "attempt_id") or message_id
    with correlated(_text(message, "correlation_id") or message_id):
        now = datetime.now(UTC)
        event_id = unquote_plus(_text(message, "event_id"))
        attempt = Attempt(
            attempt_id=attempt_id,
            event_id=event_id,
            answered_at=now,
            correlation_id=correlation_id(),
        )
        application: Application | None = None
        try:
            application = read_application(
                event_id,
                message.get("registration"),
                account_id=_text(message, "account_id"),
                proved_email=_text(message, "proved_email"),
            )
            key = unquote_plus(_text(message, "idempotency_key")) or message_id
            done = register(stores(), application, Entry(key=key, source=SOURCE, now=now))
        except EventSiteError as refusal:
            if refusal.retryable:
                raise
            stores().attempts.answer(_refused(attempt, application, refusal))
            if not isinstance(refusal, ANSWERS):
                raise
        else:
            stores().attempts.answer(replace(attempt, told=done.told.value))


def _refused(attempt: Attempt, application: Application | None, refusal: EventSiteError) -> Attempt:
    return replace(
        attempt,
        code=refusal.code,
        message=refusal.message,
        field=refusal.field,
        guest=_reachable(application) if application else None,
    )


def _reachable(application: Application) -> Guest | None:
    """Return whom to tell: only what a mail needs, and only if it is an address."""
    lead = application.applicants[0].guest
    try:
        return checked_guest(
            Guest(name=lead.name, email=lead.email, locale=lead.locale, zone=lead.zone)
        )
    except Invalid:
        return None


def _message(body: str) -> Mapping[str, Any]:
    try:
        message = json.loads(body)
    except ValueError as error:
        raise Invalid("This message is not JSON.", field="body") from error
    if not isinstance(message, dict):
        raise Invalid("An object is needed here.", field="body")
    return message


def _text(message: Mapping[str, Any], name: str) -> str:
    value = message.get(name, "")
    if not isinstance(value, str):
        raise Invalid("A text is needed here.", field=name)
    return value


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    start("take-registrations")
    return each_message(event, take)
