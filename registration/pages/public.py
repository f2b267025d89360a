"""Pages for everybody: what is on, one event with its programme, and registering."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.links import guest_token
from eventsite.core.domain.registrations import Guest
from eventsite.core.errors import EventSiteError, Invalid
from eventsite.core.services.registering import Application, Registered
from eventsite.core.services.registering import register as take_place
from eventsite.core.wiring import secrets, stores
from eventsite.names import known_event_id
from eventsite.rest import PUBLIC, STATUS
from registration.pages.answers import page
from registration.pages.forms import RegistrationForm
from registration.pages.showing import agenda_day
from registration.times import day_of, zone_of

EVENTS_READ = 100
"""Events looked at, the latest first; those still to end are shown."""

SOURCE = "page"


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
    zone = zone_of(setup.event)
    day = agenda_day(known.agenda.of_event(event_id), zone, _asked_day(request), now)
    context = {"setup": setup, "event": setup.event, "day": day, "open": is_open(setup)}
    response = page(request, "guest/event.html", context, zone=zone)
    response["Cache-Control"] = PUBLIC
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest, event_id: str) -> HttpResponse:
    """The form, and taking a place: however often it is sent, once."""
    setup = stores().events.setup(known_event_id(event_id))
    if not is_open(setup):
        return redirect("registration:event", event_id)
    status = 200
    if request.method == "POST":
        form = RegistrationForm(setup.types, request.POST)
        if form.is_valid():
            try:
                done = _register(form, setup)
            except EventSiteError as error:
                form.refuse(error)
                status = STATUS.get(type(error), 500)
            else:
                return _own_page(done)
        else:
            status = STATUS[Invalid]
    else:
        form = RegistrationForm(setup.types, initial={"type_id": request.GET.get("type", "")})
    get_token(request)
    context = {"setup": setup, "event": setup.event, "form": form}
    response = page(
        request, "guest/register.html", context, zone=zone_of(setup.event), status=status
    )
    response["Cache-Control"] = "no-store"
    return response


def is_open(setup: EventSetup) -> bool:
    """Return whether anybody can still register."""
    return bool(setup.types) and setup.event.ends_at >= timezone.now()


def _register(form: RegistrationForm, setup: EventSetup) -> Registered:
    known = stores()
    return take_place(
        known.events,
        known.registrations,
        Application(
            event_id=setup.event.event_id,
            type_id=form.cleaned_data["type_id"],
            guest=Guest(locale=setup.event.locale, **form.particulars()),
        ),
        idempotency_key=form.key,
        source=SOURCE,
        now=timezone.now(),
    )


def _own_page(done: Registered) -> HttpResponse:
    token = guest_token(done.registration.registration_id, secrets().link_keys())
    response = redirect("registration:own", token)
    response["Location"] += "?done=registered"
    response["Cache-Control"] = "no-store"
    return response


def _asked_day(request: HttpRequest) -> date | None:
    asked = request.GET.get("day")
    return day_of(asked) if asked else None
