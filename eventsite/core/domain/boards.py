"""What the live board shows of one day at the doors, computed from what was counted. Pure.

docs/board.md explains how the queue at a gate is estimated.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

QUARTER = timedelta(minutes=15)
WATCHED = timedelta(minutes=10)
"""How far back a gate's speed is measured: short enough to follow a rush, long enough to be one."""

SCANS_MIN = 10
"""Scans within ``WATCHED`` below which nothing is said of a queue."""

FULL = 0.85
"""From this share of its best speed on a gate is at its limit: then the queue is not in the
scans any more, and only how many may be in it is known."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """A quarter of an hour at one gate; what was undone is not counted."""

    began: datetime
    entries: int
    exits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GateBoard:
    """One gate today.

    ``per_minute`` is its speed in the last ten minutes, refusals too, for each takes its time.
    ``busy`` is that against the best minute of the day, ``share`` against all gates.
    """

    gate_id: str
    name: str
    quarters: tuple[Arrivals, ...] = ()
    entries: int = 0
    exits: int = 0
    refused: int = 0
    watched: int = 0
    per_minute: float = 0.0
    busy: float = 0.0
    share: float = 0.0

    @property
    def known(self) -> bool:
        """Whether there were scans enough to say something of a queue."""
        return self.watched >= SCANS_MIN

    @property
    def at_its_limit(self) -> bool:
        return self.known and self.busy >= FULL

    def waiting(self, to_come: int) -> int:
        """Return about how many stand in the queue, with ``to_come`` guests not admitted yet.

        Below the limit it is the length of a queue with arrivals and service at random, M/M/1:
        busy^2 / (1 - busy). At the limit it is how many may be there at most: the gate's share
        of who is to come.
        """
        at_most = round(to_come * self.share)
        if self.at_its_limit:
            return at_most
        return min(at_most, round(self.busy**2 / (1 - self.busy)))

    def minutes(self, to_come: int) -> float:
        """Return how long the gate takes for who waits, at its speed of the last minutes."""
        return self.waiting(to_come) / self.per_minute if self.per_minute else 0.0


@dataclass
class GateCounts:
    """What was counted at one gate: by quarter and by minute."""

    quarters: dict[datetime, Counter[str]] = field(default_factory=dict)
    minutes: Counter[datetime] = field(default_factory=Counter)


def gate_boards(
    counted: Mapping[str, GateCounts], names: Iterable[tuple[str, str]], until: datetime
) -> list[GateBoard]:
    """Return the gates of a board: those of ``names``, and any other where something happened.

    ``until`` is now, or when the day was over.
    """
    last = until.replace(second=0, microsecond=0)
    watched = {
        gate_id: sum(n for minute, n in counts.minutes.items() if last - WATCHED <= minute < last)
        for gate_id, counts in counted.items()
    }
    every, known = sum(watched.values()), dict(names)
    named = [*known.items(), *((g, g) for g in sorted(counted) if g and g not in known)]
    found = []
    for gate_id, name in named:
        counts = counted.get(gate_id, GateCounts())
        rate = watched.get(gate_id, 0) / (WATCHED / timedelta(minutes=1))
        best = max(counts.minutes.values(), default=0)
        totals = sum(counts.quarters.values(), Counter())
        found.append(
            GateBoard(
                gate_id=gate_id,
                name=name,
                quarters=tuple(_arrivals(at, n) for at, n in sorted(counts.quarters.items())),
                entries=totals["entries"] - totals["undone_entries"],
                exits=totals["exits"] - totals["undone_exits"],
                refused=sum(n for code, n in totals.items() if code not in PASSED),
                watched=watched.get(gate_id, 0),
                per_minute=rate,
                busy=rate / best if best else 0.0,
                share=watched.get(gate_id, 0) / every if every else 0.0,
            )
        )
    return found


PASSED = frozenset({"entries", "exits", "undone_entries", "undone_exits"})
"""What is counted besides refusals, which are counted by their code."""


def _arrivals(began: datetime, counts: Counter[str]) -> Arrivals:
    return Arrivals(
        began,
        counts["entries"] - counts["undone_entries"],
        counts["exits"] - counts["undone_exits"],
    )
