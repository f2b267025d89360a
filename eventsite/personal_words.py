"""What is kept about a guest, in words: for the guest's own page and for the back office."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from eventsite.core.domain.personal_sections import Value, sections
from eventsite.core.domain.scans import VerdictCode
from eventsite.language_tags import day_time

SECTIONS: dict[str, Any] = {
    "event": _("The event"),
    "guest": _("You"),
    "registration": _("Your registration"),
    "answers": _("Your answers"),
    "consents": _("What you agreed to"),
    "sign_ups": _("Sessions you signed up for"),
    "requests": _("What you asked for"),
    "admissions": _("When you were let in"),
    "blocked": _("Why you are not let in"),
    "badges": _("Badges printed for you"),
    "scans": _("When your ticket was read"),
    "messages": _("Messages to you"),
    "attempts": _("Registrations that got no place"),
    "earlier": _("As it was before an import"),
    "history": _("What happened to your registration"),
}
"""Headings, by the keys of an account."""

LABELS: dict[str, Any] = {
    "account_id": _("Account"),
    "after": _("Afterwards"),
    "answered_at": _("Answered"),
    "answers": _("Answer"),
    "at": _("When"),
    "awaiting": _("Waits for"),
    "badge": _("Badge"),
    "before": _("Before"),
    "by": _("By"),
    "cause": _("Because"),
    "changed_at": _("Changed"),
    "changed_by": _("Changed by"),
    "channel": _("Told by"),
    "claimed_at": _("Begun"),
    "code": pgettext_lazy("of a reason or a promotion", "Code"),
    "device_id": _("Device"),
    "direction": _("Way"),
    "email": _("E-mail address"),
    "ends_at": _("Ends"),
    "erased_at": _("Erased"),
    "external_id": _("Known elsewhere as"),
    "finished_at": _("Done"),
    "forced": _("Let in by way of exception"),
    "fulfilled_at": _("Handed over"),
    "gate": _("Gate"),
    "given": _("Agreed"),
    "held_until": _("Held until"),
    "import_id": _("Import"),
    "item": _("Item"),
    "kind": pgettext_lazy("message", "About"),
    "locale": _("Language"),
    "message": _("Message"),
    "name": _("Name"),
    "note": _("Note"),
    "outcome": _("Came to"),
    "party_size": _("Guests in the group"),
    "payment": _("Payment"),
    "payment_reference": _("Payment reference"),
    "phone": _("Phone number"),
    "price": _("Price"),
    "printed_at": _("Printed"),
    "push_token": _("Address for push messages"),
    "quantity": _("How many"),
    "question": _("Question"),
    "reason": _("Why"),
    "registered_at": _("Registered"),
    "registration_id": _("Number"),
    "requested_at": _("Asked"),
    "scanned_at": _("Read"),
    "session": _("Session"),
    "signed_up_at": _("Signed up"),
    "source": _("Came by"),
    "starts_at": _("Starts"),
    "status": _("Status"),
    "text": _("Words"),
    "tickets_issued": _("Tickets issued"),
    "title": _("Title"),
    "type": _("Ticket"),
    "verdict": _("Answer"),
    "zone": _("Time zone"),
    "admitted_at": _("Let in"),
    "undone": _("Taken back because"),
}
"""What a value is, by its key. What is not here names something else that is, or is no matter."""

STATES: dict[str, Any] = {
    "none": _("not registered"),
    "pending": _("pending"),
    "waitlisted": _("on the waiting list"),
    "offered": _("offered a place"),
    "confirmed": _("confirmed"),
    "cancelled": _("cancelled"),
    "erased": _("erased"),
    "email": _("e-mail"),
    "approval": _("approval"),
    "payment": _("payment"),
}
"""States of a registration and what it waits for, as in the ledger."""

_PEOPLE: dict[str, Any] = {
    "guest": _("you"),
    "staff": _("the organizer"),
    "device": _("the organizer"),
    "import": _("the organizer, from another system"),
    "system": _("the system, when a time was over or a place was free"),
}

VALUES: dict[str, dict[str, Any]] = {
    "status": {
        **STATES,
        "open": _("open"),
        "claimed": _("being prepared"),
        "ready": _("ready"),
        "fulfilled": _("handed over"),
        "declined": _("declined"),
        "expired": _("expired"),
    },
    "payment": {
        "none": _("nothing to pay"),
        "due": _("due"),
        "paid": _("paid"),
        "refunded": _("given back"),
    },
    "channel": {"email": _("e-mail"), "sms": _("text message"), "push": _("push message")},
    "by": _PEOPLE,
    "changed_by": _PEOPLE,
    "cause": {
        "guest": _("you cancelled it"),
        "staff": _("the organizer cancelled it"),
        "declined": _("you declined the offer"),
        "not_approved": _("it was not approved"),
        "hold_expired": _("it was not confirmed or paid in time"),
        "offer_expired": _("the offer was not accepted in time"),
        "erased": _("your data were erased"),
        "import_undone": _("it had been taken over from another system by mistake"),
    },
    "kind": {
        "ticket": _("your ticket"),
        "confirm_email": _("confirming your address"),
        "approval_awaited": _("waiting for approval"),
        "payment_due": _("paying"),
        "waitlisted": _("the waiting list"),
        "offer": _("the offer of a place"),
        "cancelled": _("cancelling"),
        "link": _("the way to your registration"),
        "refused": _("a registration that got no place"),
        "request_fulfilled": _("something you asked for"),
        "session_starts": _("a session that starts"),
    },
    "outcome": {
        "sent": _("sent"),
        "refused": _("not deliverable"),
        "unknown": _("nobody knows"),
        "claimed": _("begun"),
    },
}
"""Words that values are chosen from, by key; any other value is as somebody wrote it."""

HIDDEN = frozenset({"event_id", "type_id", "question_id", "session_id", "gate_id", "request_id"})
"""Ids beside which the name stands; they are in the file."""


class ReadableSection(NamedTuple):
    """A heading, and entries of (label, text)."""

    title: Any
    entries: list[list[tuple[Any, Any]]]


def readable(data: Mapping[str, Any], zone: tzinfo | None = None) -> list[ReadableSection]:
    """Return what ``personal_data.export`` gave, to be read; times in ``zone``, else in UTC."""
    found = []
    for section in sections(data):
        entries = [
            [(label(key), shown(key, value, zone)) for key, value in entry if key not in HIDDEN]
            for entry in section.entries
        ]
        found.append(ReadableSection(SECTIONS[section.key], [each for each in entries if each]))
    return found


def label(key: str) -> Any:
    """Return what a value is; of ``guest.name`` what the name is."""
    return LABELS[key.rpartition(".")[2]]


def shown(key: str, value: Value, zone: tzinfo | None = None) -> Any:
    """Return a value in words."""
    key = key.rpartition(".")[2]
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        if zone is not None:  # a guest, who reads the zone below and times as on all pages
            return day_time(timezone.localtime(value, zone))
        return date_format(timezone.localtime(value, UTC), "DATETIME_FORMAT")
    if key in ("before", "after", "awaiting"):
        return ", ".join(str(STATES.get(each, each)) for each in re.split("[:+]|, ", value))
    if key == "verdict":
        return _("let in") if value == VerdictCode.OK else _("not let in")
    return VALUES.get(key, {}).get(value, value)
