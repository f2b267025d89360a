"""What a repository offers to the admin, and a ready-made offer for small sets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from django.core.exceptions import SuspiciousOperation

from eventsite.core.errors import BadCursor, NotFound
from eventsite.core.store.pages import Page

D = TypeVar("D")

READ_AT_A_TIME = 200
"""Objects read at a time for exports and actions on all rows."""


class UnsupportedLookup(SuspiciousOperation):
    """No index answers this; the admin turns it into a 400."""


class Count(NamedTuple):
    """How many rows there are; ``exact`` is False when that is only a lower bound."""

    value: int
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Criteria:
    """What the list asks for.

    ``where`` maps a lookup to one value, already of the model field's type; ``order`` is one of
    the source's ``orders``, or empty; ``search`` is the text in the search box.
    """

    where: Mapping[str, Any] = field(default_factory=dict)
    order: str = ""
    search: str = ""

    @property
    def keys(self) -> list[str] | None:
        """The primary keys asked for, when it is about chosen rows."""
        found = self.where.get("pk")
        return None if found is None else list(found)


class Source(Protocol[D]):
    """What a repository must offer to be listed.

    ``lookups``
        Names that ``where`` may hold. Any other filter is answered with a 400.
    ``orders``
        Orders that an index gives, such as ``("-created_at", "created_at")``; the first is the
        default. A column can be sorted when both its directions are here.
    """

    @property
    def lookups(self) -> frozenset[str]: ...
    @property
    def orders(self) -> tuple[str, ...]: ...

    def fetch(self, keys: Sequence[str]) -> list[D]:
        """Return the objects of these primary keys, in this order, without the missing ones."""
        ...

    def page(self, criteria: Criteria, limit: int, cursor: str | None) -> Page[D]:
        """Return one page. Raises BadCursor or UnsupportedLookup."""
        ...

    def stream(self, criteria: Criteria) -> Iterator[D]:
        """Yield everything that matches, for exports and actions on all rows."""
        ...

    def count(self, criteria: Criteria) -> Count:
        """Return how many match, cheaply: ``Count(0, exact=False)`` is an honest answer."""
        ...


def fetch_each(get: Callable[[str], D | None], keys: Iterable[str]) -> list[D]:
    """Return ``get(key)`` of each key, without those that are None or NotFound."""
    found = []
    for key in keys:
        with suppress(NotFound):
            if (obj := get(key)) is not None:
                found.append(obj)
    return found


def every_page(read: Callable[[int, str | None], Page[D]]) -> Iterator[D]:
    """Yield everything behind ``read(limit, cursor)``."""
    cursor: str | None = None
    while True:
        page = read(READ_AT_A_TIME, cursor)
        yield from page
        cursor = page.next
        if not cursor:
            return


class PagedSource(Generic[D]):
    """A source that is read page by page, and that nobody counts unless a subclass can."""

    def page(self, criteria: Criteria, limit: int, cursor: str | None) -> Page[D]:
        raise NotImplementedError

    def stream(self, criteria: Criteria) -> Iterator[D]:
        return every_page(partial(self.page, criteria))

    def count(self, criteria: Criteria) -> Count:
        return Count(0, exact=False)


class SmallSource(Generic[D]):
    """A source over a set small enough to be read whole (up to a few hundred objects).

    Subclasses give ``every`` and ``key``, and name the attributes that are searched.
    """

    lookups: frozenset[str] = frozenset()
    orders: tuple[str, ...] = ()
    searched: tuple[str, ...] = ()

    def every(self, where: Mapping[str, Any]) -> Iterable[D]:
        """Return all objects; ``where`` may name the partition. It is applied again here."""
        raise NotImplementedError

    def key(self, obj: D) -> str:
        raise NotImplementedError

    def fetch(self, keys: Sequence[str]) -> list[D]:
        found = {self.key(obj): obj for obj in self.every({})}
        return [found[key] for key in keys if key in found]

    def stream(self, criteria: Criteria) -> Iterator[D]:
        order = criteria.order or next(iter(self.orders), "")
        found = [obj for obj in self.every(criteria.where) if self.matches(obj, criteria)]
        if order:
            name = order.removeprefix("-")
            found.sort(key=lambda obj: _sortable(getattr(obj, name)), reverse=order[0] == "-")
        return iter(found)

    def matches(self, obj: D, criteria: Criteria) -> bool:
        text = " ".join(str(getattr(obj, name)) for name in self.searched).casefold()
        return criteria.search.casefold() in text and all(
            getattr(obj, name, value) == value for name, value in criteria.where.items()
        )

    def page(self, criteria: Criteria, limit: int, cursor: str | None) -> Page[D]:
        start = self._offset(cursor)
        found = list(islice(self.stream(criteria), start, start + limit + 1))
        following = str(start + limit) if len(found) > limit else None
        previous = str(max(0, start - limit)) if start else None
        return Page(found[:limit], following, previous)

    def count(self, criteria: Criteria) -> Count:
        return Count(sum(1 for _ in self.stream(criteria)))

    @staticmethod
    def _offset(cursor: str | None) -> int:
        if not cursor:
            return 0
        if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 9:
            raise BadCursor(field="cursor")
        return int(cursor)


def _sortable(value: Any) -> tuple[bool, Any]:
    """Absent values come first, and text sorts without regard to case."""
    return value is not None, value.casefold() if isinstance(value, str) else value or 0
