"""The app; also where the project's system checks are registered."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "eventsite.accounts"
    label = "accounts"
    verbose_name = _("Staff and devices")

    def ready(self) -> None:
        from eventsite import checks  # noqa: F401
