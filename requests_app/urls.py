"""Addresses of the guest request door."""

from __future__ import annotations

from django.urls import path
from django.views.decorators.cache import cache_control
from django.views.generic import TemplateView

from requests_app.api import (
    FulfilView,
    ItemsView,
    RegistrationRequestsView,
    StationRequestsView,
)

# A shell without data: its script talks to the REST API as a device.
board = cache_control(no_cache=True)(TemplateView.as_view(template_name="requests_app/board.html"))

urlpatterns = [
    path(
        "api/v1/registrations/<str:registration_id>/requests",
        RegistrationRequestsView.as_view(),
        name="registration-requests",
    ),
    path("api/v1/events/<str:event_id>/items", ItemsView.as_view(), name="items"),
    path(
        "api/v1/stations/<str:station_id>/requests",
        StationRequestsView.as_view(),
        name="station-requests",
    ),
    path("api/v1/requests/<str:request_id>/fulfil", FulfilView.as_view(), name="fulfil-request"),
    path("staff/", board, name="staff-board"),
]
