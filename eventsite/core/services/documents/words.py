"""The words on a ticket, already translated, and times said with them. Pure."""

# ruff: noqa: RUF001 - dashes and the minus are real ones

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from eventsite.core.domain.events import Event
from eventsite.core.domain.registrations import Guest

SHORT_REFERENCE = 8
"""Hex digits of a registration that people read to each other: 1 in 4 thousand million."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfWords:
    """What stands on a ticket, on paper and in a wallet. The defaults are English.

    ``locale`` is a BCP 47 tag. ``date`` may use ``{weekday} {day} {month} {year}``; ``clock``
    ``{hour}`` (0-23), ``{hour12}`` (1-12), ``{minute}`` and ``{half}``, one of ``halves``.
    """

    locale: str = "en"
    ticket: str = "Ticket"
    guest: str = "Guest"
    ticket_type: str = "Ticket type"
    party: str = "Group"
    one_of: str = "{number} of {size}"
    when: str = "When"
    at_venue: str = "At the venue: {when}"
    where: str = "Where"
    reference: str = "Reference"
    scan: str = "Show this code at the entrance"
    good_to_know: str = "Good to know"
    hints: tuple[str, ...] = (
        "This code lets one person in. Keep it to yourself: whoever shows it first is admitted.",
    )
    paper_hints: tuple[str, ...] = (
        "Print this page, or show the code on your phone with the screen at full brightness.",
        "Do not fold the page through the code.",
    )
    date: str = "{weekday}, {day} {month} {year}"
    clock: str = "{hour:02}:{minute:02}"
    halves: tuple[str, str] = ("am", "pm")
    weekdays: tuple[str, ...] = (
        *("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    )
    months: tuple[str, ...] = (
        *("January", "February", "March", "April", "May", "June", "July"),
        *("August", "September", "October", "November", "December"),
    )

    def day(self, at: datetime) -> str:
        return self.date.format(
            weekday=self.weekdays[at.weekday()],
            day=at.day,
            month=self.months[at.month - 1],
            year=at.year,
        )

    def time(self, at: datetime) -> str:
        return self.clock.format(
            hour=at.hour,
            hour12=at.hour % 12 or 12,
            minute=at.minute,
            half=self.halves[at.hour >= 12],
        )


def short_reference(registration_id: str) -> str:
    """Return what a guest reads to the staff, such as ``9F3A-C1D2``."""
    start = registration_id[:SHORT_REFERENCE].upper()
    return f"{start[:4]}-{start[4:]}"


def event_zone(event: Event) -> ZoneInfo:
    """Return the zone of the venue; UTC when its name means nothing."""
    return _zone(event.zone) or ZoneInfo("UTC")


def guest_zone(guest: Guest, event: Event) -> ZoneInfo:
    """Return the guest's own zone if they gave one that exists, else the venue's."""
    return _zone(guest.zone) or event_zone(event)


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        return None


def span(words: PdfWords, start: datetime, end: datetime, zone: ZoneInfo) -> tuple[str, ...]:
    """Return from when to when, in two lines: the day and its hours, or both ends."""
    here, there = start.astimezone(zone), end.astimezone(zone)
    if here.date() == there.date():
        return words.day(here), f"{words.time(here)} – {words.time(there)}"
    both = tuple(f"{words.day(at)}, {words.time(at)}" for at in (here, there))
    return f"{both[0]} –", both[1]


def zone_name(zone: ZoneInfo, at: datetime) -> str:
    """Return a zone as people know it, such as ``Europe/Berlin (UTC+1)``."""
    offset = at.astimezone(zone).utcoffset() or timedelta(0)
    minutes = int(offset.total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    said = f"{hours}:{rest:02}" if rest else f"{hours}"
    name = zone.key.replace("_", " ")
    if not minutes:
        return name if name == "UTC" else f"{name} (UTC)"
    return f"{name} (UTC{'+' if minutes > 0 else '−'}{said})"
