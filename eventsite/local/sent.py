"""Everything sent from the local stack, in the order it was sent.

Two append-only files of JSON lines feed it: `sent-mail.jsonl`, written by the engine (e-mail),
and `sent.jsonl`, written here (text messages, push, staff deliveries over HTTP). Both live in the
state directory, so a restart, or a kill, shows the same list again.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart
from pathlib import Path
from typing import Any

MAIL_FILE = "sent-mail.jsonl"
OWN_FILE = "sent.jsonl"


@dataclass(frozen=True)
class Attachment:
    name: str
    content_type: str
    size: int
    content_id: str = ""


@dataclass(frozen=True)
class Message:
    """One thing sent to one or more receivers; attachments' bytes stay in the file."""

    id: str
    kind: str  # email, staff_email, staff_http, sms, push
    at: float  # seconds since the epoch
    to: tuple[str, ...]
    source: str
    subject: str
    text: str
    html: str
    message_id: str
    headers: dict[str, str]
    attachments: tuple[Attachment, ...] = ()
    request: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Shape of one entry of `GET /messages.json`; `at` is ISO 8601 in UTC."""
        files = [
            {
                "name": a.name,
                "content_type": a.content_type,
                "size": a.size,
                "url": f"/attachments/{self.id}/{index}",
            }
            for index, a in enumerate(self.attachments)
        ]
        return {
            "id": self.id,
            "kind": self.kind,
            "at": datetime.fromtimestamp(self.at, UTC).isoformat(timespec="milliseconds"),
            "to": list(self.to),
            "source": self.source,
            "subject": self.subject,
            "text": self.text,
            "html": self.html,
            "message_id": self.message_id,
            "headers": self.headers,
            "attachments": files,
            "request": self.request,
        }


class SentBox:
    """The list, kept up to date with both files. Safe to use from several threads."""

    def __init__(self, state: Path) -> None:
        state.mkdir(parents=True, exist_ok=True)
        self._mail = _Lines(state / MAIL_FILE)
        self._own = _Lines(state / OWN_FILE)
        self._writing = (state / OWN_FILE).open("ab", buffering=0)
        self._messages: list[Message] = []
        self._offsets: dict[str, int] = {}
        self._lock = threading.Lock()

    def add(self, kind: str, *, to: str, message_id: str, **rest: Any) -> None:
        """File something that this process took on itself."""
        line = {"kind": kind, "at": datetime.now(UTC).timestamp(), "to": [to], **rest}
        with self._lock:
            self._writing.write(json.dumps({**line, "message_id": message_id}).encode() + b"\n")

    def messages(self) -> list[Message]:
        """Everything sent, oldest first."""
        with self._lock:
            for prefix, lines in (("m", self._mail), ("s", self._own)):
                for offset, line in lines.new():
                    message = parsed(f"{prefix}{offset}", line)
                    self._messages.append(message)
                    self._offsets[message.id] = offset
            self._messages.sort(key=lambda message: message.at)
            return list(self._messages)

    def find(self, message_id: str) -> Message | None:
        return next((m for m in self.messages() if m.id == message_id), None)

    def mime(self, message: Message) -> EmailMessage | None:
        """The whole MIME message again, read from the file."""
        if not message.id.startswith("m"):
            return None
        return _mime(self._mail.at(self._offsets[message.id]).get("raw") or "")


class _Lines:
    """Complete JSON lines of a file that another process may be writing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0

    def new(self) -> Iterator[tuple[int, dict[str, Any]]]:
        if not self._path.exists() or self._path.stat().st_size <= self._read:
            return
        with self._path.open("rb") as file:
            file.seek(self._read)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                offset, self._read = self._read, self._read + len(line)
                try:
                    yield offset, json.loads(line)
                except ValueError:
                    continue  # half a line, left by a kill before this run's first line

    def at(self, offset: int) -> dict[str, Any]:
        with self._path.open("rb") as file:
            file.seek(offset)
            found: dict[str, Any] = json.loads(file.readline())
            return found


def parsed(id_: str, line: dict[str, Any]) -> Message:
    """A message from its line; what a MIME message says wins over what the engine made of it."""
    to = (*line.get("to", ()), *line.get("cc", ()), *line.get("bcc", ()))
    known: dict[str, Any] = {
        "to": to,
        "subject": line.get("subject") or "",
        "text": line.get("text") or "",
        "html": line.get("html") or "",
        "headers": line.get("headers") or {},
        "attachments": (),
    }
    mime = _mime(line.get("raw") or "")
    if mime is not None:
        known.update(_from_mime(mime, to))
    return Message(
        id=id_,
        kind=line["kind"],
        at=float(line["at"]),
        source=line.get("source") or "",
        message_id=line.get("message_id") or "",
        request=line.get("request") or {},
        **known,
    )


def _mime(raw: str) -> EmailMessage | None:
    if not raw:
        return None
    found = message_from_bytes(base64.b64decode(raw), policy=policy.default)
    return found if isinstance(found, EmailMessage) else None


def _from_mime(mime: EmailMessage, to: tuple[str, ...]) -> dict[str, Any]:
    plain = mime.get_body(("plain",))
    html = mime.get_body(("html",))
    addressed = tuple(a.addr_spec for a in mime["To"].addresses) if mime["To"] else ()
    return {
        "to": to or addressed,
        "subject": str(mime["Subject"] or ""),
        "text": content(plain) if plain else "",
        "html": content(html) if html else "",
        "headers": {name: str(value) for name, value in mime.items()},
        "attachments": tuple(_attachment(part) for part in parts(mime)),
    }


def parts(mime: EmailMessage) -> list[EmailMessage]:
    """The parts that are files: attachments, and pictures inside the page."""
    bodies = [mime.get_body(("plain",)), mime.get_body(("html",))]
    return [
        part
        for part in mime.walk()
        if isinstance(part, EmailMessage) and not part.is_multipart() and part not in bodies
    ]


def content(part: MIMEPart) -> str:
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError):  # a character set nobody knows
        return payload(part).decode("utf-8", "replace")


def payload(part: MIMEPart) -> bytes:
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def _attachment(part: EmailMessage) -> Attachment:
    return Attachment(
        name=part.get_filename() or "part",
        content_type=part.get_content_type(),
        size=len(payload(part)),
        content_id=str(part["Content-ID"] or "").strip("<>"),
    )
