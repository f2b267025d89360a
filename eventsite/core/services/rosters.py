"""Rosters: an event's registrations, page by page, as devices keep them to decide alone."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge
from typing import Protocol

from eventsite.core.domain import tickets
from eventsite.core.domain.attendance import Attendance
from eventsite.core.domain.badges import sources_of
from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.registrations import Registration
from eventsite.core.domain.rosters import RosterRecord, gone, record_of, shape
from eventsite.core.errors import BadCursor
from eventsite.core.services.ticketing import ticket_of
from eventsite.core.store.registrations import RegistrationRepository
from eventsite.core.store.rosters import RosterRepository
from eventsite.core.store.scan_ledger import ScanLedgerRepository
from eventsite.core.store.scans import ScanRepository
from eventsite.core.store.secrets import Secrets

PAGE_SIZE = 1000
"""Records of one page: 300 KB, of the 6 MB that a function may answer. Source: Lambda quotas."""

WALKS = 5
"""Steps along the lists by name for one page: 200 Queries, where names are rare and lists short."""

CHANGED_MAX = 20
"""Pages of changes before the whole roster is given instead: it is simpler, and about as much
for an event of 20,000."""

LATE = timedelta(seconds=10)
"""How late the stream may write down what happened, so that no change falls between two answers."""

OLDEST = timedelta(days=3)
"""A device that was away for longer gets the whole roster."""


class Doors(Protocol):
    """The part of an installation's stores that a roster is made of."""

    @property
    def registrations(self) -> RegistrationRepository: ...
    @property
    def scans(self) -> ScanRepository: ...
    @property
    def rosters(self) -> RosterRepository: ...
    @property
    def scan_ledger(self) -> ScanLedgerRepository: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterPage:
    """Some records; ``next`` is the cursor of more.

    ``at`` is the moment as of which the device knows everything, once it has every page. With
    ``full`` these are pages of the whole roster, and what is not in them is no more.
    """

    records: tuple[RosterRecord, ...]
    next: str | None
    at: datetime
    full: bool
    shape: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a device is in a roster that it began to read at ``began``.

    In the whole roster ``inner`` is the cursor of the list by name; among changes ``since`` is
    the moment to go on from, and ``pages`` how many there were.
    """

    began: datetime
    inner: str | None = None
    since: datetime | None = None
    pages: int = 0

    def text(self) -> str:
        since = self.since and self.since.isoformat()
        body = json.dumps([self.began.isoformat(), self.inner, since, self.pages])
        return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, cursor: str) -> _Place:
        """Return the place that a cursor names. Raises BadCursor."""
        try:
            raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            began, inner, since, pages = json.loads(raw)
            place = cls(
                began=datetime.fromisoformat(began),
                inner=None if inner is None else str(inner),
                since=datetime.fromisoformat(since) if since else None,
                pages=int(pages),
            )
        except (ValueError, TypeError) as error:
            raise BadCursor(field="cursor") from error
        if place.began.tzinfo is None or (place.since and place.since.tzinfo is None):
            raise BadCursor(field="cursor")
        return place


def roster(
    doors: Doors,
    setup: EventSetup,
    secrets: Secrets,
    now: datetime,
    *,
    cursor: str | None = None,
    since: datetime | None = None,
    known_shape: str = "",
) -> RosterPage:
    """Return a page of an event's roster, or of what changed in it ``since`` a moment.

    ``known_shape`` is what the device was told with the roster that it has. Raises BadCursor.
    """
    place = _Place.parse(cursor) if cursor else _Place(began=now, since=since)
    if place.since is not None and not cursor:
        fresh = now - place.since <= OLDEST and known_shape in ("", _shape(setup, secrets))
        place = _Place(began=now, since=place.since - LATE if fresh else None)
    if place.since is None or place.pages >= CHANGED_MAX:
        return _whole(doors, setup, secrets, place)
    return _changed(doors, setup, secrets, place)


def _whole(doors: Doors, setup: EventSetup, secrets: Secrets, place: _Place) -> RosterPage:
    walk = doors.registrations.by_name(setup.event.event_id)
    listed: list[Registration] = []
    cursor = place.inner
    for _ in range(WALKS):
        page = doors.registrations.page(walk, PAGE_SIZE - len(listed), cursor)
        listed += page.items
        cursor = page.next
        if not cursor or len(listed) >= PAGE_SIZE:
            break
    found = [each for each in listed if each.erased_at is None]
    following = _Place(began=place.began, inner=cursor).text() if cursor else None
    records = tuple(_records(doors, setup, secrets, found))
    return _page(setup, secrets, records, following, place.began, full=True)


def _changed(doors: Doors, setup: EventSetup, secrets: Secrets, place: _Place) -> RosterPage:
    ids, until = _moved(doors, setup.event.event_id, place.since or place.began)
    found = doors.registrations.of_ids(ids)
    there = [each for each in found.values() if each.erased_at is None]
    known = {each.registration_id for each in there}
    records = (
        *_records(doors, setup, secrets, there),
        *(gone(setup.event.number, each) for each in ids if each not in known),
    )
    further = _Place(began=place.began, since=until, pages=place.pages + 1)
    following = further.text() if until else None
    return _page(setup, secrets, records, following, place.began, full=False)


def _moved(doors: Doors, event_id: str, since: datetime) -> tuple[list[str], datetime | None]:
    """Return who changed since, a page of them, and the moment to go on from if there are more."""
    changes = doors.rosters.changes(event_id, since)
    ids: dict[str, None] = {}
    for at, registration_id in merge(changes, doors.scan_ledger.passed(event_id, since)):
        if len(ids) >= PAGE_SIZE and registration_id not in ids:
            return list(ids), at
        ids[registration_id] = None
    return list(ids), None


def _records(
    doors: Doors, setup: EventSetup, secrets: Secrets, registrations: Iterable[Registration]
) -> Iterator[RosterRecord]:
    known = {each.registration_id: each for each in registrations}
    attended: Mapping[str, Attendance] = doors.scans.attendances(list(known))
    sources = sources_of(setup.badges)
    for registration_id, registration in known.items():
        ticket = ticket_of(registration, setup)
        code = tickets.sign(ticket, secrets.current, secrets.ticket_key)
        yield record_of(registration, attended.get(registration_id), setup, sources, code)


def _page(
    setup: EventSetup,
    secrets: Secrets,
    records: tuple[RosterRecord, ...],
    following: str | None,
    at: datetime,
    *,
    full: bool,
) -> RosterPage:
    return RosterPage(
        records=records, next=following, at=at, full=full, shape=_shape(setup, secrets)
    )


def _shape(setup: EventSetup, secrets: Secrets) -> str:
    return shape(setup, secrets.current)
