"""The forms of an import: which file, and how it is to be understood."""

from __future__ import annotations

from typing import Any

from django import forms

from eventsite.core.domain.csv_files import ENCODINGS, SEPARATORS
from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.guest_columns import Target
from eventsite.core.domain.guest_files import ANSWER
from eventsite.core.domain.guest_imports import (
    LEAVE_OUT,
    UNUSED,
    FileFormat,
    GuestImport,
    ImportOptions,
)
from eventsite.repoadmin.filters import event_choices

FILE_MAX = 4 * 1024 * 1024
"""Bytes of a file that is sent whole. Source: 6 MB of a Lambda's payload, as base64 and a form."""

FORMATS = {
    FileFormat.EVENTBRITE: "Eventbrite attendee summary",
    FileFormat.PRETIX: "pretix order positions",
    FileFormat.CSV: "Other table (CSV)",
}
MEANINGS = {
    Target.NAME: "Name",
    Target.FIRST_NAME: "First name",
    Target.LAST_NAME: "Last name",
    Target.ORDER_NAME: "Name, if there is no other",
    Target.EMAIL: "E-mail address",
    Target.ORDER_EMAIL: "E-mail address, if there is no other",
    Target.PHONE: "Phone number",
    Target.ORDER_PHONE: "Phone number, if there is no other",
    Target.LOCALE: "Language",
    Target.TICKET: "Ticket",
    Target.VARIATION: "Variation of the ticket",
    Target.STATUS: "Status",
    Target.REFERENCE: "Number of the ticket",
    Target.BARCODE: "Number of the ticket, if there is no other",
    Target.ORDER: "Number of the order",
    Target.POSITION: "Position in the order",
    Target.QUANTITY: "How many tickets",
}
_FIND_OUT = ("", "Find out")


class UploadForm(forms.Form):
    """A file with guests for an event."""

    event_id = forms.ChoiceField(label="Event", choices=event_choices)
    format = forms.ChoiceField(
        label="Format",
        required=False,
        choices=[_FIND_OUT, *((each.value, name) for each, name in FORMATS.items())],
    )
    file = forms.FileField(
        label="File",
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.gz,text/csv"}),
        help_text="CSV in any encoding, also packed as .gz. Without JavaScript up to 4 MB.",
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > FILE_MAX:
            raise forms.ValidationError(
                "Without JavaScript a file can have 4 MB. Pack it as .gz, or allow JavaScript."
            )
        return file


class ReadingForm(forms.Form):
    """How a file is to be understood; what is left open is found out."""

    format = forms.ChoiceField(
        label="Format",
        required=False,
        choices=[_FIND_OUT, *((each.value, name) for each, name in FORMATS.items())],
    )
    encoding = forms.ChoiceField(
        label="Encoding", required=False, choices=[_FIND_OUT, *((e, e) for e in ENCODINGS)]
    )
    separator = forms.ChoiceField(
        label="Between columns",
        required=False,
        choices=[_FIND_OUT, *((name, name.capitalize()) for name in SEPARATORS)],
    )
    unpaid = forms.BooleanField(
        label="Guests who have not paid there, too",
        required=False,
        help_text="They are registered, and owe the price that the ticket has here.",
    )
    default_type = forms.ChoiceField(label="Ticket type of all other tickets", required=False)

    def __init__(self, guest_import: GuestImport, setup: EventSetup, data: Any = None) -> None:
        super().__init__(data)
        self.guest_import = guest_import
        options, shape = guest_import.options, guest_import.shape
        types = [(kind.type_id, kind.name) for kind in setup.types]
        self.fields["default_type"].choices = [("", "None: tell me"), *types]  # type: ignore[attr-defined]
        named = {sign: name for name, sign in SEPARATORS.items()}
        self.initial = {
            "format": options.format,
            "encoding": options.encoding,
            "separator": named.get(options.separator, ""),
            "unpaid": options.unpaid,
            "default_type": options.default_type,
        }
        self.labels = dict(enumerate(shape.labels if shape else ()))
        for number, label in self.labels.items():
            chosen = [("", "By its name"), (LEAVE_OUT, "Leave out"), *types]
            self._choose(f"type_{number}", label, chosen, options.types.get(label, ""))
        meanings = [("", "Find out"), (UNUSED, "Nothing"), *_meanings(setup)]
        self.headings = dict(enumerate(c.heading for c in shape.columns) if shape else ())
        for number, heading in self.headings.items():
            chosen = _with(options.columns.get(heading, ""), meanings)
            name = f"column_{number}"
            self._choose(name, heading, chosen, options.columns.get(heading, ""))

    def _choose(self, name: str, label: str, choices: Any, initial: str) -> None:
        self.fields[name] = forms.ChoiceField(label=label, choices=choices, required=False)
        self.initial[name] = initial

    @property
    def tickets(self) -> list[Any]:
        return [self[f"type_{number}"] for number in self.labels]

    @property
    def columns(self) -> list[tuple[Any, str]]:
        """Return each column's field, and what it was taken for."""
        shape = self.guest_import.shape
        taken = [meaning_of(column.target) for column in shape.columns] if shape else []
        return [(self[f"column_{number}"], taken[number]) for number in self.headings]

    def options(self) -> ImportOptions:
        """Return what was chosen."""
        said = self.cleaned_data
        return ImportOptions(
            format=said["format"],
            encoding=said["encoding"],
            separator=SEPARATORS.get(said["separator"], ""),
            unpaid=said["unpaid"],
            default_type=said["default_type"],
            types=_chosen(said, "type_", self.labels),
            columns=_chosen(said, "column_", self.headings),
        )


def meaning_of(target: str) -> str:
    """Return what a column means, in words; nothing for one that is not read."""
    if target.startswith(ANSWER):
        return f"Answer to {target.removeprefix(ANSWER)}"
    return MEANINGS.get(Target(target), target) if target else ""


def _chosen(said: dict[str, Any], prefix: str, names: dict[int, str]) -> dict[str, str]:
    return {name: chosen for n, name in names.items() if (chosen := said[f"{prefix}{n}"])}


def _meanings(setup: EventSetup) -> list[tuple[str, str]]:
    plain = [(target.value, words) for target, words in MEANINGS.items()]
    questions = [(ANSWER + q.question_id, f"Answer: {q.name[:60]}") for q in setup.questions]
    return [*plain, *questions]


def _with(chosen: str, choices: list[tuple[str, str]]) -> list[tuple[str, str]]:
    known = {value for value, _words in choices}
    return choices if chosen in known else [*choices, (chosen, meaning_of(chosen))]
