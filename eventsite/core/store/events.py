"""Events and what is set up for them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from eventsite.core.domain.events import Event, EventSetup, Gate, RequestItem, TicketType
from eventsite.core.errors import AlreadyExists, NotFound, StaleWrite
from eventsite.core.store import items, keys
from eventsite.core.store.caching import Cache
from eventsite.core.store.items import Item
from eventsite.core.store.pages import Access, Page
from eventsite.core.store.table import ConditionFailed, Table, TransactionRefused

CACHE_SECONDS = 5.0
"""How long a process may decide on an event's setup without reading it again."""

Part = TicketType | Gate | RequestItem


class EventRepository:
    """One method per access pattern; each write is one atomic call."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._setups: Cache[EventSetup] = Cache(timedelta(seconds=CACHE_SECONDS))

    def setup(self, event_id: str) -> EventSetup:
        """Return an event with everything set up for it; one Query, kept for five seconds.

        Raises
        ------
        NotFound
            No such event.
        """
        return self._setups.get(event_id, self.fresh_setup)

    def fresh_setup(self, event_id: str) -> EventSetup:
        found = list(Access(self._table, keys.event_partition(event_id)).stream())
        by_entity: dict[str, list[Item]] = {}
        for item in found:
            by_entity.setdefault(item["entity"], []).append(item)
        if "event" not in by_entity:
            raise NotFound(f"There is no event {event_id!r}.", field="event_id")
        return EventSetup(
            event=items.load(Event, by_entity["event"][0]),
            types=tuple(items.load(TicketType, i) for i in by_entity.get("ticket_type", ())),
            gates=tuple(items.load(Gate, i) for i in by_entity.get("gate", ())),
            items=tuple(items.load(RequestItem, i) for i in by_entity.get("request_item", ())),
        )

    def get(self, event_id: str) -> Event:
        """Return an event. Raises NotFound."""
        item = self._table.get(_key(event_id))
        if item is None:
            raise NotFound(f"There is no event {event_id!r}.", field="event_id")
        return items.load(Event, item)

    def page(
        self, limit: int, cursor: str | None = None, *, descending: bool = True
    ) -> Page[Event]:
        """Return events by their start, newest first."""
        access = Access(self._table, keys.EVENTS, "by_time", descending=descending)
        return access.page(limit, cursor).map(lambda item: items.load(Event, item))

    def count(self) -> tuple[int, bool]:
        return Access(self._table, keys.EVENTS, "by_time").count()

    def add(self, event: Event) -> Event:
        """Store a new event and claim its number.

        Raises
        ------
        AlreadyExists
            The id or the number is taken; ``field`` says which.
        """
        claim = keys.number_claim(event.number) | {"entity": "number", "event_id": event.event_id}
        try:
            self._table.transact(
                self._table.putting(_event_item(event), "attribute_not_exists(pk)"),
                self._table.putting(claim, "attribute_not_exists(pk)"),
            )
        except TransactionRefused as refused:
            field = "event_id" if refused.reasons[0].refused else "number"
            raise AlreadyExists(f"An event with this {field} exists.", field=field) from refused
        return event

    def save(self, event: Event) -> Event:
        """Replace an event, provided nobody did since it was read. Raises StaleWrite."""
        fresh = _event_item(event) | {"version": event.version + 1}
        try:
            self._table.put(fresh, "version = :read", {":read": event.version})
        except ConditionFailed as stale:
            raise StaleWrite("Somebody else changed this event after you opened it.") from stale
        self._setups.forget(event.event_id)
        return items.load(Event, fresh)

    def put_part(self, part: Part) -> None:
        """Write a ticket type, gate or request item of an event."""
        self._table.put(_part_item(part))
        self._setups.forget(part.event_id)

    def lay_in_stock(self, event: Event, what: str, amount: int) -> None:
        """Divide ``amount`` over the event's shards, unless the shards are there already."""
        for shard, share in enumerate(shares(amount, event.stock_shards)):
            stock = keys.stock(event.event_id, what, shard)
            stock |= {"entity": "stock", "size": share, "unsold": share}
            try:
                self._table.put(stock, "attribute_not_exists(pk)")
            except ConditionFailed:
                continue

    def stock_left(self, event: Event, what: str) -> int:
        """Return how many are left over all shards; one read each."""
        shards = (keys.stock(event.event_id, what, n) for n in range(event.stock_shards))
        found = (self._table.get(shard, consistent=True) for shard in shards)
        return sum(int(item["unsold"]) for item in found if item)


def shares(amount: int, shards: int) -> Iterable[int]:
    """Return ``amount`` divided as evenly as whole numbers go: 7 over 3 is 3, 2, 2."""
    return (amount // shards + (n < amount % shards) for n in range(shards))


def type_stock(type_id: str) -> str:
    return f"TYPE.{type_id}"


def item_stock(item_id: str) -> str:
    return f"ITEM.{item_id}"


def _key(event_id: str) -> Item:
    return {name: keys.event(event_id)[name] for name in ("pk", "sk")}


def _event_item(event: Event) -> Item:
    sort = f"{items.time_text(event.starts_at)}#{event.event_id}"
    return keys.event(event.event_id) | {"time_sk": sort} | items.dump("event", event)


def _part_item(part: Part) -> dict[str, Any]:
    match part:
        case TicketType():
            key, entity = keys.ticket_type(part.event_id, part.type_id), "ticket_type"
        case Gate():
            key, entity = keys.gate(part.event_id, part.gate_id), "gate"
        case RequestItem():
            key, entity = keys.request_item(part.event_id, part.item_id), "request_item"
    return key | items.dump(entity, part)
