"""Refusals of the heart as sentences for pages, in the guest's language.

The heart refuses with a code, a field and an English sentence; the API answers with these. A page
shows ``in_words(error)``: the heart's own sentence where it is one that is translated, else one
for the code and the field, else one for the code.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from eventsite.core.domain.questions import TEXT_MAX, Question, QuestionKind
from eventsite.core.errors import EventSiteError, Invalid

BY_WORDS = frozenset(
    {
        # registering
        gettext_noop("This event is over."),
        gettext_noop("This ticket is not sold at this time."),
        gettext_noop("This code is not good at this time."),
        gettext_noop("This code is not for this ticket."),
        gettext_noop("This code has been used up."),
        gettext_noop("No place is left."),
        gettext_noop("Somebody in this group has a place already, or an address comes too often."),
        gettext_noop("This address is registered for this event already."),
        gettext_noop("Places are going fast at this moment; try again."),
        # particulars and answers
        gettext_noop("This is not an e-mail address."),
        gettext_noop("An e-mail address is needed."),
        gettext_noop("A phone number looks like +353851234567."),
        gettext_noop("Messages by SMS need a phone number."),
        gettext_noop("Another guest of this event has this address."),
        gettext_noop("An answer is needed."),
        gettext_noop("One answer is wanted here."),
        gettext_noop("A number is needed."),
        gettext_noop("This is none of the choices."),
        gettext_noop("A date looks like 2026-11-21."),
        # one's own registration
        gettext_noop("This registration is cancelled already."),
        gettext_noop("This registration is cancelled."),
        gettext_noop("There is no offer to accept."),
        gettext_noop("The time to do this is over, and the place is gone."),
        gettext_noop("The data of this guest were erased."),
        gettext_noop("Only a confirmed registration has a ticket."),
        gettext_noop("Only confirmed guests can sign up."),
        gettext_noop("This session is cancelled or over."),
        gettext_noop("Only confirmed guests can ask for things."),
    }
)
"""The heart's sentences that pages show as they are; a test says when the heart changed one."""

BY_FIELD: Mapping[tuple[str, str], Promise] = {
    ("invalid", "name"): _("A name has 1 to 120 printable characters."),
    ("invalid", "guests"): _("A group has 1 to 20 guests."),
    ("invalid", "answers"): _("This answer is not possible here."),
    ("invalid", "note"): _("This note is too long, or has characters that cannot be shown."),
    ("invalid", "day"): _("There is no such day."),
    ("not_found", "code"): _("There is no such code."),
    ("not_found", "type_id"): _("There is no such ticket any more."),
    ("not_found", "session_id"): _("There is no such session any more."),
    ("not_found", "event_id"): _("There is no such event."),
    ("sold_out", "type_id"): _("Not enough places are left."),
    ("sold_out", "item_id"): _("Not enough of it is left."),
    ("limit_reached", "item_id"): _("You have had all of this that your ticket entitles you to."),
    ("not_allowed", "item_id"): _("This is not for your ticket."),
}
"""Where the field says more than the code; of a path (guests.2.guest.name) any part counts."""

BY_CODE: Mapping[str, Promise] = {
    "invalid": _("This is not right. Please check it."),
    "not_found": _("There is nothing at this address."),
    "bad_cursor": _("This page of the list cannot be found. Please start again."),
    "bad_link": _("This link is not ours or is incomplete."),
    "bad_token": _("You are not signed in any more. Please sign in again."),
    "bad_device": _("This device is not known here."),
    "bad_code": _("This code is not good any more. Please ask for a new one."),
    "throttled": _("Too many wrong tries. Please wait some minutes."),
    "bad_signature": _("This message was not signed as it should be."),
    "forbidden": _("You may not do this."),
    "key_reused": _("This form was sent before with other details. Please send it once more."),
    "already_registered": _("This address is registered for this event already."),
    "already_exists": _("This is taken already."),
    "sold_out": _("Nothing is left."),
    "limit_reached": _("You have had all that you are entitled to."),
    "not_allowed": _("This is not possible, or not any more."),
    "hold_expired": _("The time to do this is over, and the place is gone."),
    "not_on_sale": _("This ticket is not sold at this time."),
    "stale_write": _("This was changed at the same moment. Please look at it and try again."),
    "unavailable": _("This did not work just now. Please try again in a moment."),
    "in_progress": _("This is being worked on. Please try again in a moment."),
    "internal": _("Something went wrong on our side."),
}


def in_words(error: EventSiteError, question: Question | None = None) -> str:
    """Return why, in the language of the page; ``question`` is the one that was answered."""
    if error.message in BY_WORDS:
        return gettext(error.message)
    if question is not None and isinstance(error, Invalid):
        return _bounds(question)
    by_field = (BY_FIELD.get((error.code, part)) for part in reversed(error.field.split(".")))
    return str(next(filter(None, by_field), None) or of_code(error.code))


def of_code(code: str) -> str:
    return str(BY_CODE.get(code, BY_CODE["internal"]))


def _bounds(question: Question) -> str:
    """Return what an answer may be, of a question whose answer was outside."""
    if question.kind is QuestionKind.TEXT:
        return gettext("An answer has up to %(most)d characters.") % {"most": TEXT_MAX}
    low, high = question.minimum, question.maximum
    if question.kind is QuestionKind.SEVERAL:
        between = gettext("Choose %(low)d to %(high)d.")
        least, most = gettext("Choose at least %(low)d."), gettext("Choose at most %(high)d.")
    else:
        between = gettext("This is a number from %(low)d to %(high)d.")
        least = gettext("This is a number from %(low)d up.")
        most = gettext("This is a number up to %(high)d.")
    if low is not None and high is not None:
        return between % {"low": low, "high": high}
    if low is not None:
        return least % {"low": low}
    if high is not None:
        return most % {"high": high}
    return str(BY_FIELD["invalid", "answers"])
