"""A guest's link: what it opens, and how pages behind it are answered.

Everything behind it needs the token in the address and nothing else: no cookie, no account.
Opening it changes nothing, for those who look at mail before the guest does open links as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.links import guest_token, registration_behind
from eventsite.core.domain.registrations import Registration, RegistrationStatus
from eventsite.core.services.documents.words import event_zone, short_reference
from eventsite.core.store.registration_lists import GuestPage
from eventsite.core.wiring import secrets, stores
from eventsite.languages import speak
from registration.pages.answers import page
from registration.pages.showing import stands_of
from registration.pages.zones import zone_label, zone_of

DONE = {
    "changed": _("Your details are saved."),
    "answered": _("Your answers are saved."),
    "confirmed": _("Thank you. Your address is confirmed."),
    "accepted": _("The place is yours."),
    "mailed": _("We have sent you the mail again. It may take a few minutes."),
    "signed-up": _("You are signed up. We will tell you before it starts."),
    "signed-off": _("You are no longer signed up for that session."),
    "asked": _("We got your request and will tell you when it is done."),
    "cancelled": _("Your registration is cancelled."),
    "erased": _("Your personal data are erased."),
}
"""What the page says after a redirect; the address holds the word on the left only."""


@dataclass(frozen=True)
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

    @property
    def reference(self) -> str:
        """What a guest names when they pay or ask."""
        return short_reference(self.registration.registration_id)

    @cached_property
    def zone(self) -> ZoneInfo:
        return zone_of(self.registration.guest, self.setup.event)

    @property
    def venue_starts(self) -> datetime:
        """When the event starts by the venue's clock, as the ticket says it."""
        event = self.setup.event
        return event.starts_at.astimezone(event_zone(event))

    @cached_property
    def party(self) -> tuple[Registration, ...]:
        """All who registered together; one who is alone is read already."""
        mine = self.registration
        return stores().registrations.party(mine) if mine.party_size > 1 else (mine,)

    @property
    def at_this_address(self) -> tuple[Registration, ...]:
        """Those of the party whose mail comes here too: their links are the reader's anyway."""
        email = self.registration.guest.email
        return tuple(each for each in self.party if email and each.guest.email == email)

    @property
    def stands(self) -> str:
        """How it stands in one word; the page says it in sentences, with what to do next."""
        return stands_of(self.registration, timezone.now())


def opened_by(request: HttpRequest, token: str) -> Opened:
    """Return what a link opens, and speak its guest's language. Raises BadLink or NotFound."""
    registration_id = registration_behind(token, secrets().link_keys())
    found = stores().registrations.guest_page(registration_id)
    setup = stores().events.setup(found.registration.event_id)
    speak(request, guest=found.registration.guest.locale, event=setup.event.locale)
    return Opened(token, found, setup)


def own_page(
    request: HttpRequest, opened: Opened, template: str, *, status: int = 200, **context: object
) -> HttpResponse:
    """Render a page behind a link, with what all of them show."""
    event = opened.setup.event
    shared = {
        "opened": opened,
        "token": opened.token,
        "setup": opened.setup,
        "event": event,
        "registration": opened.registration,
        "guest": opened.registration.guest,
        "kind": opened.setup.type(opened.registration.type_id),
        "stands": opened.stands,
        "zone_label": zone_label(opened.zone, event.starts_at),
        "done": DONE.get(request.GET.get("done", "")),
    }
    return page(request, template, shared | context, zone=opened.zone, status=status)


def done(opened: Opened, what: str, where: str = "own", day: str = "") -> HttpResponse:
    """Go on to a page that says what was done."""
    address = reverse(f"registration:{where}", args=[opened.token])
    query = {"done": what} | ({"day": day} if day else {})
    return HttpResponseRedirect(f"{address}?{urlencode(query)}")


def token_of(registration: Registration) -> str:
    return guest_token(registration.registration_id, secrets().link_keys())
