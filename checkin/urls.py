"""Addresses of the check-in door."""

from __future__ import annotations

from django.urls import path

from checkin import pages
from checkin.badge_api import BadgesView
from checkin.device_api import DeviceView, EnrolmentsView
from checkin.guest_api import GuestsView
from checkin.roster_api import RosterView
from checkin.scan_api import BatchView, ScansView, UndoView
from checkin.worker_pages import service_worker

urlpatterns = [
    path("api/v1/scans", ScansView.as_view(), name="scans"),
    path("api/v1/scans/batch", BatchView.as_view(), name="scan-batch"),
    path("api/v1/scans/<uuid:scan_id>/undo", UndoView.as_view(), name="undo-scan"),
    path("api/v1/guests", GuestsView.as_view(), name="door-guests"),
    path("api/v1/badges", BadgesView.as_view(), name="badges"),
    path("api/v1/device", DeviceView.as_view(), name="device"),
    path("api/v1/device/enrolments", EnrolmentsView.as_view(), name="device-enrolments"),
    path("api/v1/roster", RosterView.as_view(), name="roster"),
    path("kiosk/sw.js", service_worker, name="kiosk-worker"),
    path("kiosk/", pages.kiosk, name="kiosk"),
    path("kiosk/reader.js", pages.reader, name="kiosk-reader"),
]
