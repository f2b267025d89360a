"""Events and what is set up for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from eventsite.core.domain.badges import BadgeLayout
from eventsite.core.domain.events import (
    Event,
    EventSetup,
    Gate,
    Part,
    RequestItem,
    TicketType,
    id_of,
)
from eventsite.core.domain.promo_codes import PromoCode
from eventsite.core.domain.questions import Question
from eventsite.core.domain.rules import Rule
from eventsite.core.domain.webhooks import Webhook
from eventsite.core.domain.zones import Zone
from eventsite.core.errors import AlreadyExists, NotFound, StaleWrite, Unavailable
from eventsite.core.store import items, keys
from eventsite.core.store.caching import Cache
from eventsite.core.store.items import Item
from eventsite.core.store.pages import Access, Page
from eventsite.core.store.stock import creating, moving, stock_of
from eventsite.core.store.table import Table, TransactionRefused

CACHE_SECONDS = 5.0
"""How long a process may decide on an event's setup without reading it again."""

STOCK_TRIES = 20
"""Tries of taking unsold stock away while others take it too; each reads what is left anew."""

ABSENT = "attribute_not_exists(pk)"

P = TypeVar("P", bound=Part)


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

        def loaded(kind: type[P], entity: str) -> tuple[P, ...]:
            return tuple(items.load(kind, item) for item in by_entity.get(entity, ()))

        return EventSetup(
            event=items.load(Event, by_entity["event"][0]),
            types=tuple(sorted(loaded(TicketType, "ticket_type"), key=lambda t: t.number)),
            gates=loaded(Gate, "gate"),
            items=loaded(RequestItem, "request_item"),
            questions=tuple(
                sorted(loaded(Question, "question"), key=lambda q: (q.order, q.question_id))
            ),
            codes=loaded(PromoCode, "promo_code"),
            webhooks=loaded(Webhook, "webhook"),
            zones=loaded(Zone, "zone"),
            rules=loaded(Rule, "rule"),
            badges=loaded(BadgeLayout, "badge_layout"),
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
        """Store a new event with its stock, if it has a capacity, and claim its number.

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
                *self._stock(event, event),
            )
        except TransactionRefused as refused:
            field = "event_id" if refused.reasons[0].refused else "number"
            raise AlreadyExists(f"An event with this {field} exists.", field=field) from refused
        return event

    def save(self, event: Event, seen: Event) -> Event:
        """Replace an event, provided nobody did since it was ``seen``, and move its stock along.

        Raises StaleWrite, StockTaken or Unavailable as ``save_part`` does.
        """
        fresh = replace(event, version=seen.version + 1)
        self._save(event, _event_item(fresh), seen.version, event, seen)
        return fresh

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
        writes = [self._table.putting(item, ABSENT) for item in new]
        try:
            self._table.transact(*writes, *self._stock(event, part))
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
        self._save(event, _part_item(fresh), seen.version, part, seen)
        return fresh

    def _save(
        self, event: Event, item: Item, version: int, after: Event | Part, before: Event | Part
    ) -> None:
        put = self._table.putting(item, "version = :read", {":read": version})
        what, amount = stock_of(after)
        _, had = stock_of(before)
        change = amount - had if amount is not None and had is not None else 0
        for _ in range(STOCK_TRIES):
            try:
                self._table.transact(put, *moving(self._table, event, what, change))
            except TransactionRefused as refused:
                if refused.reasons[0].refused:
                    raise StaleWrite("Somebody else changed this after you opened it.") from refused
                continue  # a place was taken between the reading and the writing
            self._setups.forget(event.event_id)
            return
        raise Unavailable("Too much is being taken at this moment; try again.")

    def _stock(self, event: Event, part: Event | Part) -> list[Item]:
        what, amount = stock_of(part)
        return [] if amount is None else creating(self._table, event, what, amount)


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
        case Question():
            key, entity = keys.question(part.event_id, part.question_id), "question"
        case PromoCode():
            key, entity = keys.promo_code(part.event_id, part.code), "promo_code"
        case Webhook():
            key, entity = keys.webhook(part.event_id, part.webhook_id), "webhook"
        case Zone():
            key, entity = keys.zone(part.event_id, part.zone_id), "zone"
        case Rule():
            key, entity = keys.rule(part.event_id, part.rule_id), "rule"
        case BadgeLayout():
            key, entity = keys.badge_layout(part.event_id, part.layout_id), "badge_layout"
    return key | items.dump(entity, part)
