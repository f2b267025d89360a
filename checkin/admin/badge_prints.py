"""The log of printed badges in the back office: who printed which, when, and why again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from checkin.admin.naming import device_names, name_guests
from checkin.models import BadgePrint
from eventsite.admin_site import site
from eventsite.repoadmin.filters import EventFilter
from eventsite.repoadmin.options import ReadOnlyMixin, RepositoryAdmin


@admin.register(BadgePrint, site=site)
class BadgePrintAdmin(ReadOnlyMixin, RepositoryAdmin):
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
        name_guests(rows)
        doers = [row.by.partition(":") for row in rows]
        devices = device_names(name for kind, _, name in doers if kind == "device")
        for row, (kind, _, name) in zip(rows, doers, strict=True):
            row.who_name = devices[name] if kind == "device" else name

    @admin.display(description="badge")
    def badge(self, row: Any) -> str:
        return str(row)

    @admin.display(description="guest")
    def guest(self, row: Any) -> str:
        self._prepared(row)
        address = reverse("admin:registration_registration_change", args=[row.registration_id])
        return format_html('<a href="{}">{}</a>', address, row.guest_name)

    @admin.display(description="by")
    def who(self, row: Any) -> str:
        self._prepared(row)
        return str(row.who_name)

    def _prepared(self, row: Any) -> None:
        if not hasattr(row, "guest_name"):
            self.prepare([row])
