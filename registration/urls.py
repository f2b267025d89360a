"""Addresses of the registration door: the REST API, and the pages of guests."""

from __future__ import annotations

from django.urls import include, path

from registration.api import events, registrations, sign_ups, tickets
from registration.pages import own, public

app_name = "registration"

_one = "registrations/<str:registration_id>"
api = [
    path("events/<str:event_id>", events.EventView.as_view(), name="api-event"),
    path("events/<str:event_id>/agenda", events.AgendaView.as_view(), name="api-agenda"),
    path(
        "events/<str:event_id>/registrations",
        registrations.RegistrationsView.as_view(),
        name="api-registrations",
    ),
    path(_one, registrations.RegistrationView.as_view(), name="api-registration"),
    path(f"{_one}/cancel", registrations.CancelView.as_view(), name="api-cancel"),
    path(f"{_one}/ticket.png", tickets.TicketPngView.as_view(), name="api-ticket-png"),
    path(f"{_one}/ticket.svg", tickets.TicketSvgView.as_view(), name="api-ticket-svg"),
    path(f"{_one}/sign-ups/<str:session_id>", sign_ups.SignUpView.as_view(), name="api-sign-up"),
    path("me", registrations.MeView.as_view(), name="api-me"),
]

guest = [
    path("", own.show, name="own"),
    path("ticket.svg", own.svg, name="own-ticket-svg"),
    path("ticket.png", own.png, name="own-ticket-png"),
    path("particulars/", own.particulars, name="own-particulars"),
    path("sessions/", own.sessions, name="own-sessions"),
    path("requests/", own.requests, name="own-requests"),
    path("cancel/", own.cancel, name="own-cancel"),
]

urlpatterns = [
    path("api/v1/", include(api)),
    path("", public.home, name="home"),
    path("e/<str:event_id>/", public.event, name="event"),
    path("e/<str:event_id>/register/", public.register, name="register"),
    path("g/<str:token>/", include(guest)),
]
