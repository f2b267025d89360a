"""The ledger: facts about registrations, appended once each and never changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from eventsite.core.domain.ledger import Fact
from eventsite.core.store import items, keys
from eventsite.core.store.pages import Access
from eventsite.core.store.table import ConditionFailed, Table


class LedgerRepository:
    """One method per access pattern."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._marked: set[str] = set()

    def append(self, fact: Fact) -> None:
        """Store a fact; again changes nothing. Its key derives from the change."""
        key = keys.fact(fact.event_id, fact.at, fact.registration_id, fact.version)
        hours, hour = keys.ledger_hours(fact.event_id), items.time_text(fact.at)[:13]
        if f"{hours}/{hour}" not in self._marked:
            self._table.put(keys.one(hours, hour) | {"entity": "bucket", "bucket": hour})
            self._marked.add(f"{hours}/{hour}")
        key |= {
            "queue_pk": keys.history(fact.registration_id),
            "queue_sk": f"{fact.version:06}",
        }
        with suppress(ConditionFailed):  # the stream gave the change a second time
            self._table.put(key | items.dump("fact", fact), "attribute_not_exists(pk)")

    def of_event(self, event_id: str) -> Iterator[Fact]:
        """Yield every fact of an event, hour by hour; within one hour in no order."""
        for hour in Access(self._table, keys.ledger_hours(event_id), consistent=True).stream():
            for bucket in keys.ledger_buckets(event_id, hour["bucket"]):
                for item in Access(self._table, bucket, consistent=True).stream():
                    yield items.load(Fact, item)

    def of_registration(self, registration_id: str) -> list[Fact]:
        """Return the facts about one registration, oldest first."""
        access = Access(self._table, keys.history(registration_id), "by_queue")
        return [items.load(Fact, item) for item in access.stream()]
