"""Badges that were printed: which, when, by whom and why again. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from eventsite.core.domain.badges import ANSWER, EVENT, NAME, TYPE, BadgeLayout, layout_for
from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.registrations import Registration
from eventsite.core.errors import NotAllowed

REISSUE_MAX = 255
"""A ticket has one byte for how often it was replaced."""


class PrintFormat(StrEnum):
    """As what a badge was asked for: what stands on it, a page, or a label printer's language."""

    DATA = "data"
    PDF = "pdf"
    ZPL = "zpl"


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgePrint:
    """One badge on paper. ``print_id`` is made by whoever asks, once per badge.

    ``serial`` is the reissue counter of the ticket on it: a later one revokes it. ``by`` is
    ``device:<id>`` or ``staff:<name>``; ``reason`` is why it was printed again.
    """

    event_id: str
    registration_id: str
    print_id: str
    serial: int
    by: str
    at: datetime
    reason: str = ""
    format: PrintFormat = PrintFormat.DATA


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """What was printed for one registration, oldest first. ``version`` counts writes."""

    event_id: str
    registration_id: str
    prints: tuple[BadgePrint, ...]
    version: int = 1

    def printed(self, print_id: str) -> BadgePrint | None:
        """Return what was printed under this id."""
        return next((each for each in self.prints if each.print_id == print_id), None)

    def with_print(self, made: BadgePrint) -> Badge:
        return replace(self, prints=(*self.prints, made), version=self.version + 1)


def lines_of(
    registration: Registration, setup: EventSetup, sources: Iterable[str]
) -> dict[str, str]:
    """Return the text of each source for one guest; several answers are written with commas."""
    names = {kind.type_id: kind.name for kind in setup.types}
    known = {
        NAME: registration.guest.name,
        TYPE: names.get(registration.type_id, ""),
        EVENT: setup.event.title,
    }
    return {
        source: known[source]
        if source in known
        else ", ".join(registration.answers.get(source.removeprefix(ANSWER), ()))
        for source in sources
    }


def layout_of(registration: Registration, setup: EventSetup) -> BadgeLayout:
    """Return the badge that a guest has. Raises NotAllowed when there is none for the type."""
    layout = layout_for(setup.badges, registration.type_id)
    if layout is None:
        raise NotAllowed("There is no badge for this ticket type.", field="type_id")
    return layout


def serial_text(registration_id: str, serial: int) -> str:
    """Return what a badge is called by those who look at it, such as ``9F3A-C1D2·0``."""
    start = registration_id[:8].upper()
    return f"{start[:4]}-{start[4:]}·{serial}"
