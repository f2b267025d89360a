"""Guest requests and the queues of the stations."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from eventsite.core.domain.events import RequestItem
from eventsite.core.domain.requests import (
    WAITING,
    GuestRequest,
    RequestStatus,
    registration_of,
)
from eventsite.core.errors import NotFound, StaleWrite
from eventsite.core.store import items, keys
from eventsite.core.store.items import Item
from eventsite.core.store.pages import Access, Page
from eventsite.core.store.registrations import IDEMPOTENCY_SPAN
from eventsite.core.store.stock import item_stock
from eventsite.core.store.table import ConditionFailed, Table, TransactionRefused


class RequestKeySeen(Exception):
    """The idempotency key was used before: for which payload and which request."""

    def __init__(self, payload_hash: str, request_id: str) -> None:
        super().__init__("idempotency key seen")
        self.payload_hash = payload_hash
        self.request_id = request_id


class EntitlementSpent(Exception):
    """The guest had everything they are entitled to."""


class StockEmpty(Exception):
    """Not enough is left in the shard asked."""


class GuestRequestRepository:
    """One method per access pattern; each write is one atomic call."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(
        self,
        request: GuestRequest,
        item: RequestItem,
        idempotency_key: str,
        payload_hash: str,
        shard: int,
    ) -> None:
        """Store a request with its share of entitlement and stock, or nothing.

        Raises
        ------
        RequestKeySeen
            The key was used before.
        EntitlementSpent
            More than ``item.per_guest`` would be had.
        StockEmpty
            The shard has too few left.
        """
        table, quantity = self._table, request.quantity
        record = keys.idempotency(f"request#{request.registration_id}", idempotency_key)
        record |= {"entity": "idempotency", "payload_hash": payload_hash}
        record |= {
            "request_id": request.request_id,
            "ttl": int((request.requested_at + IDEMPOTENCY_SPAN).timestamp()),
        }
        writes = [
            table.putting(record, "attribute_not_exists(pk)"),
            table.updating(
                keys.entitlement(request.registration_id, item.item_id),
                "SET entity = :entity ADD had :quantity",
                {
                    ":entity": "entitlement",
                    ":quantity": quantity,
                    ":room": item.per_guest - quantity,
                },
                "attribute_not_exists(had) OR had <= :room",
            ),
            table.putting(_request_item(request), "attribute_not_exists(pk)"),
        ]
        if item.stock is not None:
            writes.append(
                table.updating(
                    keys.stock(request.event_id, item_stock(item.item_id), shard),
                    "SET unsold = unsold - :quantity",
                    {":quantity": quantity},
                    "unsold >= :quantity",
                )
            )
        try:
            table.transact(*writes)
        except TransactionRefused as refused:
            key, entitlement, *_ = refused.reasons
            if key.refused and key.item:
                seen = RequestKeySeen(key.item["payload_hash"], key.item["request_id"])
                raise seen from refused
            raise (EntitlementSpent if entitlement.refused else StockEmpty)() from refused

    def get(self, request_id: str) -> GuestRequest:
        """Return a request. Raises NotFound."""
        key = keys.guest_request(registration_of(request_id), request_id)
        item = self._table.get(key, consistent=True)
        if item is None:
            raise NotFound("There is no such request.", field="request_id")
        return items.load(GuestRequest, item)

    def open_at(
        self, event_id: str, station_id: str, limit: int, cursor: str | None = None
    ) -> Page[GuestRequest]:
        """Return the requests waiting at a station, oldest first."""
        access = Access(self._table, keys.station(event_id, station_id), "by_queue")
        return access.page(limit, cursor).map(lambda item: items.load(GuestRequest, item))

    def count_open(self, event_id: str, station_id: str) -> tuple[int, bool]:
        return Access(self._table, keys.station(event_id, station_id), "by_queue").count()

    def fulfil(
        self, request: GuestRequest, by: str, at: datetime, correlation_id: str
    ) -> GuestRequest:
        """Close a waiting request as handed over. Raises StaleWrite when it is not waiting."""
        fresh = replace(
            request,
            status=RequestStatus.FULFILLED,
            fulfilled_by=by,
            fulfilled_at=at,
            correlation_id=correlation_id or request.correlation_id,
            version=request.version + 1,
        )
        try:
            self._table.put(_request_item(fresh), "version = :read", {":read": request.version})
        except ConditionFailed as stale:
            raise StaleWrite("Somebody else changed this request after it was read.") from stale
        return fresh


def _request_item(request: GuestRequest) -> Item:
    key = keys.guest_request(request.registration_id, request.request_id)
    if request.status in WAITING:
        moment = items.time_text(request.requested_at)
        key |= {
            "queue_pk": keys.station(request.event_id, request.station_id),
            "queue_sk": f"{moment}#{request.request_id}",
        }
    return key | items.dump("guest_request", request)
