"""Verify the ledger of an event's doors from the command line."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from eventsite.core import wiring
from eventsite.core.domain.scan_ledger import FAULTS
from eventsite.core.errors import EventSiteError
from eventsite.core.services.exporting import SCANS, rows
from eventsite.core.services.ledger_sheets import ScanTable
from eventsite.core.services.sheets import csv_pieces
from eventsite.core.services.verifying import Verified, line_of, not_after, verify


class Command(BaseCommand):
    help = (
        "Recomputes the hashes of every scan of an event and compares them with the scans. Prints"
        " the end of each chain: write them down, and give them back with --since another day."
        " The exit code is 1 when something is wrong."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("event", help="id of the event")
        parser.add_argument("--export", type=Path, help="ledger.csv; must not exist")
        parser.add_argument(
            "--since", type=Path, help="what this command printed before: those ends must be there"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        stores, wrong = wiring.stores(), 0
        try:
            written = options["since"].read_text() if options["since"] else ""
            for chain in verify(stores, options["event"], datetime.now(UTC)):
                wrong += self._tell(chain)
            for line in not_after(stores.scan_ledger, written):
                self.stdout.write(f"  cut: {line} was written down and is not in the ledger")
                wrong += 1
            if file := options["export"]:
                self._export(stores, options["event"], file)
        except EventSiteError as error:
            raise CommandError(f"{error.message} ({error.code})") from error
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}.") from error
        told = f"{wrong} faults." if wrong else "Everything is as it was recorded."
        self.stdout.write(told)
        if wrong:
            sys.exit(1)

    def _tell(self, chain: Verified) -> int:
        state = f"{len(chain.faults)} faults" if chain.faults else "sound"
        self.stdout.write(f"{line_of(chain)}\t{chain.name}: {state}")
        for fault in chain.faults:
            more = f" ({fault.particulars})" if fault.particulars else ""
            where = f"{fault.entry_id}: " if fault.entry_id else ""
            self.stdout.write(f"  {fault.wrong.value}: {where}{FAULTS[fault.wrong]}{more}")
        return len(chain.faults)

    def _export(self, stores: Any, event_id: str, file: Path) -> None:
        with file.open("xb") as opened:
            opened.writelines(
                csv_pieces(ScanTable.headings, rows(stores, event_id, sheet=SCANS), bom=False)
            )
