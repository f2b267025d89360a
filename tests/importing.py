"""What tests of imports do before they come to their point: upload, plan, apply, look."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from eventsite.core.domain.guest_imports import GuestImport, ImportOptions, total_of
from eventsite.core.domain.import_rows import Outcome, PlanRow
from eventsite.core.domain.jobs import Job
from eventsite.core.services import importing_guests as importing
from eventsite.core.services.import_lists import RESULT, UNDONE, plan_name, rows_of
from eventsite.core.services.jobs import Shift, run
from tests.builders import NOON

STAFF = "ada"
HEADINGS = ("reference", "name", "email", "ticket")


def guests(count: int, first: int = 1, ticket: str = "general") -> list[tuple[str, ...]]:
    """Rows for ``csv_of``: made-up guests with a reference each."""
    return [
        (f"T{n}", f"Guest Number {n}", f"guest{n}@example.org", ticket)
        for n in range(first, first + count)
    ]


def csv_of(
    rows: Iterable[Sequence[str]], headings: Sequence[str] = HEADINGS, separator: str = ","
) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows([headings, *rows])
    return text.getvalue().encode()


def working(now: datetime = NOON, hours: float = 1) -> Shift:
    """A shift whose clock stands still."""
    return Shift(lambda: now, now + timedelta(hours=hours))


def do(stores: Any, guest_import: GuestImport, now: datetime = NOON) -> GuestImport:
    """Run an import's job to its end and return the import."""
    run(stores, guest_import.job_id, "worker", working(now), queue=False)
    return stores.imports.get(guest_import.import_id)  # type: ignore[no-any-return]


def job_of(stores: Any, guest_import: GuestImport) -> Job:
    return stores.jobs.get(guest_import.job_id)  # type: ignore[no-any-return]


def upload(stores: Any, content: bytes, now: datetime = NOON, **options: Any) -> GuestImport:
    """Upload a file and ask for its plan, which is not made yet."""
    begun = importing.begin(stores, "demo", "guests.csv", now, asked_by=STAFF)
    half = max(1, len(content) // 2)
    pieces = [piece for piece in (content[:half], content[half:]) if piece]
    for number, piece in enumerate(pieces):
        importing.put_piece(stores, begun.import_id, number, piece)
    chosen = ImportOptions(**options)
    return importing.uploaded(
        stores, begun.import_id, len(pieces), chosen, now, asked_by=STAFF, queue=False
    )


def plan(stores: Any, content: bytes, now: datetime = NOON, **options: Any) -> GuestImport:
    return do(stores, upload(stores, content, now, **options), now)


def applied(stores: Any, planned: GuestImport, now: datetime = NOON) -> GuestImport:
    asked = importing.apply(stores, planned.import_id, now, asked_by=STAFF, queue=False)
    return do(stores, asked, now)


def undone(stores: Any, done: GuestImport, now: datetime = NOON) -> GuestImport:
    asked = importing.undo(stores, done.import_id, now, asked_by=STAFF, queue=False)
    return do(stores, asked, now)


def imported(stores: Any, content: bytes, now: datetime = NOON, **options: Any) -> GuestImport:
    return applied(stores, plan(stores, content, now, **options), now)


def planned_rows(stores: Any, found: GuestImport, *outcomes: Outcome) -> list[PlanRow]:
    return list(rows_of(stores.files, found, plan_name(found), outcomes))


def result_rows(stores: Any, found: GuestImport, *outcomes: Outcome) -> list[PlanRow]:
    return list(rows_of(stores.files, found, RESULT, outcomes))


def undone_rows(stores: Any, found: GuestImport, *outcomes: Outcome) -> list[PlanRow]:
    return list(rows_of(stores.files, found, UNDONE, outcomes))


def counts(parts: tuple[dict[str, int], ...]) -> dict[str, int]:
    """Return the counts by outcome, without those by ticket type."""
    return {name: count for name, count in total_of(parts).items() if ":" not in name}
