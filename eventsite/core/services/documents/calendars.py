"""Calendar entries (RFC 5545) of an event and of the sessions that a guest signed up for.

Times are UTC instants, which every calendar shows in its owner's zone. An entry's UID is made of
ids and the site's host, SEQUENCE is the version of what it shows, and DTSTAMP is now: an entry
taken again replaces the one that is there. No entry names the guest.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from eventsite.core.domain.agenda import AgendaSession
from eventsite.core.domain.events import Event, EventSetup
from eventsite.core.domain.registrations import Registration

if TYPE_CHECKING:
    import icalendar

PRODUCT = "-//eventsite//eventsite//EN"
HOST = "eventsite"
"""What UIDs end with when the caller does not say where the site is."""


def event_calendar(
    registration: Registration,
    setup: EventSetup,
    sessions: Iterable[AgendaSession],
    now: datetime,
    *,
    url: str = "",
    host: str = HOST,
) -> bytes:
    """Return a calendar with a guest's event and the sessions that they signed up for.

    ``url`` is the guest's page, if the entries may have it: a signed link opens the page for
    whoever sees the calendar, so they are then marked private. ``host`` is the site's. When the
    registration is cancelled every entry is, when a session is cancelled its entry is.
    """
    event, gone = setup.event, not registration.live
    calendar = _calendar(event)
    entry = _entry(f"{event.event_id}@{host}", event.title, event.starts_at, event.ends_at, now)
    _add(entry, event.version, event.venue, event.description, url, cancelled=gone)
    calendar.add_component(entry)
    for session in sessions:
        calendar.add_component(_session_entry(session, event, now, url, host, gone=gone))
    return bytes(calendar.to_ical())


def session_calendar(
    session: AgendaSession, setup: EventSetup, now: datetime, *, url: str = "", host: str = HOST
) -> bytes:
    """Return a calendar with one session; the parameters are those of `event_calendar`."""
    calendar = _calendar(setup.event)
    calendar.add_component(_session_entry(session, setup.event, now, url, host, gone=False))
    return bytes(calendar.to_ical())


def _calendar(event: Event) -> icalendar.Calendar:
    from icalendar import Calendar
    from icalendar.prop import vText

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", vText(_clean(event.title)))  # unknown names are not escaped
    return calendar


def _session_entry(
    session: AgendaSession, event: Event, now: datetime, url: str, host: str, *, gone: bool
) -> icalendar.Event:
    uid = f"{session.session_id}.{event.event_id}@{host}"
    entry = _entry(uid, session.title, session.starts_at, session.ends_at, now)
    place = ", ".join(part for part in (session.room.strip(), event.venue.strip()) if part)
    about = "\n\n".join(
        part for part in (session.subtitle, ", ".join(session.speakers), session.abstract) if part
    )
    cancelled = gone or session.cancelled
    _add(entry, session.version, place, about, url, cancelled=cancelled)
    if session.track.strip():
        entry.add("categories", [_clean(session.track)])
    if event.reminder_minutes > 0 and not cancelled:
        entry.add_component(_alarm(session.title, event.reminder_minutes))
    return entry


def _entry(uid: str, title: str, start: datetime, end: datetime, now: datetime) -> icalendar.Event:
    from icalendar import Event as Entry

    entry = Entry()
    entry.add("uid", _clean(uid))
    entry.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    entry.add("dtstart", start.astimezone(UTC).replace(microsecond=0))
    entry.add("dtend", end.astimezone(UTC).replace(microsecond=0))
    entry.add("summary", _clean(title))
    return entry


def _add(
    entry: icalendar.Event, version: int, place: str, about: str, url: str, *, cancelled: bool
) -> None:
    entry.add("sequence", version)
    entry.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    entry.add("transp", "TRANSPARENT" if cancelled else "OPAQUE")
    for name, text in (("location", _clean(place)), ("description", _clean(about))):
        if text:
            entry.add(name, text)
    if url:
        entry.add("url", url)
        entry.add("class", "PRIVATE")


def _alarm(title: str, minutes: int) -> icalendar.Alarm:
    from icalendar import Alarm

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", timedelta(minutes=-minutes))
    alarm.add("description", _clean(title))
    return alarm


def _clean(text: str) -> str:
    """Return text that RFC 5545 allows: line breaks and tabs, no other control character."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    return "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
