"""A door in small: booths of a fair, by zone, in a table; and its admin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import admin
from django.db import models
from django.urls import path

from eventsite.admin_site import OfficeSite
from eventsite.core.errors import AlreadyExists, NotAllowed, StaleWrite
from eventsite.core.store.items import dump, load
from eventsite.core.store.pages import Access, Page
from eventsite.core.store.table import ConditionFailed, Table
from eventsite.core.wiring import stores
from eventsite.repoadmin.filters import ChosenFilter
from eventsite.repoadmin.models import RepositoryModel
from eventsite.repoadmin.options import RepositoryAdmin
from eventsite.repoadmin.sources import Count, Criteria, UnsupportedLookup


@dataclass(frozen=True, slots=True, kw_only=True)
class BoothFact:
    zone: str
    booth_id: str
    title: str
    places: int = 1
    open: bool = True
    version: int = 1


def table() -> Table:
    return stores().audit.table


def add(booth: BoothFact) -> BoothFact:
    key = {"pk": f"BOOTH#{booth.zone}", "sk": booth.booth_id}
    try:
        table().put(dump("booth", booth) | key, "attribute_not_exists(pk)")
    except ConditionFailed as taken:
        raise AlreadyExists("This title is taken.", field="title") from taken
    return booth


def change(booth: BoothFact) -> BoothFact:
    if booth.places > 99:
        raise NotAllowed("The hall has 99 places.", field="places")
    if booth.title == "Nowhere":
        raise NotAllowed("No such thing.", field="colour")
    fresh = replace(booth, version=booth.version + 1)
    key = {"pk": f"BOOTH#{booth.zone}", "sk": booth.booth_id}
    try:
        table().put(dump("booth", fresh) | key, "version = :v", {":v": booth.version})
    except ConditionFailed as stale:
        raise StaleWrite from stale
    return fresh


class BoothSource:
    lookups = frozenset({"zone", "open"})
    orders = ("booth_id", "-booth_id")

    def fetch(self, keys: Sequence[str]) -> list[BoothFact]:
        pairs = [key.split(".") for key in keys if key.count(".") == 1]
        found = [table().get({"pk": f"BOOTH#{zone}", "sk": booth}) for zone, booth in pairs]
        return [load(BoothFact, item) for item in found if item]

    def _access(self, criteria: Criteria) -> Access:
        if "zone" not in criteria.where:
            raise UnsupportedLookup("one zone at a time")
        is_open = criteria.where.get("open")
        return Access(
            table(),
            f"BOOTH#{criteria.where['zone']}",
            prefix=criteria.search,
            descending=criteria.order == "-booth_id",
            where="" if is_open is None else "#open = :open",
            values={} if is_open is None else {":open": is_open},
            names={} if is_open is None else {"#open": "open"},
        )

    def page(self, criteria: Criteria, limit: int, cursor: str | None) -> Page[BoothFact]:
        page = self._access(criteria).page(limit, cursor)
        return page.map(lambda item: load(BoothFact, item))

    def stream(self, criteria: Criteria) -> Iterator[BoothFact]:
        return (load(BoothFact, item) for item in self._access(criteria).stream())

    def count(self, criteria: Criteria) -> Count:
        return Count(*self._access(criteria).count(100))


class Booth(RepositoryModel):
    source = BoothSource()

    key = models.CharField(primary_key=True, max_length=90, editable=False)
    zone = models.CharField(max_length=20)
    title = models.CharField(max_length=40)
    places = models.PositiveIntegerField(default=1)
    open = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=0)

    class Meta(RepositoryModel.Meta):
        abstract = False
        app_label = "repoadmin"

    @classmethod
    def key_of(cls, obj: BoothFact) -> str:
        return f"{obj.zone}.{obj.booth_id}"

    def __str__(self) -> str:
        return self.title


class ZoneFilter(ChosenFilter):
    title = parameter_name = "zone"

    def options(self, request: Any) -> list[tuple[str, str]]:
        return [("north", "North"), ("south", "South")]


site = OfficeSite(name="admin")


@admin.register(Booth, site=site)
class BoothAdmin(RepositoryAdmin):
    list_display = ("title", "number", "places", "open")
    list_filter = (ZoneFilter, "open")
    search_fields = ("booth_id",)
    fields = ("zone", "title", "places", "open")
    export_fields = ("title", "places")
    actions = ("close", "export_csv", "delete_selected")
    list_per_page = 10

    @admin.display(ordering="booth_id")
    def number(self, row: Booth) -> str:
        return str(row.domain.booth_id)

    def create(self, request: Any, row: Booth, form: Any) -> BoothFact:
        return add(BoothFact(booth_id=row.title.lower(), **row.values("zone", "title", "places")))

    def update(self, request: Any, row: Booth, form: Any) -> BoothFact:
        return change(row.to_domain())

    def remove(self, request: Any, row: Booth) -> None:
        if row.title == "Info":
            raise NotAllowed("The info booth stays.")
        table().delete({"pk": f"BOOTH#{row.zone}", "sk": row.domain.booth_id})

    @admin.action(description="Close", permissions=["change"])
    def close(self, request: Any, queryset: Any) -> None:
        def act(row: Booth) -> None:
            if not row.open:
                raise NotAllowed("It is closed already.")
            change(replace(row.domain, open=False))

        self.acting(request, queryset, act, "%d closed.")


urlpatterns = [path("admin/", site.urls)]
