"""What changed at an event since a moment, for devices that keep a roster of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from heapq import merge

from eventsite.core.store import items, keys
from eventsite.core.store.items import Item
from eventsite.core.store.pages import Access
from eventsite.core.store.table import Table

Moved = tuple[datetime, str]
"""When something happened to a registration, and its id."""

READ_AT_ONCE = 250
"""Facts read at a time in each of an hour's partitions: a quarter of a page of the roster."""


class RosterRepository:
    """One method per access pattern."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def changes(self, event_id: str, since: datetime) -> Iterator[Moved]:
        """Yield what happened to registrations since a moment, in order of time.

        It comes from the ledger, which the stream writes: what happened a moment ago may be
        missing, and is there a little later.
        """
        text = items.time_text(since)
        hours = Access(self._table, keys.ledger_hours(event_id), between=(text[:13], "~"))
        for hour in hours.stream():
            parts = keys.ledger_buckets(event_id, hour["bucket"])
            lines = [
                Access(self._table, part, between=(text, "~")).stream(READ_AT_ONCE)
                for part in parts
            ]
            for item in merge(*lines, key=_sort):
                yield items.parse_time(item["at"]), str(item["registration_id"])


def _sort(item: Item) -> str:
    return str(item["sk"])
