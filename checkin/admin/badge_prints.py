"""The log of printed badges in the back office: who printed which, when, and why again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from checkin.admin.naming import GuestColumnMixin, device_names
from checkin.models import BadgePrint
from eventsite.admin_site import site
from eventsite.repoadmin.filters import EventFilter
from eventsite.repoadmin.options import ReadOnlyMixin, RepositoryAdmin


@admin.register(BadgePrint, site=site)
class BadgePrintAdmin(GuestColumnMixin, ReadOnlyMixin, RepositoryAdmin):
    """One event's badges, newest first. What was printed stays printed."""

    list_display = ("at", "badge", "guest", "who", "reason", "format")
    list_display_links = ("badge",)
    list_filter = (EventFilter,)
    fields = ("badge", "guest", "at", "who", "reason", "format", "event_id")
    readonly_fields = fields
    actions = ("export_csv",)
    export_fields = ("at", "registration_id", "serial", "by", "reason", "format")

    def prepare(self, rows: list[Any]) -> None:
        """Read the names of the guests and the devices of a page at once."""
        super().prepare(rows)
        doers = [row.by.partition(":") for row in rows]
        devices = device_names(name for kind, _, name in doers if kind == "device")
        for row, (kind, _, name) in zip(rows, doers, strict=True):
            row.who_name = devices[name] if kind == "device" else name

    @admin.display(description="badge")
    def badge(self, row: Any) -> str:
        return str(row)

    @admin.display(description="by")
    def who(self, row: Any) -> str:
        self.prepared(row)
        return str(row.who_name)
