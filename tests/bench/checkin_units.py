"""Calls and write units of one scan: counted as DynamoDB bills them, on a table in memory."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from eventsite.core.services.checking_in import check_in
from eventsite.core.store.table import to_wire
from eventsite.core.store.tables import EVENTS_INDEXES
from tests.bench.measuring import Measure
from tests.bench.wire import indexes_of, item_bytes, units
from tests.builders import NOON
from tests.contract.doorkeeping import EXIT, Doors, a_gate, a_zone
from tests.contract.memory import Memory

BEFORE = 6
"""Passages of a guest who came and went three times: what their attendance weighs then."""


class Counted(Memory):
    """Adds up calls and units, of tables and of indexes apart."""

    def __init__(self) -> None:
        super().__init__()
        self.reset()

    def reset(self) -> None:
        self.calls = self.units = self.index_units = 0

    def get_all(self, wanted: Any) -> Any:
        self.calls += 1
        return super().get_all(wanted)

    def get_all_with(self, wanted: Any, other: Any, others: Any) -> Any:
        self.calls += 1
        return Memory.get_all(self, wanted), []

    def put(self, item: Any, condition: str = "", values: Any = None) -> None:
        self.calls += 1
        self._bill(to_wire(item), transaction=False)
        super().put(item, condition, values)

    def transact(self, *writes: Any) -> None:
        self.calls += 1
        before = dict(self.kept)
        super().transact(*writes)
        for name, item in self.kept.items():
            if before.get(name) != item:
                self._bill(item, transaction=True, had=before.get(name))

    def _bill(
        self, item: Mapping[str, Any], *, transaction: bool, had: Mapping[str, Any] | None = None
    ) -> None:
        size = max(item_bytes(item), item_bytes(had or {}))
        self.units += units(size, transaction=transaction)
        self.index_units += indexes_of(item, EVENTS_INDEXES) * units(size)


def measure() -> list[Measure]:
    """Of scans at the main gate, into a hall with a limit, out of it, and one that is refused."""
    table = Counted()
    gates, zones = (a_gate(), a_gate("hall", "hall")), (a_zone("hall", 500),)
    doors = Doors(table, guests=3, gates=gates, zones=zones)
    main = _scanned(doors, table, "s1")
    again = _scanned(doors, table, "s2", said="already_admitted")
    hall = _scanned(doors, table, "s3", guest=1, gate_id="hall")
    left = _scanned(doors, table, "s4", guest=1, gate_id="hall", direction=EXIT)
    _came_and_went(doors)
    often = _scanned(doors, table, "s5", guest=2)
    notes = (
        f"refused {again[1]} and {again[2]} in indexes; with {BEFORE} passages before {often[1]}"
    )
    out = f"in; out {left[1]}; in indexes {hall[2]}"
    return [
        Measure("checkin.wru", main[1], "wru", 4, note=f"in indexes {main[2]}; {notes}"),
        Measure("checkin.zone_wru", hall[1], "wru", note=out),
        Measure("checkin.service_calls", max(main[0], hall[0], left[0]), "calls", 2),
    ]


def _scanned(
    doors: Doors, table: Counted, scan_id: str, said: str = "ok", **scan: Any
) -> tuple[int, int, int]:
    reading = doors.a_scan(f"6b0e8b5c-1d5e-4b39-9e5a-0000000000{scan_id}", **scan)
    table.reset()
    verdict = check_in(doors.post(), reading).kept.verdict
    assert verdict.code.value == said, verdict
    return table.calls, table.units, table.index_units


def _came_and_went(doors: Doors) -> None:
    for number in range(BEFORE):
        way = {"direction": EXIT} if number % 2 else {}
        at = NOON - timedelta(minutes=BEFORE - number)
        assert doors.scan(f"b{number}", 2, scanned_at=at, **way) == "ok"
