"""Addresses of the registration door: the REST API, and the pages of guests."""

from __future__ import annotations

from django.urls import include, path

from registration.api import (
    events,
    payments,
    registering,
    registrations,
    sign_ups,
    tickets,
    walk_ins,
)
from registration.pages import own, own_details, own_steps, own_there, public
from registration.pages.receipts import receipt
from registration.pages.registering import register

app_name = "registration"

_event, _one = "events/<str:event_id>", "registrations/<str:registration_id>"
api = [
    path(_event, events.EventView.as_view(), name="api-event"),
    path(f"{_event}/agenda", events.AgendaView.as_view(), name="api-agenda"),
    path(
        f"{_event}/registrations",
        registering.RegistrationsView.as_view(),
        name="api-registrations",
    ),
    path(f"{_event}/groups", registering.GroupsView.as_view(), name="api-groups"),
    path(
        f"{_event}/attempts/<str:message_id>",
        registering.QueuedAttemptView.as_view(),
        name="api-queued-attempt",
    ),
    path("attempts/<str:receipt>", registering.AttemptView.as_view(), name="api-attempt"),
    path(f"{_event}/links", registering.LinksView.as_view(), name="api-links"),
    path(f"{_event}/walk-ins", walk_ins.WalkInsView.as_view(), name="api-walk-ins"),
    path(f"{_event}/payments", payments.PaymentsView.as_view(), name="api-payments"),
    path(_one, registrations.RegistrationView.as_view(), name="api-registration"),
    path(f"{_one}/cancel", registrations.CancelView.as_view(), name="api-cancel"),
    path(
        f"{_one}/confirm-email",
        registrations.ConfirmEmailView.as_view(),
        name="api-confirm-email",
    ),
    path(f"{_one}/accept-offer", registrations.AcceptOfferView.as_view(), name="api-accept-offer"),
    path(f"{_one}/data", registrations.DataView.as_view(), name="api-data"),
    path(f"{_one}/erase", registrations.EraseView.as_view(), name="api-erase"),
    path(f"{_one}/resend", registrations.ResendView.as_view(), name="api-resend"),
    path(f"{_one}/ticket.png", tickets.TicketPngView.as_view(), name="api-ticket-png"),
    path(f"{_one}/ticket.svg", tickets.TicketSvgView.as_view(), name="api-ticket-svg"),
    path(f"{_one}/ticket.pdf", tickets.TicketPdfView.as_view(), name="api-ticket-pdf"),
    path(f"{_one}/event.ics", tickets.CalendarView.as_view(), name="api-calendar"),
    path(f"{_one}/sign-ups/<str:session_id>", sign_ups.SignUpView.as_view(), name="api-sign-up"),
    path("me", registrations.MeView.as_view(), name="api-me"),
]

guest = [
    path("", own.show, name="own"),
    path("ticket.svg", own.svg, name="own-ticket-svg"),
    path("ticket.png", own.png, name="own-ticket-png"),
    path("ticket.pdf", own.pdf, name="own-ticket-pdf"),
    path("tickets.pdf", own.party_pdf, name="own-tickets-pdf"),
    path("ticket.pkpass", own.apple, name="own-apple"),
    path("google-wallet", own.google, name="own-google"),
    path("event.ics", own.calendar, name="own-calendar"),
    path("sessions/<str:session_id>.ics", own.session, name="own-session-calendar"),
    path("confirm/", own_steps.confirm, name="own-confirm"),
    path("offer/", own_steps.offer, name="own-offer"),
    path("cancel/", own_steps.cancel, name="own-cancel"),
    path("resend/", own_steps.resend, name="own-resend"),
    path("particulars/", own_details.particulars, name="own-particulars"),
    path("answers/", own_details.answers, name="own-answers"),
    path("data/", own_details.data, name="own-data"),
    path("data.json", own_details.data_file, name="own-data-file"),
    path("erase/", own_details.erase, name="own-erase"),
    path("sessions/", own_there.sessions, name="own-sessions"),
    path("requests/", own_there.requests, name="own-requests"),
]

urlpatterns = [
    path("api/v1/", include(api)),
    path("", public.home, name="home"),
    path("e/<str:event_id>/", public.event, name="event"),
    path("e/<str:event_id>/register/", register, name="register"),
    path("e/<str:event_id>/receipts/<str:token>/", receipt, name="receipt"),
    path("e/<str:event_id>/links/", public.links, name="links"),
    path("g/<str:token>/", include(guest)),
]
