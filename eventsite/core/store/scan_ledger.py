"""The ledger of the doors: a chain of entries for each actor, and in order of recording by event.

Only the stream appends. An entry, the chain's end and what is counted are one transaction, so a
change that comes twice adds nothing, and of two workers at one chain one goes after the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from eventsite.core.domain.scan_ledger import (
    Head,
    ScanEntry,
    ScanFact,
    chained,
    of_scan,
    of_undo,
)
from eventsite.core.domain.scans import Scan, UndoneScan, Verdict
from eventsite.core.errors import Unavailable
from eventsite.core.store import items
from eventsite.core.store import ledger_keys as keys
from eventsite.core.store.items import Item
from eventsite.core.store.keys import one, scan
from eventsite.core.store.pages import Access, Page
from eventsite.core.store.table import Table, TransactionRefused
from eventsite.core.store.tallies import tallying
from eventsite.core.store.walks import Merged, Walk

AT_ONCE = 40
"""Entries of one transaction: with as many tallies and the chain's end 81 writes of 100."""

TRIES = 60
"""Tries of one append while others write the same chain; each goes on from where it ends."""

ENTRY = "scan_entry"


class ScanLedgerRepository:
    """One method per access pattern."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._marked: set[tuple[str, str]] = set()
        self._heads: dict[str, Head] = {}

    # -- writing ---------------------------------------------------------------------------------
    def append(self, actor: str, facts: Sequence[ScanFact], now: datetime) -> None:
        """Add up to ``AT_ONCE`` facts to an actor's chain, and count them; again changes nothing.

        Raises Unavailable when others are faster all the time.
        """
        for event_id in sorted({fact.event_id for fact in facts}):
            self._mark(keys.scan_hours(event_id), items.time_text(now)[:13])
            self._mark(keys.actors(event_id), actor)
        waiting = list({fact.entry_id: fact for fact in facts}.values())
        head = self._heads[actor] if actor in self._heads else self.head(actor)
        for _ in range(TRIES):
            entries = chained(head, waiting, now)
            try:
                self._table.transact(*self._appending(entries, head))
            except TransactionRefused as refused:
                *known, moved = refused.reasons[: len(entries) + 1]
                waiting = [f for f, r in zip(waiting, known, strict=True) if not r.refused]
                if moved.refused:
                    head = items.load(Head, moved.item) if moved.item else Head()
                if not waiting:
                    return
                continue
            self._heads[actor] = Head(seq=entries[-1].seq, hash=entries[-1].hash)
            return
        raise Unavailable("This chain is written from too many sides; try again.")

    def _appending(self, entries: Sequence[ScanEntry], head: Head) -> Iterator[Item]:
        last, table = entries[-1], self._table
        actor = last.fact.actor
        for entry in entries:
            yield table.putting(_entry_item(entry), "attribute_not_exists(pk)")
        moved = items.dump("chain_head", Head(seq=last.seq, hash=last.hash))
        same = "seq = :seq" if head.seq else "attribute_not_exists(pk)"
        seen = {":seq": head.seq} if head.seq else None
        yield table.putting(keys.head(actor) | moved, same, seen)
        yield from tallying(table, (entry.fact for entry in entries))

    def scanned(self, device_id: str, scan_id: str) -> ScanFact | None:
        """Return what the ledger says of a scan, before it has it; None when there is none."""
        item = self._table.get(scan(device_id, scan_id), consistent=True)
        return fact_of(item) if item and item["entity"] == "scan" else None

    def touch(self, event_id: str, registration_id: str, now: datetime) -> None:
        """Remember that something happened to a guest at the doors which is no scan."""
        self._mark(keys.scan_hours(event_id), items.time_text(now)[:13])
        self._table.put(
            keys.touched(registration_id)
            | {
                "entity": "touched",
                "registration_id": registration_id,
                "recorded_at": items.time_text(now),
                "time_pk": keys.scans_of_hour(event_id, now, registration_id),
                "time_sk": f"{items.time_text(now)}#{registration_id}",
            }
        )

    def _mark(self, directory: str, name: str) -> None:
        """Write once a process that a directory has a name."""
        if (directory, name) not in self._marked:
            self._table.put(one(directory, name) | {"entity": "bucket", "bucket": name})
            self._marked.add((directory, name))

    # -- one chain -------------------------------------------------------------------------------
    def head(self, actor: str) -> Head:
        """Return where a chain ends; of none it is the beginning."""
        item = self._table.get(keys.head(actor), consistent=True)
        return items.load(Head, item) if item else Head()

    def of_actor(self, actor: str) -> list[ScanEntry]:
        """Return a chain's entries, in order."""
        found = Access(self._table, keys.chain(actor), consistent=True).stream()
        entries = [items.load(ScanEntry, item) for item in found if item["entity"] == ENTRY]
        return sorted(entries, key=lambda entry: entry.seq)

    def kept(self, actor: str) -> Iterator[ScanFact]:
        """Yield what an actor's scans and undos say of themselves, as the ledger would."""
        partition = scan(actor, "")["pk"]
        for item in Access(self._table, partition, consistent=True).stream():
            yield fact_of(item)

    # -- an event --------------------------------------------------------------------------------
    def actors(self, event_id: str) -> list[str]:
        """Return who has a chain with entries of an event."""
        access = Access(self._table, keys.actors(event_id), consistent=True)
        return [item["bucket"] for item in access.stream()]

    def of_event(self, event_id: str) -> Iterator[ScanEntry]:
        """Yield an event's entries in order of recording."""
        for item in self._recorded(event_id, "").stream():
            if item["entity"] == ENTRY:
                yield items.load(ScanEntry, item)

    def page(self, event_id: str, limit: int, cursor: str | None = None) -> Page[ScanEntry]:
        """Return some of them, at most ``limit``, from ``cursor`` on. Raises BadCursor."""
        page = self._recorded(event_id, "").page(limit, cursor)
        entries = [items.load(ScanEntry, item) for item in page if item["entity"] == ENTRY]
        return Page(entries, page.next, page.previous, page.exhausted)

    def count(self, event_id: str, cap: int) -> tuple[int, bool]:
        """Return how many entries an event has, counting up to ``cap``, and whether all are."""
        return self._recorded(event_id, "").count(cap)

    def passed(self, event_id: str, since: datetime) -> Iterator[tuple[datetime, str]]:
        """Yield who passed, was refused, undone or blocked: when it was recorded, and the id.

        What happened seconds ago may be missing, and is recorded later than it happened.
        """
        for item in self._recorded(event_id, items.time_text(since)).stream():
            fact = item.get("fact", item)
            if fact["registration_id"]:
                yield items.parse_time(item["recorded_at"]), str(fact["registration_id"])

    def registrations_since(self, event_id: str, since: datetime) -> set[str]:
        """Return to whom something happened at the doors since a moment, as ``passed`` tells."""
        return {registration_id for _, registration_id in self.passed(event_id, since)}

    def _recorded(self, event_id: str, since: str) -> Walk:
        """Return the way to what was recorded of an event since a time; empty is all."""
        hours = Access(self._table, keys.scan_hours(event_id), between=(since[:13] or "0", "~"))
        return Walk(
            [
                Merged(
                    [
                        Access(self._table, part, "by_time", between=(since or "0", "~"))
                        for part in keys.scans_within(event_id, hour["bucket"])
                    ]
                )
                for hour in hours.stream()
            ]
        )


def fact_of(item: Mapping[str, Any]) -> ScanFact:
    """Return what the ledger says of a stored scan, or of a stored undo as far as that tells.

    Raises KeyError, TypeError or ValueError when it is neither.
    """
    if item["entity"] == "undone_scan":
        return of_undo(items.load(UndoneScan, item))
    verdict = items.load(Verdict, item["verdict"])
    return of_scan(items.load(Scan, item), verdict, str(item["payload_hash"]))


def _entry_item(entry: ScanEntry) -> Item:
    fact, recorded = entry.fact, items.time_text(entry.recorded_at)
    index = {
        "time_pk": keys.scans_of_hour(fact.event_id, entry.recorded_at, fact.actor),
        "time_sk": f"{recorded}#{fact.actor}#{entry.seq:08}",
    }
    return keys.entry(fact.actor, fact.entry_id) | index | items.dump(ENTRY, entry)
