"""The mailbox page: everything sent from the local stack, newest first, as plain safe HTML."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime
from email.message import EmailMessage
from html import escape
from pathlib import Path
from urllib.parse import urlencode

from eventsite.local.sent import Message, parts, payload

STYLE = (Path(__file__).parent / "mailbox.css").read_text()
SHOWN = 100
KINDS = {
    "email": "E-mail",
    "sms": "Text",
    "push": "Push",
    "staff_email": "Staff mail",
    "staff_http": "Staff HTTP",
}
CONTENT_ID = re.compile(r"cid:([^\s\"'>)]+)")
SHOWN_INLINE = ("image/png", "image/jpeg", "image/gif")


def page(messages: list[Message], kind: str, to: str) -> str:
    """The list, filtered already; `messages` newest first."""
    shown = "\n".join(_entry(message) for message in messages[:SHOWN])
    more = f"<p>{len(messages) - SHOWN} older ones are in the JSON list.</p>"
    query = urlencode({k: v for k, v in (("kind", kind), ("to", to)) if v})
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mailbox</title>
<link rel="stylesheet" href="/mailbox.css">
</head>
<body>
<header>
<h1>Mailbox</h1>
<p>{_counted(len(messages))} sent from this computer's event site. Nothing left it.</p>
<nav aria-label="Kind">{_filters(kind, to)}</nav>
<form action="/" method="get">
<input type="hidden" name="kind" value="{escape(kind)}">
<input name="to" value="{escape(to)}" aria-label="Receiver" placeholder="Receiver">
<button>Filter</button>
</form>
</header>
<main>
{shown or "<p>Nothing here yet.</p>"}
{more if len(messages) > SHOWN else ""}
<p><a href="/messages.json?{escape(query)}">This list as JSON</a></p>
</main>
</body>
</html>
"""


def _counted(number: int) -> str:
    return "1 message" if number == 1 else f"{number} messages"


def _filters(kind: str, to: str) -> str:
    links = []
    for value, label in {"": "All", **KINDS}.items():
        query = urlencode({k: v for k, v in (("kind", value), ("to", to)) if v})
        current = ' aria-current="page"' if value == kind else ""
        links.append(f'<a href="/?{escape(query)}"{current}>{escape(label)}</a>')
    return "".join(links)


def _entry(message: Message) -> str:
    sent_at = datetime.fromtimestamp(message.at, UTC)
    subject = message.subject or message.text[:80] or "(no subject)"
    return f"""<details id="{escape(message.id)}">
<summary><span class="kind">{escape(KINDS.get(message.kind, message.kind))}</span>
<span class="subject">{escape(subject)}</span>
<time datetime="{sent_at.isoformat()}">{sent_at:%d %b %H:%M:%S} UTC</time>
<span class="to">to {escape(", ".join(message.to))}</span></summary>
<div class="body">{_body(message)}</div>
</details>"""


def _body(message: Message) -> str:
    blocks = []
    if message.text:
        blocks.append(f"<pre>{escape(message.text)}</pre>")
    if message.html:
        source = f"/messages/{escape(message.id)}/html"
        blocks.append(
            f'<h2>As a page</h2><iframe sandbox loading="lazy" title="{escape(message.subject)}"'
            f' src="{source}"></iframe>'
        )
    if message.attachments:
        blocks.append(f"<h2>Attachments</h2><ul>{_attachments(message)}</ul>")
    blocks.append(f'<h2>Details</h2><pre class="code">{escape(_details(message))}</pre>')
    return "".join(blocks)


def _attachments(message: Message) -> str:
    items = []
    for index, file in enumerate(message.attachments):
        url = f"/attachments/{escape(message.id)}/{index}"
        picture = f'<img src="{url}" alt="" loading="lazy">'
        items.append(
            f'<li><a href="{url}?download=1">{escape(file.name)}</a> ({escape(file.content_type)},'
            f" {file.size} bytes){picture if file.content_type in SHOWN_INLINE else ''}</li>"
        )
    return "".join(items)


def _details(message: Message) -> str:
    known = {"Message-Id": message.message_id, "From": message.source, **message.headers}
    return "\n".join(f"{name}: {value}" for name, value in known.items() if value)


def framed(message: Message, mime: EmailMessage | None) -> str:
    """The HTML of a mail for its sandboxed frame, its inner pictures put in as data."""
    files = {
        str(part["Content-ID"] or "").strip("<>"): part for part in (parts(mime) if mime else [])
    }

    def put_in(match: re.Match[str]) -> str:
        part = files.get(match[1])
        if part is None or part.get_content_maintype() != "image":
            return "about:blank"
        data = base64.b64encode(payload(part)).decode()
        return f"data:{part.get_content_type()};base64,{data}"

    return CONTENT_ID.sub(put_in, message.html)
