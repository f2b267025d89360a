"""Import an agenda file from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from eventsite.core import wiring
from eventsite.core.domain.frab import FILE_MAX
from eventsite.core.errors import EventSiteError
from eventsite.core.services.importing_agenda import ImportReport, import_agenda

INCOMPLETE = 2
"""Exit status when everything but some unreadable entries was imported."""


class Command(BaseCommand):
    help = (
        "Imports a frab or pretalx schedule XML. Importing a file again changes nothing. "
        "Exit status: 0 all imported, 1 refused, 2 some entries could not be read."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("event", help="id of the event")
        parser.add_argument("file", type=Path, help="schedule XML, at most 20 MB")
        parser.add_argument(
            "--cancel-missing",
            action="store_true",
            help="cancel sessions that the event has and the file has not",
        )
        parser.add_argument("--dry-run", action="store_true", help="report, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        content = _content(options["file"])
        stores = wiring.stores()
        try:
            event = stores.events.get(options["event"])
            report = import_agenda(
                stores.agenda,
                event.event_id,
                content,
                cancel_missing=options["cancel_missing"],
                zone=event.zone,
                dry_run=options["dry_run"],
            )
        except EventSiteError as error:
            where = f", {error.field}" if error.field else ""
            raise CommandError(f"{error.message} ({error.code}{where})") from error
        self._tell(report, dry_run=options["dry_run"])

    def _tell(self, report: ImportReport, *, dry_run: bool) -> None:
        did = "would be " if dry_run else ""
        self.stdout.write(
            f"{report.new} {did}new, {report.changed} {did}changed, {report.same} same, "
            f"{report.cancelled} {did}cancelled, {report.missing} not in the file"
        )
        for problem in report.problems:
            entry = f" ({problem.entry})" if problem.entry else ""
            self.stderr.write(
                f"entry {problem.position}{entry}: {problem.message} "
                f"({problem.code}, {problem.field})"
            )
        if report.problems:
            raise CommandError(
                f"Entries that could not be read: {len(report.problems)}.", returncode=INCOMPLETE
            )


def _content(file: Path) -> bytes:
    """Return a file's bytes, never more than it takes to see that it is too big."""
    try:
        with file.open("rb") as opened:
            return opened.read(FILE_MAX + 1)
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
