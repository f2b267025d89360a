"""The check-in door as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class CheckinConfig(AppConfig):
    name = "checkin"
    verbose_name = "Check-in"
