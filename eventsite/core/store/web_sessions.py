"""Signed-in browsers: one item each, so that signing out really ends the session."""

from __future__ import annotations

from datetime import datetime

from eventsite.core.store import keys, office_keys
from eventsite.core.store.table import ConditionFailed, Table


class WebSessionRepository:
    """Session data by session key.

    The item's key is a digest of the session key: whoever can read the table cannot take over
    a session.
    """

    def __init__(self, table: Table) -> None:
        self.table = table

    def get(self, session_key: str, now: datetime) -> str | None:
        """Return the session's data, or None when it is unknown, ended or expired.

        TTL deletes hours late, so the time is compared here.
        """
        item = self.table.get(_key(session_key), consistent=True)
        return str(item["data"]) if item and int(item["ttl"]) > now.timestamp() else None

    def create(self, session_key: str, data: str, expires_at: datetime) -> bool:
        """Write a new session; False when the key is taken."""
        return self._put(session_key, data, expires_at, "attribute_not_exists(pk)")

    def replace(self, session_key: str, data: str, expires_at: datetime) -> bool:
        """Overwrite a session; False when it was ended in between, which must stay so."""
        return self._put(session_key, data, expires_at, "attribute_exists(pk)")

    def delete(self, session_key: str) -> None:
        """End a session; one that is gone already is fine."""
        self.table.delete(_key(session_key))

    def _put(self, session_key: str, data: str, expires_at: datetime, condition: str) -> bool:
        item = _key(session_key) | {
            "entity": "web_session",
            "data": data,
            "ttl": int(expires_at.timestamp()),
        }
        try:
            self.table.put(item, condition)
        except ConditionFailed:
            return False
        return True


def _key(session_key: str) -> dict[str, str]:
    return office_keys.web_session(keys.digest(session_key))
