"""What a guest does at the event: choose sessions, and ask for things."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from eventsite.core.errors import EventSiteError, Invalid, LimitReached
from eventsite.core.services.requesting import Wish, ask
from eventsite.core.services.signing_up import sign_off, sign_up
from eventsite.core.wiring import stores
from eventsite.names import known_session_id
from eventsite.refusals import in_words
from eventsite.rest import STATUS
from registration.pages.answers import private
from registration.pages.forms import WishForm
from registration.pages.opening import Opened, done, opened_by, own_page
from registration.pages.own import show_own
from registration.pages.showing import agenda_day, items_for
from registration.times import day_of


@private
@require_http_methods(["GET", "HEAD", "POST"])
def sessions(request: HttpRequest, token: str) -> HttpResponse:
    """The programme with a button at each session."""
    opened = opened_by(request, token)
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
    return done(opened, "signed-up" if on else "signed-off", "own-sessions" if day else "own", day)


@private
@require_POST
def requests(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for an item; refusals are shown on the guest's page."""
    opened = opened_by(request, token)
    form = WishForm(items_for(opened.setup, opened.registration), request.POST)
    if not form.is_valid():
        return show_own(request, opened, form, STATUS[Invalid])
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
    except LimitReached as error:
        most = opened.setup.item(given["item_id"]).per_guest
        form.refuse(error, gettext("You can have %(most)d of this.") % {"most": most})
        return show_own(request, opened, form, STATUS[LimitReached])
    except EventSiteError as error:
        form.refuse(error)
        return show_own(request, opened, form, STATUS.get(type(error), 500))
    return done(opened, "asked")


def _sessions(
    request: HttpRequest, opened: Opened, error: EventSiteError | None = None
) -> HttpResponse:
    asked = request.GET.get("day") or request.POST.get("day")
    agenda = stores().agenda.of_event(opened.registration.event_id)
    chosen = day_of(asked) if asked else None
    day = agenda_day(agenda, opened.zone, chosen, timezone.now(), opened.signed_up)
    status = STATUS.get(type(error), 500) if error else 200
    problem = in_words(error) if error else ""
    return own_page(request, opened, "guest/sessions.html", status=status, day=day, problem=problem)
