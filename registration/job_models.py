"""Imports of guests and jobs as the back office sees them: no table, no SQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from eventsite.core.domain.guest_imports import GuestImport as Import
from eventsite.core.domain.guest_imports import ImportState
from eventsite.core.domain.jobs import Job as LongJob
from eventsite.core.domain.jobs import JobState
from eventsite.core.domain.setups import ID_MAX
from eventsite.core.store.pages import Page
from eventsite.core.wiring import stores
from eventsite.repoadmin.models import RepositoryModel
from eventsite.repoadmin.sources import Criteria, PagedSource, UnsupportedLookup, fetch_each

D = TypeVar("D")


class EventListSource(PagedSource[D]):
    """What a repository lists one event at a time, newest first."""

    lookups = frozenset({"event_id"})
    orders = ("-created_at",)

    def __init__(
        self, get: Callable[[str], D], of_event: Callable[[str, int, str | None], Page[D]]
    ) -> None:
        self._get, self._of_event = get, of_event

    def fetch(self, keys: Sequence[str]) -> list[D]:
        return fetch_each(self._get, keys)

    def page(self, criteria: Criteria, limit: int, cursor: str | None) -> Page[D]:
        event_id = criteria.where.get("event_id")
        if not event_id:
            raise UnsupportedLookup("these are listed one event at a time")
        return self._of_event(str(event_id), limit, cursor)


class GuestImport(RepositoryModel):
    """A file with guests: planned, applied, undone."""

    source: ClassVar[EventListSource[Import]] = EventListSource(
        lambda key: stores().imports.get(key),
        lambda event_id, limit, cursor: stores().imports.of_event(event_id, limit, cursor),
    )

    import_id = models.CharField(_("id"), primary_key=True, max_length=32, editable=False)
    event_id = models.CharField(_("event"), max_length=ID_MAX, editable=False)
    filename = models.CharField(_("file"), max_length=100, editable=False)
    state = models.CharField(
        max_length=12,
        choices=[(state.value, state.value.capitalize()) for state in ImportState],
        editable=False,
    )
    asked_by = models.CharField(_("by"), max_length=150, editable=False)
    created_at = models.DateTimeField(_("uploaded"), editable=False)

    class Meta(RepositoryModel.Meta):
        abstract = False
        app_label = "registration"
        verbose_name, verbose_name_plural = _("import of guests"), _("imports of guests")

    def __str__(self) -> str:
        return str(self.filename)

    def trail_name(self) -> str:
        return f"{self.import_id}"


class Job(RepositoryModel):
    """Long work outside the web request: how far it is, and what came of it."""

    source: ClassVar[EventListSource[LongJob]] = EventListSource(
        lambda key: stores().jobs.get(key),
        lambda event_id, limit, cursor: stores().jobs.of_event(event_id, limit, cursor),
    )

    job_id = models.CharField(_("id"), primary_key=True, max_length=64, editable=False)
    kind = models.CharField(max_length=40, editable=False)
    event_id = models.CharField(_("event"), max_length=ID_MAX, editable=False)
    subject = models.CharField(_("about"), max_length=64, editable=False)
    state = models.CharField(
        max_length=12,
        choices=[(state.value, state.value.capitalize()) for state in JobState],
        editable=False,
    )
    asked_by = models.CharField(_("by"), max_length=150, editable=False)
    created_at = models.DateTimeField(_("asked for"), editable=False)
    started_at = models.DateTimeField(_("begun"), editable=False)
    finished_at = models.DateTimeField(_("ended"), editable=False)
    cause = models.TextField(_("why"), editable=False)

    class Meta(RepositoryModel.Meta):
        abstract = False
        app_label = "registration"
        verbose_name, verbose_name_plural = _("job"), _("jobs")

    def __str__(self) -> str:
        words: Any = str(self.kind).replace("_", " ").capitalize()
        return f"{words}, {self.created_at:%d %b %Y %H:%M}" if self.created_at else str(words)

    def trail_name(self) -> str:
        return str(self.job_id)
