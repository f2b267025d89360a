"""How fast registrations come, over all processes, roughly and at next to no cost."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta

from eventsite.core.errors import Unavailable
from eventsite.core.store import keys
from eventsite.core.store.items import time_text
from eventsite.core.store.table import Table

STEP = 10
"""Registrations of a process counted in one write: 33 writes a second at 333 registrations."""

KEPT = timedelta(hours=1)


class RateGauge:
    """Counts registrations by the minute; knows what it wrote and what others had by then."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._mine: Counter[tuple[str, str]] = Counter()
        self._seen: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def note(self, event_id: str, now: datetime) -> int:
        """Count one registration; return how many came in this minute or in the one before.

        A count is as old as this process's last write: too low by up to ``STEP`` a process.
        """
        minute = event_id, time_text(now)[:16]
        before = event_id, time_text(now - timedelta(minutes=1))[:16]
        with self._lock:
            self._mine[minute] += 1
            due = self._mine[minute] % STEP == 0
        if due:
            self._write(event_id, now, minute)
        with self._lock:
            for old in [each for each in self._seen if each not in (minute, before)]:
                del self._seen[old]
            for old in [each for each in self._mine if each not in (minute, before)]:
                del self._mine[old]
            return max(self._seen[minute], self._mine[minute], self._seen[before])

    def read(self, event_id: str, now: datetime) -> int:
        """Return about how many came in this minute or in the one before, whichever is more."""
        minutes = (now, now - timedelta(minutes=1))
        found = (self._table.get(keys.rate(event_id, minute)) for minute in minutes)
        return max(int(item["seen"]) if item else 0 for item in found)

    def _write(self, event_id: str, now: datetime, minute: tuple[str, str]) -> None:
        values = {":n": STEP, ":ttl": int((now + KEPT).timestamp()), ":entity": "rate"}
        with suppress(Unavailable):  # nobody is turned away because counting failed
            item = self._table.update(
                keys.rate(event_id, now),
                "SET entity = :entity, #ttl = :ttl ADD seen :n",
                values,
                names={"#ttl": "ttl"},
            )
            with self._lock:
                self._seen[minute] = max(self._seen[minute], int(item["seen"]))
