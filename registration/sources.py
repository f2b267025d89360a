"""How events, sessions and registrations are listed in the back office."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from eventsite.core.domain.addresses import normal_address
from eventsite.core.domain.agenda import AgendaSession
from eventsite.core.domain.events import Event
from eventsite.core.domain.registrations import Registration
from eventsite.core.errors import Invalid, NotFound
from eventsite.core.services.searching import ticket_number
from eventsite.core.store.pages import Page
from eventsite.core.store.walks import Walk
from eventsite.core.wiring import stores
from eventsite.repoadmin.sources import (
    Count,
    Criteria,
    SmallSource,
    UnsupportedLookup,
    every_page,
    fetch_each,
)
from registration.times import day_of, zone_of

D = TypeVar("D")

COUNTED = 1000
"""Registrations counted before a list says "1000+"."""

NEWEST, BY_NAME, IN_LINE, HELD = "newest", "name", "line", "held"

_ID = re.compile(r"[0-9a-f]{16}")


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
    """Registrations of one event: the newest first, by name, or in line; or found by a search.

    What is searched for is the start of a first or last name, a whole e-mail address, or a
    ticket number.
    """

    lookups = frozenset({"event_id", "status", "listing", "type_id", "awaiting"})
    orders = ("-registered_at",)

    def fetch(self, keys: Sequence[str]) -> list[Registration]:
        known = [key for key in keys if _ID.fullmatch(key)]
        found = stores().registrations.of_ids(known) if known else {}
        return [found[key] for key in keys if key in found]

    def page(self, criteria: Criteria, limit: int, cursor: str | None) -> Page[Registration]:
        if _is_exact(criteria.search):
            return Page(self._exactly(criteria))
        return stores().registrations.page(self._walk(criteria), limit, cursor)

    def stream(self, criteria: Criteria) -> Iterator[Registration]:
        if _is_exact(criteria.search):
            return iter(self._exactly(criteria))
        walk = self._walk(criteria)
        return every_page(lambda limit, cursor: stores().registrations.page(walk, limit, cursor))

    def count(self, criteria: Criteria) -> Count:
        if _is_exact(criteria.search):
            return Count(len(self._exactly(criteria)))
        return Count(*self._walk(criteria).count(COUNTED))

    def _walk(self, criteria: Criteria) -> Walk:
        event_id, registrations = _event_of(criteria), stores().registrations
        status, type_id, awaiting = _narrowed(criteria)
        listing = criteria.where.get("listing")
        only = {"type_id": type_id, "awaiting": awaiting}
        if criteria.search:
            return registrations.named(event_id, criteria.search, status, **only)
        if listing == BY_NAME:
            return registrations.by_name(event_id, "", status, **only)
        if listing in (IN_LINE, HELD):
            return registrations.in_line(event_id, status, held=listing == HELD, **only)
        return registrations.newest(event_id, status, **only)

    def _exactly(self, criteria: Criteria) -> list[Registration]:
        event_id, text = _event_of(criteria), criteria.search.strip()
        found = _of_address(event_id, text) if "@" in text else self.fetch([ticket_number(text)])
        status, type_id, awaiting = _narrowed(criteria)
        return [
            each
            for each in found
            if each.event_id == event_id
            and status in ("", each.status.value)
            and type_id in ("", each.type_id)
            and (not awaiting or awaiting in [one.value for one in each.awaiting])
        ]


def _of_address(event_id: str, text: str) -> list[Registration]:
    try:
        return list(stores().registrations.of_address(event_id, normal_address(text)))
    except Invalid:
        return []


def _is_exact(text: str) -> bool:
    return "@" in text or bool(ticket_number(text))


def _narrowed(criteria: Criteria) -> tuple[str, str, str]:
    """Return the status, ticket type and thing waited for that a list is narrowed to."""
    status, type_id, awaiting = (
        str(criteria.where.get(name) or "") for name in ("status", "type_id", "awaiting")
    )
    return status, type_id, awaiting


def _event_of(criteria: Criteria) -> str:
    event_id = criteria.where.get("event_id")
    if not event_id:
        raise UnsupportedLookup("registrations are listed one event at a time")
    return str(event_id)
