"""Registering by page: choosing a ticket, the form, and the receipt that follows."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods

from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.promo_codes import PromoCode
from eventsite.core.errors import EventSiteError, Invalid
from eventsite.core.wiring import stores
from eventsite.languages import speak
from eventsite.names import known_event_id
from eventsite.refusals import in_words
from eventsite.rest import STATUS
from registration import availability
from registration.applying import take_in
from registration.availability import Offer
from registration.pages.answers import page
from registration.pages.party_form import CODE, PartyForm
from registration.times import zone_of

SOURCE = "page"

MAILED_TO = "eventsite_mailed_to"
"""Cookie: where the mail goes, shown on the receipt to whoever typed it and nobody else."""

MAILED_TO_SECONDS = 3600


@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest, event_id: str) -> HttpResponse:
    """The form, and taking places: however often it is sent, once."""
    setup = stores().events.setup(known_event_id(event_id))
    speak(request, event=setup.event.locale)
    given = request.POST if request.method == "POST" else request.GET
    code, refusal = _code(setup, given.get(CODE, ""))
    offers = availability.offers(setup, timezone.now(), code)
    takeable = [offer for offer in offers if offer.takeable]
    if not offers or (request.method != "POST" and not takeable):
        return redirect("registration:event", event_id)
    if request.method == "POST":
        form = PartyForm.sent(setup, offers, request.POST)
        form.code_error = in_words(refusal) if refusal else ""
        return _answer(request, setup, form)
    chosen = request.GET.get("type", "")
    if chosen not in {offer.kind.type_id for offer in takeable}:
        if len(offers) > 1:
            return _choose(request, setup, offers, code)
        chosen = takeable[0].kind.type_id
    form = PartyForm.fresh(setup, offers, chosen, code.code if code else "")
    return _form(request, setup, form)


def _answer(request: HttpRequest, setup: EventSetup, form: PartyForm) -> HttpResponse:
    """Take places if whoever sent the form saw all of it and nothing is wrong."""
    if request.POST.get("action", "send") != "send":
        return _form(request, setup, form)
    if not form.is_valid():
        return _form(request, setup, form, STATUS[Invalid], changed=form.changed)
    if form.changed:
        return _form(request, setup, form, changed=True)
    body = form.body(translation.get_language() or settings.LANGUAGE_CODE)
    try:
        taken = take_in(setup.event.event_id, body, key=form.key, source=SOURCE)
    except EventSiteError as error:
        form.refuse(error)
        return _form(request, setup, form, STATUS.get(type(error), 500))
    address = reverse("registration:receipt", args=[setup.event.event_id, taken.token])
    response = HttpResponseRedirect(address)
    response["Cache-Control"] = "no-store"
    _remember(response, address, body)
    return response


def _form(
    request: HttpRequest,
    setup: EventSetup,
    form: PartyForm,
    status: int = 200,
    *,
    changed: bool = False,
) -> HttpResponse:
    get_token(request)
    context = {"form": form, "changed": changed}
    return _page(request, setup, "guest/register.html", context, status)


def _choose(
    request: HttpRequest, setup: EventSetup, offers: tuple[Offer, ...], code: PromoCode | None
) -> HttpResponse:
    context = {"offers": offers, "code": code.code if code else ""}
    return _page(request, setup, "guest/choose.html", context)


def _page(
    request: HttpRequest,
    setup: EventSetup,
    template: str,
    context: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    shared = {"setup": setup, "event": setup.event}
    zone = zone_of(setup.event)
    response = page(request, template, shared | context, zone=zone, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _code(setup: EventSetup, typed: str) -> tuple[PromoCode | None, EventSiteError | None]:
    """Return the promo code that was typed if it is good, else why it is not."""
    try:
        return availability.good_code(setup, typed, timezone.now()), None
    except EventSiteError as refusal:
        return None, refusal


def mailed_to(request: HttpRequest) -> str:
    """Return the address that this browser typed, if it did so a moment ago."""
    try:
        kept = request.COOKIES.get(MAILED_TO, "")
        return str(signing.loads(kept, salt=MAILED_TO, max_age=MAILED_TO_SECONDS)) if kept else ""
    except signing.BadSignature:
        return ""


def _remember(response: HttpResponse, address: str, body: dict[str, Any]) -> None:
    """Keep the address for the receipt, in the browser that typed it: not in the link."""
    lead = body["guests"][0] if "guests" in body else body
    response.set_cookie(
        MAILED_TO,
        signing.dumps(lead["guest"]["email"], salt=MAILED_TO),
        max_age=MAILED_TO_SECONDS,
        path=address,
        secure=settings.CSRF_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def register_address(event_id: str, **query: str) -> str:
    """Return the address of the form, with what is chosen already."""
    address = reverse("registration:register", args=[event_id])
    kept = {name: value for name, value in query.items() if value}
    return f"{address}?{urlencode(kept)}" if kept else address
