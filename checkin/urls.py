"""Addresses of the check-in door."""

from __future__ import annotations

from django.urls import path
from django.views.decorators.cache import cache_control
from django.views.generic import TemplateView

from checkin.api import DeviceView, ScansView

# A shell without data: its script talks to the REST API as a device.
kiosk = cache_control(no_cache=True)(TemplateView.as_view(template_name="checkin/kiosk.html"))

urlpatterns = [
    path("api/v1/scans", ScansView.as_view(), name="scans"),
    path("api/v1/device", DeviceView.as_view(), name="device"),
    path("kiosk/", kiosk, name="kiosk"),
]
