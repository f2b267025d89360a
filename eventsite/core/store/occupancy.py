"""How many guests are in each zone, exactly, counted in shards.

Entering and leaving are conditional updates of one shard within the transaction of the passage.
A limited zone divides its limit over the shards, so that their sum cannot pass it, however many
gates count at once. A shard belongs to one span between two emptyings of the zone: emptying
needs no write, the next span begins at none.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from eventsite.core.domain.attendance import Counted
from eventsite.core.domain.events import Event
from eventsite.core.store import items, keys
from eventsite.core.store.items import Item
from eventsite.core.store.pages import Access
from eventsite.core.store.stock import shares
from eventsite.core.store.table import Table, TransactionRefused

CORRECTION_TRIES = 20
"""Tries of a correction while guests pass the gates; each reads the count anew."""


class CountChanged(Exception):
    """Guests passed so fast that no correction held."""


class Tally(NamedTuple):
    """A zone to count in: its limit or None, and since when it counts."""

    zone_id: str
    limit: int | None
    emptied: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """That a person set a zone's count, and why."""

    event_id: str
    zone_id: str
    before: int
    after: int
    by: str
    reason: str
    corrected_at: datetime


class OccupancyRepository:
    """One method per access pattern; parts of other repositories' writes are functions below."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def inside(self, event: Event, tallies: Sequence[Tally]) -> dict[str, int]:
        """Return how many are in each zone; one BatchGetItem per 100 shards."""
        wanted = [key for tally in tallies for key in _shard_keys(event, tally)]
        found: dict[str, int] = {tally.zone_id: 0 for tally in tallies}
        for item in self._table.get_all(wanted):
            found[item["zone_id"]] += int(item["inside"])
        return found

    def levels(self, event: Event, tally: Tally) -> list[int]:
        """Return how many each shard of a zone has counted, all at one moment."""
        read = self._table.snapshot(_shard_keys(event, tally))
        return [int(item["inside"]) if item else 0 for item in read]

    def correct(self, event: Event, tally: Tally, wanted: int, why: Correction) -> Correction:
        """Set a zone's count, and keep why; returns the correction with what was there before.

        Raises CountChanged.
        """
        keyed = _shard_keys(event, tally)
        for _ in range(CORRECTION_TRIES):
            seen = self.levels(event, tally)
            fact = {**items.dump("correction", why), "before": sum(seen), "after": wanted}
            key = keys.one(
                keys.corrections(event.event_id),
                f"{items.time_text(why.corrected_at)}#{tally.zone_id}",
            )
            try:
                self._table.transact(
                    self._table.putting(key | fact, "attribute_not_exists(pk)"),
                    *(
                        self._setting(key, tally.zone_id, had, has)
                        for key, had, has in zip(
                            keyed, seen, shares(wanted, event.stock_shards), strict=True
                        )
                    ),
                )
            except TransactionRefused as refused:
                if refused.reasons[0].refused:  # written already: this is a repeat
                    return items.load(Correction, refused.reasons[0].item or fact)
                continue
            return items.load(Correction, fact)
        raise CountChanged

    def _setting(self, key: Item, zone_id: str, had: int, has: int) -> Item:
        same = "inside = :had" if had else "attribute_not_exists(inside) OR inside = :had"
        return self._table.updating(
            key,
            "SET inside = :has, zone_id = :zone, entity = :entity",
            {":has": has, ":had": had, ":zone": zone_id, ":entity": "occupancy"},
            same,
        )

    def corrections(self, event_id: str) -> list[Correction]:
        """Return every correction of an event's counts, newest first."""
        access = Access(self._table, keys.corrections(event_id), descending=True)
        return [items.load(Correction, item) for item in access.stream()]


# -- parts of writes ------------------------------------------------------------------------------
def entering(table: Table, event: Event, tally: Tally, shard: int, *, exact: bool) -> Item:
    """Return the write that counts one more; ``exact`` only where the shard's limit allows."""
    condition, values = "", {":one": 1, ":zone": tally.zone_id, ":entity": "occupancy"}
    if exact and tally.limit is not None:
        condition = "attribute_not_exists(inside) OR inside < :share"
        values[":share"] = shard_limits(event, tally.limit)[shard]
    return table.updating(
        keys.occupancy(event.event_id, tally.zone_id, tally.emptied, shard),
        "SET zone_id = :zone, entity = :entity ADD inside :one",
        values,
        condition,
    )


def leaving(table: Table, event: Event, zone_id: str, counted: Counted) -> Item:
    """Return the write that counts one less, on condition that the count is not zero."""
    return table.updating(
        keys.occupancy(event.event_id, zone_id, counted.emptied, counted.shard),
        "SET inside = inside - :one",
        {":one": 1, ":none": 0},
        "inside > :none",
    )


# -- which shards ---------------------------------------------------------------------------------
def shard_limits(event: Event, limit: int) -> list[int]:
    return list(shares(limit, event.stock_shards))


def any_shard(event: Event, tally: Tally) -> int | None:
    """Return a shard to count in without looking; None when the limit is nobody at all."""
    if tally.limit is None:
        return secrets.randbelow(event.stock_shards)
    return _one_of(shard_limits(event, tally.limit))


def shard_with_room(event: Event, tally: Tally, levels: Iterable[int]) -> int | None:
    """Return a shard that is not full, one with much room more likely; None when all are."""
    limits = shard_limits(event, tally.limit or 0)
    return _one_of([max(limit - has, 0) for limit, has in zip(limits, levels, strict=True)])


def _one_of(room: Sequence[int]) -> int | None:
    total = sum(room)
    if not total:
        return None
    pick = secrets.randbelow(total)
    for shard, share in enumerate(room):
        pick -= share
        if pick < 0:
            return shard
    return None


def _shard_keys(event: Event, tally: Tally) -> list[Item]:
    return [
        keys.occupancy(event.event_id, tally.zone_id, tally.emptied, shard)
        for shard in range(event.stock_shards)
    ]
