"""What became of queued registrations; kept for a week."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from eventsite.core.domain.attempts import Attempt
from eventsite.core.store import items, keys
from eventsite.core.store.table import ConditionFailed, Table

KEPT = timedelta(days=7)


class AttemptRepository:
    """One method per access pattern."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def answer(self, attempt: Attempt) -> None:
        """Store an outcome; the first one stays."""
        ttl = int((attempt.answered_at + KEPT).timestamp())
        item = keys.attempt(attempt.attempt_id) | items.dump("attempt", attempt) | {"ttl": ttl}
        if attempt.guest:
            item |= {
                "queue_pk": keys.attempts_of(attempt.event_id, attempt.guest.email),
                "queue_sk": items.time_text(attempt.answered_at),
            }
        with suppress(ConditionFailed):  # the queue gave the message a second time
            self._table.put(item, "attribute_not_exists(pk)")

    def get(self, attempt_id: str) -> Attempt | None:
        """Return the outcome, or None while there is none."""
        item = self._table.get(keys.attempt(attempt_id), consistent=True)
        return items.load(Attempt, item) if item else None
