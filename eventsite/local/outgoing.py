"""Keeps what the embedded AWS sends by e-mail, whole, in a file that survives a kill.

Runs inside the engine's own virtual environment: standard library and ministack only.

ministack drops the attachments and headers of a raw message and only logs the e-mail
deliveries of a topic. Here each becomes one line of JSON in `sent-mail.jsonl`:
`{"kind", "message_id", "at", "source", "to", "cc", "bcc", "subject", "text", "html", "raw"}`,
where `raw` is the MIME message in base64 if there was one. The mailbox page reads the file.
"""

from __future__ import annotations

import contextvars
import json
import time
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

from eventsite.local.snapshots import module

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

FILE = "sent-mail.jsonl"
SEND_EMAIL = "/v2/email/outbound-emails"

_request_body: contextvars.ContextVar[bytes] = contextvars.ContextVar("request_body", default=b"")


class MailFile:
    """The append-only file; one `write` per line, so that a reader never sees half a mail."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)

    def add(self, mail: dict[str, Any]) -> None:
        self._file.write(json.dumps(mail).encode() + b"\n")


class SentList(list[dict[str, Any]]):
    """ministack's own list of sent mail, which also files what is appended to it."""

    def __init__(self, file: MailFile) -> None:
        super().__init__()
        self._mail_file = file

    def append(self, record: dict[str, Any]) -> None:
        super().append(record)
        self._mail_file.add(
            {
                "kind": "email",
                "message_id": record["MessageId"],
                "at": record["Timestamp"],
                "source": record["Source"],
                "to": record.get("To") or [],
                "cc": record.get("CC") or [],
                "bcc": record.get("BCC") or [],
                "subject": record.get("RenderedSubject") or record.get("Subject") or "",
                "text": record.get("RenderedBodyText") or record.get("BodyText") or "",
                "html": record.get("RenderedBodyHtml") or record.get("BodyHtml") or "",
                "headers": _headers(),
                "raw": _raw(),
            }
        )


def _content() -> dict[str, Any]:
    try:
        content = json.loads(_request_body.get() or b"{}").get("Content") or {}
    except (ValueError, AttributeError):
        return {}
    return content if isinstance(content, dict) else {}


def _raw() -> str:
    return str((_content().get("Raw") or {}).get("Data") or "")


def _headers() -> dict[str, str]:
    """Headers of a message that SES was to build itself (`Content.Simple.Headers`)."""
    listed = (_content().get("Simple") or {}).get("Headers") or []
    return {str(h.get("Name")): str(h.get("Value")) for h in listed if isinstance(h, dict)}


async def with_body(scope: Scope, receive: Receive) -> Receive:
    """Read a SendEmail request ahead, remember its body for this task, and play it again."""
    if scope["type"] != "http" or scope["path"] != SEND_EMAIL:
        return receive
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body"):
            break
    body = b"".join(parts)
    _request_body.set(body)
    played = False

    async def again() -> MutableMapping[str, Any]:
        nonlocal played
        if played or message["type"] != "http.request":
            return await receive()
        played = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def capture(file: MailFile, account: str, region: str) -> None:
    """Hook both senders of e-mail. Call before the server starts."""
    module("services.ses")._sent_emails.set_scoped(account, region, "entries", SentList(file))
    topics = module("services.sns")
    deliver = topics._fanout

    def fanout(
        topic_arn: str, msg_id: str, message: str, subject: str, *rest: Any, **kw: Any
    ) -> Any:
        for address in _mail_subscribers(topics, topic_arn, message, rest, kw):
            file.add(_staff_mail(topic_arn, msg_id, address, subject, message))
        return deliver(topic_arn, msg_id, message, subject, *rest, **kw)

    topics._fanout = fanout


def _mail_subscribers(
    topics: Any, topic_arn: str, message: str, rest: tuple[Any, ...], kw: dict[str, Any]
) -> list[str]:
    topic = topics._topic_by_arn_any_scope(topic_arn) or {}
    attributes = kw.get("message_attributes") or (rest[1] if len(rest) > 1 else None) or {}
    return [
        sub["endpoint"]
        for sub in topic.get("subscriptions", [])
        if sub.get("confirmed")
        and sub.get("protocol") in ("email", "email-json")
        and topics._matches_filter_policy(sub, attributes, message)
    ]


def _staff_mail(arn: str, message_id: str, to: str, subject: str, text: str) -> dict[str, Any]:
    return {
        "kind": "staff_email",
        "message_id": message_id,
        "at": time.time(),
        "source": arn.rsplit(":", 1)[-1],
        "to": [to],
        "cc": [],
        "bcc": [],
        "subject": subject or "AWS Notification Message",
        "text": text,
        "html": "",
        "headers": {},
        "raw": "",
    }
