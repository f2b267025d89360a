"""Imports of guests: how far each has come, and what it changed as it was before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from eventsite.core.domain.guest_imports import UNDO_SPAN, GuestImport
from eventsite.core.domain.registrations import Registration
from eventsite.core.errors import AlreadyExists, NotFound, StaleWrite
from eventsite.core.store import items, keys, office_keys
from eventsite.core.store.items import Item
from eventsite.core.store.pages import Access, Page
from eventsite.core.store.table import ConditionFailed, Table

KEPT = timedelta(days=90)
"""How long an import is remembered; its files go earlier."""


class ImportRepository:
    """One method per access pattern; each write is one atomic call, on what was read."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, guest_import: GuestImport) -> GuestImport:
        """Store a new import. Raises AlreadyExists."""
        try:
            self._table.put(_item(guest_import), "attribute_not_exists(pk)")
        except ConditionFailed as there:
            raise AlreadyExists("There is such an import.", field="import_id") from there
        return guest_import

    def get(self, import_id: str) -> GuestImport:
        """Return an import. Raises NotFound."""
        item = self._table.get(office_keys.guest_import(import_id), consistent=True)
        if item is None:
            raise NotFound("There is no such import.", field="import_id")
        return items.load(GuestImport, item)

    def of_event(self, event_id: str, limit: int, cursor: str | None = None) -> Page[GuestImport]:
        """Return an event's imports, newest first. Raises BadCursor."""
        access = Access(self._table, office_keys.imports_of(event_id), "by_actor", descending=True)
        return access.page(limit, cursor).map(lambda item: items.load(GuestImport, item))

    def save(self, guest_import: GuestImport) -> GuestImport:
        """Replace an import as it was read. Raises StaleWrite."""
        fresh = replace(guest_import, version=guest_import.version + 1)
        try:
            self._table.put(_item(fresh), "version = :seen", {":seen": guest_import.version})
        except ConditionFailed as stale:
            raise StaleWrite("Somebody else has gone on with this import.") from stale
        return fresh

    def saving(self, guest_import: GuestImport) -> Item:
        """Return the write that ``save`` makes, for a transaction of this table."""
        fresh = replace(guest_import, version=guest_import.version + 1)
        return self._table.putting(_item(fresh), "version = :seen", {":seen": guest_import.version})


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """A registration as it was before an import changed it, and its version afterwards."""

    registration: Registration
    import_id: str
    changed_to: int


class BeforeRepository:
    """What imports changed, as it was; beside the registration, so that it is erased with it.

    It is written by the transaction that changes the registration: these are parts of it.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def of_registrations(
        self, registration_ids: Iterable[str], import_id: str
    ) -> dict[str, Before]:
        """Return what an import changed, by registration id; 100 a call."""
        wanted = [keys.before_import(each, import_id) for each in registration_ids]
        found = (items.load(Before, item) for item in self._table.get_all(wanted))
        return {each.registration.registration_id: each for each in found}

    def keeping(self, before: Before, now: datetime) -> Item:
        """Return the write that keeps it, for as long as the import can be undone."""
        key = keys.before_import(before.registration.registration_id, before.import_id)
        ttl = int((now + UNDO_SPAN + timedelta(days=1)).timestamp())
        return self._table.putting(key | items.dump("before_import", before) | {"ttl": ttl})

    def forgetting(self, before: Before) -> Item:
        """Return the write that takes it away."""
        key = keys.before_import(before.registration.registration_id, before.import_id)
        return self._table.deleting(key)

    def not_admitted(self, registration_id: str) -> Item:
        """Return a check that the guest was at no door."""
        return self._table.checking(keys.attendance(registration_id), "attribute_not_exists(pk)")


def _item(guest_import: GuestImport) -> Item:
    created = guest_import.created_at
    return (
        office_keys.guest_import(guest_import.import_id)
        | {
            "actor_pk": office_keys.imports_of(guest_import.event_id),
            "actor_sk": f"{items.time_text(created)}#{guest_import.import_id}",
            "ttl": int((created + KEPT).timestamp()),
        }
        | items.dump("guest_import", guest_import)
    )
