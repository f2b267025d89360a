"""A guest's documents as answers: the API and the pages give the same."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.utils import timezone

from eventsite.core.config import config
from eventsite.core.domain.registrations import Registration
from eventsite.core.errors import NotFound
from eventsite.core.services.documents.apple_passes import apple_pass as make_pass
from eventsite.core.services.documents.calendars import event_calendar, session_calendar
from eventsite.core.services.documents.google_passes import google_link
from eventsite.core.services.documents.tickets_pdf import tickets_pdf
from eventsite.core.services.ticketing import ticket_code, ticket_png, ticket_svg
from eventsite.core.wiring import secrets, stores, wallet_issuer
from registration.pages.ticket_words import words_for

Document = Callable[[Registration], HttpResponse]


def png(registration: Registration) -> HttpResponse:
    return _file(ticket_png(code_of(registration)), "image/png", "ticket.png")


def svg(registration: Registration) -> HttpResponse:
    return HttpResponse(ticket_svg(code_of(registration)), content_type="image/svg+xml")


def pdf(*registrations: Registration) -> HttpResponse:
    """Give the tickets of these, one a page. Raises NotAllowed when one has no ticket."""
    setup = stores().events.setup(registrations[0].event_id)
    tickets = [(each, code_of(each)) for each in registrations]
    words = words_for(registrations[0], setup.event)
    return _file(tickets_pdf(tickets, setup, words), "application/pdf", "ticket.pdf")


def apple_pass(registration: Registration) -> HttpResponse:
    """Give the ticket as an Apple Wallet pass. Raises NotFound where there are none."""
    issuer = wallet_issuer()
    if issuer is None or issuer.apple is None:
        raise NotFound("There is no such wallet.", field="wallet")
    setup = stores().events.setup(registration.event_id)
    words, code = words_for(registration, setup.event), code_of(registration)
    content = make_pass(registration, setup, code, issuer.apple, words)
    return _file(content, "application/vnd.apple.pkpass", "ticket.pkpass")


def google_wallet(registration: Registration) -> str:
    """Return the address that puts the ticket into a Google Wallet.

    Raises NotFound where there are none.
    """
    issuer = wallet_issuer()
    if issuer is None or issuer.google is None:
        raise NotFound("There is no such wallet.", field="wallet")
    setup = stores().events.setup(registration.event_id)
    words, code = words_for(registration, setup.event), code_of(registration)
    return google_link(registration, setup, code, issuer.google, timezone.now(), words)


def calendar(registration: Registration) -> HttpResponse:
    """Give the event, and the sessions that the guest signed up for."""
    known = stores()
    setup = known.events.setup(registration.event_id)
    page = known.registrations.guest_page(registration.registration_id)
    mine = {sign_up.session_id for sign_up in page.sign_ups}
    agenda = known.agenda.of_event(registration.event_id) if mine else ()
    sessions = [session for session in agenda if session.session_id in mine]
    entries = event_calendar(registration, setup, sessions, timezone.now(), host=_host())
    return _file(entries, "text/calendar; charset=utf-8", "event.ics")


def session_entry(registration: Registration, session_id: str) -> HttpResponse:
    """Give one session. Raises NotFound."""
    known = stores()
    session = known.agenda.get(registration.event_id, session_id)
    setup = known.events.setup(registration.event_id)
    entry = session_calendar(session, setup, timezone.now(), host=_host())
    return _file(entry, "text/calendar; charset=utf-8", "session.ics")


def code_of(registration: Registration) -> str:
    """Return the ticket's code. Raises NotAllowed when there is no ticket."""
    setup = stores().events.setup(registration.event_id)
    return ticket_code(registration, setup, secrets())


def _host() -> str:
    return urlsplit(config().public_url).hostname or "eventsite"


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
