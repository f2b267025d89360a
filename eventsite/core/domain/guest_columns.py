"""What columns of a file with guests can mean, and what an exporting system is known by. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from eventsite.core.domain.guest_imports import FileFormat


class Target(StrEnum):
    """What a column means. Where several mean the same, the first that is not empty counts."""

    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    ORDER_NAME = "order_name"
    EMAIL = "email"
    ORDER_EMAIL = "order_email"
    PHONE = "phone"
    ORDER_PHONE = "order_phone"
    LOCALE = "locale"
    TICKET = "ticket"
    VARIATION = "variation"
    STATUS = "status"
    REFERENCE = "reference"
    BARCODE = "barcode"
    ORDER = "order"
    POSITION = "position"
    QUANTITY = "quantity"


class RowState(StrEnum):
    """Whether a guest comes: yes; not paid or settled there yet; cancelled there."""

    COMING = "coming"
    UNSETTLED = "unsettled"
    GONE = "gone"


Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """An exporting system: its headings and states in plain letters, and how it names a ticket.

    A file is its when of each group in ``marks`` at least one heading is there.
    """

    format: FileFormat
    headings: Mapping[str, Target]
    marks: tuple[frozenset[str], ...]
    states: Mapping[str, RowState]
    reference: Callable[[Cells], str]

    def fits(self, headings: set[str]) -> bool:
        return all(group & headings for group in self.marks)


def plain(text: str) -> str:
    """Return a heading or a state as it is compared: one case, single spaces, no end marks."""
    return " ".join(text.casefold().replace("_", " ").split()).rstrip(":*? ")


def meaning(headings: Mapping[Target, str]) -> dict[str, Target]:
    """Return plain headings with their meaning, from lists that are written with ``|``."""
    return {
        plain(heading): target for target, said in headings.items() for heading in said.split("|")
    }


def states(said: Mapping[RowState, str]) -> dict[str, RowState]:
    """Return plain states with their meaning; a row that says nothing comes."""
    return {"": RowState.COMING} | {
        plain(text): state for state, texts in said.items() for text in texts.split("|")
    }
