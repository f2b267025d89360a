"""How hot one partition gets when 100,000 guests register within five minutes.

No engine: the real repositories write to a table that only counts, with DynamoDB's own arithmetic
of sizes and units. Nothing is measured in seconds, so a slow machine gets the same figures.
"""

from __future__ import annotations

import heapq
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from eventsite.core.domain.applications import read_application
from eventsite.core.domain.events import DEFAULT_STOCK_SHARDS
from eventsite.core.domain.ledger import fact_of
from eventsite.core.services.drafting import Entry, draft
from eventsite.core.services.placing import take
from eventsite.core.store.gauges import RateGauge
from eventsite.core.store.items import Item
from eventsite.core.store.ledger import LedgerRepository
from eventsite.core.store.registrations import Placing, RegistrationRepository
from eventsite.core.store.stock import StockRepository
from eventsite.core.store.table import CONFLICT_TRIES, Table
from eventsite.core.store.tables import EVENTS_INDEXES, index_keys
from tests.bench.guests import EVENT, a_body, a_fair
from tests.bench.measuring import Measure
from tests.bench.names import LANGUAGES, MIXED, names

GUESTS = 100_000
SAMPLE = 3_000
"""Guests of the runs beside the main one, at the same pace."""
SETTLED = 4
"""Seconds after which the processes have noted the hour and most beginnings of names."""

PER_SECOND = 1000 / 3
PROCESSES = 50
"""Functions that write at the same time; each has its own memory of what it wrote."""


class CountingTable(Table):
    """Counts the write units of every key, of the table and its indexes; keeps directories only.

    A unit is 1 KB, a write within a transaction costs two; indexes are written afterwards, at the
    price of a plain write. Source: DynamoDB developer guide, capacity; and ministack, which cites
    measurements of transactions.
    """

    def __init__(self) -> None:
        super().__init__(None, "counted")
        self.second = 0
        self.units: defaultdict[tuple[str, str], Counter[int]] = defaultdict(Counter)
        self.largest: Counter[str] = Counter()
        self.directories: defaultdict[str, list[Item]] = defaultdict(list)

    def query(self, **request: Any) -> tuple[list[Item], Item | None]:
        return list(self.directories[request["ExpressionAttributeValues"][":pk"]]), None

    def put(self, item: Item, condition: str = "", values: Item | None = None) -> None:
        if item["entity"] == "bucket":
            self.directories[item["pk"]].append(item)
        self._write(item, 1)

    def update(self, key: Item, *args: Any, **kwargs: Any) -> Item:
        self._write(key, 1)
        return {"seen": 0}

    def putting(self, item: Item, condition: str = "", values: Item | None = None) -> Item:
        return item

    def updating(self, key: Item, *args: Any, **kwargs: Any) -> Item:
        return key  # what is updated here (stock, claims) stays far below a unit

    def transact(self, *writes: Item) -> None:
        for item in writes:
            self._write(item, 2)

    def _write(self, item: Item, price: int) -> None:
        size, entity = size_of(item), item.get("entity", "update")
        self.largest[entity] = max(size, self.largest[entity])
        units = -(-size // 1024)
        self.units["table", item["pk"]][self.second] += price * units
        for index in EVENTS_INDEXES:
            partition, _ = index_keys(index)
            if partition in item:
                self.units[index, item[partition]][self.second] += units

    def hottest(self, after: int = 0) -> tuple[float, tuple[str, str]]:
        """Return the most units that one key took in one second from ``after`` on, and the key."""
        return max(
            (max((n for second, n in seconds.items() if second >= after), default=0), key)
            for key, seconds in self.units.items()
        )


def size_of(value: Any) -> int:
    """Return the bytes of a value as DynamoDB counts them. Source: developer guide, item sizes."""
    match value:
        case None | bool():
            return 1
        case str():
            return len(value.encode())
        case int() | float():
            return 2 + len(str(value)) // 2
        case Mapping():
            return 3 + sum(len(name) + size_of(each) + 1 for name, each in value.items())
        case _:
            return 3 + sum(size_of(each) + 1 for each in value)


def rush(guests: int, languages: Mapping[str, int], shards: int) -> CountingTable:
    """Let guests register at 333 a second and return what was counted.

    With everything that one registration writes: the item and its indexes, claim, places in event
    and type, idempotency, the marks of buckets, the gauge of the rush, and the ledger.
    """
    table, setup = CountingTable(), a_fair(120_000, shards, confirm_email=True)
    stock = StockRepository(table)
    processes = [
        (RegistrationRepository(table), LedgerRepository(table), RateGauge(table))
        for _ in range(PROCESSES)
    ]
    began = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
    crowd = names(7, languages)
    for number in range(guests):
        table.second = int(number / PER_SECOND)
        now = began + timedelta(seconds=number / PER_SECOND)
        registrations, ledger, gauge = processes[number % PROCESSES]
        gauge.note(EVENT, now)
        locale, name = next(crowd)
        application = read_application(EVENT, a_body(number, name, locale))
        party = draft(setup, application, Entry(key=f"{number}", source="api", now=now))
        limits = {"general": 1}
        placing = Placing(
            party=party, key=f"{number}", payload_hash="h" * 64, now=now, limits=limits
        )

        def write(placed: Any, placing: Placing = placing, to: Any = registrations) -> Any:
            to.add(replace(placing, party=placed))
            return placed

        (placed,) = take(stock, setup, party, write, public=True)
        ledger.append(fact_of(None, placed))
    return table


def busy_share(shards: int, hold_seconds: float, calls: int = 20_000) -> float:
    """Return the share of calls at 333 a second that give up on a busy shard.

    Whoever comes picks one shard of the event's places and one of the type's, as ``any_shards``
    does, and holds both for ``hold_seconds``; who finds one of them held waits as
    ``Table.transact`` does and tries again, so many times.
    """
    dice = random.Random(11)  # noqa: S311 - a simulation
    free_at: dict[tuple[str, int], float] = {}
    waiting: list[tuple[float, int, int, int, int]] = []
    moment, given_up = 0.0, 0
    for number in range(calls):
        moment += dice.expovariate(PER_SECOND)
        shard = dice.randrange(shards), dice.randrange(shards)
        heapq.heappush(waiting, (moment, number, 0, *shard))
        while waiting and waiting[0][0] <= moment:
            given_up += _tried(waiting, free_at, hold_seconds, dice)
    while waiting:
        given_up += _tried(waiting, free_at, hold_seconds, dice)
    return given_up / calls


def _tried(
    waiting: list[tuple[float, int, int, int, int]],
    free_at: dict[tuple[str, int], float],
    hold_seconds: float,
    dice: random.Random,
) -> bool:
    now, number, attempt, event, kind = heapq.heappop(waiting)
    wanted = ("event", event), ("type", kind)
    if all(free_at.get(each, 0.0) <= now for each in wanted):
        free_at.update(dict.fromkeys(wanted, now + hold_seconds))
        return False
    if attempt + 1 == CONFLICT_TRIES:
        return True
    again = now + (1 + dice.randrange(8 << attempt)) / 1000
    heapq.heappush(waiting, (again, number, attempt + 1, event, kind))
    return False


def measure() -> list[Measure]:
    """The hottest key of all, its name in the note; then languages alone, and busy shards."""
    shards = DEFAULT_STOCK_SHARDS
    table = rush(GUESTS, MIXED, shards)
    units, key = table.hottest()
    later = table.hottest(SETTLED)
    sizes = ", ".join(f"{name} {size} B" for name, size in table.largest.most_common(3))
    note = (
        f"{' '.join(key)} in the first second, while {PROCESSES} processes note the beginnings of "
        f"names; later {later[0]:.0f} for {' '.join(later[1])}; {shards} shards; {sizes}"
    )
    found = [Measure("registration.hottest_key_share", units, "wru/s", 500, note=note)]
    alone = {code: rush(SAMPLE, {code: 100}, shards).hottest(SETTLED) for code in LANGUAGES}
    code = max(alone, key=lambda each: alone[each][0])
    note = f"all guests with {code} names: {' '.join(alone[code][1])}"
    found.append(Measure("registration.hottest_language", alone[code][0], "wru/s", 500, note=note))
    found += _busy()
    return found


def _busy() -> Iterable[Measure]:
    for shards in (4, 7, 16):
        share = busy_share(shards, 0.010) * 100
        yield Measure(
            f"registration.busy_{shards}_shards",
            round(share, 2),
            "%",
            note="of 333 a second give up on held shards, were a transaction to hold them 10 ms",
        )
