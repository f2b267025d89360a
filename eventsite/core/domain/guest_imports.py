"""An import of guests: the file, what the organizer chose, and how far it has come. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

UNDO_SPAN = timedelta(days=30)
"""How long an import can be undone: as long as its files are kept."""

MAIL, QUIET = "import+mail", "import"
"""Where a registration came from, when its guest is sent the ticket and when not."""


class ImportState(StrEnum):
    UPLOADING = "uploading"
    PLANNING = "planning"
    UNREADABLE = "unreadable"
    PLANNED = "planned"
    APPLYING = "applying"
    APPLIED = "applied"
    UNDOING = "undoing"
    UNDONE = "undone"


class FileFormat(StrEnum):
    EVENTBRITE = "eventbrite"
    PRETIX = "pretix"
    CSV = "csv"


LEAVE_OUT = "-"
"""Chosen for a ticket of the file that is none here, such as a T-shirt."""

UNUSED = "-"
"""Chosen for a column that is not to be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """What the organizer chose. What is empty is found out, and told.

    ``columns`` maps a heading to what it means, ``types`` the name of a ticket in the file to one
    of our ticket types or LEAVE_OUT; ``default_type`` is for tickets that have no such name here.
    With ``unpaid`` guests come in who have not paid there. With ``mails`` new guests are sent
    their tickets.
    """

    format: str = ""
    encoding: str = ""
    separator: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    default_type: str = ""
    unpaid: bool = False
    mails: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the file: its heading, and what we take it for; empty for nothing."""

    heading: str
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileShape:
    """What a file was taken for, so that nothing is guessed in silence.

    ``notes`` are sentences; ``labels`` the names of tickets in the file, at most 100.
    """

    format: str
    encoding: str
    separator: str
    columns: tuple[Column, ...]
    notes: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestImport:
    """One import. ``filename`` is what the organizer's file is called, for them to know it by.

    The file is stored in ``pieces`` of ``size`` bytes in all. A plan is made again when the
    organizer chooses otherwise; ``round`` counts the plans. ``plan``, ``result`` and ``undone``
    count rows by outcome for each part of the lists in the files, in order.
    """

    import_id: str
    event_id: str
    filename: str
    state: ImportState = ImportState.UPLOADING
    pieces: int = 0
    size: int = 0
    options: ImportOptions = ImportOptions()
    round: int = 0
    shape: FileShape | None = None
    plan: tuple[dict[str, int], ...] = ()
    result: tuple[dict[str, int], ...] = ()
    undone: tuple[dict[str, int], ...] = ()
    cause: str = ""
    asked_by: str = ""
    created_at: datetime
    applied_at: datetime | None = None
    version: int = 1

    @property
    def source(self) -> str:
        """Where its registrations come from."""
        return MAIL if self.options.mails else QUIET

    @property
    def by(self) -> str:
        """Who is written down as having changed what it changes."""
        return f"import:{self.import_id}"

    @property
    def job_id(self) -> str:
        """The job that brought it to its state, or does so now; empty when there was none."""
        if self.state in (ImportState.APPLYING, ImportState.APPLIED):
            return f"{self.import_id}.apply"
        if self.state in (ImportState.UNDOING, ImportState.UNDONE):
            return f"{self.import_id}.undo"
        return f"{self.import_id}.plan{self.round}" if self.round else ""

    def undoable(self, now: datetime) -> bool:
        """Return whether what it did can be taken back."""
        if self.state is ImportState.APPLYING:
            return True
        recent = self.applied_at is not None and now < self.applied_at + UNDO_SPAN
        return self.state is ImportState.APPLIED and recent


def made_id(import_id: str, number: int) -> str:
    """Return the id of the registration that a row makes: the same however often it is applied."""
    return hashlib.sha256(f"{import_id}.{number}".encode()).hexdigest()[:16]


def total_of(parts: tuple[dict[str, int], ...]) -> dict[str, int]:
    """Return the counts of a list, by outcome."""
    found: dict[str, int] = {}
    for part in parts:
        for outcome, count in part.items():
            found[outcome] = found.get(outcome, 0) + count
    return found
