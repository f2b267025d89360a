"""What messages say. One function a kind; text and HTML say the same.

English for now; the guest's locale is known here, and other languages come with the pages'.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from zoneinfo import ZoneInfo

from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.notifications import Kind
from eventsite.core.domain.registrations import Registration

SMS_MAX = 320
"""Two segments of SMS; longer texts are cut. Source: GSM 03.40, 160 characters a segment."""


class Text:
    """A message's words: ``subject``, ``short`` for SMS and push, ``text`` and ``html``."""

    def __init__(self, subject: str, lines: list[str], link: tuple[str, str], picture: str) -> None:
        label, address = link
        self.subject = " ".join(subject.split())
        self.short = f"{lines[0]} {address}"
        if len(self.short) > SMS_MAX:
            self.short = f"{lines[0][: SMS_MAX - len(address) - 2]}… {address}"
        self.text = "\n\n".join([*lines, f"{label}: {address}"]) + "\n"
        self.html = _html(self.subject, lines, link, picture)


def write(
    kind: Kind,
    setup: EventSetup,
    registration: Registration,
    facts: Mapping[str, str],
    link: str,
    *,
    picture: str = "",
) -> Text:
    """Return the words of a notification; ``picture`` is the content id of the ticket."""
    event, name = setup.event, registration.guest.name
    page = ("Your page", link)
    if kind is Kind.TICKET:
        starts = event.starts_at.astimezone(ZoneInfo(event.zone))
        place = f", {event.venue}" if event.venue else ""
        return Text(
            f"Your ticket for {event.title}",
            [
                f"Hello {name}, you are registered for {event.title}.",
                f"It starts on {starts:%A, %d %B %Y} at {starts:%H:%M} ({event.zone}){place}.",
                "Show the QR code at the door; on the phone is fine.",
            ],
            ("Your ticket, sessions and requests", link),
            picture,
        )
    if kind is Kind.CANCELLED:
        lines = [f"Hello {name}, your registration for {event.title} is cancelled."]
        return Text(f"Cancelled: {event.title}", lines, page, "")
    if kind is Kind.REQUEST_FULFILLED:
        what = f"{facts['quantity']} x {facts['item']}"
        lines = [f"Your request was handed over: {what}. Enjoy!"]
        return Text(f"Handed over: {what}", lines, page, "")
    room = f" in {facts['room']}" if facts.get("room") else ""
    lines = [f"“{facts['session']}” starts at {facts['time']}{room}."]
    return Text(f"Starts soon: {facts['session']}", lines, page, "")


def _html(subject: str, lines: list[str], link: tuple[str, str], picture: str) -> str:
    label, address = link
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in lines)
    image = (
        f'<p><img src="cid:{escape(picture)}" alt="QR code of your ticket" width="294"'
        ' height="294" style="background:#fff"></p>'
        if picture
        else ""
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(subject)}</title></head>"
        '<body style="font:16px/1.5 system-ui,sans-serif;color:#1b1f24;max-width:34em;'
        'margin:2em auto;padding:0 1em">'
        f"{paragraphs}{image}"
        f'<p><a href="{escape(address)}">{escape(label)}</a></p></body></html>'
    )
