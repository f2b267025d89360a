"""Events and what is set up for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from eventsite.core.domain.events import (
    Event,
    EventSetup,
    Gate,
    Part,
    RequestItem,
    TicketType,
    id_of,
)
from eventsite.core.errors import AlreadyExists, NotFound, StaleWrite, Unavailable
from eventsite.core.store import items, keys
from eventsite.core.store.caching import Cache
from eventsite.core.store.items import Item
from eventsite.core.store.pages import Access, Page
from eventsite.core.store.table import ConditionFailed, Table, TransactionRefused

CACHE_SECONDS = 5.0
"""How long a process may decide on an event's setup without reading it again."""

STOCK_TRIES = 20
"""Tries of taking unsold stock away while others take it too; each reads what is left anew."""

ABSENT = "attribute_not_exists(pk)"

P = TypeVar("P", bound=Part)


class StockTaken(Exception):
    """Fewer than asked for are unsold: ``left``."""

    def __init__(self, left: int) -> None:
        super().__init__("stock taken")
        self.left = left


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
        access = Access(self._table, keys.event_partition(event_id), consistent=True)
        found = list(access.stream())
        by_entity: dict[str, list[Item]] = {}
        for item in found:
            by_entity.setdefault(item["entity"], []).append(item)
        if "event" not in by_entity:
            raise NotFound(f"There is no event {event_id!r}.", field="event_id")
        types = (items.load(TicketType, i) for i in by_entity.get("ticket_type", ()))
        return EventSetup(
            event=items.load(Event, by_entity["event"][0]),
            types=tuple(sorted(types, key=lambda kind: kind.number)),
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
                self._table.putting(_event_item(event), ABSENT),
                self._table.putting(claim, ABSENT),
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

    def add_part(self, event: Event, part: Part) -> None:
        """Store a new ticket type, gate or item with all its stock, and claim a type's number.

        Raises
        ------
        AlreadyExists
            The id or the number is taken; ``field`` says which.
        """
        new = [_part_item(part)]
        if isinstance(part, TicketType):
            claim = keys.type_number(part.event_id, part.number)
            new.append(claim | {"entity": "type_number", "type_id": part.type_id})
        what, amount = _stock_of(part)
        if amount is not None:
            new += [
                key | {"entity": "stock", "size": share, "unsold": share}
                for key, share in zip(
                    _shards(event, what), shares(amount, event.stock_shards), strict=True
                )
            ]
        try:
            self._table.transact(*(self._table.putting(item, ABSENT) for item in new))
        except TransactionRefused as refused:
            field, _ = id_of(part)
            if isinstance(part, TicketType) and not refused.reasons[0].refused:
                field = "number"
            raise AlreadyExists(f"This {field} is taken at this event.", field=field) from refused
        self._setups.forget(part.event_id)

    def save_part(self, event: Event, part: P, seen: P) -> P:
        """Replace a part, provided nobody did since it was ``seen``, and move its stock along.

        The shards change by the difference of the amounts in the same transaction, each on
        condition that what is taken from it is unsold: the amounts stay exact whoever takes a
        place meanwhile. A part that loses its limit keeps its shards, for places to be given
        back to; one that had none must not get one here, because nobody counted.

        Raises
        ------
        StaleWrite
            Somebody changed the part since.
        StockTaken
            Fewer are unsold than would be taken away.
        Unavailable
            Stock goes so fast that no try held.
        """
        fresh = replace(part, version=seen.version + 1)
        put = self._table.putting(_part_item(fresh), "version = :read", {":read": seen.version})
        what, amount = _stock_of(part)
        _, before = _stock_of(seen)
        change = amount - before if amount is not None and before is not None else 0
        for _ in range(STOCK_TRIES):
            try:
                self._table.transact(put, *self._moving(event, what, change))
            except TransactionRefused as refused:
                if refused.reasons[0].refused:
                    raise StaleWrite("Somebody else changed this after you opened it.") from refused
                continue  # a place was taken between the reading and the writing
            self._setups.forget(part.event_id)
            return fresh
        raise Unavailable("Too much is being taken at this moment; try again.")

    def _moving(self, event: Event, what: str, change: int) -> list[Item]:
        """Return the writes that add ``change`` to the shards, or take it from what is unsold."""
        shards = _shards(event, what)
        steps = list(shares(change, event.stock_shards))
        if change < 0:
            found = [self._table.get(shard, consistent=True) for shard in shards]
            unsold = [int(item["unsold"]) if item else 0 for item in found]
            if sum(unsold) + change < 0:
                raise StockTaken(sum(unsold))
            keep = kept(unsold, sum(unsold) + change)
            steps = [after - now for after, now in zip(keep, unsold, strict=True)]
        return [
            self._table.updating(
                shard,
                "SET #size = #size + :step, unsold = unsold + :step",
                {":step": step, ":floor": max(-step, 0)},
                "unsold >= :floor",
                {"#size": "size"},
            )
            for shard, step in zip(shards, steps, strict=True)
            if step
        ]

    def stock_left(self, event: Event, what: str) -> int:
        """Return how many are left over all shards; one read each."""
        found = (self._table.get(shard, consistent=True) for shard in _shards(event, what))
        return sum(int(item["unsold"]) for item in found if item)


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


def type_stock(type_id: str) -> str:
    return f"TYPE.{type_id}"


def item_stock(item_id: str) -> str:
    return f"ITEM.{item_id}"


def _key(event_id: str) -> Item:
    return {name: keys.event(event_id)[name] for name in ("pk", "sk")}


def _event_item(event: Event) -> Item:
    sort = f"{items.time_text(event.starts_at)}#{event.event_id}"
    return keys.event(event.event_id) | {"time_sk": sort} | items.dump("event", event)


def _part_item(part: Part) -> Item:
    match part:
        case TicketType():
            key, entity = keys.ticket_type(part.event_id, part.type_id), "ticket_type"
        case Gate():
            key, entity = keys.gate(part.event_id, part.gate_id), "gate"
        case RequestItem():
            key, entity = keys.request_item(part.event_id, part.item_id), "request_item"
    return key | items.dump(entity, part)


def _stock_of(part: Part) -> tuple[str, int | None]:
    """Return the name of a part's stock and how much there is in all; None is no limit."""
    match part:
        case TicketType():
            return type_stock(part.type_id), part.capacity
        case Gate():
            return "", None
        case RequestItem():
            return item_stock(part.item_id), part.stock


def _shards(event: Event, what: str) -> list[Item]:
    return [keys.stock(event.event_id, what, shard) for shard in range(event.stock_shards)]
