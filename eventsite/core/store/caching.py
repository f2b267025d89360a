"""A small memory of what was read a moment ago, per process and safe between threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Generic, TypeVar

T = TypeVar("T")

ENTRIES_MAX = 256


class Cache(Generic[T]):
    """Keeps values for ``span``; the oldest goes when there are more than ``ENTRIES_MAX``."""

    def __init__(self, span: timedelta) -> None:
        self._seconds = span.total_seconds()
        self._entries: dict[str, tuple[float, T]] = {}
        self._lock = threading.Lock()

    def get(self, name: str, read: Callable[[str], T]) -> T:
        """Return the kept value, or what ``read(name)`` returns; errors are not kept."""
        now = time.monotonic()
        with self._lock:
            entry = self._entries.get(name)
            if entry and entry[0] > now:
                return entry[1]
        value = read(name)
        with self._lock:
            if len(self._entries) >= ENTRIES_MAX:
                self._entries.pop(next(iter(self._entries)))
            self._entries[name] = (now + self._seconds, value)
        return value

    def forget(self, name: str) -> None:
        with self._lock:
            self._entries.pop(name, None)
