"""The back office: Django's admin site with its log in the office table."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from eventsite.repoadmin.audit import LogEntries


class OfficeSite(AdminSite):
    """Where the doors register their admin classes."""

    site_header = site_title = "eventsite"
    index_title = _("Back office")

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        # Only classes that name it in their actions can delete, not every one by default.
        self.disable_action("delete_selected")

    def get_log_entries(self, request: HttpRequest) -> Any:
        return LogEntries()

    def get_urls(self) -> list[Any]:
        # "View on site" resolves ids through the table of content types, which does not exist.
        return [url for url in super().get_urls() if getattr(url, "name", "") != "view_on_site"]


site = OfficeSite(name="admin")
