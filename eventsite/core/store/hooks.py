"""The log of webhooks' deliveries: what was sent where, how often, and what came of it.

A delivery is alone in its partition. It is listed by the day of its first attempt, and while it
waits or has failed also by that, so that what needs a person is found without reading the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from eventsite.core.domain.hook_deliveries import KEPT, HookDelivery, HookOutcome
from eventsite.core.errors import StaleWrite
from eventsite.core.store import office_keys
from eventsite.core.store.items import Item, dump, load, time_text
from eventsite.core.store.pages import Access, Page
from eventsite.core.store.table import ConditionFailed, Table
from eventsite.core.store.walks import Walk


class HookRepository:
    """One method per access pattern. What is older than ``KEPT`` may be gone at any time."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, event_id: str, webhook_id: str, hook_event_id: str) -> HookDelivery | None:
        """Return a delivery as it is now, None when nothing was tried yet."""
        key = office_keys.hook_delivery(event_id, webhook_id, hook_event_id)
        item = self._table.get(key, consistent=True)
        return load(HookDelivery, item) if item else None

    def save(self, delivery: HookDelivery) -> HookDelivery:
        """Store a delivery that was read, or a new one (version 0). Raises StaleWrite."""
        fresh = replace(delivery, version=delivery.version + 1)
        condition, values = "version = :read", {":read": delivery.version}
        if not delivery.version:
            condition, values = "attribute_not_exists(pk)", {}
        try:
            self._table.put(_item(fresh), condition, values)
        except ConditionFailed as stale:
            raise StaleWrite("Somebody else recorded this delivery.") from stale
        return fresh

    def page(
        self,
        event_id: str,
        webhook_id: str,
        outcome: HookOutcome | None,
        now: datetime,
        limit: int,
        cursor: str | None = None,
    ) -> Page[HookDelivery]:
        """Return deliveries to a webhook, newest first. Raises BadCursor."""
        way = self._way(event_id, webhook_id, outcome, now)
        return way.page(limit, cursor).map(lambda item: load(HookDelivery, item))

    def stream(
        self, event_id: str, webhook_id: str, outcome: HookOutcome | None, now: datetime
    ) -> Iterator[HookDelivery]:
        """Yield the deliveries of ``page``, all of them."""
        way = self._way(event_id, webhook_id, outcome, now)
        return (load(HookDelivery, item) for item in way.stream())

    def count(
        self, event_id: str, webhook_id: str, outcome: HookOutcome | None, now: datetime
    ) -> tuple[int, bool]:
        """Return how many ``page`` would list, and whether that is all of them."""
        return self._way(event_id, webhook_id, outcome, now).count()

    def _way(
        self, event_id: str, webhook_id: str, outcome: HookOutcome | None, now: datetime
    ) -> Walk | Access:
        if outcome in _SINGLED_OUT:
            state = office_keys.hook_state(event_id, webhook_id, outcome)
            return Access(self._table, state, "by_month", descending=True)
        where = "outcome = :outcome" if outcome else ""
        values = {":outcome": outcome.value} if outcome else {}
        days = office_keys.hook_days(event_id, webhook_id, now - KEPT, now)
        return Walk(
            [
                Access(self._table, day, "by_actor", descending=True, where=where, values=values)
                for day in days
            ]
        )


_SINGLED_OUT = (HookOutcome.WAITING, HookOutcome.FAILED)
"""Outcomes with an index partition of their own; most deliveries are in neither."""


def _item(delivery: HookDelivery) -> Item:
    about = (delivery.event_id, delivery.webhook_id)
    sort = f"{time_text(delivery.first_at)}#{delivery.hook_event_id}"
    item = office_keys.hook_delivery(*about, delivery.hook_event_id) | dump(
        "hook_delivery", delivery
    )
    item |= {"actor_pk": office_keys.hook_day(*about, delivery.first_at), "actor_sk": sort}
    if delivery.outcome in _SINGLED_OUT:
        item |= {"month_pk": office_keys.hook_state(*about, delivery.outcome), "month_sk": sort}
    return item | {"ttl": int((delivery.first_at + KEPT).timestamp())}
