"""SQS intake to DynamoDB. Lambda entry point: pipeline.handlers.take_registrations.handler

In:  SQS batch; each body is JSON: event_id and idempotency_key, percent-encoded as API Gateway
     wrote them, and registration, the body of the registration call as the guest sent it. The
     message id, which the guest was told, is the correlation id, and the key where none came.
Out: {"batchItemFailures": [...]} naming only the messages worth another try.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote_plus

from eventsite.core.domain.registrations import ChannelKind, Guest
from eventsite.core.errors import Invalid
from eventsite.core.log import correlated
from eventsite.core.services.registering import Application, register
from eventsite.core.wiring import stores
from pipeline.batches import each_message
from pipeline.wiring import start

GUEST_FIELDS = frozenset({"name", "email", "phone", "push_token", "locale", "channel"})


def take(body: str, message_id: str) -> None:
    """Register the guest in a message. Raises what ``register`` raises."""
    with correlated(message_id):
        message = _object(_parsed(body), "body")
        register(
            stores().events,
            stores().registrations,
            _application(message),
            idempotency_key=unquote_plus(_text(message, "idempotency_key")) or message_id,
            source="queue",
            now=datetime.now(UTC),
        )


def _application(message: Mapping[str, Any]) -> Application:
    wanted = _object(message.get("registration"), "registration")
    given = _object(wanted.get("guest"), "guest")
    if unknown := sorted(given.keys() - GUEST_FIELDS):
        raise Invalid("This field is not known.", field=f"guest.{unknown[0]}")
    fields = {name: _text(given, name) for name in given if name != "channel"}
    for needed in ("name", "email"):
        if needed not in fields:
            raise Invalid("This field is needed.", field=f"guest.{needed}")
    try:
        channel = ChannelKind(given.get("channel", ChannelKind.EMAIL))
    except ValueError as error:
        raise Invalid("This channel is not known.", field="guest.channel") from error
    return Application(
        event_id=unquote_plus(_text(message, "event_id")),
        type_id=_text(wanted, "type_id"),
        guest=Guest(**fields, channel=channel),
    )


def _parsed(body: str) -> Any:
    try:
        return json.loads(body)
    except ValueError as error:
        raise Invalid("This message is not JSON.", field="body") from error


def _object(value: Any, field: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Invalid("An object is needed here.", field=field)
    return value


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise Invalid("A text is needed here.", field=name)
    return value


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    start("take-registrations")
    return each_message(event, take)
