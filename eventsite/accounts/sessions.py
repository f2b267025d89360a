"""``SESSION_ENGINE = "eventsite.accounts.sessions"``: sessions in the office table.

One read a request buys real revocation: signing out ends the session for every holder of the
cookie, and an expired one is refused before TTL has removed it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib.sessions.backends.base import (
    VALID_KEY_CHARS,
    CreateError,
    SessionBase,
    UpdateError,
)
from django.utils.crypto import get_random_string

from eventsite.core.wiring import stores

KEY_LENGTH = 32


class SessionStore(SessionBase):
    def load(self) -> dict[str, Any]:
        key = self.session_key
        data = stores().web_sessions.get(key, datetime.now(UTC)) if key else None
        if data is None:
            self._session_key: str | None = None
            return {}
        return dict(self.decode(data))

    def exists(self, session_key: str) -> bool:
        return stores().web_sessions.get(session_key, datetime.now(UTC)) is not None

    def create(self) -> None:
        while True:
            self._session_key = self._get_new_session_key()
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        if self.session_key is None:
            self.create()
            return
        data = self.encode(self._get_session(no_load=must_create))  # type: ignore[attr-defined]
        write = stores().web_sessions.create if must_create else stores().web_sessions.replace
        if not write(self.session_key, data, self.get_expiry_date().astimezone(UTC)):
            raise CreateError if must_create else UpdateError

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            stores().web_sessions.delete(key)

    @classmethod
    def clear_expired(cls) -> None:
        """Nothing: the table's TTL does it."""

    def _get_new_session_key(self) -> str:
        # 32 random characters do not collide by chance and create() is conditional: no read first.
        return get_random_string(KEY_LENGTH, VALID_KEY_CHARS)
