"""Slowing down whoever guesses: attempts from one address are counted."""

from __future__ import annotations

from datetime import datetime

from eventsite.core.errors import Throttled
from eventsite.core.store.throttles import ThrottleRepository

WINDOW = 15 * 60
"""Seconds in which attempts are counted."""

ATTEMPTS = 10
"""Attempts in a window: more than anybody mistypes."""


def count_attempt(throttles: ThrottleRepository, scope: str, now: datetime) -> None:
    """Count an attempt; it is counted before it is made, so that a burst is no way around.

    Raises Throttled when there were too many.
    """
    if throttles.take(scope, WINDOW, now) > ATTEMPTS:
        refusal = Throttled()
        refusal.wait_seconds = WINDOW - int(now.timestamp()) % WINDOW
        raise refusal


def forgive_attempt(throttles: ThrottleRepository, scope: str, now: datetime) -> None:
    """Take an attempt back that was none."""
    throttles.give_back(scope, WINDOW, now)
