"""Pages over several partitions in order, as if they were one."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eventsite.core.errors import BadCursor
from eventsite.core.store.items import Item
from eventsite.core.store.pages import Access, Page

PARTITION_READS = 40
"""Queries one page may cost before it says that it stopped."""


@dataclass(frozen=True, slots=True)
class Walk:
    """Walks partitions one after another; forward only. The cursor names the partition reached."""

    accesses: Sequence[Access]

    def page(self, limit: int, cursor: str | None = None) -> Page[Item]:
        """Return up to ``limit`` items from ``cursor`` on. Raises BadCursor."""
        position, inner = self._start(cursor)
        got: list[Item] = []
        reads = 0
        while position < len(self.accesses) and len(got) < limit and reads < PARTITION_READS:
            page = self.accesses[position].page(limit - len(got), inner)
            got += page.items
            reads += 1
            inner = page.next
            if inner is None:
                position += 1
        if position >= len(self.accesses):
            return Page(got)
        return Page(got, self._token(position, inner), None, exhausted=len(got) >= limit)

    def stream(self) -> Iterator[Item]:
        for access in self.accesses:
            yield from access.stream()

    def count(self, cap: int = 1000) -> tuple[int, bool]:
        total = 0
        for access in self.accesses:
            found, exact = access.count(cap - total)
            total += found
            if not exact or total >= cap:
                return total, False
        return total, True

    def _token(self, position: int, inner: str | None) -> str:
        body = json.dumps([self.accesses[position].partition, inner])
        return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")

    def _start(self, cursor: str | None) -> tuple[int, str | None]:
        if not cursor:
            return 0, None
        try:
            partition, inner = json.loads(
                base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            )
            partitions = [access.partition for access in self.accesses]
            return partitions.index(partition), inner if inner is None else str(inner)
        except (ValueError, TypeError) as error:
            raise BadCursor(field="cursor") from error
