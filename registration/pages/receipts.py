"""The receipt: what became of a registration, and what to do next. Its address names nobody."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from eventsite.core.domain.attempts import Attempt, Receipt
from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.links import receipt_behind
from eventsite.core.errors import NotFound, error_of
from eventsite.core.services.rushing import Standing, standing
from eventsite.core.wiring import secrets, stores
from eventsite.languages import speak
from eventsite.names import known_event_id
from eventsite.refusals import in_words
from registration.pages.answers import page, unshared
from registration.pages.registering import mailed_to
from registration.times import zone_of

WAITS = (2, 3, 5, 8, 13, 21, 30)
"""Seconds until the page looks again: soon at first, then more and more seldom."""

LOOK = "look"
STOP = "stop"


@unshared
@require_safe
def receipt(request: HttpRequest, event_id: str, token: str) -> HttpResponse:
    """Tell what became of it; while it waits in the queue the page looks again by itself."""
    held = receipt_behind(token, secrets().link_keys())
    if held.event_id != known_event_id(event_id):
        raise NotFound("There is no such receipt.", field="token")
    setup = stores().events.setup(event_id)
    speak(request, event=setup.event.locale)
    now = _standing(held)
    address = reverse("registration:receipt", args=[event_id, token])
    context = {"event": setup.event, "setup": setup, "address": address} | _told(setup, now)
    context["mailed_to"] = mailed_to(request)
    step = request.GET.get(LOOK, "0")
    context["stopped"] = step == STOP
    response = page(request, "guest/receipt.html", context, zone=zone_of(setup.event))
    if context["state"] == "queued" and step != STOP:
        # A header, not an element: the page can be read without it, and stopped by a link.
        response["Refresh"] = _refresh(address, step)
    return response


def _standing(held: Receipt) -> Standing:
    if not held.told:
        return standing(stores(), held)
    told = Attempt(
        attempt_id=held.attempt_id,
        event_id=held.event_id,
        answered_at=timezone.now(),
        told=held.told,
    )
    return Standing(answer=told)


def _told(setup: EventSetup, now: Standing) -> dict[str, Any]:
    answer = now.answer
    if answer is None:
        return {"state": "queued", "place": now.place}
    if answer.told:
        paid = any(kind.price for kind in setup.types)
        return {"state": answer.told, "confirm_email": setup.event.confirm_email, "paid": paid}
    error = error_of(answer.code, answer.message, field=answer.field)
    return {"state": "refused", "code": answer.code, "reason": in_words(error)}


def _refresh(address: str, step: str) -> str:
    number = int(step) if step.isascii() and step.isdigit() and len(step) < 4 else 0
    seconds = WAITS[min(number, len(WAITS) - 1)]
    return f"{seconds}; url={address}?{LOOK}={min(number + 1, len(WAITS) - 1)}"
