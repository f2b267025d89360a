"""One page of results, and one way into a table that pages are read from.

A cursor holds sort keys only. The partition is derived again from the query, so a cursor that
somebody edited cannot reach into another partition.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from botocore.exceptions import ClientError

from eventsite.core.errors import BadCursor
from eventsite.core.store.items import Item
from eventsite.core.store.table import Table
from eventsite.core.store.tables import index_keys

T = TypeVar("T")
U = TypeVar("U")

READ_AHEAD = 500
"""Items read at a time when a filter without an index throws most of them away."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A page: its items, opaque cursors to the neighbours, and whether the search is complete.

    ``exhausted`` is False when the read budget ended before the page was full.
    """

    items: list[T]
    next: str | None = None
    previous: str | None = None
    exhausted: bool = True

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def map(self, build: Callable[[T], U]) -> Page[U]:
        return Page([build(i) for i in self.items], self.next, self.previous, self.exhausted)


@dataclass(frozen=True, slots=True)
class Access:
    """One way into a table: a partition of it or of an index, optionally a sort-key prefix.

    ``where`` is a FilterExpression (with ``values`` and ``names``), evaluated after the read:
    such a page has a read budget. ``between`` bounds the sort key, both ends included. A
    ``consistent`` read sees every write answered before it; an index cannot give one.
    """

    table: Table
    partition: str
    index: str | None = None
    prefix: str = ""
    between: tuple[str, str] | None = None
    descending: bool = False
    consistent: bool = False
    where: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def _keys(self) -> tuple[str, str]:
        return index_keys(self.index) if self.index else ("pk", "sk")

    @property
    def sort(self) -> str:
        """The attribute that the items are sorted by."""
        return self._keys[1]

    def _request(self, **extra: Any) -> dict[str, Any]:
        pk, sk = self._keys
        values: Item = {":pk": self.partition, **self.values}
        condition = f"{pk} = :pk"
        if self.between:
            condition += f" AND {sk} BETWEEN :low AND :high"
            values |= {":low": self.between[0], ":high": self.between[1]}
        elif self.prefix:
            condition += f" AND begins_with({sk}, :prefix)"
            values[":prefix"] = self.prefix
        request = {
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": values,
            **extra,
        }
        if self.index:
            request["IndexName"] = self.index
        elif self.consistent:
            request["ConsistentRead"] = True
        if self.where:
            request["FilterExpression"] = self.where
        if self.names:
            request["ExpressionAttributeNames"] = dict(self.names)
        return request

    def after(self, item: Item) -> str:
        """Return the cursor of what comes after an item of this access."""
        return self._token(item, backward=False)

    def _token(self, item: Item, *, backward: bool) -> str:
        _, sk = self._keys
        body = [int(backward), item[sk]]
        if self.index:
            body += [item["pk"], item["sk"]]
        return base64.urlsafe_b64encode(json.dumps(body).encode()).decode().rstrip("=")

    def _start(self, cursor: str) -> tuple[bool, Item]:
        pk, sk = self._keys
        try:
            body = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            key: Item = {pk: self.partition, sk: str(body[1])}
            if self.index:
                key |= {"pk": str(body[2]), "sk": str(body[3])}
            backward = bool(body[0])
        except (ValueError, IndexError, TypeError, KeyError) as error:
            raise BadCursor(field="cursor") from error
        if not self._inside(key[sk]):
            raise BadCursor(field="cursor")
        return backward, key

    def _inside(self, sort: str) -> bool:
        if self.between:
            return self.between[0] <= sort <= self.between[1]
        return sort.startswith(self.prefix)

    def page(self, limit: int, cursor: str | None = None, max_reads: int = 10) -> Page[Item]:
        """Return up to ``limit`` items from ``cursor`` on. Raises BadCursor.

        One item more than asked for is read, so that the last page knows that it is the last.
        """
        backward, last = self._start(cursor) if cursor else (False, None)
        got: list[Item] = []
        reads = 0
        while len(got) <= limit and reads < max_reads:
            size = READ_AHEAD if self.where else limit + 1 - len(got)
            request = self._request(ScanIndexForward=self.descending == backward, Limit=size)
            if last:
                request["ExclusiveStartKey"] = last
            items, last = self._query(request, cursor)
            reads += 1
            got += items
            if not last:
                break
        return self._joined(got, limit, cursor, last, backward=backward)

    def _query(self, request: dict[str, Any], cursor: str | None) -> tuple[list[Item], Item | None]:
        try:
            return self.table.query(**request)
        except ClientError as error:
            if cursor and error.response["Error"]["Code"] == "ValidationException":
                raise BadCursor(field="cursor") from error
            raise

    def _joined(
        self, got: list[Item], limit: int, cursor: str | None, last: Item | None, *, backward: bool
    ) -> Page[Item]:
        more, exhausted = len(got) > limit, not last or len(got) > limit
        got = got[:limit]
        if backward:
            got.reverse()
        following = previous = None
        if got and (more or backward):
            following = self._token(got[-1], backward=False)
        if got and not self.where and ((cursor and not backward) or (backward and more)):
            previous = self._token(got[0], backward=True)
        if not exhausted and not backward and last:
            following = self._token(last, backward=False)
        return Page(got, following, previous, exhausted)

    def stream(self, page_size: int = 1000) -> Iterator[Item]:
        """Yield every item of the access, a Query at a time."""
        request = self._request(ScanIndexForward=not self.descending, Limit=page_size)
        while True:
            items, last = self.table.query(**dict(request))
            yield from items
            if not last:
                return
            request["ExclusiveStartKey"] = last

    def count(self, cap: int = 1000) -> tuple[int, bool]:
        """Return (items, exact), counting by key and stopping at ``cap``."""
        request, total = self._request(Limit=cap), 0
        while True:
            found, last = self.table.count(**dict(request))
            total += found
            if not last:
                return total, True
            if self.where or total >= cap:
                return total, False
            request["ExclusiveStartKey"] = last
