"""What a guest does with their registration: confirm, accept, cancel, have it mailed again."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from eventsite.core.domain.registrations import Awaited, RegistrationStatus
from eventsite.core.errors import HoldExpired
from eventsite.core.services.deciding import accept_offer, confirm_email
from eventsite.core.services.deciding import cancel as give_back
from eventsite.core.services.mailing_links import send_again
from eventsite.core.wiring import stores
from registration.pages.answers import private
from registration.pages.opening import Opened, done, opened_by, own_page


@private
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether the address is right, with a button: what opens mail must not confirm it."""
    opened = opened_by(request, token)
    if opened.stands != Awaited.EMAIL.value:
        return _home(opened)
    if request.method != "POST":
        return own_page(request, opened, "guest/confirm.html")
    try:
        confirm_email(stores(), opened.registration.registration_id, timezone.now())
    except HoldExpired:  # at this moment
        return _home(opened)
    return done(opened, "confirmed")


@private
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest, token: str) -> HttpResponse:
    """Take the place that came free; to decline it is to cancel."""
    opened = opened_by(request, token)
    if request.method != "POST" or opened.stands != "offered":
        return _home(opened)
    try:
        accept_offer(stores(), opened.registration.registration_id, timezone.now())
    except HoldExpired:
        return _home(opened)
    return done(opened, "accepted")


@private
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether it is meant, then give the place back."""
    opened = opened_by(request, token)
    if opened.registration.status is RegistrationStatus.CANCELLED:  # sent twice, or an old page
        return done(opened, "cancelled")
    if request.method == "POST":
        give_back(stores(), opened.registration.registration_id, timezone.now())
        return done(opened, "cancelled")
    whole = opened.registration.party_size > 1 and not opened.confirmed
    return own_page(request, opened, "guest/cancel.html", whole_party=whole)


@private
@require_POST
def resend(request: HttpRequest, token: str) -> HttpResponse:
    """Mail the link and the ticket again."""
    opened = opened_by(request, token)
    send_again(stores(), opened.registration, timezone.now())
    return done(opened, "mailed")


def _home(opened: Opened) -> HttpResponse:
    return HttpResponseRedirect(reverse("registration:own", args=[opened.token]))
