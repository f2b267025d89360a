"""Guest requests in the back office: what waits at a station, handing it over; the catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from eventsite.admin_site import site
from eventsite.core.domain import events as domain
from eventsite.core.domain.events import EventSetup
from eventsite.core.services.organizing import save_item
from eventsite.core.services.requesting import fulfil
from eventsite.core.wiring import stores
from eventsite.repoadmin.filters import EventFilter, PartFilter
from eventsite.repoadmin.options import ReadOnlyMixin, RepositoryAdmin
from eventsite.repoadmin.part_admin import PartAdmin
from requests_app.models import GuestRequest, RequestItem
from requests_app.stations import stations


class StationFilter(PartFilter):
    """One station of the chosen event at a time: each has its own queue."""

    title = "station"
    parameter_name = "station_id"

    def of_setup(self, setup: EventSetup) -> Iterable[tuple[str, str]]:
        return [(name, name) for name in stations(setup)]


@admin.register(GuestRequest, site=site)
class GuestRequestAdmin(ReadOnlyMixin, RepositoryAdmin):
    """Requests are made by guests and closed by action; nothing of them is edited."""

    list_display = ("__str__", "status", "note", "requested_at", "request_id")
    list_filter = (EventFilter, StationFilter)
    search_fields = ("request_id",)
    search_help_text = (
        "Listed are the requests that still wait at the chosen station, oldest first. "
        "A whole request id finds one that is closed as well."
    )
    actions = ("mark_fulfilled", "export_csv")
    export_fields = (
        *("request_id", "station_id", "item_id", "item_name", "quantity", "note"),
        *("status", "requested_at"),
    )
    fields = (
        *("request_id", "status", "item_name", "quantity", "note", "station_id"),
        *("requested_at", "fulfilled_at", "fulfilled_by", "registration_id", "event_id"),
    )

    def has_fulfil_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("requests_app.fulfil_guestrequest"))

    @admin.action(description="Mark as fulfilled", permissions=["fulfil"])
    def mark_fulfilled(self, request: HttpRequest, queryset: Any) -> None:
        by, now = request.user.get_username(), timezone.now()
        self.acting(
            request,
            queryset,
            lambda row: fulfil(stores().requests, row.pk, by=by, now=now),
            "%d marked as fulfilled.",
        )


@admin.register(RequestItem, site=site)
class RequestItemAdmin(PartAdmin):
    """The catalogue of one event."""

    list_display = ("name", "item_id", "station_id", "pieces", "per_guest", "for_types")
    fields = ("item_id", "name", "station_id", "stock", "per_guest", "type_ids")

    @admin.display(description="stock")
    def pieces(self, row: Any) -> str:
        return "no limit" if row.stock is None else str(row.stock)

    def create(self, request: HttpRequest, row: Any, form: Any) -> Any:
        return save_item(stores().events, domain.RequestItem(**row.values()))

    def update(self, request: HttpRequest, row: Any, form: Any) -> Any:
        return save_item(stores().events, row.to_domain(), row.domain)
