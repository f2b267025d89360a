"""The account of a guest's personal data, to be read: keys and values in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from eventsite.core.domain.personal_data import Section, Value

HEADINGS: dict[str, Promise] = {
    "event": _("Event"),
    "guest": _("You"),
    "registration": _("Registration"),
    "answers": _("Your answers"),
    "consents": _("What you agreed to"),
    "sign_ups": _("Sessions you signed up for"),
    "requests": _("What you asked for"),
    "admissions": _("When you were let in"),
    "scans": _("When your ticket was scanned"),
    "messages": _("Messages to you"),
    "attempts": _("Tries to register that were refused"),
    "earlier": _("How it was before an import"),
    "history": _("History"),
}

LABELS: dict[str, Promise] = {
    "account_id": _("Account"),
    "after": _("After"),
    "answers": _("Answer"),
    "at": _("When"),
    "before": _("Before"),
    "by": _("By"),
    "cause": _("Reason"),
    "changed_at": _("Last change"),
    "changed_by": _("Changed by"),
    "channel": _("Channel"),
    "claimed_at": _("Begun"),
    "code": _("Code"),
    "device_id": _("Device"),
    "email": _("E-mail address"),
    "ends_at": _("End"),
    "event_id": _("Event"),
    "external_id": _("Reference in another system"),
    "finished_at": _("Finished"),
    "fulfilled_at": _("Handed over"),
    "gate": _("Gate"),
    "given": _("Agreed"),
    "held_until": _("Place held until"),
    "import_id": _("Import"),
    "item": _("Item"),
    "kind": _("Kind"),
    "locale": _("Language"),
    "message": _("Message"),
    "name": _("Name"),
    "note": _("Note"),
    "outcome": _("Outcome"),
    "party_size": _("Guests who registered together"),
    "payment": _("Payment"),
    "payment_reference": _("Payment reference"),
    "phone": _("Mobile number"),
    "price": _("Price"),
    "push_token": _("Push address"),
    "quantity": _("How many"),
    "question": _("Question"),
    "registered_at": _("Registered"),
    "registration_id": _("Number"),
    "requested_at": _("Asked for"),
    "awaiting": _("Waits for"),
    "erased_at": _("Erased"),
    "scanned_at": _("Scanned"),
    "session": _("Session"),
    "signed_up_at": _("Signed up"),
    "source": _("Came by"),
    "starts_at": _("Begin"),
    "status": _("State"),
    "answered_at": _("When"),
    "admitted_at": _("When"),
    "text": _("Text"),
    "tickets_issued": _("Tickets issued"),
    "title": _("Title"),
    "type": _("Ticket"),
    "verdict": _("Outcome"),
    "zone": _("Time zone"),
}

BARE = frozenset({"event_id", "gate_id", "question_id", "request_id", "session_id", "type_id"})
"""Ids of what is named beside them: in the file for programs only."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what it is, and the value as text, as yes or no, or as a time."""

    label: str
    text: str = ""
    yes: bool | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Part:
    heading: str
    entries: tuple[tuple[Row, ...], ...]


def in_words(sections: Iterable[Section]) -> list[Part]:
    """Return the parts of an account with headings and labels in the page's language."""
    return [
        Part(_word(HEADINGS, each.key), tuple(_entry(entry) for entry in each.entries))
        for each in sections
    ]


def _entry(entry: Sequence[tuple[str, Value]]) -> tuple[Row, ...]:
    return tuple(_row(key, value) for key, value in entry if key.rpartition(".")[2] not in BARE)


def _row(key: str, value: Value) -> Row:
    label = _word(LABELS, key.rpartition(".")[2])
    if isinstance(value, bool):
        return Row(label, yes=value)
    if isinstance(value, datetime):
        return Row(label, at=value)
    return Row(label, text=value)


def _word(words: dict[str, Promise], key: str) -> str:
    return str(words.get(key, key))
