"""One text for each kind of notification: who reads it, what it says, what they can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.notifications import Kind
from eventsite.core.domain.registrations import Registration
from pipeline.texts import place, there
from pipeline.texts.layout import Letter, Text, laid_out
from pipeline.texts.matter import Matter
from pipeline.texts.speech import Reader, Speech

LETTERS: Mapping[Kind, Callable[[Matter], Letter]] = {
    Kind.TICKET: place.ticket,
    Kind.CONFIRM_EMAIL: place.confirm_email,
    Kind.APPROVAL_AWAITED: place.approval_awaited,
    Kind.PAYMENT_DUE: place.payment_due,
    Kind.WAITLISTED: place.waitlisted,
    Kind.OFFER: place.offer,
    Kind.CANCELLED: place.cancelled,
    Kind.LINK: place.link,
    Kind.REFUSED: place.refused,
    Kind.REQUEST_FULFILLED: there.request_fulfilled,
    Kind.SESSION_STARTS: there.session_starts,
}


def write(
    kind: Kind,
    setup: EventSetup,
    about: Registration | Reader,
    facts: Mapping[str, str],
    link: str,
    *,
    event_link: str = "",
    picture: str = "",
) -> Text:
    """Return the words of a notification, in the reader's language or the event's.

    ``about`` is the registration, or the reader alone where there is none: a refused attempt has
    no registration. ``link`` is the guest's own page and ends in a slash, ``event_link`` the
    event's; one stands for the other that is empty. ``picture`` is the content id of the ticket.
    """
    registration = about if isinstance(about, Registration) else None
    if isinstance(about, Registration):
        about = Reader(about.guest.name, about.guest.locale, about.guest.zone)
    event = setup.event
    speech = Speech((about.locale, event.locale), (about.zone, event.zone))
    matter = Matter(
        speech=speech,
        setup=setup,
        registration=registration,
        facts=facts,
        link=link or event_link,
        event_link=event_link or link,
    )
    return laid_out(LETTERS[kind](matter), speech, about, event, picture)
