"""Counters of attempts in fixed windows, for sign-in: one atomic update each."""

from __future__ import annotations

from datetime import datetime

from eventsite.core.store import office_keys
from eventsite.core.store.items import Item
from eventsite.core.store.table import Table


class ThrottleRepository:
    """Attempts by scope (a text such as ``user:ada``) and window (seconds).

    An attempt is counted before it is made and the new count comes back with the same write,
    so a burst of parallel attempts cannot slip through between a read and a write.
    """

    def __init__(self, table: Table) -> None:
        self.table = table

    def take(self, scope: str, window: int, now: datetime) -> int:
        """Count one attempt and return the number made in this window."""
        item = self.table.update(
            _key(scope, window, now),
            "ADD attempts :one SET #ttl = :ttl",
            {":one": 1, ":ttl": (_slot(window, now) + 2) * window},
            names={"#ttl": "ttl"},
        )
        return int(item["attempts"])

    def give_back(self, scope: str, window: int, now: datetime) -> None:
        """Uncount one attempt that was no abuse."""
        self.table.update(_key(scope, window, now), "ADD attempts :one", {":one": -1})

    def clear(self, scope: str, window: int, now: datetime) -> None:
        """Forget the attempts of this window."""
        self.table.delete(_key(scope, window, now))


def _slot(window: int, now: datetime) -> int:
    return int(now.timestamp()) // window


def _key(scope: str, window: int, now: datetime) -> Item:
    return office_keys.throttle(scope, _slot(window, now))
