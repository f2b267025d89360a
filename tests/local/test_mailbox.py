"""The mailbox: what was sent, for people as a page and for programs as JSON."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.parse
import urllib.request
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from eventsite.local.messaging import Server

from .conftest import read_json

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
NASTY = '<script>alert("1")</script>'


def ticket_mail(subject: str = "Ihr Ticket für Jürgen") -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = subject
    mail["From"] = "tickets@example.org"
    mail["To"] = "Jürgen <juergen@example.org>"
    mail["X-Correlation-Id"] = "c-9"
    mail.set_content("Bis bald.\n")
    mail.add_alternative('<p>Bis bald.</p><img src="cid:qr">', subtype="html")
    html = mail.get_body(("html",))
    assert html is not None
    html.add_related(PIXEL, "image", "png", cid="<qr>", filename="inside.png")
    mail.add_attachment(PIXEL, maintype="image", subtype="png", filename="ticket.png")
    mail.add_attachment(NASTY.encode(), maintype="text", subtype="html", filename="äpage.html")
    return mail


def file_mail(state: Path, **changes: Any) -> None:
    """What the engine writes for one e-mail."""
    mail = {
        "kind": "email",
        "message_id": "id-1@email.amazonses.com",
        "at": 1_700_000_000.5,
        "source": "tickets@example.org",
        "to": ["juergen@example.org"],
        "cc": [],
        "bcc": [],
        "subject": "",
        "text": "",
        "html": "",
        "headers": {},
        "raw": "",
        **changes,
    }
    with (state / "sent-mail.jsonl").open("a") as file:
        file.write(json.dumps(mail) + "\n")


def raw(mail: EmailMessage) -> str:
    return base64.b64encode(mail.as_bytes()).decode()


def read(url: str) -> tuple[str, dict[str, str], bytes]:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return answer.headers.get_content_type(), dict(answer.headers), answer.read()


class Tags(HTMLParser):
    """Every start tag of a page."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def names(self) -> set[str]:
        return {tag for tag, _attributes in self.found}


def test_a_mail_is_listed_with_all_that_its_mime_holds(base: str, tmp_path: Path) -> None:
    file_mail(tmp_path, raw=raw(ticket_mail()))
    (mail,) = read_json(f"{base}/messages.json")
    assert mail["to"] == ["juergen@example.org"]
    assert mail["at"] == "2023-11-14T22:13:20.500+00:00"
    assert (mail["subject"], mail["text"]) == ("Ihr Ticket für Jürgen", "Bis bald.\n")
    assert "<p>Bis bald.</p>" in mail["html"]
    assert mail["headers"]["X-Correlation-Id"] == "c-9"
    assert [(a["name"], a["content_type"]) for a in mail["attachments"]] == [
        ("inside.png", "image/png"),
        ("ticket.png", "image/png"),
        ("äpage.html", "text/html"),
    ]
    content_type, headers, data = read(base + mail["attachments"][1]["url"])
    assert (content_type, data) == ("image/png", PIXEL)
    assert mail["attachments"][1]["size"] == len(PIXEL)
    assert headers["Content-Disposition"] == "inline; filename*=UTF-8''ticket.png"


def test_an_attached_page_is_downloaded_never_shown(base: str, tmp_path: Path) -> None:
    file_mail(tmp_path, raw=raw(ticket_mail()))
    (mail,) = read_json(f"{base}/messages.json")
    _type, headers, data = read(base + mail["attachments"][2]["url"])
    assert data == NASTY.encode()
    assert headers["Content-Disposition"].startswith("attachment;")
    assert headers["Content-Security-Policy"].startswith("sandbox")


def test_the_html_of_a_mail_is_framed_without_scripts_or_network(base: str, tmp_path: Path) -> None:
    file_mail(tmp_path, raw=raw(ticket_mail()))
    _type, headers, page = read(f"{base}/")
    (frame,) = [attributes for tag, attributes in Tags(page).found if tag == "iframe"]
    assert frame["sandbox"] in (None, "")
    assert "script-src" not in headers["Content-Security-Policy"]
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    _type, headers, inner = read(f"{base}{frame['src']}")
    assert "sandbox; default-src 'none'" in headers["Content-Security-Policy"]
    assert b"cid:" not in inner
    assert base64.b64encode(PIXEL) in inner


def test_nothing_that_was_sent_can_change_the_page(
    base: str, server: Server, tmp_path: Path
) -> None:
    file_mail(tmp_path, subject=NASTY, text=NASTY, html=NASTY, to=[NASTY], source=NASTY)
    file_mail(tmp_path, raw=raw(ticket_mail(NASTY)), message_id='"><script>')
    server.box.add("sms", to=NASTY, text=NASTY, message_id=NASTY, headers={NASTY: NASTY})
    query = urllib.parse.urlencode({"to": "script", "kind": ""})
    for url in (f"{base}/", f"{base}/?{query}", f"{base}/?kind={urllib.parse.quote(NASTY)}"):
        _type, _headers, page = read(url)
        tags = Tags(page)
        assert "script" not in tags.names()
        assert not [a for _tag, attributes in tags.found for a in attributes if a.startswith("on")]


def test_the_newest_comes_first_and_filters_choose(
    base: str, server: Server, tmp_path: Path
) -> None:
    file_mail(tmp_path, subject="first")
    file_mail(tmp_path, subject="second", at=1_700_000_001.0, to=["Ada@example.org"])
    file_mail(tmp_path, kind="staff_email", subject="third", at=1_700_000_002.0, to=["staff@x.org"])
    server.box.add("sms", to="+491715550100", text="fourth", message_id="4")

    def listed(query: str) -> list[str]:
        return [m["subject"] or m["text"] for m in read_json(f"{base}/messages.json{query}")]

    assert listed("") == ["fourth", "third", "second", "first"]
    assert listed("?to=ada@EXAMPLE.org") == ["second"]
    assert listed("?kind=staff_email") == ["third"]
    assert listed("?limit=1") == ["fourth"]
    assert listed("?to=nobody&limit=x") == []


def test_a_mail_that_arrives_later_is_seen_without_a_restart(base: str, tmp_path: Path) -> None:
    assert read_json(f"{base}/messages.json") == []
    file_mail(tmp_path)
    assert len(read_json(f"{base}/messages.json")) == 1
    file_mail(tmp_path)
    assert len(read_json(f"{base}/messages.json")) == 2


def test_an_unreadable_mail_is_shown_as_far_as_it_goes(base: str, tmp_path: Path) -> None:
    broken = b"Subject: odd\r\nContent-Type: text/plain; charset=x-none\r\n\r\n\xff text"
    file_mail(tmp_path, raw=base64.b64encode(broken).decode())
    (mail,) = read_json(f"{base}/messages.json")
    assert mail["subject"] == "odd"
    assert "text" in mail["text"]


@pytest.mark.parametrize(
    "path", ["/attachments/m0/9", "/attachments/m7/0", "/messages/m7/html", "/../etc", "/x"]
)
def test_what_is_not_there_is_not_found(base: str, tmp_path: Path, path: str) -> None:
    file_mail(tmp_path, raw=raw(ticket_mail()))
    with pytest.raises(urllib.error.HTTPError) as caught:
        read(base + path)
    assert caught.value.code == 404
