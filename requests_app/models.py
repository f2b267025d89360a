"""Guest requests as the admin lists them, those that wait at one station; and the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from django.db import models

from eventsite.core.domain import events
from eventsite.core.domain import requests as domain
from eventsite.core.domain.setups import ID_MAX
from eventsite.core.errors import NotFound
from eventsite.core.store.pages import Page
from eventsite.core.wiring import stores
from eventsite.names import known_event_id, known_request_id
from eventsite.repoadmin.models import RepositoryModel
from eventsite.repoadmin.parts import PartModel, PartSource
from eventsite.repoadmin.sources import Count, Criteria, PagedSource, UnsupportedLookup, fetch_each
from requests_app.stations import known_station_id

"""Requests read at a time for an export."""


class WaitingSource(PagedSource[domain.GuestRequest]):
    """The queue of a station; a whole request id finds one that is closed as well."""

    lookups = frozenset({"event_id", "station_id"})
    orders = ("requested_at",)

    def fetch(self, keys: Sequence[str]) -> list[domain.GuestRequest]:
        return fetch_each(lambda key: stores().requests.get(known_request_id(key)), keys)

    def page(self, criteria: Criteria, limit: int, cursor: str | None) -> Page[domain.GuestRequest]:
        event_id, station_id = self._queue(criteria)
        if criteria.search:
            found = self.fetch([criteria.search.casefold()])
            return Page([request for request in found if request.event_id == event_id])
        return stores().requests.open_at(event_id, station_id, limit, cursor)

    def count(self, criteria: Criteria) -> Count:
        if criteria.search:
            return Count(len(self.page(criteria, 1, None).items))
        return Count(*stores().requests.count_open(*self._queue(criteria)))

    @staticmethod
    def _queue(criteria: Criteria) -> tuple[str, str]:
        """Return the event and station asked for. Raises UnsupportedLookup."""
        event_id = str(criteria.where.get("event_id", ""))
        station_id = str(criteria.where.get("station_id", ""))
        try:
            setup = stores().events.setup(known_event_id(event_id))
            return event_id, known_station_id(setup, station_id)
        except NotFound as error:
            raise UnsupportedLookup(error.message) from error


class GuestRequest(RepositoryModel):
    """What one guest asked for, without the guest's name."""

    source = WaitingSource()

    request_id = models.CharField(primary_key=True, max_length=24, editable=False)
    event_id = models.CharField("event", max_length=64, editable=False)
    registration_id = models.CharField("registration", max_length=16, editable=False)
    station_id = models.CharField("station", max_length=64, editable=False)
    item_id = models.CharField("item id", max_length=64, editable=False)
    item_name = models.CharField("item", max_length=120, editable=False)
    quantity = models.PositiveSmallIntegerField(editable=False)
    note = models.CharField(max_length=domain.NOTE_MAX, blank=True, editable=False)
    status = models.CharField(
        max_length=12,
        editable=False,
        choices=[(s.value, s.value.capitalize()) for s in domain.RequestStatus],
    )
    requested_at = models.DateTimeField(editable=False)
    fulfilled_at = models.DateTimeField(null=True, editable=False)
    fulfilled_by = models.CharField(max_length=64, blank=True, editable=False)

    class Meta(RepositoryModel.Meta):
        abstract = False
        app_label = "requests_app"
        verbose_name, verbose_name_plural = "guest request", "guest requests"

    def __str__(self) -> str:
        return f"{self.quantity} x {self.item_name}"


class RequestItem(PartModel):
    """What a guest can ask for, and the station that hands it out."""

    source: ClassVar[PartSource] = PartSource(events.RequestItem, "item_id")

    item_id = models.SlugField(
        "id", max_length=ID_MAX, help_text="Requests name it; it cannot be changed later."
    )
    station_id = models.SlugField(
        "station", max_length=ID_MAX, help_text="Who hands it out, such as bar or merch."
    )
    stock = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="How many there are. Empty is no limit: then none can be set later.",
    )
    per_guest = models.PositiveSmallIntegerField(
        default=1, help_text="How many one registration is entitled to."
    )
    type_ids = models.JSONField("ticket types", default=list, blank=True)

    class Meta(PartModel.Meta):
        abstract = False
        app_label = "requests_app"
        verbose_name, verbose_name_plural = "item", "items"
