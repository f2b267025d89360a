"""What is counted at the doors: passages by quarter of an hour and gate, and guests in all.

Both are written by the stream alone, in the transaction that records what is counted, so that a
change that comes twice counts once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from eventsite.core.domain.scan_ledger import EntryKind, ScanFact
from eventsite.core.domain.scans import Direction, VerdictCode
from eventsite.core.errors import Unavailable
from eventsite.core.store import ledger_keys as keys
from eventsite.core.store.items import Item
from eventsite.core.store.keys import one
from eventsite.core.store.pages import Access
from eventsite.core.store.table import Table, TransactionRefused

ENTRIES, EXITS = "entries", "exits"
UNDONE_ENTRIES, UNDONE_EXITS = "undone_entries", "undone_exits"

AT_ONCE = 40
"""Marks of one transaction: with the counters well below the 100 writes that one may have."""


@dataclass(frozen=True, slots=True)
class GateTally:
    """What happened at one gate within the quarter of an hour from ``began``, by one actor.

    ``counts`` has entries and exits and how many of each were undone, and refusals by their
    code. ``minutes`` has the scans of each of the fifteen minutes that had any.
    """

    began: datetime
    gate_id: str
    counts: Counter[str] = field(default_factory=Counter)
    minutes: Counter[int] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """That a write of a guest's item changed who counts: by how much each of the counters.

    ``by`` names the item, ``version`` the write; each version of an item counts once.
    """

    event_id: str
    registration_id: str
    by: str
    version: int
    changes: dict[str, int]


class TallyRepository:
    """One method per access pattern."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def of_event(self, event_id: str, since: datetime, until: datetime) -> Iterator[GateTally]:
        """Yield what was counted in the quarters of an hour from one moment to another."""
        between = keys.quarter_of(since), f"{keys.quarter_of(until)}~"
        for bucket in range(keys.TALLY_BUCKETS):
            partition = keys.tallies(event_id, bucket)
            for item in Access(self._table, partition, between=between).stream():
                yield _tally(item)

    def counts(self, event_id: str) -> Counter[str]:
        """Return the event's counters: guests ``expected``, ``admitted`` and ``inside``."""
        total: Counter[str] = Counter()
        for item in self._table.get_all(keys.counters(event_id)):
            total.update(_numbers(item, COUNTED))
        return total

    def count(self, marks: Sequence[Mark]) -> None:
        """Add what the marks say to the counters, each mark once, however often it comes."""
        for part in _rounds(marks):
            waiting = part
            while waiting:
                try:
                    self._table.transact(*self._counting(waiting))
                    break
                except TransactionRefused as refused:
                    known = refused.reasons[: len(waiting)]
                    if not any(reason.refused for reason in known):
                        raise Unavailable("The counters are busy; try again.") from refused
                    waiting = [m for m, r in zip(waiting, known, strict=True) if not r.refused]

    def _counting(self, marks: Sequence[Mark]) -> Iterator[Item]:
        totals: dict[tuple[str, str], Counter[str]] = {}
        for mark in marks:
            key = keys.counted(mark.registration_id, mark.by)
            item = {"entity": "counted", "event_id": mark.event_id, "version": mark.version}
            yield self._table.putting(
                key | item, "attribute_not_exists(pk) OR version < :new", {":new": mark.version}
            )
            where = keys.counter(mark.event_id, mark.registration_id)["pk"], mark.event_id
            totals.setdefault(where, Counter()).update(mark.changes)
        for (partition, event_id), total in totals.items():
            changes = {f"{COUNTED}{name}": number for name, number in total.items() if number}
            if changes:
                key = one(partition)
                yield _adding(self._table, key, changes, {"entity": "count", "event_id": event_id})


COUNTED = "n_"
"""What attributes that are counted begin with: none is a word that DynamoDB reserves."""
SCANNED = "m_"
"""What attributes begin with that count the scans of a minute."""


# -- parts of writes ------------------------------------------------------------------------------
def tallying(table: Table, facts: Iterable[ScanFact]) -> list[Item]:
    """Return the writes that count facts, one for each actor, gate and quarter of an hour."""
    totals: dict[tuple[str, str], tuple[Item, Counter[str]]] = {}
    for fact in facts:
        when = fact.passed_at or fact.at
        quarter = keys.quarter_of(when)
        key = keys.tally(fact.event_id, quarter, fact.gate_id or "-", fact.actor)
        shown = {
            "entity": "tally",
            "event_id": fact.event_id,
            "gate_id": fact.gate_id,
            "quarter": quarter,
        }
        _, total = totals.setdefault((key["pk"], key["sk"]), (shown, Counter()))
        total[f"{COUNTED}{_kind(fact)}"] += 1
        if fact.kind is EntryKind.SCAN:
            total[f"{SCANNED}{when.minute % 15}"] += 1
    return [
        _adding(table, one(*where), total, shown)
        for where, (shown, total) in sorted(totals.items())
    ]


def _kind(fact: ScanFact) -> str:
    entry = fact.direction is Direction.ENTRY
    if fact.kind is EntryKind.UNDO:
        return UNDONE_ENTRIES if entry else UNDONE_EXITS
    if fact.code is VerdictCode.OK:
        return ENTRIES if entry else EXITS
    return fact.code.value


def _adding(table: Table, key: Item, changes: dict[str, int], shown: Item) -> Item:
    added = ", ".join(f"{name} :{name}" for name in sorted(changes))
    said = ", ".join(f"{name} = :{name}" for name in shown)
    values = {f":{name}": value for name, value in {**changes, **shown}.items()}
    return table.updating(key, f"SET {said} ADD {added}", values)


def _rounds(marks: Sequence[Mark]) -> Iterator[list[Mark]]:
    """Yield marks in order, some at a time and of one item never two at once."""
    part: list[Mark] = []
    items: set[tuple[str, str]] = set()
    for mark in marks:
        item = mark.registration_id, mark.by
        if item in items or len(part) == AT_ONCE:
            yield part
            part, items = [], set()
        part.append(mark)
        items.add(item)
    if part:
        yield part


def _tally(item: Item) -> GateTally:
    began = datetime.strptime(item["quarter"], "%Y-%m-%dT%H:%M").replace(tzinfo=UTC)
    minutes = {int(name): number for name, number in _numbers(item, SCANNED).items()}
    return GateTally(began, item["gate_id"], Counter(_numbers(item, COUNTED)), Counter(minutes))


def _numbers(item: Item, head: str) -> dict[str, int]:
    return {
        name.removeprefix(head): int(value) for name, value in item.items() if name.startswith(head)
    }
