"""The programme and the sign-ups for its sessions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from eventsite.core.domain.agenda import AgendaSession, SignUp
from eventsite.core.errors import NotFound, StaleWrite
from eventsite.core.store import items, keys
from eventsite.core.store.caching import Cache
from eventsite.core.store.items import Item
from eventsite.core.store.pages import Access
from eventsite.core.store.table import ConditionFailed, Table, TransactionRefused

CACHE_SECONDS = 5.0
"""How long a process may show a programme without reading it again."""


class AgendaRepository:
    """One method per access pattern; each write is one atomic call."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._agendas: Cache[tuple[AgendaSession, ...]] = Cache(timedelta(seconds=CACHE_SECONDS))

    def of_event(self, event_id: str) -> tuple[AgendaSession, ...]:
        """Return the whole programme by start; one Query a megabyte, kept for five seconds."""
        return self._agendas.get(event_id, self.fresh)

    def fresh(self, event_id: str) -> tuple[AgendaSession, ...]:
        access = Access(self._table, keys.agenda_partition(event_id))
        return tuple(items.load(AgendaSession, item) for item in access.stream())

    def get(self, event_id: str, session_id: str) -> AgendaSession:
        """Return a session. Raises NotFound."""
        for session in self.of_event(event_id):
            if session.session_id == session_id:
                return session
        raise NotFound(f"This event has no session {session_id!r}.", field="session_id")

    def add(self, session: AgendaSession) -> None:
        """Store a new session. Raises StaleWrite when it is there already."""
        self._write(session, None)

    def save(self, session: AgendaSession, before: AgendaSession) -> AgendaSession:
        """Replace ``before`` by ``session``; a new start moves the item. Raises StaleWrite."""
        fresh = replace(session, version=before.version + 1)
        self._write(fresh, before)
        return fresh

    def _write(self, session: AgendaSession, before: AgendaSession | None) -> None:
        table, item = self._table, _session_item(session)
        self._agendas.forget(session.event_id)
        try:
            if before is None:
                table.put(item, "attribute_not_exists(pk)")
            elif before.starts_at == session.starts_at:
                table.put(item, "version = :read", {":read": before.version})
            else:
                old = keys.agenda_session(before.event_id, before.starts_at, before.session_id)
                read = {":read": before.version}
                table.transact(
                    table.deleting(old, "version = :read", read),
                    table.putting(item, "attribute_not_exists(pk)"),
                )
        except (ConditionFailed, TransactionRefused) as stale:
            raise StaleWrite("Somebody else changed this session after it was read.") from stale

    def due(self, start: datetime, span: timedelta) -> Iterator[AgendaSession]:
        """Yield sessions of all events that start within ``span`` of ``start``."""
        window = (items.time_text(start), items.time_text(start + span) + "~")
        for bucket in keys.due_buckets(start, span):
            for item in Access(self._table, bucket, "by_queue", between=window).stream():
                yield items.load(AgendaSession, item)

    def sign_up(self, sign_up: SignUp) -> None:
        """Store a guest's sign-up; storing it again changes nothing."""
        session_key = f"{sign_up.event_id}#{sign_up.session_id}"
        key = keys.sign_up(sign_up.registration_id, sign_up.session_id)
        key |= {
            "queue_pk": keys.sign_up_bucket(session_key, sign_up.registration_id),
            "queue_sk": sign_up.registration_id,
        }
        try:
            self._table.put(key | items.dump("sign_up", sign_up), "attribute_not_exists(pk)")
        except ConditionFailed:
            return

    def sign_off(self, registration_id: str, session_id: str) -> None:
        self._table.delete(keys.sign_up(registration_id, session_id))

    def sign_ups(self, session: AgendaSession) -> Iterator[SignUp]:
        """Yield everybody who signed up for a session, bucket by bucket."""
        for bucket in keys.sign_up_buckets(session.session_key):
            for item in Access(self._table, bucket, "by_queue").stream():
                yield items.load(SignUp, item)


def _session_item(session: AgendaSession) -> Item:
    return (
        keys.agenda_session(session.event_id, session.starts_at, session.session_id)
        | {
            "queue_pk": keys.due_bucket(session.starts_at),
            "queue_sk": f"{items.time_text(session.starts_at)}#{session.session_key}",
        }
        | items.dump("agenda_session", session)
    )
