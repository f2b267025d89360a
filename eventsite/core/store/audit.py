"""The audit trail: append-only, read by object, by actor and as a whole."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from eventsite.core.domain.staff import AuditEntry
from eventsite.core.store import keys, office_keys
from eventsite.core.store.items import dump, load, time_text
from eventsite.core.store.pages import Access
from eventsite.core.store.table import Table


class AuditRepository:
    """What staff did. Sort keys have microseconds and a random tail, so acts never collide."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def record(self, entry: AuditEntry) -> None:
        """Append an entry."""
        sort = f"{time_text(entry.at)}#{secrets.token_hex(4)}"
        item = dump("audit_entry", entry)
        item |= keys.one(office_keys.audit_partition(entry.model, entry.object_id), sort)
        item |= {"actor_pk": office_keys.audit_actor(entry.actor), "actor_sk": sort}
        item |= {"month_pk": office_keys.audit_month(entry.at), "month_sk": sort}
        self.table.put(item)

    def for_object(self, model: str, object_id: str, limit: int = 100) -> list[AuditEntry]:
        """Return the newest acts on one object, newest first."""
        partition = office_keys.audit_partition(model, object_id)
        return _read(Access(self.table, partition, descending=True), limit)

    def by_actor(self, actor: str, limit: int = 10) -> list[AuditEntry]:
        """Return the newest acts of one member of staff, newest first."""
        return _read(
            Access(self.table, office_keys.audit_actor(actor), "by_actor", descending=True), limit
        )

    def recent(self, now: datetime, limit: int = 10) -> list[AuditEntry]:
        """Return the newest acts of this month and the last one, newest first."""
        last_month = now.replace(day=1) - timedelta(days=1)
        found: list[AuditEntry] = []
        for month in (now, last_month):
            if len(found) < limit:
                access = Access(
                    self.table, office_keys.audit_month(month), "by_month", descending=True
                )
                found += _read(access, limit - len(found))
        return found


def _read(access: Access, limit: int) -> list[AuditEntry]:
    return [load(AuditEntry, item) for item in access.page(limit)]
