"""Deliveries of webhooks: one fact to one webhook, tried until it is taken or given up. Pure.

A delivery is tried ``ATTEMPTS_MAX`` times over about a day; that is a round. A replay is another
round of the same delivery, with the same id and the same bytes.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from eventsite.core.domain.hook_facts import HookFact
from eventsite.core.domain.webhooks import TEST, Webhook

FIRST_WAIT = timedelta(seconds=15)
FACTOR = 3
LONGEST_WAIT = timedelta(hours=6)
ATTEMPTS_MAX = 11
"""15 s, 45 s, 2 min, 7 min, 20 min, 1 h, 3 h, then every 6 h: 22.6 hours in all, give or take
a fifth."""
JITTER = 0.2

ATTEMPTS_KEPT = 50
"""Attempts that a delivery remembers, over all its rounds."""

KEPT = timedelta(days=30)
"""How long a delivery is remembered after it was first tried."""

GONE = 410


class HookOutcome(StrEnum):
    """How a delivery stands: taken, to be tried again, or given up until somebody replays it."""

    DELIVERED = "delivered"
    WAITING = "waiting"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class HookMessage:
    """A fact on its way to one webhook: attempt ``attempt`` of round ``round``, both from 1.

    It is not sent before ``not_before`` (seconds since 1970; 0 is at once).
    """

    hook_event_id: str
    event_id: str
    webhook_id: str
    topic: str
    payload: str
    correlation_id: str = ""
    attempt: int = 1
    round: int = 1
    not_before: int = 0

    def wait(self, now: datetime) -> int:
        """Return how many whole seconds are to pass before it is sent; 0 is none."""
        return max(0, math.ceil(self.not_before - now.timestamp()))

    def following(self, attempt: int, at: datetime) -> HookMessage:
        """Return the message of a later attempt."""
        return replace(self, attempt=attempt, not_before=math.ceil(at.timestamp()))


@dataclass(frozen=True, slots=True, kw_only=True)
class HookAttempt:
    """One call: the HTTP status, or 0 and in ``cause`` why nothing was answered or called."""

    at: datetime
    status: int = 0
    cause: str = ""
    took_ms: int = 0
    next_at: datetime | None = None

    @property
    def delivered(self) -> bool:
        return 200 <= self.status < 300

    @property
    def says(self) -> str:
        """The status or the cause, for people."""
        return f"HTTP {self.status}" if self.status else self.cause


@dataclass(frozen=True, slots=True, kw_only=True)
class HookDelivery:
    """What came of telling one webhook one fact. ``tries`` counts within the round."""

    event_id: str
    webhook_id: str
    hook_event_id: str
    topic: str
    payload: str
    outcome: HookOutcome
    first_at: datetime
    last_at: datetime
    next_at: datetime | None = None
    round: int = 1
    tries: int = 0
    attempts: tuple[HookAttempt, ...] = ()
    correlation_id: str = ""
    version: int = 0

    def again(self) -> HookMessage:
        """Return the message that begins the next round: a replay."""
        return HookMessage(
            hook_event_id=self.hook_event_id,
            event_id=self.event_id,
            webhook_id=self.webhook_id,
            topic=self.topic,
            payload=self.payload,
            correlation_id=self.correlation_id,
            round=self.round + 1,
        )


class Standing(StrEnum):
    """What a message means, given what is known: queues and streams repeat themselves."""

    TO_SEND = "to_send"
    TRIED = "tried"
    """This attempt was made and the next one is due: whoever made it may not have said so."""
    DONE = "done"


def standing(known: HookDelivery | None, message: HookMessage) -> Standing:
    if known is None or known.round < message.round:
        return Standing.TO_SEND
    if known.round > message.round or known.outcome is not HookOutcome.WAITING:
        return Standing.DONE
    return Standing.TRIED if known.tries >= message.attempt else Standing.TO_SEND


def addressed(fact: HookFact, hook: Webhook) -> HookMessage:
    """Return a fact on its way to a webhook."""
    return HookMessage(
        hook_event_id=fact.hook_event_id,
        event_id=fact.event_id,
        webhook_id=hook.webhook_id,
        topic=fact.topic,
        payload=fact.payload,
        correlation_id=fact.correlation_id,
    )


def tried(known: HookDelivery | None, message: HookMessage, attempt: HookAttempt) -> HookDelivery:
    """Return the delivery after an attempt."""
    before = known or HookDelivery(
        event_id=message.event_id,
        webhook_id=message.webhook_id,
        hook_event_id=message.hook_event_id,
        topic=message.topic,
        payload=message.payload,
        outcome=HookOutcome.WAITING,
        first_at=attempt.at,
        last_at=attempt.at,
        correlation_id=message.correlation_id,
    )
    missed = HookOutcome.WAITING if attempt.next_at else HookOutcome.FAILED
    return replace(
        before,
        outcome=HookOutcome.DELIVERED if attempt.delivered else missed,
        last_at=attempt.at,
        next_at=attempt.next_at,
        round=message.round,
        tries=message.attempt,
        attempts=(*before.attempts, attempt)[-ATTEMPTS_KEPT:],
    )


def next_at(message: HookMessage, now: datetime) -> datetime | None:
    """Return when a message that was not taken is tried again, None when it is given up.

    The wait is spread by a fifth either way, by id and attempt, so that what failed together does
    not come back together. A test is tried once: somebody is watching.
    """
    if message.attempt >= ATTEMPTS_MAX or message.topic == TEST:
        return None
    wait: timedelta = min(FIRST_WAIT * FACTOR ** (message.attempt - 1), LONGEST_WAIT)
    drawn = hashlib.sha256(f"{message.hook_event_id}/{message.attempt}".encode()).digest()
    spread = int.from_bytes(drawn[:4]) / 2**32  # 0 to 1
    return now + wait * (1 - JITTER + 2 * JITTER * spread)
