"""The live board's figures as its page draws them: bars, words, tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from checkin.board_models import reason_words
from eventsite.core.domain.attendance import Conflict
from eventsite.core.domain.boards import QUARTER, GateBoard
from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.scans import SAYS
from eventsite.core.services.boards import Board, DeviceBoard

QUARTERS_SHOWN = 24
"""Quarters of an hour in a chart: six hours fit beside their figures. The table has all."""

QUARTERS_BESIDE = 12
"""Quarters of an hour up to which two charts stand beside each other on a desk."""

STEP, HEIGHT, ABOVE, BELOW, AFTER = 30, 84, 14, 16, 8
"""Of a chart, in units of its drawing: a quarter, the highest bar, room for figures, for hours,
and for the end of an hour that stands below the last bar."""

CONFLICTS_SHOWN = 10


class Bar(NamedTuple):
    """One quarter of an hour in a chart."""

    x: int
    y: float
    width: int
    height: float
    middle: float
    label_y: float
    entries: int
    hour: str


class Chart(NamedTuple):
    """How many came in at one gate, quarter by quarter; all charts of a board have one scale.

    A gate that nobody came in at has no bars.
    """

    gate: GateBoard
    bars: list[Bar]
    width: int
    height: int
    base: int
    words: str


class Row(NamedTuple):
    """A quarter of an hour in the table: its time, and how many came in at each gate."""

    time: str
    entries: list[int]
    total: int


class Queue(NamedTuple):
    """What is said of the queue at a gate."""

    gate: GateBoard
    speed: str
    busy: int
    words: str


def shown(board: Board, setup: EventSetup) -> dict[str, Any]:
    """Return what the template of the board's parts needs."""
    zone = ZoneInfo(setup.event.zone)
    gates = [gate for gate in board.gates if gate.gate_id]
    return {
        "board": board,
        "event": setup.event,
        "charts": _charts(board, gates, zone),
        "rows": _rows(board, gates, zone),
        "gates": gates,
        "few": len(board.quarters) <= QUARTERS_BESIDE,
        "cut": len(board.quarters) > QUARTERS_SHOWN,
        "queues": [_queue(gate, board) for gate in gates] if board.today else [],
        "refusals": [(SAYS[code], code.value, number) for code, number in board.refusals],
        "conflicts": [_conflict(each, zone, setup) for each in board.conflicts[:CONFLICTS_SHOWN]],
        "conflicts_more": max(0, len(board.conflicts) - CONFLICTS_SHOWN),
        "devices": [_device(each, board, setup) for each in board.devices],
    }


# -- arrivals -------------------------------------------------------------------------------------
def _charts(board: Board, gates: Iterable[GateBoard], zone: ZoneInfo) -> list[Chart]:
    times = board.quarters[-QUARTERS_SHOWN:]
    by_gate = {gate.gate_id: _entries(gate) for gate in board.gates}
    highest = max((n for each in by_gate.values() for at, n in each.items() if at in times),
                  default=0)  # fmt: skip
    charts = []
    for gate in gates:
        bars = [
            _bar(number, by_gate[gate.gate_id].get(at, 0), highest, at.astimezone(zone))
            for number, at in enumerate(times)
        ]
        words = f"{gate.name}: {gate.entries} came in"
        best = max(bars, key=lambda bar: bar.entries, default=None)
        if best and best.entries > 0:
            began = times[bars.index(best)].astimezone(zone)
            words += f", at most {best.entries} in the quarter from {began:%H:%M}"
        else:
            bars = []
        size = (STEP * len(bars) + AFTER, ABOVE + HEIGHT + BELOW, ABOVE + HEIGHT)
        charts.append(Chart(gate, bars, *size, words))
    return charts


def _bar(number: int, entries: int, highest: int, began: datetime) -> Bar:
    height = round(max(0, entries) / highest * HEIGHT, 1) if highest > 0 else 0.0
    x, top = STEP * number, round(ABOVE + HEIGHT - height, 1)
    hour = f"{began:%H:%M}" if began.minute == 0 or number == 0 else ""
    return Bar(x + 3, top, STEP - 6, height, x + STEP / 2, round(top - 3, 1), entries, hour)


def _rows(board: Board, gates: Sequence[GateBoard], zone: ZoneInfo) -> list[Row]:
    """Return the table, the newest quarter first."""
    by_gate = [_entries(gate) for gate in gates]
    found = []
    for began in reversed(board.quarters):
        entries = [each.get(began, 0) for each in by_gate]
        first, last = began.astimezone(zone), (began + QUARTER).astimezone(zone)
        found.append(Row(f"{first:%H:%M} to {last:%H:%M}", entries, sum(entries)))
    return found


def _entries(gate: GateBoard) -> dict[datetime, int]:
    return {each.began: each.entries for each in gate.quarters}


# -- words ----------------------------------------------------------------------------------------
def _queue(gate: GateBoard, board: Board) -> Queue:
    to_come = board.counts.to_come
    speed = f"{gate.per_minute:.1f}".removesuffix(".0")
    busy = min(100, round(gate.busy * 100))
    if not gate.known:
        return Queue(gate, speed, busy, "Too few scans to say.")
    waiting, minutes = gate.waiting(to_come), gate.minutes(to_come)
    if gate.at_its_limit:
        words = f"At its limit: up to {waiting} may be waiting, {_span(minutes)} for all of them."
    elif waiting < 2:
        words = "No queue to speak of."
    else:
        words = f"About {waiting} waiting, {_span(minutes)}."
    return Queue(gate, speed, busy, words)


def _span(minutes: float) -> str:
    whole = max(1, round(minutes))
    if whole < 60:
        return f"{whole} min"
    return f"{whole // 60} h {whole % 60} min"


def _conflict(conflict: Conflict, zone: ZoneInfo, setup: EventSetup) -> dict[str, Any]:
    gates = {gate.gate_id: gate.name for gate in setup.gates}
    passed = [each for each in (conflict.first, conflict.second) if each]
    return {
        "key": f"{conflict.event_id}~{conflict.registration_id}~{conflict.conflict_id}",
        "what": reason_words(conflict.reason),
        "when": [
            f"{each.at.astimezone(zone):%H:%M} {gates.get(each.gate_id, each.gate_id)}"
            for each in passed
        ],
    }


def _device(each: DeviceBoard, board: Board, setup: EventSetup) -> dict[str, Any]:
    report = each.report
    gates = {gate.gate_id: gate.name for gate in setup.gates}
    return {
        "name": each.device.name,
        "id": each.device.device_id,
        "online": report is not None and report.online(board.at),
        "seen": _ago(board.at - report.seen_at) if report else "never",
        "gate": gates.get(report.gate_id, report.gate_id) if report else "",
        "to_sync": report.to_sync if report else 0,
        "printer": report.printer.value if report else "none",
    }


def _ago(span: timedelta) -> str:
    """Return about how long ago something was; coarse, so that the board seldom changes."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min ago"
    return f"{minutes // 60} h ago" if minutes < 48 * 60 else f"{minutes // 1440} days ago"
