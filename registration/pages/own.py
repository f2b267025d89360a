"""A guest's own pages, opened by the signed link: ticket, sessions, requests, particulars.

Everything here needs the token in the address and nothing else: no cookie, no account.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.links import registration_behind
from eventsite.core.domain.registrations import Registration, RegistrationStatus
from eventsite.core.errors import EventSiteError, Invalid
from eventsite.core.services.registering import cancel as give_back
from eventsite.core.services.registering import change_guest
from eventsite.core.services.requesting import Wish, ask
from eventsite.core.services.signing_up import sign_off, sign_up
from eventsite.core.services.ticketing import ticket_code, ticket_png, ticket_svg
from eventsite.core.store.registrations import GuestPage
from eventsite.core.wiring import secrets, stores
from eventsite.names import known_session_id
from eventsite.rest import STATUS
from registration.pages.answers import page, private
from registration.pages.forms import GuestForm, WishForm
from registration.pages.showing import (
    STATUS_WORDS,
    agenda_day,
    items_for,
    requests_in_words,
    slot,
)
from registration.times import day_of, zone_of

DONE = {
    "registered": _("You are registered. Your ticket is below, and on its way by e-mail."),
    "changed": _("Your details are saved."),
    "signed-up": _("You are signed up. We will tell you before it starts."),
    "signed-off": _("You are no longer signed up for that session."),
    "asked": _("We got your request and will tell you when it is done."),
    "cancelled": _("Your registration is cancelled and your place is free again."),
}
"""What the page says after a redirect; the address holds the word on the left only."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link opens."""

    token: str
    page: GuestPage
    setup: EventSetup

    @property
    def registration(self) -> Registration:
        return self.page.registration

    @property
    def confirmed(self) -> bool:
        return self.registration.status is RegistrationStatus.CONFIRMED

    @property
    def signed_up(self) -> frozenset[str]:
        return frozenset(sign_up.session_id for sign_up in self.page.sign_ups)


def _open(token: str) -> Opened:
    """Return what a link opens. Raises BadLink or NotFound."""
    registration_id = registration_behind(token, secrets().link_keys())
    found = stores().registrations.guest_page(registration_id)
    return Opened(token, found, stores().events.setup(found.registration.event_id))


@private
@require_safe
def show(request: HttpRequest, token: str) -> HttpResponse:
    """The guest's page."""
    return _show(request, _open(token))


@private
@require_safe
def svg(request: HttpRequest, token: str) -> HttpResponse:
    return HttpResponse(_picture(token, ticket_svg), content_type="image/svg+xml")


@private
@require_safe
def png(request: HttpRequest, token: str) -> HttpResponse:
    response = HttpResponse(_picture(token, ticket_png), content_type="image/png")
    response["Content-Disposition"] = 'attachment; filename="ticket.png"'
    return response


@private
@require_http_methods(["GET", "HEAD", "POST"])
def particulars(request: HttpRequest, token: str) -> HttpResponse:
    """Show and change who the guest is."""
    opened = _open(token)
    guest, status = opened.registration.guest, 200
    push = bool(guest.push_token)
    form = GuestForm(request.POST or None, initial=GuestForm.typed(guest), push=push)
    if request.method == "POST":
        status = STATUS[Invalid]
        if form.is_valid():
            changed = replace(guest, **form.particulars())
            try:
                change_guest(stores().registrations, opened.registration, changed)
            except EventSiteError as error:
                form.refuse(error)
                status = STATUS.get(type(error), 500)
            else:
                return _done(opened, "changed")
    return _page(request, opened, "guest/particulars.html", status=status, form=form)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def sessions(request: HttpRequest, token: str) -> HttpResponse:
    """The programme with a button at each session."""
    opened = _open(token)
    if request.method != "POST":
        return _sessions(request, opened)
    wanted = known_session_id(request.POST.get("session_id", ""))
    on = request.POST.get("action") == "sign-up"
    day = request.POST.get("day", "") and f"{day_of(request.POST['day'])}"
    try:
        if on:
            sign_up(stores().agenda, opened.registration, wanted, timezone.now())
        else:
            sign_off(stores().agenda, opened.registration, wanted)
    except EventSiteError as error:
        return _sessions(request, opened, error)
    return _done(opened, "signed-up" if on else "signed-off", "own-sessions" if day else "own", day)


@private
@require_POST
def requests(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for an item; refusals are shown on the guest's page."""
    opened = _open(token)
    form = WishForm(items_for(opened.setup, opened.registration), request.POST)
    if not form.is_valid():
        return _show(request, opened, form, STATUS[Invalid])
    given = form.cleaned_data
    known = stores()
    try:
        ask(
            known.events,
            known.registrations,
            known.requests,
            Wish(
                registration_id=opened.registration.registration_id,
                **{name: given[name] for name in ("item_id", "quantity", "note")},
            ),
            idempotency_key=form.key,
            now=timezone.now(),
        )
    except EventSiteError as error:
        form.refuse(error)
        return _show(request, opened, form, STATUS.get(type(error), 500))
    return _done(opened, "asked")


@private
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether it is meant, then give the place back."""
    opened = _open(token)
    if opened.registration.status is RegistrationStatus.CANCELLED:  # sent twice, or an old page
        return _done(opened, "cancelled")
    if request.method == "POST":
        give_back(stores().registrations, opened.registration.registration_id)
        return _done(opened, "cancelled")
    return _page(request, opened, "guest/cancel.html")


def _show(
    request: HttpRequest, opened: Opened, form: WishForm | None = None, status: int = 200
) -> HttpResponse:
    now, agenda = timezone.now(), stores().agenda.of_event(opened.registration.event_id)
    mine = [slot(s, now, opened.signed_up) for s in agenda if s.session_id in opened.signed_up]
    items = items_for(opened.setup, opened.registration)
    return _page(
        request,
        opened,
        "guest/own.html",
        status=status,
        slots=mine,
        has_agenda=bool(agenda),
        items=items,
        form=form or WishForm(items),
        requests=requests_in_words(opened.page.requests),
        kind=opened.setup.type(opened.registration.type_id),
    )


def _sessions(
    request: HttpRequest, opened: Opened, error: EventSiteError | None = None
) -> HttpResponse:
    asked = request.GET.get("day") or request.POST.get("day")
    agenda = stores().agenda.of_event(opened.registration.event_id)
    zone = zone_of(opened.setup.event)
    chosen = day_of(asked) if asked else None
    day = agenda_day(agenda, zone, chosen, timezone.now(), opened.signed_up)
    status = STATUS.get(type(error), 500) if error else 200
    return _page(request, opened, "guest/sessions.html", status=status, day=day, problem=error)


def _page(
    request: HttpRequest, opened: Opened, template: str, *, status: int = 200, **context: object
) -> HttpResponse:
    shared = {
        "opened": opened,
        "token": opened.token,
        "event": opened.setup.event,
        "registration": opened.registration,
        "guest": opened.registration.guest,
        "status_words": STATUS_WORDS[opened.registration.status],
        "done": DONE.get(request.GET.get("done", "")),
    }
    zone = zone_of(opened.setup.event)
    return page(request, template, shared | context, zone=zone, status=status)


def _picture(token: str, draw: Callable[[str], bytes]) -> bytes:
    registration = stores().registrations.get(registration_behind(token, secrets().link_keys()))
    return draw(ticket_code(registration, stores().events.setup(registration.event_id), secrets()))


def _done(opened: Opened, what: str, where: str = "own", day: str = "") -> HttpResponse:
    address = reverse(f"registration:{where}", args=[opened.token])
    query = {"done": what} | ({"day": day} if day else {})
    return HttpResponseRedirect(f"{address}?{urlencode(query)}")
