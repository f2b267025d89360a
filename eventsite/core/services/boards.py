"""The live board: how an event's doors are doing, from counts that the stream keeps."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple, Protocol

from eventsite.core.domain.attendance import Conflict
from eventsite.core.domain.boards import PASSED, QUARTER, GateBoard, GateCounts, gate_boards
from eventsite.core.domain.events import Event, EventSetup
from eventsite.core.domain.scans import VerdictCode
from eventsite.core.domain.staff import Device, DeviceReport
from eventsite.core.domain.zones import Zone, day_began, outermost_first
from eventsite.core.services.doorways import DoorBooks
from eventsite.core.services.overseeing import inside_now, open_conflicts
from eventsite.core.store.caching import Cache
from eventsite.core.store.devices import DeviceReportRepository, DeviceRepository
from eventsite.core.store.tallies import TallyRepository

KEPT = timedelta(seconds=5)
"""How old a board may be: everybody who looks asks for it that often."""

DAY = timedelta(days=1)
DEVICES_SHOWN = 500


class BoardBooks(DoorBooks, Protocol):
    """The part of an installation's stores that a board is made of."""

    @property
    def tallies(self) -> TallyRepository: ...
    @property
    def devices(self) -> DeviceRepository: ...
    @property
    def device_reports(self) -> DeviceReportRepository: ...


class Counted(Protocol):
    """The part of an installation's stores that counts are read from."""

    @property
    def tallies(self) -> TallyRepository: ...


class DoorCounts(NamedTuple):
    """Guests of an event: confirmed ones, those let in at least once, those inside now."""

    expected: int
    admitted: int
    inside: int

    @property
    def to_come(self) -> int:
        """Who is expected and was not let in yet."""
        return max(0, self.expected - self.admitted)


class ZoneBoard(NamedTuple):
    """A zone, and how many are in it."""

    zone: Zone
    inside: int


class DeviceBoard(NamedTuple):
    """A device that counts, and what it last said of itself, if anything."""

    device: Device
    report: DeviceReport | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Everything at one moment. ``began`` and ``ended`` bound the day that is shown.

    ``refusals`` are by code, the most frequent first; ``conflicts`` the newest open ones.
    """

    at: datetime
    began: datetime
    ended: datetime
    counts: DoorCounts
    gates: tuple[GateBoard, ...]
    zones: tuple[ZoneBoard, ...]
    refusals: tuple[tuple[VerdictCode, int], ...]
    conflicts: tuple[Conflict, ...]
    devices: tuple[DeviceBoard, ...]

    @property
    def today(self) -> bool:
        """Whether the day that is shown is not over."""
        return self.at < self.ended

    @property
    def online(self) -> list[DeviceBoard]:
        return [each for each in self.devices if each.report and each.report.online(self.at)]

    @property
    def to_sync(self) -> int:
        """How many scans devices have yet to send, as far as they said."""
        return sum(each.report.to_sync for each in self.devices if each.report)

    @property
    def quarters(self) -> list[datetime]:
        """Every quarter of an hour from the first one with a passage to the last."""
        times = [arrivals.began for gate in self.gates for arrivals in gate.quarters]
        if not times:
            return []
        steps = (max(times) - min(times)) // QUARTER
        return [min(times) + QUARTER * step for step in range(steps + 1)]


def door_counts(books: Counted, event_id: str) -> DoorCounts:
    """Return how many guests are expected, admitted and inside; seconds old."""
    found = _kept(books.tallies).get(event_id, books.tallies.counts)
    return DoorCounts(*(max(0, found[name]) for name in DoorCounts._fields))


def board(books: BoardBooks, setup: EventSetup, day: datetime, now: datetime) -> Board:
    """Return the board of the day that ``day`` is in; what is there now is as of ``now``.

    Counts are seconds old, and what happened a moment ago may be missing.
    """
    event = setup.event
    began = day_began(day, event.zone, event.day_start)
    ended = day_began(began + DAY + timedelta(hours=2), event.zone, event.day_start)
    counted = _counted(books, event.event_id, began, ended)
    names = [(gate.gate_id, gate.name) for gate in setup.gates]
    return Board(
        at=now,
        began=began,
        ended=ended,
        counts=door_counts(books, event.event_id),
        gates=tuple(gate_boards(counted, names, min(now, ended))),
        zones=_zones(books, setup, now),
        refusals=_refusals(counted),
        conflicts=tuple(open_conflicts(books, setup, now)),
        devices=_devices(books, event.event_id),
    )


def day_to_show(event: Event, now: datetime) -> datetime:
    """Return now while an event is on, else the nearest moment when it was or will be."""
    return min(max(now, event.starts_at), max(event.ends_at, event.starts_at))


def _counted(
    books: BoardBooks, event_id: str, began: datetime, ended: datetime
) -> dict[str, GateCounts]:
    found: dict[str, GateCounts] = {}
    for tally in books.tallies.of_event(event_id, began, ended - QUARTER):
        gate = found.setdefault(tally.gate_id, GateCounts())
        gate.quarters.setdefault(tally.began, Counter()).update(tally.counts)
        for minute, number in tally.minutes.items():
            gate.minutes[tally.began + timedelta(minutes=minute)] += number
    return found


def _refusals(counted: dict[str, GateCounts]) -> tuple[tuple[VerdictCode, int], ...]:
    total: Counter[str] = Counter()
    for gate in counted.values():
        for counts in gate.quarters.values():
            total.update(counts)
    known = [(VerdictCode(code), n) for code, n in total.most_common() if code not in PASSED]
    return tuple((code, number) for code, number in known if number)


def _zones(books: BoardBooks, setup: EventSetup, now: datetime) -> tuple[ZoneBoard, ...]:
    inside = inside_now(books, setup, now)
    return tuple(ZoneBoard(zone, inside[zone.zone_id]) for zone in outermost_first(setup.zones))


def _devices(books: BoardBooks, event_id: str) -> tuple[DeviceBoard, ...]:
    """Return an event's devices but for revoked ones; those heard of last come first."""
    reports = {report.device_id: report for report in books.device_reports.of_event(event_id)}
    page = books.devices.of_event(event_id, DEVICES_SHOWN)
    found = [DeviceBoard(d, reports.get(d.device_id)) for d in page if not d.revoked_at]
    return tuple(sorted(found, key=lambda each: each.device.name.casefold()))


@lru_cache(maxsize=1)
def _kept(tallies: TallyRepository) -> Cache[Counter[str]]:
    """Return the counts that a process keeps; those of other tables, as in tests, are others."""
    return Cache(KEPT)
