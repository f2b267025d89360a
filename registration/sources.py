"""How events, sessions and registrations are listed in the back office."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from eventsite.core.domain.agenda import AgendaSession
from eventsite.core.domain.events import Event
from eventsite.core.domain.registrations import Registration
from eventsite.core.errors import Invalid, NotFound
from eventsite.core.store.pages import Page
from eventsite.core.store.walks import Walk
from eventsite.core.wiring import stores
from eventsite.repoadmin.sources import (
    Count,
    Criteria,
    SmallSource,
    UnsupportedLookup,
    fetch_each,
)
from registration.times import day_of, zone_of

D = TypeVar("D")

READ_AT_A_TIME = 200
"""Objects read at a time for exports and actions on all rows."""

COUNTED = 1000
"""Registrations counted before a list says "1000+"."""

NEWEST, BY_NAME = "newest", "name"


def every_page(read: Callable[[int, str | None], Page[D]]) -> Iterator[D]:
    """Yield everything behind ``read(limit, cursor)``."""
    cursor: str | None = None
    while True:
        page = read(READ_AT_A_TIME, cursor)
        yield from page
        cursor = page.next
        if not cursor:
            return


class EventSource(SmallSource[Event]):
    """Events by start: a Query a page, and all of them only for a search."""

    orders = ("-starts_at", "starts_at")
    searched = ("title", "venue", "event_id")

    def every(self, where: Mapping[str, Any]) -> Iterable[Event]:
        return every_page(stores().events.page)

    def key(self, obj: Event) -> str:
        return obj.event_id

    def fetch(self, keys: Sequence[str]) -> list[Event]:
        return fetch_each(stores().events.get, keys)

    def page(self, criteria: Criteria, limit: int, cursor: str | None) -> Page[Event]:
        if criteria.search:
            return super().page(criteria, limit, cursor)
        return stores().events.page(limit, cursor, descending=criteria.order != "starts_at")

    def count(self, criteria: Criteria) -> Count:
        return super().count(criteria) if criteria.search else Count(*stores().events.count())


class AgendaSource(SmallSource[AgendaSession]):
    """The programme of one event, read whole: one Query a megabyte."""

    lookups = frozenset({"event_id", "day", "cancelled"})
    orders = ("starts_at", "-starts_at", "title", "-title", "room", "-room", "track", "-track")
    searched = ("title", "subtitle")

    def every(self, where: Mapping[str, Any]) -> Iterable[AgendaSession]:
        event_id = where.get("event_id")
        if not event_id:
            raise UnsupportedLookup("sessions are listed one event at a time")
        agenda = stores().agenda.fresh(str(event_id))
        day = where.get("day")
        return agenda if not day else _on(str(event_id), str(day), agenda)

    def key(self, obj: AgendaSession) -> str:
        return session_key(obj)

    def fetch(self, keys: Sequence[str]) -> list[AgendaSession]:
        found: dict[str, AgendaSession] = {}
        for event_id in dict.fromkeys(key.partition(".")[0] for key in keys):
            found |= {session_key(each): each for each in stores().agenda.fresh(event_id)}
        return [found[key] for key in keys if key in found]


def session_key(session: AgendaSession) -> str:
    """Return a session's primary key in the back office."""
    return f"{session.event_id}.{session.session_id}"


def days_of(event_id: str) -> list[date]:
    """Return the days that an event's programme has, in the event's zone."""
    try:
        zone = zone_of(stores().events.setup(event_id).event)
    except NotFound:
        return []
    starts = (session.starts_at for session in stores().agenda.of_event(event_id))
    return sorted({start.astimezone(zone).date() for start in starts})


def _on(event_id: str, day: str, agenda: Iterable[AgendaSession]) -> list[AgendaSession]:
    try:
        wanted = day_of(day)
    except Invalid as error:
        raise UnsupportedLookup(error.message) from error
    zone = zone_of(stores().events.setup(event_id).event)
    return [each for each in agenda if each.starts_at.astimezone(zone).date() == wanted]


class RegistrationSource:
    """Registrations of one event: the newest first or by name, searched by name or address."""

    lookups = frozenset({"event_id", "status", "listing"})
    orders = ("-registered_at",)

    def fetch(self, keys: Sequence[str]) -> list[Registration]:
        return fetch_each(stores().registrations.get, keys)

    def page(self, criteria: Criteria, limit: int, cursor: str | None) -> Page[Registration]:
        if "@" in criteria.search:
            return Page(self._by_email(criteria))
        return stores().registrations.page(self._walk(criteria), limit, cursor)

    def stream(self, criteria: Criteria) -> Iterator[Registration]:
        if "@" in criteria.search:
            return iter(self._by_email(criteria))
        walk = self._walk(criteria)
        return every_page(lambda limit, cursor: stores().registrations.page(walk, limit, cursor))

    def count(self, criteria: Criteria) -> Count:
        if "@" in criteria.search:
            return Count(len(self._by_email(criteria)))
        return Count(*self._walk(criteria).count(COUNTED))

    def _walk(self, criteria: Criteria) -> Walk:
        event_id, status = _event_of(criteria), str(criteria.where.get("status") or "")
        registrations = stores().registrations
        if criteria.search:
            return registrations.by_name(event_id, criteria.search, status)
        if criteria.where.get("listing") == BY_NAME:
            return registrations.by_name(event_id, status=status)
        return registrations.newest(event_id, status)

    def _by_email(self, criteria: Criteria) -> list[Registration]:
        found = stores().registrations.by_email(_event_of(criteria), criteria.search)
        wanted = criteria.where.get("status")
        return [found] if found and wanted in (None, "", found.status.value) else []


def _event_of(criteria: Criteria) -> str:
    event_id = criteria.where.get("event_id")
    if not event_id:
        raise UnsupportedLookup("registrations are listed one event at a time")
    return str(event_id)
