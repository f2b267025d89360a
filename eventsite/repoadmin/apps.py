"""The app; first in INSTALLED_APPS, so that its templates win over the admin's own."""

from __future__ import annotations

from django.apps import AppConfig


class RepoAdminConfig(AppConfig):
    name = "eventsite.repoadmin"
    label = "repoadmin"

    def ready(self) -> None:
        from eventsite.repoadmin.content_types import prime

        prime()
