"""Import guests from the command line: plan, apply, undo."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from eventsite.core import wiring
from eventsite.core.domain.csv_files import SIZE_MAX
from eventsite.core.domain.guest_imports import (
    FileFormat,
    GuestImport,
    ImportOptions,
    ImportState,
    total_of,
)
from eventsite.core.domain.import_rows import Outcome
from eventsite.core.errors import EventSiteError
from eventsite.core.services import importing_guests as importing
from eventsite.core.services.import_lists import RESULT, UNDONE, plan_name, rows_of
from registration.management.jobs import ASKED_BY, finish, now, refused

INCOMPLETE = 2
"""Exit status when some rows were not imported, or not undone."""

TOLD = 20
"""Rows of an outcome that are told one by one."""

_LEFT = (Outcome.CONFLICT, Outcome.ERROR, Outcome.SOLD_OUT, Outcome.KEPT)


class Command(BaseCommand):
    help = (
        "Imports guests from Eventbrite's attendee summary, pretix' order positions or another "
        "CSV: plans, then applies. Importing a file again changes nothing. "
        "Exit status: 0 all imported, 1 refused, 2 some rows were not."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="CSV, at most 64 MB, or .gz")
        parser.add_argument("--event", help="id of the event")
        parser.add_argument("--format", choices=[each.value for each in FileFormat], default="")
        parser.add_argument("--encoding", default="", help="found out unless given")
        parser.add_argument("--type", default="", help="ticket type of tickets unknown by name")
        parser.add_argument("--unpaid", action="store_true", help="also who has not paid there")
        parser.add_argument("--mails", action="store_true", help="send new guests their tickets")
        parser.add_argument("--plan-only", action="store_true", help="tell, change nothing")
        parser.add_argument("--apply", metavar="IMPORT", help="apply a plan that was made before")
        parser.add_argument("--undo", metavar="IMPORT", help="take an import back")

    def handle(self, *args: Any, **options: Any) -> None:
        self._stores = wiring.stores()
        chosen = [name for name in ("file", "apply", "undo") if options[name]]
        if len(chosen) != 1:
            raise CommandError("Give a file with --event, or --apply, or --undo.")
        try:
            if options["undo"]:
                done = self._undone(options["undo"])
                listing = UNDONE
            else:
                found = self._planned(options) if options["file"] else self._known(options)
                if options["plan_only"]:
                    return
                done, listing = self._applied(found, mails=options["mails"]), RESULT
        except EventSiteError as error:
            raise refused(error) from error
        self._tell(done, listing)

    def _planned(self, options: dict[str, Any]) -> GuestImport:
        if not options["event"]:
            raise CommandError("--event is needed with a file.")
        stores, file = self._stores, options["file"]
        begun = importing.begin(stores, options["event"], file.name, now(), asked_by=ASKED_BY)
        pieces = 0
        for piece in _pieces(file):
            importing.put_piece(stores, begun.import_id, pieces, piece)
            pieces += 1
        chosen = ImportOptions(
            format=options["format"],
            encoding=options["encoding"],
            default_type=options["type"],
            unpaid=options["unpaid"],
        )
        asked = importing.uploaded(
            stores, begun.import_id, pieces, chosen, now(), asked_by=ASKED_BY, queue=False
        )
        self.stdout.write(f"Import {begun.import_id}: planning")
        finish(stores, asked.job_id, self.stdout.write)
        found = stores.imports.get(begun.import_id)
        if found.state is ImportState.UNREADABLE:
            raise CommandError(found.cause)
        self._tell_shape(found)
        self._tell(found, plan_name(found))
        return found

    def _known(self, options: dict[str, Any]) -> GuestImport:
        return self._stores.imports.get(options["apply"])

    def _applied(self, found: GuestImport, *, mails: bool) -> GuestImport:
        if found.state is ImportState.APPLYING:  # stopped half-way
            importing.go_on(self._stores, found.import_id, now(), queue=False)
            job_id = found.job_id
        else:
            job_id = importing.apply(
                self._stores, found.import_id, now(), asked_by=ASKED_BY, mails=mails, queue=False
            ).job_id
        return self._finished(found, job_id, "applying")

    def _undone(self, import_id: str) -> GuestImport:
        asked = importing.undo(self._stores, import_id, now(), asked_by=ASKED_BY, queue=False)
        return self._finished(asked, asked.job_id, "undoing")

    def _finished(self, found: GuestImport, job_id: str, doing: str) -> GuestImport:
        self.stdout.write(f"Import {found.import_id}: {doing}")
        finish(self._stores, job_id, self.stdout.write)
        return self._stores.imports.get(found.import_id)

    # -- what is told ------------------------------------------------------------------------------
    def _tell_shape(self, found: GuestImport) -> None:
        shape = found.shape
        if shape is None:
            return
        self.stdout.write(f"Read as {shape.format}, {shape.encoding}, {shape.separator!r}")
        for column in shape.columns:
            if column.target:
                self.stdout.write(f"  {column.heading}: {column.target}")
        for note in shape.notes:
            self.stdout.write(f"  {note}")

    def _tell(self, found: GuestImport, listing: str) -> None:
        """Tell what a list counts and which rows were left; raises CommandError for those."""
        parts = {RESULT: found.result, UNDONE: found.undone}.get(listing, found.plan)
        counts = total_of(parts)
        told = [f"{counts[o]} {o.replace('_', ' ')}" for o in Outcome if counts.get(o)]
        self.stdout.write(", ".join(told) or "nothing to do")
        left = sum(counts.get(each, 0) for each in _LEFT)
        for n, row in enumerate(rows_of(self._stores.files, found, listing, _LEFT)):
            if n == TOLD:
                self.stderr.write(f"and {left - TOLD} more; all are in the back office")
                break
            about = f", {row.about}" if row.about else ""
            self.stderr.write(f"line {row.line}: {row.outcome.value}: {row.reason}{about}")
        if left and listing in (RESULT, UNDONE):
            raise CommandError(f"Rows that were left: {left}.", returncode=INCOMPLETE)


def _pieces(file: Path) -> Iterator[bytes]:
    """Yield a file's pieces, never more than it takes to see that it is too big."""
    size = 0
    try:
        with file.open("rb") as opened:
            while piece := opened.read(importing.PIECE_MAX):
                size += len(piece)
                if size > SIZE_MAX:
                    raise CommandError(f"{file} has more than {SIZE_MAX // 1024 // 1024} MB.")
                yield piece
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
    if not size:
        raise CommandError(f"{file} is empty.")
