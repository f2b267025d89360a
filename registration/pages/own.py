"""A guest's own page: how it stands and what to do next, the ticket, and all that belongs to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from eventsite.core.config import config
from eventsite.core.domain.links import registration_behind
from eventsite.core.domain.questions import asked_of
from eventsite.core.domain.registrations import Registration
from eventsite.core.services.documents.wallets import wallets_on
from eventsite.core.wiring import secrets, stores, wallet_issuer
from eventsite.names import known_session_id
from registration import documents
from registration.pages.answers import private
from registration.pages.forms import WishForm
from registration.pages.opening import Opened, opened_by, own_page, token_of
from registration.pages.showing import (
    CAUSE_WORDS,
    STATUS_WORDS,
    answers_in_words,
    items_for,
    requests_in_words,
    slot,
    stands_of,
    venue_time,
)


@private
@require_safe
def show(request: HttpRequest, token: str) -> HttpResponse:
    """The guest's page."""
    return show_own(request, opened_by(request, token))


def show_own(
    request: HttpRequest, opened: Opened, form: WishForm | None = None, status: int = 200
) -> HttpResponse:
    """Render the guest's page, with the form of what they ask for."""
    now, mine = timezone.now(), opened.registration
    agenda = stores().agenda.of_event(mine.event_id)
    slots = [slot(s, now, opened.signed_up) for s in agenda if s.session_id in opened.signed_up]
    items = items_for(opened.setup, mine)
    context: dict[str, Any] = {
        "status_words": STATUS_WORDS[opened.stands],
        "cause_words": CAUSE_WORDS.get(mine.cause) if mine.cause else None,
        "venue_time": venue_time(opened.setup.event, opened.zone),
        "ahead": _ahead(opened),
        "slots": slots,
        "has_agenda": bool(agenda),
        "items": items,
        "form": form or WishForm(items),
        "requests": requests_in_words(opened.page.requests),
        "members": _members(opened),
        "answers": answers_in_words(opened.setup.questions, mine.answers),
        "asks": bool(asked_of(opened.setup.questions, mine.type_id, mine.answers)),
        "wallets": wallet_issuer() if opened.confirmed and wallets_on(config()) else None,
    }
    return own_page(request, opened, "guest/own.html", status=status, **context)


# -- documents ------------------------------------------------------------------------------------
Make = Callable[[Registration], HttpResponse]


def _document(make: Make) -> Callable[..., HttpResponse]:
    @private
    @require_safe
    def view(request: HttpRequest, token: str) -> HttpResponse:
        registration_id = registration_behind(token, secrets().link_keys())
        return make(stores().registrations.get(registration_id))

    return view


svg = _document(documents.svg)
png = _document(documents.png)
pdf = _document(documents.pdf)
calendar = _document(documents.calendar)
apple = _document(documents.apple_pass)


@private
@require_safe
def party_pdf(request: HttpRequest, token: str) -> HttpResponse:
    """All tickets of a group that come to this address, to print at once."""
    opened = opened_by(request, token)
    return documents.pdf(*opened.at_this_address)


@private
@require_safe
def session(request: HttpRequest, token: str, session_id: str) -> HttpResponse:
    """The calendar entry of one session."""
    registration_id = registration_behind(token, secrets().link_keys())
    registration = stores().registrations.get(registration_id)
    return documents.session_entry(registration, known_session_id(session_id))


@private
@require_safe
def google(request: HttpRequest, token: str) -> HttpResponse:
    """On to the guest's Google Wallet, with the ticket."""
    registration_id = registration_behind(token, secrets().link_keys())
    registration = stores().registrations.get(registration_id)
    return HttpResponseRedirect(documents.google_wallet(registration))


def _ahead(opened: Opened) -> tuple[int, bool] | None:
    """Return how many parties wait before a guest who waits, and whether that is all of them."""
    if opened.stands != "waiting":
        return None
    return stores().registrations.ahead(opened.registration)


def _members(opened: Opened) -> list[tuple[Registration, object, str]]:
    """Return the others of a group, with their state and the link if it is the reader's too."""
    if opened.registration.party_size == 1:
        return []
    now = timezone.now()
    reachable = {each.registration_id for each in opened.at_this_address}
    return [
        (
            each,
            STATUS_WORDS[stands_of(each, now)],
            token_of(each) if each.registration_id in reachable else "",
        )
        for each in opened.party
        if each.registration_id != opened.registration.registration_id
    ]
