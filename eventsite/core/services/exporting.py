"""Exporting guests, and what they did at the doors: as a table, at once or as a job.

A few rows are read while they are sent. More are read by a job, part by part, so that it can be
taken up where it stopped; the last step makes one file of the parts.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from datetime import datetime
from tempfile import TemporaryFile
from typing import Any, Protocol

from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.jobs import Job, JobState, Progress
from eventsite.core.domain.money import major_units
from eventsite.core.domain.registrations import Registration, RegistrationStatus
from eventsite.core.errors import Invalid, NotAllowed
from eventsite.core.services import jobs
from eventsite.core.services.jobs import Desk, Shift
from eventsite.core.services.ledger_sheets import ScanTable
from eventsite.core.services.registry import Registry
from eventsite.core.services.sheets import CSV_TYPE, XLSX_TYPE, csv_pieces, xlsx_file
from eventsite.core.store.files import FileStore, export_file, export_part
from eventsite.core.store.pages import Page
from eventsite.core.store.scan_ledger import ScanLedgerRepository

logger = logging.getLogger(__name__)

AT_ONCE_MAX = 5000
"""Rows that are sent within a request. Source: 29 seconds and 6 MB of API Gateway and Lambda."""

PART_ROWS = 1000
FORMATS = {"csv": CSV_TYPE, "xlsx": XLSX_TYPE}

_FIXED = (
    *("registration_id", "name", "email", "phone", "locale", "ticket", "ticket_name", "status"),
    *("waits_for", "registered_at", "came_by", "external_id", "group", "code", "price"),
    *("currency", "payment", "payment_reference"),
)


class Exporting(Registry, Desk, Protocol):
    """The part of an installation's stores that exports are made with."""

    @property
    def files(self) -> FileStore: ...
    @property
    def scan_ledger(self) -> ScanLedgerRepository: ...


class Table:
    """The columns of an event's export, and a registration's row in them.

    ``asked`` are ids and words of the questions that have a column; without it those of today.
    """

    def __init__(self, setup: EventSetup, asked: Sequence[tuple[str, str]] | None = None) -> None:
        self._types = {kind.type_id: kind.name for kind in setup.types}
        ordered = sorted(setup.questions, key=lambda each: (each.order, each.question_id))
        self.asked = [(q.question_id, q.name) for q in ordered] if asked is None else list(asked)
        self.headings = [*_FIXED, *(words for _, words in self.asked)]

    def row(self, registration: Registration) -> list[Any]:
        guest, price = registration.guest, registration.price
        fixed: Mapping[str, Any] = {
            "registration_id": registration.registration_id,
            "name": guest.name,
            "email": guest.email,
            "phone": guest.phone,
            "locale": guest.locale,
            "ticket": registration.type_id,
            "ticket_name": self._types.get(registration.type_id, ""),
            "status": registration.status.value,
            "waits_for": ", ".join(each.value for each in registration.awaiting),
            "registered_at": f"{registration.registered_at:%Y-%m-%dT%H:%M:%SZ}",
            "came_by": registration.source,
            "external_id": registration.external_id,
            "group": registration.party[0] if registration.party else "",
            "code": registration.code,
            "price": str(major_units(price, registration.currency)) if price else "",
            "currency": registration.currency,
            "payment": registration.payment.value if price else "",
            "payment_reference": registration.payment_reference,
        }
        answers = (", ".join(registration.answers.get(each, ())) for each, _ in self.asked)
        return [*(fixed[name] for name in _FIXED), *answers]

    def rows(self, registration: Registration) -> Iterator[list[Any]]:
        yield self.row(registration)


class ConsentTable:
    """What guests agreed to or took back: a row each time, with the words of that day."""

    headings = ("event_id", "question_id", "text", "given", "at", "registration_id")

    def __init__(self, setup: EventSetup, asked: object = None) -> None:
        self.asked: list[tuple[str, str]] = []

    def rows(self, registration: Registration) -> Iterator[list[Any]]:
        for consent in registration.consents:
            yield [
                registration.event_id,
                consent.question_id,
                consent.text,
                "yes" if consent.given else "no",
                f"{consent.at:%Y-%m-%dT%H:%M:%SZ}",
                registration.registration_id,
            ]


SCANS = "scans"
"""The sheet that is not of guests: the ledger of the doors."""

SHEETS: Mapping[str, Callable[..., Table | ConsentTable | ScanTable]] = {
    "guests": Table,
    "consents": ConsentTable,
    SCANS: ScanTable,
}
"""What can be exported; ``guests`` unless told."""


def few_enough(stores: Exporting, event_id: str, status: str = "", sheet: str = "guests") -> bool:
    """Return whether an event's registrations, or its scans, can be sent at once."""
    if sheet == SCANS:
        count, exact = stores.scan_ledger.count(event_id, AT_ONCE_MAX + 1)
    else:
        count, exact = stores.registrations.newest(event_id, status).count(AT_ONCE_MAX + 1)
    return exact and count <= AT_ONCE_MAX


def rows(
    stores: Exporting, event_id: str, status: str = "", sheet: str = "guests"
) -> Iterator[list[Any]]:
    """Yield the rows of an event's registrations, newest first, or of its scans as recorded."""
    table: Any = SHEETS[sheet](stores.events.setup(event_id))
    read, cursor = _reading(stores, event_id, status, sheet), None
    while True:
        page = read(cursor)
        for each in page:
            yield from table.rows(each)
        cursor = page.next
        if not cursor:
            return


def _reading(
    stores: Exporting, event_id: str, status: str, sheet: str
) -> Callable[[str | None], Page[Any]]:
    """Return what reads a page of the rows' matter from a cursor on."""
    if sheet == SCANS:
        return lambda cursor: stores.scan_ledger.page(event_id, PART_ROWS, cursor)
    walk = stores.registrations.newest(event_id, status)
    return lambda cursor: stores.registrations.page(walk, PART_ROWS, cursor)


def ask(
    stores: Exporting,
    event_id: str,
    now: datetime,
    *,
    asked_by: str,
    ending: str = "csv",
    status: str = "",
    bom: bool = True,
    sheet: str = "guests",
    queue: bool = True,
) -> Job:
    """Ask for an export as a file. Raises NotFound (no such event), Invalid."""
    stores.events.get(event_id)
    if ending not in FORMATS:
        raise Invalid("A file is csv or xlsx.", field="format")
    if status and status not in {each.value for each in RegistrationStatus}:
        raise Invalid("There is no such status.", field="status")
    options = {"format": ending, "status": status, "bom": "yes" if bom else "", "sheet": sheet}
    job = jobs.new_job("export_guests", event_id, now, asked_by=asked_by, options=options)
    return jobs.ask(stores, job, queue=queue)


def link(stores: Exporting, job: Job) -> str:
    """Return an address where the file of a job that is done can be fetched for 15 minutes.

    Raises NotAllowed while it is not done, or when the file was deleted after its time.
    """
    ending = job.options.get("format", "csv")
    key = export_file(job.job_id, ending)
    if job.kind != "export_guests" or job.state is not JobState.DONE:
        raise NotAllowed("This export is not done.", field="state")
    if stores.files.size(key) is None:
        raise NotAllowed("This file was deleted after its time. Export again.", field="file")
    filename = (
        f"{job.options.get('sheet', 'guests')}-{job.event_id}-{job.created_at:%Y%m%d-%H%M}.{ending}"
    )
    return stores.files.link(key, filename, FORMATS[ending])


def work(stores: Exporting, job: Job, shift: Shift) -> Generator[Progress]:
    """Read the registrations into parts, or go on with it, and make one file of them."""
    # A question that comes or goes meanwhile does not move the columns.
    parts, cursor, asked = json.loads(job.checkpoint) if job.checkpoint else (0, "", None)
    sheet = job.options.get("sheet", "guests")
    table: Any = SHEETS[sheet](stores.events.fresh_setup(job.event_id), asked)
    read = _reading(stores, job.event_id, job.options.get("status", ""), sheet)
    while cursor is not None:
        page = read(cursor or None)
        lines = (row for each in page for row in table.rows(each))
        body = b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines)
        stores.files.put(export_part(job.job_id, parts), body, "application/jsonl")
        parts, cursor = parts + 1, page.next
        yield Progress(
            checkpoint=json.dumps([parts, cursor, table.asked]),
            done=len(page.items),
            counts={"rows": len(page.items)},
        )
    _assemble(stores, job, table.headings, parts)
    stores.files.delete(export_part(job.job_id, n) for n in range(parts))


def _assemble(stores: Exporting, job: Job, headings: Sequence[str], parts: int) -> None:
    ending = job.options.get("format", "csv")
    key = export_file(job.job_id, ending)
    lines = _lines(stores.files, job.job_id, parts)
    if ending == "xlsx":
        with xlsx_file(headings, lines) as book:
            stores.files.upload(key, book, XLSX_TYPE)
        return
    with TemporaryFile() as file:
        for piece in csv_pieces(headings, lines, bom=bool(job.options.get("bom"))):
            file.write(piece)
        file.seek(0)
        stores.files.upload(key, file, CSV_TYPE)


def _lines(files: FileStore, job_id: str, parts: int) -> Iterator[list[Any]]:
    for number in range(parts):
        for line in files.get(export_part(job_id, number)).splitlines():
            yield json.loads(line)
