"""Stock: how much is left of what can run out, exactly, counted in shards.

A stock is the places of an event (``EVENT``), of a ticket type, the uses of a promo code, or the
pieces of a request item. Taking and giving back are conditional updates of one shard within the
writer's transaction, so no two writers wait for each other unless they want the same shard. A
shard that is ``closed`` is kept from the public for those who wait in line.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from eventsite.core.domain.events import Event, Part, RequestItem, TicketType
from eventsite.core.domain.promo_codes import PromoCode
from eventsite.core.store import keys
from eventsite.core.store.items import Item, time_text
from eventsite.core.store.table import BATCH_MAX, Table, TransactionRefused

EVENT = "EVENT"

Places = Mapping[tuple[str, int], int]
"""How many of which stock from which shard."""


class StockTaken(Exception):
    """Fewer than asked for are unsold: ``left``."""

    def __init__(self, left: int) -> None:
        super().__init__("stock taken")
        self.left = left


class Level(NamedTuple):
    """What one shard has left, whether it is kept for those who wait, and how many got in line."""

    unsold: int
    closed: bool
    joins: int = 0


Levels = dict[str, list[Level]]
"""Per stock, its shards in order; a stock that nobody counts is not in it."""


def type_stock(type_id: str) -> str:
    return f"TYPE.{type_id}"


def item_stock(item_id: str) -> str:
    return f"ITEM.{item_id}"


def code_stock(code: str) -> str:
    return f"CODE.{code}"


def is_code(what: str) -> bool:
    return what.startswith(code_stock(""))


def stock_of(part: Event | Part) -> tuple[str, int | None]:
    """Return the name of a part's stock and how much there is in all; None is no limit."""
    match part:
        case Event():
            return EVENT, part.capacity
        case TicketType():
            return type_stock(part.type_id), part.capacity
        case PromoCode():
            return code_stock(part.code), part.limit
        case RequestItem():
            return item_stock(part.item_id), part.stock
        case _:
            return "", None


class StockRepository:
    """One method per access pattern; parts of other repositories' writes are functions below."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def levels(self, event: Event, whats: Iterable[str]) -> Levels:
        """Return what every shard of these stocks has left, all at one moment where 100 hold."""
        wanted = [(what, key) for what in whats for key in shard_keys(event, what)]
        found: Levels = {}
        for start in range(0, len(wanted), BATCH_MAX):
            chunk = wanted[start : start + BATCH_MAX]
            read = self._table.snapshot([key for _, key in chunk])
            for (what, _), item in zip(chunk, read, strict=True):
                if item is not None:
                    found.setdefault(what, []).append(_level(item))
        return found

    def left(self, event: Event, what: str) -> int:
        """Return how many are left over all shards."""
        return sum(level.unsold for level in self.levels(event, [what]).get(what, ()))

    def close(self, event: Event, what: str, seen: Sequence[Level]) -> bool:
        """Keep a stock from the public, if it is as it was ``seen``; return whether it was."""
        shards = [{":seen": level.unsold, ":yes": True} for level in seen]
        return self._mark("SET closed = :yes", event, what, "unsold = :seen", shards)

    def open(self, event: Event, what: str, seen: Sequence[Level], before: datetime) -> bool:
        """Give a stock back to the public; return whether it was.

        Not if anybody got in line since it was ``seen``, nor at ``before`` or later: they may not
        be in the index of those who wait yet.
        """
        nobody = (
            "(attribute_not_exists(joined) OR joined < :then) "
            "AND (attribute_not_exists(joins) OR joins = :seen)"
        )
        shards = [{":seen": level.joins, ":then": time_text(before)} for level in seen]
        return self._mark("REMOVE closed", event, what, nobody, shards)

    def _mark(
        self, change: str, event: Event, what: str, condition: str, values: Sequence[Item]
    ) -> bool:
        keyed = zip(shard_keys(event, what), values, strict=True)
        writes = [self._table.updating(key, change, each, condition) for key, each in keyed]
        try:
            self._table.transact(*writes)
        except TransactionRefused:
            return False
        return True


def _level(item: Item) -> Level:
    return Level(int(item["unsold"]), bool(item.get("closed")), int(item.get("joins", 0)))


# -- parts of writes ------------------------------------------------------------------------------
def shard_keys(event: Event, what: str) -> list[Item]:
    return [keys.stock(event.event_id, what, shard) for shard in range(event.stock_shards)]


def creating(table: Table, event: Event, what: str, amount: int) -> list[Item]:
    """Return the writes that make a stock of ``amount``, divided over its shards."""
    return [
        table.putting(
            key | {"entity": "stock", "size": share, "unsold": share}, "attribute_not_exists(pk)"
        )
        for key, share in zip(
            shard_keys(event, what), shares(amount, event.stock_shards), strict=True
        )
    ]


def moving(table: Table, event: Event, what: str, change: int) -> list[Item]:
    """Return the writes that add ``change`` to a stock, or take it from what is unsold.

    Each is on condition that what it takes is still there. Raises StockTaken.
    """
    shards = shard_keys(event, what)
    steps = list(shares(change, event.stock_shards))
    if change < 0:
        found = table.snapshot(shards)
        unsold = [int(item["unsold"]) if item else 0 for item in found]
        if sum(unsold) + change < 0:
            raise StockTaken(sum(unsold))
        keep = kept(unsold, sum(unsold) + change)
        steps = [after - now for after, now in zip(keep, unsold, strict=True)]
    return [
        table.updating(
            shard,
            "SET #size = #size + :step, unsold = unsold + :step",
            {":step": step, ":floor": max(-step, 0)},
            "unsold >= :floor",
            {"#size": "size"},
        )
        for shard, step in zip(shards, steps, strict=True)
        if step
    ]


def taking(table: Table, event_id: str, places: Places, *, public: bool) -> list[Item]:
    """Return the writes that take places; the public gets none from a closed shard."""
    condition = "unsold >= :count" + (" AND attribute_not_exists(closed)" if public else "")
    return [
        table.updating(
            keys.stock(event_id, what, shard),
            "SET unsold = unsold - :count",
            {":count": count},
            condition,
        )
        for (what, shard), count in sorted(places.items())
    ]


def joining(table: Table, event_id: str, line: Mapping[str, int], now: datetime) -> list[Item]:
    """Return the writes that note, in one shard of each stock, that somebody got in line for it.

    Each is on condition that the stock is kept for those who wait.
    """
    return [
        table.updating(
            keys.stock(event_id, what, shard),
            "SET joined = :now ADD joins :one",
            {":now": time_text(now), ":one": 1, ":yes": True},
            "closed = :yes",
        )
        for what, shard in sorted(line.items())
    ]


def giving_back(table: Table, event_id: str, places: Places) -> list[Item]:
    return [
        table.updating(
            keys.stock(event_id, what, shard),
            "SET unsold = unsold + :count",
            {":count": count},
            "attribute_exists(pk)",
        )
        for (what, shard), count in sorted(places.items())
    ]


# -- which shards ---------------------------------------------------------------------------------
def shares(amount: int, shards: int) -> Iterable[int]:
    """Return ``amount`` divided as evenly as whole numbers go: 7 over 3 is 3, 2, 2."""
    return (amount // shards + (n < amount % shards) for n in range(shards))


def kept(unsold: Sequence[int], left: int) -> list[int]:
    """Return what each shard keeps when ``left`` of all ``unsold`` stay, as evenly as they can."""
    keep = [0] * len(unsold)
    poorest_first = sorted(range(len(unsold)), key=lambda shard: unsold[shard])
    for done, shard in enumerate(poorest_first):
        keep[shard] = min(unsold[shard], left // (len(unsold) - done))
        left -= keep[shard]
    return keep


def any_shards(event: Event, wanted: Mapping[str, int]) -> dict[str, list[int]]:
    """Return for each stock the shards to take from without looking: all from a random one."""
    return {what: [secrets.randbelow(event.stock_shards)] * count for what, count in wanted.items()}


def fitting_shards(levels: Levels, wanted: Mapping[str, int]) -> dict[str, list[int]]:
    """Return for each stock the shards to take from, among those that have something left.

    A single place comes from a random one of the pieces left, so that many who look at the same
    moment for the last ones spread. Raises StockTaken with the least that is left of any.
    """
    chosen: dict[str, list[int]] = {}
    for what, count in wanted.items():
        pieces = list(Counter({n: lv.unsold for n, lv in enumerate(levels[what])}).elements())
        if len(pieces) < count:
            raise StockTaken(len(pieces))
        start = secrets.randbelow(len(pieces))
        turned = pieces[start:] + pieces[:start]
        chosen[what] = turned[:count]
    return chosen
