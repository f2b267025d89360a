"""Registrations: the atomic writes that take a place, and the ways to find one again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from eventsite.core.domain.agenda import SignUp
from eventsite.core.domain.registrations import Registration, RegistrationStatus
from eventsite.core.domain.requests import GuestRequest
from eventsite.core.domain.scans import Admission
from eventsite.core.errors import AlreadyExists, NotFound, StaleWrite
from eventsite.core.store import items, keys
from eventsite.core.store.events import type_stock
from eventsite.core.store.items import Item
from eventsite.core.store.pages import Access, Page
from eventsite.core.store.table import Reason, Table, TransactionRefused
from eventsite.core.store.walks import Walk

IDEMPOTENCY_SPAN = timedelta(days=2)
"""How long a repeated call gets its first answer."""


@dataclass(frozen=True, slots=True)
class GuestPage:
    """Everything of one registration, read in one Query."""

    registration: Registration
    admission: Admission | None
    sign_ups: tuple[SignUp, ...]
    requests: tuple[GuestRequest, ...]


class KeySeen(Exception):
    """The idempotency key was used before: for which payload, with which outcome."""

    def __init__(self, payload_hash: str, registration_id: str) -> None:
        super().__init__("idempotency key seen")
        self.payload_hash = payload_hash
        self.registration_id = registration_id


class AddressTaken(Exception):
    """The address is claimed by another registration of the event."""

    def __init__(self, registration_id: str) -> None:
        super().__init__("address taken")
        self.registration_id = registration_id


class ShardEmpty(Exception):
    """No place is left in this shard of the stock."""


class RegistrationRepository:
    """One method per access pattern; each write is one atomic call."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._marked: set[tuple[str, str]] = set()

    def add(self, registration: Registration, idempotency_key: str, payload_hash: str) -> None:
        """Take a place: registration, address claim, stock and idempotency record, or none.

        Raises
        ------
        KeySeen
            The key was used before.
        AddressTaken
            The address has a live registration at this event.
        ShardEmpty
            The shard that ``registration.stock_shard`` names has no place left.

        Source: TransactWriteItems; reasons are in the order of the writes.
        """
        self._mark_buckets(registration)
        table, event_id = self._table, registration.event_id
        ttl = int((registration.registered_at + IDEMPOTENCY_SPAN).timestamp())
        told = {"payload_hash": payload_hash, "registration_id": registration.registration_id}
        writes = [
            table.putting(
                keys.idempotency(f"registration#{event_id}", idempotency_key)
                | {"entity": "idempotency", "ttl": ttl, **told},
                "attribute_not_exists(pk)",
            ),
            table.putting(
                keys.email_claim(event_id, registration.guest.email)
                | {"entity": "claim", "registration_id": registration.registration_id},
                "attribute_not_exists(pk) OR freed = :yes",
                {":yes": True},
            ),
            table.putting(registration_item(registration), "attribute_not_exists(pk)"),
        ]
        if registration.stock_shard is not None:
            writes.append(self._stock(registration, -1))
        try:
            table.transact(*writes)
        except TransactionRefused as refused:
            raise _refusal(refused.reasons) from refused

    def get(self, registration_id: str, *, consistent: bool = True) -> Registration:
        """Return a registration. Raises NotFound."""
        item = self._table.get(keys.registration(registration_id), consistent=consistent)
        if item is None:
            raise NotFound("There is no such registration.", field="registration_id")
        return items.load(Registration, item)

    def guest_page(self, registration_id: str) -> GuestPage:
        """Return everything of one registration in one Query. Raises NotFound."""
        access = Access(self._table, keys.registration_partition(registration_id), consistent=True)
        found: dict[str, list[Item]] = {}
        for item in access.stream():
            found.setdefault(item["entity"], []).append(item)
        if "registration" not in found:
            raise NotFound("There is no such registration.", field="registration_id")
        admissions = found.get("admission", [])
        return GuestPage(
            registration=items.load(Registration, found["registration"][0]),
            admission=items.load(Admission, admissions[0]) if admissions else None,
            sign_ups=tuple(items.load(SignUp, i) for i in found.get("sign_up", ())),
            requests=tuple(items.load(GuestRequest, i) for i in found.get("guest_request", ())),
        )

    def by_email(self, event_id: str, email: str) -> Registration | None:
        """Return the latest registration of an address, live or cancelled, or None; two reads."""
        claim = self._table.get(keys.email_claim(event_id, email), consistent=True)
        return self.get(claim["registration_id"]) if claim else None

    def save(self, registration: Registration) -> Registration:
        """Replace a registration whose address and status stay. Raises StaleWrite."""
        fresh = replace(registration, version=registration.version + 1)
        self._mark_buckets(fresh)
        self._run([self._replacing(fresh)])
        return fresh

    def save_address(self, registration: Registration, old_email: str) -> Registration:
        """Replace a registration whose address changed, moving the claim with it.

        Raises
        ------
        StaleWrite
            Somebody changed it since it was read.
        AlreadyExists
            Another registration of the event has the address.
        """
        fresh = replace(registration, version=registration.version + 1)
        self._mark_buckets(fresh)
        claim = keys.email_claim(fresh.event_id, fresh.guest.email)
        claim |= {"entity": "claim", "registration_id": fresh.registration_id}
        self._run(
            [
                self._replacing(fresh),
                self._table.putting(
                    claim,
                    "attribute_not_exists(pk) OR registration_id = :me OR freed = :yes",
                    {":me": fresh.registration_id, ":yes": True},
                ),
                self._table.deleting(keys.email_claim(fresh.event_id, old_email)),
            ]
        )
        return fresh

    def cancel(self, registration: Registration) -> Registration:
        """Store a cancelled registration, give its place and its address back, once.

        The claim stays, marked as free, so that the address is still found.

        Raises StaleWrite when somebody changed it since it was read.
        """
        fresh = replace(
            registration, version=registration.version + 1, status=RegistrationStatus.CANCELLED
        )
        writes = [
            self._replacing(fresh),
            self._table.updating(
                keys.email_claim(fresh.event_id, fresh.guest.email),
                "SET freed = :yes, registration_id = :me, entity = :claim",
                {":yes": True, ":me": fresh.registration_id, ":claim": "claim"},
            ),
        ]
        if fresh.stock_shard is not None:
            writes.append(self._stock(fresh, +1))
        self._run(writes)
        return fresh

    # -- lists ----------------------------------------------------------------------------------
    def newest(self, event_id: str, status: str = "") -> Walk:
        """Return a walk over an event's registrations, newest first."""
        hours = Access(self._table, keys.hour_buckets(event_id), descending=True).stream()
        return self._walk([(h["bucket"], "by_time") for h in hours], "", status, descending=True)

    def by_name(self, event_id: str, prefix: str = "", status: str = "") -> Walk:
        """Return a walk over an event's registrations by name, from ``prefix`` on.

        A prefix of two letters or more hits one bucket.
        """
        wanted = keys.normalised(prefix)
        if len(wanted) >= 2:
            buckets = [keys.name_bucket(event_id, wanted)]
        else:
            known = Access(self._table, keys.name_buckets(event_id)).stream()
            buckets = [b["bucket"] for b in known]
        return self._walk([(b, "by_name") for b in buckets], wanted, status)

    def page(self, walk: Walk, limit: int, cursor: str | None = None) -> Page[Registration]:
        return walk.page(limit, cursor).map(lambda item: items.load(Registration, item))

    def _walk(
        self,
        buckets: list[tuple[str, str]],
        prefix: str,
        status: str,
        *,
        descending: bool = False,
    ) -> Walk:
        where = {"where": "#s = :s", "values": {":s": status}, "names": {"#s": "status"}}
        return Walk(
            [
                Access(
                    self._table,
                    bucket,
                    index,
                    prefix=prefix if index == "by_name" else "",
                    descending=descending,
                    **(where if status else {}),  # type: ignore[arg-type]
                )
                for bucket, index in buckets
            ]
        )

    # -- parts of writes ------------------------------------------------------------------------
    def _stock(self, registration: Registration, change: int) -> Item:
        assert registration.stock_shard is not None  # noqa: S101 - callers ask first
        what = type_stock(registration.type_id)
        return self._table.updating(
            keys.stock(registration.event_id, what, registration.stock_shard),
            "SET unsold = unsold + :change",
            {":change": change, ":floor": -change if change < 0 else 0},
            "unsold >= :floor",
        )

    def _replacing(self, fresh: Registration) -> Item:
        return self._table.putting(
            registration_item(fresh), "version = :read", {":read": fresh.version - 1}
        )

    def _run(self, writes: list[Item]) -> None:
        try:
            self._table.transact(*writes)
        except TransactionRefused as refused:
            if refused.reasons[0].refused:
                raise StaleWrite(
                    "Somebody else changed this registration after it was read."
                ) from refused
            raise AlreadyExists(
                "Another guest of this event has this address.", field="email"
            ) from refused

    def _mark_buckets(self, registration: Registration) -> None:
        """Note the buckets that lists must visit; before the write, so that none is missed."""
        event_id = registration.event_id
        hour = keys.hour_bucket(event_id, registration.registered_at)
        name = keys.name_bucket(event_id, registration.guest.name)
        for directory, bucket in (
            (keys.hour_buckets(event_id), hour),
            (keys.name_buckets(event_id), name),
        ):
            if (directory, bucket) not in self._marked:
                self._table.put(
                    keys.one(directory, bucket) | {"entity": "bucket", "bucket": bucket}
                )
                self._marked.add((directory, bucket))


def registration_item(registration: Registration) -> Item:
    """Return the item of a registration with its index keys."""
    event_id, moment = registration.event_id, registration.registered_at
    ending = f"#{registration.registration_id}"
    return (
        keys.registration(registration.registration_id)
        | {
            "name_pk": keys.name_bucket(event_id, registration.guest.name),
            "name_sk": keys.normalised(registration.guest.name) + ending,
            "time_pk": keys.hour_bucket(event_id, moment),
            "time_sk": items.time_text(moment) + ending,
        }
        | items.dump("registration", registration)
    )


def _refusal(reasons: list[Reason]) -> Exception:
    key, address, registration, *stock = reasons
    if key.refused and key.item:
        return KeySeen(key.item["payload_hash"], key.item["registration_id"])
    if address.refused and address.item:
        return AddressTaken(address.item["registration_id"])
    if stock and stock[0].refused:
        return ShardEmpty()
    return StaleWrite(f"Registration not stored: {[r.code for r in (registration, *stock)]}")
