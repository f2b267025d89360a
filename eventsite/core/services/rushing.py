"""The rush: when registrations are queued, and what whoever waits is told."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from eventsite.core.domain.attempts import Attempt, Receipt
from eventsite.core.domain.events import Event, Rush
from eventsite.core.errors import Unavailable
from eventsite.core.log import correlation_id
from eventsite.core.store.attempts import AttemptRepository
from eventsite.core.store.gauges import RateGauge
from eventsite.core.store.queues import Intake


class Hall(Protocol):
    """The part of an installation's stores that the waiting are looked after with."""

    @property
    def attempts(self) -> AttemptRepository: ...
    @property
    def rates(self) -> RateGauge: ...
    @property
    def intake(self) -> Intake: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a queued attempt stands: answered, or still waiting behind about ``place`` others."""

    answer: Attempt | None
    place: int = 0


def must_queue(hall: Hall, event: Event, now: datetime) -> bool:
    """Return whether a registration that comes now is to be queued; counts it."""
    if event.rush is Rush.AUTO:
        return hall.rates.note(event.event_id, now) > event.rush_per_minute
    return event.rush is Rush.ALWAYS


def enqueue(
    hall: Hall,
    event_id: str,
    body: Mapping[str, Any],
    *,
    key: str,
    account_id: str = "",
    proved_email: str = "",
) -> Receipt:
    """Queue a registration as it was sent; the same service takes it up as takes others.

    Raises Unavailable when the queue does not take it; safe to repeat with the same key.
    """
    attempt_id = secrets.token_hex(16)
    ahead = _depth(hall)
    hall.intake.put(
        event_id,
        body,
        idempotency_key=key,
        attempt_id=attempt_id,
        account_id=account_id,
        proved_email=proved_email,
        correlation_id=correlation_id(),
    )
    return Receipt(event_id=event_id, attempt_id=attempt_id, ahead=ahead)


def standing(hall: Hall, receipt: Receipt) -> Standing:
    """Return how an attempt stands.

    The place is an upper bound: no more are before it than when it came, nor than are queued.
    """
    answer = hall.attempts.get(receipt.attempt_id)
    if answer is not None:
        return Standing(answer=answer)
    depth = _depth(hall)
    return Standing(answer=None, place=depth if receipt.ahead < 0 else min(receipt.ahead, depth))


def _depth(hall: Hall) -> int:
    try:
        return hall.intake.depth()
    except Unavailable:
        return 0
