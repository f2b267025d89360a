"""Why: codes of refusals, causes of cancellations and states of registrations, as sentences."""

from __future__ import annotations

from collections.abc import Mapping

from eventsite.core.domain.registrations import (
    Awaited,
    Cause,
    Registration,
    RegistrationStatus,
)
from pipeline.texts.speech import Speech, marked

REFUSED: Mapping[str, str] = {
    "sold_out": marked("When it was your turn, no place of this kind was left."),
    "limit_reached": marked(
        "This e-mail address already has as many registrations as one guest may have."
    ),
    "already_registered": marked("This e-mail address is registered for this event already."),
    "not_allowed": marked("This is not possible at the moment: the event may be over."),
    "not_on_sale": marked("Registration for this kind of ticket is not open at the moment."),
    "hold_expired": marked("The time for completing the registration had run out."),
    "not_found": marked("What you chose is no longer available."),
    "key_reused": marked(
        "The same form was sent twice with different details. Only the first one counts."
    ),
    "invalid": marked("Something in the form was not right. Please fill it in once more."),
    "unavailable": marked("There was a technical problem on our side. Please try again."),
}
"""A queued registration's refusals by code; a code that is not here has ``OTHERWISE``."""

REFUSED_FIELD: Mapping[tuple[str, str], str] = {
    ("limit_reached", "code"): marked("This promo code has been used up."),
    ("limit_reached", "guests"): marked(
        "Somebody in your group has a place already, or an e-mail address comes too often."
    ),
    ("not_allowed", "code"): marked("This promo code is not valid for what you chose."),
    ("not_found", "code"): marked("There is no such promo code."),
    ("invalid", "name"): marked("The name could not be used. Please fill in the form once more."),
    ("invalid", "phone"): marked(
        "The mobile number is not valid. Please fill in the form once more."
    ),
    ("invalid", "answers"): marked(
        "One of the answers was not right. Please fill in the form once more."
    ),
}
"""Where the field that was wrong says more than the code alone."""

OTHERWISE = marked("Your registration could not be accepted.")

CAUSES: Mapping[str, str] = {
    Cause.GUEST: marked("You cancelled your registration for {event}."),
    Cause.STAFF: marked("The organizers cancelled your registration for {event}."),
    Cause.DECLINED: marked("You declined the place at {event}. It goes to the next in line."),
    Cause.NOT_APPROVED: marked("The organizers could not accept your registration for {event}."),
    Cause.HOLD_EXPIRED: marked(
        "Your place at {event} was held for you for a while, but the registration was not"
        " completed in time. The place is free again."
    ),
    Cause.OFFER_EXPIRED: marked(
        "We offered you a place at {event}, but it was not accepted in time. It goes to the"
        " next in line."
    ),
    Cause.ERASED: marked("Your registration for {event} is cancelled."),
    Cause.IMPORT_UNDONE: marked(
        "Your registration for {event} had been entered by mistake. The organizers took it back."
    ),
}

WELCOME_AGAIN = frozenset(
    {Cause.GUEST, Cause.DECLINED, Cause.HOLD_EXPIRED, Cause.OFFER_EXPIRED, Cause.ERASED}
)
"""Causes after which a guest may simply register once more."""

WITHOUT_TICKET = frozenset(
    {Cause.DECLINED, Cause.NOT_APPROVED, Cause.HOLD_EXPIRED, Cause.OFFER_EXPIRED}
)
"""Causes that end a registration before there is a ticket."""

CANCELLED = marked("Your registration for {event} is cancelled.")
OFFERED = marked("A place is offered to you")

STATES: Mapping[RegistrationStatus, str] = {
    RegistrationStatus.PENDING: marked("Waiting for the organizers"),
    RegistrationStatus.WAITLISTED: marked("On the waiting list"),
    RegistrationStatus.CONFIRMED: marked("Confirmed"),
    RegistrationStatus.CANCELLED: marked("Cancelled"),
}
AWAITED: Mapping[Awaited, str] = {
    Awaited.EMAIL: marked("Waiting until you confirm your address"),
    Awaited.APPROVAL: marked("Waiting for the organizers"),
    Awaited.PAYMENT: marked("Waiting for your payment"),
}


def refused_because(speech: Speech, facts: Mapping[str, str]) -> str:
    """Return why an attempt was refused, by ``code`` and ``field`` (guests.2.guest.phone)."""
    code, path = facts.get("code", ""), facts.get("field", "").split(".")
    known = (REFUSED_FIELD[code, name] for name in reversed(path) if (code, name) in REFUSED_FIELD)
    return speech.say(next(known, REFUSED.get(code, OTHERWISE)))


def cancelled_because(speech: Speech, cause: str, event: str) -> str:
    return speech.say(CAUSES.get(cause, CANCELLED), event=event)


def state_of(speech: Speech, registration: Registration) -> str:
    """Return how a registration stands, with what it waits for."""
    if registration.offered:
        return speech.say(OFFERED)
    if registration.status is RegistrationStatus.PENDING:
        first = next((each for each in AWAITED if each in registration.awaiting), None)
        if first:
            return speech.say(AWAITED[first])
    return speech.say(STATES[registration.status])
