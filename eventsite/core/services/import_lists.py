"""The lists that an import makes, its plan and what came of it, kept as files in parts.

A part has the rows that belong to the same 500 rows of the file, so a part that is written again
replaces itself, and a page of one outcome reads only the parts that have it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from eventsite.core.domain.guest_imports import GuestImport
from eventsite.core.domain.import_rows import Outcome, PlanRow
from eventsite.core.errors import BadCursor, NotFound
from eventsite.core.services.jobs import Desk
from eventsite.core.services.registry import Registry
from eventsite.core.store.files import FileStore, import_part, import_piece
from eventsite.core.store.imports import BeforeRepository, ImportRepository
from eventsite.core.store.pages import Page

PART_ROWS = 500
"""Rows of one slice of work: some seconds, and a megabyte at the most."""

RESULT, UNDONE = "result", "undone"


class Importing(Registry, Desk, Protocol):
    """The part of an installation's stores that imports are made with."""

    @property
    def imports(self) -> ImportRepository: ...
    @property
    def befores(self) -> BeforeRepository: ...
    @property
    def files(self) -> FileStore: ...


def plan_name(guest_import: GuestImport) -> str:
    """Return the name of an import's newest plan."""
    return f"plan{guest_import.round}"


def tallies(guest_import: GuestImport, listing: str) -> tuple[dict[str, int], ...]:
    """Return how many rows of each outcome the parts of a list have."""
    if listing == RESULT:
        return guest_import.result
    return guest_import.undone if listing == UNDONE else guest_import.plan


def write_part(
    files: FileStore, import_id: str, listing: str, number: int, rows: Iterable[PlanRow]
) -> None:
    """Store one part of a list. Raises Unavailable."""
    body = b"".join(row.to_line() for row in rows)
    files.put(import_part(import_id, listing, number), body, "application/jsonl")


def read_part(files: FileStore, import_id: str, listing: str, number: int) -> list[PlanRow]:
    """Return one part of a list. Raises NotFound when its files were deleted."""
    body = files.get(import_part(import_id, listing, number))
    return [PlanRow.from_line(line) for line in body.splitlines()]


def rows_of(
    files: FileStore, guest_import: GuestImport, listing: str, outcomes: Sequence[Outcome] = ()
) -> Iterator[PlanRow]:
    """Yield the rows of a list, all or those with one of these outcomes."""
    for number, tally in enumerate(tallies(guest_import, listing)):
        if not outcomes or any(tally.get(outcome) for outcome in outcomes):
            for row in read_part(files, guest_import.import_id, listing, number):
                if not outcomes or row.outcome in outcomes:
                    yield row


def page_of(
    files: FileStore,
    guest_import: GuestImport,
    listing: str,
    outcome: Outcome | None,
    limit: int,
    cursor: str = "",
) -> Page[PlanRow]:
    """Return a page of a list. Raises BadCursor, and NotFound when its files were deleted.

    The cursor is how many rows come before; parts that lie before are not read.
    """
    if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 8):
        raise BadCursor(field="cursor")
    start = int(cursor or 0)
    got: list[PlanRow] = []
    before = 0
    for number, tally in enumerate(tallies(guest_import, listing)):
        here = tally.get(outcome, 0) if outcome else _rows_in(tally)
        if here and before + here > start and len(got) <= limit:
            rows = read_part(files, guest_import.import_id, listing, number)
            wanted = [row for row in rows if outcome is None or row.outcome is outcome]
            got += wanted[max(0, start - before) :]
        before += here
    following = str(start + limit) if before > start + limit else None
    previous = str(max(0, start - limit)) if start else None
    return Page(got[:limit], following, previous)


def delete_lists(files: FileStore, guest_import: GuestImport) -> None:
    """Delete an import's file and all its lists. Raises Unavailable."""
    import_id = guest_import.import_id
    gone = [import_piece(import_id, n) for n in range(guest_import.pieces)]
    for listing in (*(f"plan{n}" for n in range(1, guest_import.round + 1)), RESULT, UNDONE):
        parts = max(len(guest_import.plan), len(tallies(guest_import, listing)))
        gone += [import_part(import_id, listing, n) for n in range(parts)]
    files.delete(gone)


def is_there(files: FileStore, guest_import: GuestImport) -> bool:
    """Return whether an import's file has not been deleted."""
    return files.size(import_piece(guest_import.import_id, 0)) is not None


def _rows_in(tally: dict[str, int]) -> int:
    return sum(count for outcome, count in tally.items() if ":" not in outcome)


def opened(files: FileStore, guest_import: GuestImport) -> Iterator[bytes]:
    """Yield an import's file from its beginning. Raises NotFound when it was deleted."""
    if not guest_import.pieces:
        raise NotFound("This import has no file.", field="file")
    for number in range(guest_import.pieces):
        yield from files.open(import_piece(guest_import.import_id, number))
