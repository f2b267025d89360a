"""Pages for everybody: what is on, one event with its programme, and links sent again."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from eventsite.core.domain.events import EventSetup
from eventsite.core.errors import EventSiteError, Invalid
from eventsite.core.services.mailing_links import send_links
from eventsite.core.wiring import stores
from eventsite.languages import speak
from eventsite.names import known_event_id
from eventsite.refusals import in_words
from eventsite.rest import PUBLIC, STATUS
from registration import availability
from registration.pages.answers import page
from registration.pages.forms import AddressForm
from registration.pages.showing import agenda_day
from registration.pages.zones import zone_label
from registration.times import day_of, zone_of

EVENTS_READ = 100
"""Events looked at, the latest first; those still to end are shown."""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What is on now and next; where there is only one event, its page."""
    now = timezone.now()
    coming = [event for event in stores().events.page(EVENTS_READ) if event.ends_at >= now]
    if len(coming) == 1:
        return redirect("registration:event", coming[0].event_id)
    zoned = []
    for event in reversed(coming):
        zone = zone_of(event)
        zoned.append((event, event.starts_at.astimezone(zone), event.ends_at.astimezone(zone)))
    response = page(request, "guest/home.html", {"events": zoned})
    response["Cache-Control"] = PUBLIC
    return response


@require_safe
def event(request: HttpRequest, event_id: str) -> HttpResponse:
    """An event: when, where, which tickets, and its programme a day at a time."""
    known, now = stores(), timezone.now()
    setup = known.events.setup(known_event_id(event_id))
    speak(request, event=setup.event.locale)
    zone = zone_of(setup.event)
    typed = request.GET.get("code", "").strip()
    code, code_error = None, ""
    try:
        code = availability.good_code(setup, typed, now)
    except EventSiteError as refusal:
        code_error = in_words(refusal)
    offers = availability.offers(setup, now, code)
    context = {
        "setup": setup,
        "event": setup.event,
        "day": agenda_day(known.agenda.of_event(event_id), zone, _asked_day(request), now),
        "offers": offers,
        "open": any(offer.takeable for offer in offers),
        "over": setup.event.ends_at < now,
        "soon": _opening(offers),
        "has_codes": bool(setup.codes) and setup.event.ends_at >= now,
        "code": code,
        "typed": typed,
        "code_error": code_error,
        "zone_label": zone_label(zone, setup.event.starts_at),
    }
    response = page(request, "guest/event.html", context, zone=zone)
    response["Cache-Control"] = "no-store" if typed else PUBLIC
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def links(request: HttpRequest, event_id: str) -> HttpResponse:
    """Have the links mailed again. The answer is the same for every address."""
    setup = stores().events.setup(known_event_id(event_id))
    speak(request, event=setup.event.locale)
    form, status = AddressForm(request.POST or None), 200
    if request.method == "POST":
        status = STATUS[Invalid]
        if form.is_valid():
            try:
                send_links(stores(), event_id, form.cleaned_data["email"], timezone.now())
            except EventSiteError as error:
                form.refuse(error)
                status = STATUS.get(type(error), 500)
            else:
                address = reverse("registration:links", args=[event_id])
                return HttpResponseRedirect(f"{address}?sent=1")
    get_token(request)
    context = _context(setup) | {"form": form, "sent": "sent" in request.GET}
    response = page(request, "guest/links.html", context, zone=zone_of(setup.event), status=status)
    response["Cache-Control"] = "no-store"
    return response


def _context(setup: EventSetup) -> dict[str, object]:
    return {"setup": setup, "event": setup.event}


def _opening(offers: tuple[availability.Offer, ...]) -> object:
    """Return when the first ticket goes on sale, if none is yet."""
    sales = [o.kind.sale_from for o in offers if o.sale is availability.Sale.NOT_YET]
    return min(filter(None, sales), default=None)


def _asked_day(request: HttpRequest) -> date | None:
    asked = request.GET.get("day")
    return day_of(asked) if asked else None
