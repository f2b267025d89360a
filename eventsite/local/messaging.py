"""The local stack's messaging server: the two missing AWS calls, the staff hook, the mailbox.

| request | answer |
|---|---|
| `POST /v1/apps/{application}/messages` | pinpoint SendMessages |
| `POST /`, target `PinpointSMSVoiceV2.SendTextMessage` | SendTextMessage |
| `POST /staff-hook` | takes the deliveries of an SNS topic, confirms its subscription |
| `GET /` | the mailbox page; `?kind=` and `?to=` filter |
| `GET /messages.json` | the same list as JSON, newest first; `?kind=`, `?to=`, `?limit=` |
| `GET /attachments/{id}/{number}` | one attachment |
| `GET /sent` | only what came to this server: text messages, push, staff deliveries |
| `GET /health` | 200 |

Bound to loopback; answers only requests that name a loopback host, so that no page of another
site can read the mailbox by a forged name.
"""

from __future__ import annotations

import argparse
import json
import re
import signal
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from eventsite.local import mailbox, staff_hook
from eventsite.local.lifeline import at_the_end_of_input
from eventsite.local.messaging_api import (
    Answer,
    send_messages,
    send_text_message,
    unknown_operation,
)
from eventsite.local.sent import Message, SentBox, parts, payload

LARGEST = 1 << 20
SMS_TARGET = "PinpointSMSVoiceV2.SendTextMessage"
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
FRAME_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:;"
    " form-action 'none'; frame-ancestors 'self'"
)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, state: Path) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.box = SentBox(state)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        if not self._from_here():
            return
        url = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        frame = re.fullmatch(r"/messages/(\w+)/html", url.path)
        attachment = re.fullmatch(r"/attachments/(\w+)/(\d{1,3})", url.path)
        if url.path == "/":
            found = _filtered(self.server.box.messages(), query)
            self._html(mailbox.page(found, query.get("kind", ""), query.get("to", "")))
        elif url.path == "/messages.json":
            found = _filtered(self.server.box.messages(), query)
            self._json(200, [message.as_json() for message in found])
        elif url.path == "/sent":
            own = [m for m in self.server.box.messages() if m.id.startswith("s")]
            self._json(200, [message.as_json() for message in own])
        elif url.path == "/mailbox.css":
            self._send(200, mailbox.STYLE.encode(), "text/css; charset=utf-8")
        elif url.path == "/favicon.ico":
            self._send(204, b"", "image/x-icon")
        elif url.path == "/health":
            self._json(200, {"status": "ok"})
        elif frame:
            self._frame(frame[1])
        elif attachment:
            self._attachment(attachment[1], int(attachment[2]), "download" in query)
        else:
            self._json(404, {"message": "Not found"})

    def do_POST(self) -> None:
        if not self._from_here():
            return
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST:
            self.close_connection = True
            self._json(413, {"message": "Too large"})
            return
        body = self.rfile.read(length)
        push = re.fullmatch(r"/v1/apps/([^/]+)/messages", urlsplit(self.path).path)
        target = self.headers.get("X-Amz-Target", "")
        if push:
            self._answer(send_messages(push[1], body, self.server.box))
        elif self.path == "/staff-hook":
            here = f"http://{self.headers['Host']}{self.path}"
            taken = staff_hook.take(body, here, self.server.box)
            self._json(200 if taken else 400, {})
        elif target == SMS_TARGET:
            self._answer(send_text_message(body, self.server.box))
        elif target:
            self._answer(unknown_operation())
        else:
            self._json(404, {"message": "Not found"})

    def _frame(self, message_id: str) -> None:
        message = self.server.box.find(message_id)
        if message is None or not message.html:
            self._json(404, {"message": "Not found"})
            return
        html = mailbox.framed(message, self.server.box.mime(message))
        self._html(html, FRAME_POLICY)

    def _attachment(self, message_id: str, index: int, download: bool) -> None:
        message = self.server.box.find(message_id)
        mime = self.server.box.mime(message) if message else None
        files = parts(mime) if mime else []
        if index >= len(files):
            self._json(404, {"message": "Not found"})
            return
        part = files[index]
        shown = part.get_content_type() in mailbox.SHOWN_INLINE and not download
        disposition = "inline" if shown else "attachment"
        name = quote(part.get_filename() or "part", safe="")
        self._send(
            200,
            payload(part),
            part.get_content_type(),
            {
                "Content-Disposition": f"{disposition}; filename*=UTF-8''{name}",
                "Content-Security-Policy": "sandbox; default-src 'none'",
            },
        )

    def _from_here(self) -> bool:
        host = urlsplit(f"//{self.headers.get('Host', '')}").hostname
        if host in staff_hook.LOOPBACK:
            return True
        self._json(403, {"message": "Only on this computer"})
        return False

    def _answer(self, answer: Answer) -> None:
        body = json.dumps(answer.body).encode()
        self._send(answer.status, body, answer.content_type, answer.headers)

    def _json(self, status: int, value: Any) -> None:
        self._send(status, json.dumps(value).encode(), "application/json")

    def _html(self, text: str, policy: str = PAGE_POLICY) -> None:
        headers = {"Content-Security-Policy": policy}
        self._send(200, text.encode(), "text/html; charset=utf-8", headers)

    def _send(
        self, status: int, body: bytes, content_type: str, headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        always = {
            "Content-Type": content_type,
            "Content-Length": str(len(body)),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
        }
        for name, value in {**always, **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Silent: an access log would hold receivers."""


def _filtered(messages: list[Message], query: dict[str, str]) -> list[Message]:
    """Newest first. `to` matches any receiver that contains it, in any case of letters."""
    to, kind = query.get("to", "").lower(), query.get("kind", "")
    limit = int(query["limit"]) if query.get("limit", "").isdigit() else None
    found = [
        message
        for message in reversed(messages)
        if (not kind or message.kind == kind)
        and (not to or any(to in receiver.lower() for receiver in message.to))
    ]
    return found[:limit]


def main() -> None:
    parser = argparse.ArgumentParser(prog="messaging")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state-dir", type=Path, required=True)
    parser.add_argument("--lifeline", action="store_true", help="stop when standard input ends")
    options = parser.parse_args()
    server = Server(options.port, options.state_dir)

    def stop(*_args: Any) -> None:
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if options.lifeline:
        threading.Thread(target=at_the_end_of_input, args=(stop,), daemon=True).start()
    server.serve_forever(poll_interval=0.1)


if __name__ == "__main__":
    main()
