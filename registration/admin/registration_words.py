"""How a registration stands, in the words of the back office."""

from __future__ import annotations

from datetime import datetime

from django.utils.formats import date_format

from eventsite.core.domain.registrations import (
    Awaited,
    Cause,
    Payment,
    Registration,
    RegistrationStatus,
)
from registration.models import STATUS_LABELS

AWAITED = {
    Awaited.EMAIL: "e-mail",
    Awaited.APPROVAL: "approval",
    Awaited.PAYMENT: "payment",
}

CAUSES = {
    Cause.GUEST: "by the guest",
    Cause.STAFF: "by staff",
    Cause.DECLINED: "the offer was declined",
    Cause.NOT_APPROVED: "not approved",
    Cause.HOLD_EXPIRED: "not confirmed or paid in time",
    Cause.OFFER_EXPIRED: "the offer was not taken in time",
    Cause.ERASED: "erased",
    Cause.IMPORT_UNDONE: "its import was undone",
}

PAYMENTS = {
    Payment.NONE: "Nothing to pay",
    Payment.DUE: "Due",
    Payment.PAID: "Paid",
    Payment.REFUNDED: "Given back",
}


def when(moment: datetime) -> str:
    """Return a time as the lists write it, in UTC."""
    return str(date_format(moment, "DATETIME_FORMAT"))


def in_short(registration: Registration) -> str:
    """Return a status with what it waits for, for a column."""
    if registration.offered:
        return "Offered a place"
    label = str(STATUS_LABELS[registration.status])
    waits = ", ".join(AWAITED[each] for each in registration.awaiting)
    return f"{label}: {waits}" if waits else label


def in_full(registration: Registration, now: datetime) -> str:
    """Return a sentence: the status, what it waits for, until when, and why it ended."""
    text = in_short(registration)
    if registration.status is RegistrationStatus.CANCELLED and registration.cause:
        text += f": {CAUSES[registration.cause]}"
    if registration.held_until is not None:
        text += f", until {when(registration.held_until)}"
        if registration.lapsed(now):
            text += ". That time is over: the place is given back within minutes"
    if registration.erased_at is not None:
        text += f". Personal data were erased on {when(registration.erased_at)}"
    return f"{text}."


def state_in_words(state: str, cause: str) -> str:
    """Return a state of the ledger, such as ``pending:email+payment``, in words."""
    status, _, waits = state.partition(":")
    if status not in set(RegistrationStatus):
        return status
    text = str(STATUS_LABELS[RegistrationStatus(status)])
    if waits == "offered":
        return "Offered a place"
    if waits:
        text += ": " + ", ".join(AWAITED[Awaited(each)] for each in waits.split("+"))
    return f"{text}: {CAUSES[Cause(cause)]}" if cause and status == "cancelled" else text


def who(by: str) -> str:
    """Return who did something: ``staff:ada`` is ada of the staff."""
    kind, _, name = by.partition(":")
    return f"{kind} {name}".strip()
