"""The live board and conflicts at the doors as the back office sees them: no table, no SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from eventsite.core.domain.attendance import TWICE, Attendance
from eventsite.core.domain.attendance import Conflict as ConflictFact
from eventsite.core.domain.events import Event, EventSetup
from eventsite.core.domain.scans import SAYS, VerdictCode
from eventsite.core.services.doorways import standing_of
from eventsite.core.store.pages import Page
from eventsite.core.store.scans import OPEN, SETTLED
from eventsite.core.wiring import stores
from eventsite.repoadmin.models import RepositoryModel
from eventsite.repoadmin.parts import setup_of
from eventsite.repoadmin.sources import (
    Criteria,
    PagedSource,
    SmallSource,
    UnsupportedLookup,
    fetch_each,
)

EVENTS_MAX = 300
SEPARATOR = "~"
"""Between the parts of a conflict's key; ids have none."""

STATES = {OPEN: _("Open"), SETTLED: _("Settled")}


class BoardSource(SmallSource[Event]):
    """Every event has a board; the latest first."""

    orders = ("-starts_at", "starts_at")
    searched = ("title", "venue")

    def every(self, where: Mapping[str, Any]) -> Iterable[Event]:
        return stores().events.page(EVENTS_MAX)

    def key(self, obj: Event) -> str:
        return obj.event_id

    def fetch(self, keys: Sequence[str]) -> list[Event]:
        return fetch_each(stores().events.get, keys)


class Board(RepositoryModel):
    """What happens at an event's doors at this moment."""

    source: ClassVar[BoardSource] = BoardSource()

    event_id = models.CharField(_("id"), primary_key=True, max_length=64, editable=False)
    title = models.CharField(_("event"), max_length=120, editable=False)
    venue = models.CharField(max_length=120, editable=False)
    starts_at = models.DateTimeField(editable=False)

    class Meta(RepositoryModel.Meta):
        abstract = False
        app_label = "checkin"
        verbose_name, verbose_name_plural = _("live board"), _("live boards")

    def __str__(self) -> str:
        return str(self.title)


class ConflictSource(PagedSource[ConflictFact]):
    """The conflicts of one event, of guests with an open one or of those without."""

    lookups = frozenset({"event_id", "state"})
    orders = ("-at",)

    def fetch(self, keys: Sequence[str]) -> list[ConflictFact]:
        split = [key.split(SEPARATOR) for key in keys if key.count(SEPARATOR) == 2]
        attended = stores().scans.attendances([registration_id for _, registration_id, _ in split])
        setups = {event_id: setup_of(event_id) for event_id, _, _ in split}
        wanted = [
            (setups[event_id], attended[registration_id], conflict_id)
            for event_id, registration_id, conflict_id in split
            if registration_id in attended
        ]
        return [
            conflict
            for setup, mine, conflict_id in wanted
            for conflict in _conflicts(setup, mine)
            if conflict.conflict_id == conflict_id
        ]

    def page(self, criteria: Criteria, limit: int, cursor: str | None) -> Page[ConflictFact]:
        event_id, state = self._where(criteria)
        page = stores().scans.conflicts(event_id, state, limit, cursor)
        setup = setup_of(event_id)
        found = [conflict for attended in page for conflict in _conflicts(setup, attended)]
        return Page(found, page.next, page.previous, page.exhausted)

    @staticmethod
    def _where(criteria: Criteria) -> tuple[str, str]:
        if "event_id" not in criteria.where:
            raise UnsupportedLookup("conflicts are listed one event at a time")
        if criteria.search:
            raise UnsupportedLookup("conflicts are not searched")
        return str(criteria.where["event_id"]), str(criteria.where.get("state", OPEN))


def _conflicts(setup: EventSetup | None, attendance: Attendance) -> Iterable[ConflictFact]:
    """Return the conflicts of an attendance, the newest first; none if the event is another."""
    if setup is None or attendance.event_id != setup.event.event_id:
        return []
    return reversed(standing_of(setup, attendance, datetime.now(UTC)).conflicts)


class Conflict(RepositoryModel):
    """Two passages of a guest that contradict each other, or one that should not have been."""

    source: ClassVar[ConflictSource] = ConflictSource()

    key = models.CharField(primary_key=True, max_length=120, editable=False)
    event_id = models.CharField(_("event"), max_length=64, editable=False)
    registration_id = models.CharField(_("registration"), max_length=16, editable=False)
    at = models.DateTimeField(editable=False)
    reason = models.CharField(_("what"), max_length=40, editable=False)
    state = models.CharField(
        max_length=8, choices=list(STATES.items()), editable=False, default=OPEN
    )

    class Meta(RepositoryModel.Meta):
        abstract = False
        app_label = "checkin"
        verbose_name, verbose_name_plural = _("conflict"), _("conflicts")

    def __str__(self) -> str:
        return reason_words(self.reason)

    @classmethod
    def read(cls, obj: Any) -> dict[str, Any]:
        return super().read(obj) | {"state": OPEN if obj.open else SETTLED}

    @classmethod
    def key_of(cls, obj: Any) -> str:
        return SEPARATOR.join((obj.event_id, obj.registration_id, obj.conflict_id))

    def trail_name(self) -> str:
        return f"{reason_words(self.reason)}: {self.registration_id}"


def reason_words(reason: str) -> str:
    """Return in words what contradicts what."""
    if reason == TWICE:
        return "Let in twice"
    if reason in set(VerdictCode):
        return f"Let in, although: {SAYS[VerdictCode(reason)]}"
    return reason
