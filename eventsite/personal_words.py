"""What is kept about a guest, in words: for the guest's own page and for the back office."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from eventsite.core.domain.personal_data import Value, sections

SECTIONS: dict[str, Any] = {
    "event": _("The event"),
    "guest": _("You"),
    "registration": _("Your registration"),
    "answers": _("Your answers"),
    "consents": _("What you agreed to"),
    "sign_ups": _("Sessions you signed up for"),
    "requests": _("What you asked for"),
    "admissions": _("When you were let in"),
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
    "before": _("Before"),
    "by": _("By"),
    "cause": _("Because"),
    "changed_at": _("Changed"),
    "changed_by": _("Changed by"),
    "channel": _("Told by"),
    "claimed_at": _("Begun"),
    "code": _("Code"),
    "device_id": _("Device"),
    "email": _("E-mail address"),
    "ends_at": _("Ends"),
    "erased_at": _("Erased"),
    "external_id": _("Known elsewhere as"),
    "finished_at": _("Done"),
    "fulfilled_at": _("Handed over"),
    "gate": _("Gate"),
    "given": _("Agreed"),
    "held_until": _("Held until"),
    "import_id": _("Import"),
    "item": _("Item"),
    "kind": _("About"),
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
    "push_token": _("Address for push messages"),
    "quantity": _("How many"),
    "question": _("Question"),
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
}
"""What a value is, by its key. What is not here names something else that is, or is no matter."""

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
            [(label(key), shown(value, zone)) for key, value in entry if key not in HIDDEN]
            for entry in section.entries
        ]
        found.append(ReadableSection(SECTIONS[section.key], [each for each in entries if each]))
    return found


def label(key: str) -> Any:
    """Return what a value is; of ``guest.name`` what the name is."""
    return LABELS[key.rpartition(".")[2]]


def shown(value: Value, zone: tzinfo | None = None) -> Any:
    """Return a value in words."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value, zone or UTC), "DATETIME_FORMAT")
    return value
