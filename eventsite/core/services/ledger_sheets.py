"""The ledger of the doors as a table: what was scanned where and when, and what was answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.scan_ledger import EntryKind, ScanEntry
from eventsite.core.domain.scans import GOODBYE, SAYS, Direction, VerdictCode


class ScanTable:
    """The columns of the ledger's export; guests stand in it by the ids of their registrations."""

    headings = (
        *("scanned_at", "gate_id", "gate", "zone_id", "direction", "what", "code", "words"),
        *("registration_id", "by", "offline", "forced", "scan_id", "undoes", "decided_at"),
        *("recorded_at", "number", "hash"),
    )

    def __init__(self, setup: EventSetup, asked: object = None) -> None:
        self.asked: list[tuple[str, str]] = []
        self._gates = {gate.gate_id: gate.name for gate in setup.gates}

    def rows(self, entry: ScanEntry) -> Iterator[list[Any]]:
        fact = entry.fact
        undo = fact.kind is EntryKind.UNDO
        yield [
            *(_text(fact.at), fact.gate_id, self._gates.get(fact.gate_id, "")),
            *(fact.zone_id, fact.direction.value, fact.kind.value),
            *(("", "Undone") if undo else (fact.code.value, _words(fact.code, fact.direction))),
            *(fact.registration_id, fact.actor),
            *("yes" if fact.offline else "", "yes" if fact.forced else "", fact.entry_id),
            *(fact.of_scan, _text(fact.decided_at), _text(entry.recorded_at)),
            *(str(entry.seq), entry.hash),
        ]


def _words(code: VerdictCode, direction: Direction) -> str:
    left = code is VerdictCode.OK and direction is Direction.EXIT
    return GOODBYE if left else SAYS[code]


def _text(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"
