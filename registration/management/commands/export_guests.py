"""Export guests from the command line, to a file here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from eventsite.core import wiring
from eventsite.core.domain.registrations import RegistrationStatus
from eventsite.core.errors import EventSiteError
from eventsite.core.services import exporting
from eventsite.core.services.sheets import csv_pieces, xlsx_file
from registration.management.jobs import refused

COPIED = 1024 * 1024


class Command(BaseCommand):
    help = "Writes an event's guests into a file, CSV or XLSX by its ending."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("event", help="id of the event")
        parser.add_argument("file", type=Path, help="guests.csv or guests.xlsx; must not exist")
        parser.add_argument(
            "--status", default="", choices=["", *(each.value for each in RegistrationStatus)]
        )
        parser.add_argument("--no-bom", action="store_true", help="CSV without the mark for Excel")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        if file.suffix not in (".csv", ".xlsx"):
            raise CommandError("The file's name ends with .csv or .xlsx.")
        stores = wiring.stores()
        try:
            setup = stores.events.fresh_setup(options["event"])
            count = self._write(stores, setup, file, options)
        except EventSiteError as error:
            raise refused(error) from error
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}.") from error
        self.stdout.write(f"{count} guests in {file}")

    def _write(self, stores: Any, setup: Any, file: Path, options: dict[str, Any]) -> int:
        headings = exporting.Table(setup).headings
        count = 0

        def counted() -> Any:
            nonlocal count
            for row in exporting.rows(stores, setup.event.event_id, options["status"]):
                count += 1
                yield row

        with file.open("xb") as opened:
            if file.suffix == ".xlsx":
                with xlsx_file(headings, counted()) as book:
                    while piece := book.read(COPIED):
                        opened.write(piece)
            else:
                opened.writelines(csv_pieces(headings, counted(), bom=not options["no_bom"]))
        return count
