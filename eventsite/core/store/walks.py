"""Pages over several partitions in order, as if they were one."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from typing import Protocol

from eventsite.core.errors import BadCursor
from eventsite.core.store.items import Item
from eventsite.core.store.pages import Access, Page

PARTITION_READS = 40
"""Queries one page may cost before it says that it stopped."""


class Way(Protocol):
    """What can be walked: one partition, or several merged."""

    @property
    def partition(self) -> str: ...
    def page(self, limit: int, cursor: str | None = None) -> Page[Item]: ...
    def stream(self, page_size: int = 1000) -> Iterator[Item]: ...
    def count(self, cap: int = 1000) -> tuple[int, bool]: ...


@dataclass(frozen=True, slots=True)
class Merged:
    """Partitions of the same index read as one, in the order of their sort keys; forward only.

    A page costs a Query in each. The cursor holds where each partition stands. Where a filter's
    read budget ends in one of them, what it finds later comes out of order, but is not lost.
    """

    accesses: Sequence[Access]

    @property
    def partition(self) -> str:
        return self.accesses[0].partition

    def page(self, limit: int, cursor: str | None = None) -> Page[Item]:
        """Return up to ``limit`` items from ``cursor`` on. Raises BadCursor."""
        starts = self._starts(cursor)
        pages = [
            access.page(limit, start or None) if start is not None else _NOTHING
            for access, start in zip(self.accesses, starts, strict=True)
        ]
        numbered = ([(n, item) for item in page] for n, page in enumerate(pages))
        merged = merge(*numbered, key=self._sort, reverse=self.accesses[0].descending)
        got = [entry for entry, _ in zip(merged, range(limit), strict=False)]
        ends = [self._end(n, page, got, starts[n]) for n, page in enumerate(pages)]
        following = None if all(end is None for end in ends) else _text(ends)
        return Page([item for _, item in got], following, None, all(p.exhausted for p in pages))

    def stream(self, page_size: int = 1000) -> Iterator[Item]:
        first = self.accesses[0]
        lines = [access.stream(page_size) for access in self.accesses]
        yield from merge(*lines, key=lambda item: str(item[first.sort]), reverse=first.descending)

    def count(self, cap: int = 1000) -> tuple[int, bool]:
        return _count(self.accesses, cap)

    def _sort(self, entry: tuple[int, Item]) -> str:
        return str(entry[1][self.accesses[0].sort])

    def _end(
        self, number: int, page: Page[Item], got: Sequence[tuple[int, Item]], start: str | None
    ) -> str | None:
        """Return where a partition stands after a page: None when there is nothing more in it."""
        mine = [item for n, item in got if n == number]
        if len(mine) == len(page.items):
            return page.next
        return self.accesses[number].after(mine[-1]) if mine else start

    def _starts(self, cursor: str | None) -> list[str | None]:
        """Return each partition's cursor; an empty one is its beginning, None its end."""
        if not cursor:
            return [""] * len(self.accesses)
        try:
            starts = _parsed(cursor)
            if len(starts) != len(self.accesses):
                raise ValueError("another number of partitions")
            return [start if start is None else str(start) for start in starts]
        except (ValueError, TypeError) as error:
            raise BadCursor(field="cursor") from error


@dataclass(frozen=True, slots=True)
class Walk:
    """Walks partitions one after another; forward only. The cursor names the partition reached."""

    accesses: Sequence[Way]

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
        return _count(self.accesses, cap)

    def _token(self, position: int, inner: str | None) -> str:
        return _text([self.accesses[position].partition, inner])

    def _start(self, cursor: str | None) -> tuple[int, str | None]:
        if not cursor:
            return 0, None
        try:
            partition, inner = _parsed(cursor)
            partitions = [access.partition for access in self.accesses]
            return partitions.index(str(partition)), inner if inner is None else str(inner)
        except (ValueError, TypeError) as error:
            raise BadCursor(field="cursor") from error


_NOTHING: Page[Item] = Page([])


def _count(accesses: Sequence[Way], cap: int) -> tuple[int, bool]:
    total = 0
    for access in accesses:
        found, exact = access.count(cap - total)
        total += found
        if not exact or total >= cap:
            return total, False
    return total, True


def _text(body: Sequence[str | None]) -> str:
    return base64.urlsafe_b64encode(json.dumps(body).encode()).decode().rstrip("=")


def _parsed(cursor: str) -> list[str | None]:
    body = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    if not isinstance(body, list):
        raise ValueError("not a list")
    return body
