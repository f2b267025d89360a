"""Registrations: the atomic writes that take, keep and give back places.

How to find registrations is in ``registration_lists``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from eventsite.core.domain.registrations import Guest, Registration, RegistrationStatus
from eventsite.core.errors import AlreadyExists, StaleWrite
from eventsite.core.store import items, keys
from eventsite.core.store.items import Item
from eventsite.core.store.registration_items import (
    ABSENT,
    adding,
    claiming,
    naming,
    replacing,
    taken_by,
    unclaiming,
)
from eventsite.core.store.registration_lists import RegistrationLists
from eventsite.core.store.stock import giving_back, joining, taking
from eventsite.core.store.table import ConditionFailed, Reason, TransactionRefused

IDEMPOTENCY_SPAN = timedelta(days=2)
"""How long a repeated call gets its first answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The answer that an idempotency key got: for which payload, and what.

    ``told`` is the status that whoever asked was told, with ``registration_ids`` unless the
    address was known already; or there are code, message and field of a refusal.
    """

    payload_hash: str
    registration_ids: tuple[str, ...] = ()
    told: str = ""
    code: str = ""
    message: str = ""
    field: str = ""


class KeySeen(Exception):
    """The idempotency key was used before."""

    def __init__(self, kept: Kept) -> None:
        super().__init__("idempotency key seen")
        self.kept = kept


class AddressTaken(Exception):
    """An address has as many live registrations as it may: ``registration_ids`` among them.

    ``status`` is what the refused one would have had.
    """

    def __init__(self, registration_ids: tuple[str, ...], status: RegistrationStatus) -> None:
        super().__init__("address taken")
        self.registration_ids = registration_ids
        self.status = status


class StockShort(Exception):
    """A shard had too few left, or is kept for those who wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """A party about to be stored, all or none. ``limits``: live registrations by type and address.

    ``public`` gets nothing from closed stock. ``behind`` is a shard of each stock that a party
    waits for: it must be closed, and remembers that somebody joined the line.
    """

    party: Sequence[Registration]
    key: str
    payload_hash: str
    now: datetime
    limits: Mapping[str, int | None] = field(default_factory=dict)
    public: bool = True
    behind: Mapping[str, int] = field(default_factory=dict)


class RegistrationRepository(RegistrationLists):
    """One method per access pattern; each write is one atomic call."""

    def add(self, placing: Placing) -> None:
        """Take the places of a party with its claims and its idempotency record, or nothing.

        Raises
        ------
        KeySeen
            The key was used before.
        StockShort
            A shard that a registration's ``places`` name has too few left.
        AddressTaken
            An address has all the live registrations of a type that it may have.
        AlreadyExists
            A registration id or external id is there already.
        """
        table, party = self._table, placing.party
        event_id = party[0].event_id
        for registration in party:
            self._mark_buckets(registration)
        kept = Kept(
            payload_hash=placing.payload_hash,
            registration_ids=tuple(each.registration_id for each in party),
            told=party[0].status.value,
        )
        named: list[tuple[str, Item]] = [
            ("key", table.putting(self._kept(event_id, placing.key, kept, placing.now), ABSENT))
        ]
        named += [("stock", w) for w in self._taking(party, public=placing.public)]
        named += [("address", w) for w in claiming(table, party, placing.limits)]
        named += [("new", adding(table, each)) for each in party]
        named += [("new", naming(table, each)) for each in party if each.external_id]
        line = joining(table, event_id, placing.behind, placing.now)
        named += [("stock", write) for write in line]
        try:
            table.transact(*(write for _, write in named))
        except TransactionRefused as refused:
            names = [name for name, _ in named]
            lost = dict(_refused(names, refused.reasons))
            raise _refusal(lost, party[0].status) from refused

    def keep_answer(self, event_id: str, key: str, kept: Kept, now: datetime) -> None:
        """Remember an answer that is no registration. Raises KeySeen when there is one."""
        try:
            self._table.put(self._kept(event_id, key, kept, now), ABSENT)
        except ConditionFailed as seen:
            raise KeySeen(items.load(Kept, seen.item or {})) from seen

    def kept_answer(self, event_id: str, key: str) -> Kept | None:
        """Return the answer that a key got, if it got one."""
        where = keys.idempotency(f"registration#{event_id}", key)
        item = self._table.get(where, consistent=True)
        return items.load(Kept, item) if item else None

    def save(self, registration: Registration, *, extra: Iterable[Item] = ()) -> Registration:
        """Replace a registration whose address, type and places stay. Raises StaleWrite.

        ``extra`` are writes of the same table that happen with it, or not at all.
        """
        fresh = replace(registration, version=registration.version + 1)
        self._mark_buckets(fresh)
        self._run([replacing(self._table, fresh), *extra])
        return fresh

    def save_address(
        self, registration: Registration, old: Guest, limit: int | None, extra: Iterable[Item] = ()
    ) -> Registration:
        """Replace a live registration whose address changed, moving the claim with it.

        Raises
        ------
        StaleWrite
            Somebody changed it since it was read.
        AlreadyExists
            The new address has all the registrations of this type that it may have.
        """
        fresh = replace(registration, version=registration.version + 1)
        self._mark_buckets(fresh)
        self._run(
            [
                replacing(self._table, fresh),
                *claiming(self._table, [fresh], {fresh.type_id: limit}),
                *unclaiming(self._table, [replace(fresh, guest=old)]),
                *extra,
            ]
        )
        return fresh

    def move(
        self, before: Sequence[Registration], after: Sequence[Registration], *, public: bool = False
    ) -> tuple[Registration, ...]:
        """Bring a party from one state to the next, with its places and claims, all or none.

        What ``after`` has in ``places`` and ``before`` had not is taken, and the reverse is given
        back; addresses of those who are no longer live are freed.

        Raises
        ------
        StaleWrite
            Somebody changed one of them since it was read.
        StockShort
            A shard has too few left.
        """
        table, event_id = self._table, after[0].event_id
        fresh = tuple(replace(each, version=each.version + 1) for each in after)
        gone = [b for b, a in zip(before, after, strict=True) if b.live and not a.live]
        taken, had = taken_by(fresh), taken_by(before)
        named = [("version", replacing(table, each)) for each in fresh]
        named += [("stock", w) for w in taking(table, event_id, taken - had, public=public)]
        named += [("back", w) for w in giving_back(table, event_id, had - taken)]
        named += [("back", w) for w in unclaiming(table, gone)]
        try:
            table.transact(*(write for _, write in named))
        except TransactionRefused as refused:
            lost = dict(_refused([name for name, _ in named], refused.reasons))
            if "stock" in lost and "version" not in lost:
                raise StockShort from refused
            raise _stale() from refused
        return fresh

    def remove(self, registration: Registration, *, extra: Iterable[Item] = ()) -> None:
        """Take a registration away as if it had never been; its places and claims are free.

        Raises StaleWrite when somebody changed it since it was read.
        """
        table, event_id = self._table, registration.event_id
        writes = [
            table.deleting(
                keys.registration(registration.registration_id),
                "version = :read",
                {":read": registration.version},
            ),
            *giving_back(table, event_id, taken_by([registration])),
        ]
        if registration.live:
            writes += unclaiming(table, [registration])
        if registration.external_id:
            writes.append(table.deleting(keys.external(event_id, registration.external_id)))
        self._run([*writes, *extra])

    def wish_mail(
        self,
        event_id: str,
        registration_id: str,
        reason: str,
        window: str,
        ttl: int,
        now: datetime,
        correlation_id: str,
    ) -> bool:
        """Have a guest told again where their registration is; False if asked in this window."""
        item = keys.mail_wish(registration_id, window) | {
            "entity": "mail_wish",
            "event_id": event_id,
            "registration_id": registration_id,
            "reason": reason,
            "asked_at": items.time_text(now),
            "correlation_id": correlation_id,
            "ttl": ttl,
        }
        try:
            self._table.put(item, ABSENT)
        except ConditionFailed:
            return False
        return True

    # -- parts of writes ------------------------------------------------------------------------
    def _taking(self, party: Sequence[Registration], *, public: bool) -> list[Item]:
        return taking(self._table, party[0].event_id, taken_by(party), public=public)

    @staticmethod
    def _kept(event_id: str, key: str, kept: Kept, now: datetime) -> Item:
        ttl = int((now + IDEMPOTENCY_SPAN).timestamp())
        where = keys.idempotency(f"registration#{event_id}", key)
        return where | items.dump("idempotency", kept) | {"ttl": ttl}

    def _run(self, writes: list[Item]) -> None:
        try:
            self._table.transact(*writes)
        except TransactionRefused as refused:
            if refused.reasons[0].refused:
                raise _stale() from refused
            raise AlreadyExists(
                "Another guest of this event has this address.", field="email"
            ) from refused


def _stale() -> StaleWrite:
    return StaleWrite("Somebody else changed this registration after it was read.")


def _refused(names: Sequence[str], reasons: Sequence[Reason]) -> Iterable[tuple[str, Reason]]:
    """Yield what refused, the first of each name last, so that it is the one kept."""
    for name, reason in reversed(list(zip(names, reasons, strict=True))):
        if reason.refused:
            yield name, reason


def _refusal(refused: Mapping[str, Reason], status: RegistrationStatus) -> Exception:
    if "key" in refused:
        return KeySeen(items.load(Kept, refused["key"].item or {"payload_hash": ""}))
    if "stock" in refused:
        return StockShort()
    if "address" in refused:
        ids = (refused["address"].item or {}).get("ids", ())
        return AddressTaken(tuple(sorted(ids)), status)
    return AlreadyExists("This registration is there already.", field="registration_id")
