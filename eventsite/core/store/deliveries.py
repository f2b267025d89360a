"""Claims on messages: who is sending what, and what was sent.

The send APIs of AWS have no idempotency token, so this record is the only guard. Life of a
delivery: claimed, then sent or refused. What happens to a claim whose worker died depends on
the kind of message: see ``claim``.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from enum import StrEnum

from eventsite.core.store import keys
from eventsite.core.store.items import time_text
from eventsite.core.store.table import ConditionFailed, Table

LEASE = timedelta(minutes=3)
"""How long a worker may hold a message. Source: the outbox's VisibilityTimeout, infra."""

KEPT = timedelta(days=400)
"""How long deliveries are kept, for the organizer's questions afterwards."""


class Claim(StrEnum):
    """What a worker that wants to send is told."""

    YOURS = "yours"
    DONE = "done"
    HELD = "held"


class DeliveryRepository:
    """Makes at-least-once queues send once."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def claim(
        self,
        notification_id: str,
        *,
        now: datetime,
        at_most_once: bool,
        correlation_id: str = "",
        registration_id: str = "",
        kind: str = "",
    ) -> Claim:
        """Return YOURS when the caller may send, DONE when it was handled, HELD when another does.

        A claim whose worker died lapses after ``LEASE``: it may then be sent again, so that
        nothing is lost. With ``at_most_once`` it never lapses: a lost reminder is better than two.
        What is sent to a guest is listed under their ``registration_id``.
        """
        seconds = int(now.timestamp())
        item = keys.delivery(notification_id) | {
            "entity": "delivery",
            "outcome": "claimed",
            "at_most_once": at_most_once,
            "claimed_at": time_text(now),
            "lease_until": seconds + int(LEASE.total_seconds()),
            "correlation_id": correlation_id,
            "ttl": seconds + int(KEPT.total_seconds()),
        }
        if registration_id:
            item |= {
                "registration_id": registration_id,
                "kind": kind,
                "queue_pk": keys.sent_to(registration_id),
                "queue_sk": f"{time_text(now)}#{notification_id}",
            }
        condition = "attribute_not_exists(pk)"
        values = {}
        if not at_most_once:
            condition += " OR (outcome = :claimed AND lease_until < :now)"
            values = {":claimed": "claimed", ":now": seconds}
        try:
            self._table.put(item, condition, values)
        except ConditionFailed as taken:
            held = taken.item and taken.item["outcome"] == "claimed" and not at_most_once
            return Claim.HELD if held else Claim.DONE
        return Claim.YOURS

    def finish(
        self, notification_id: str, *, outcome: str, detail: str, channel: str, now: datetime
    ) -> None:
        """Record ``sent`` with the message id, or ``refused`` or ``unknown`` with the cause."""
        said = {":outcome": outcome, ":detail": detail, ":channel": channel}
        with suppress(ConditionFailed):  # the guest was erased meanwhile, and this with them
            self._table.update(
                keys.delivery(notification_id),
                "SET outcome = :outcome, detail = :detail, channel = :channel, finished_at = :at"
                " REMOVE lease_until",
                said | {":at": time_text(now)},
                "attribute_exists(pk)",
            )

    def release(self, notification_id: str) -> None:
        """Give the claim back so that the queue's next delivery may try."""
        self._table.delete(keys.delivery(notification_id), "outcome = :c", {":c": "claimed"})

    def outcome(self, notification_id: str) -> str:
        """Return claimed, sent or refused, or an empty string when nobody tried."""
        item = self._table.get(keys.delivery(notification_id), consistent=True)
        return str(item["outcome"]) if item else ""
