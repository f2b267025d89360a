"""Telling other systems: webhooks are set up, tried out, switched off, and told again.

What a webhook is told comes from the stream (``pipeline.hooks``) and goes out through its queue
(``pipeline.handlers.deliver_webhooks``). Here is what people decide about it.
"""

from __future__ import annotations

import secrets as random_secrets
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from itertools import islice

from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.hook_deliveries import HookDelivery, HookMessage, HookOutcome, addressed
from eventsite.core.domain.hook_facts import HookFact, trial_fact
from eventsite.core.domain.setups import checked_webhook
from eventsite.core.domain.webhooks import TEST, Webhook
from eventsite.core.errors import Invalid, NotAllowed, StaleWrite
from eventsite.core.store.events import EventRepository
from eventsite.core.store.hooks import HookRepository
from eventsite.core.store.queues import HookQueue
from eventsite.core.store.secrets import Secrets

SWITCHING_TRIES = 5
"""Tries of switching a webhook off while an organizer saves it."""

REPLAYED_AT_ONCE = 2000
"""Failed deliveries that one call replays: 200 calls of SQS, a few seconds."""


def messages_for(setup: EventSetup, fact: HookFact) -> list[HookMessage]:
    """Return a fact addressed to every webhook that wants it."""
    return [addressed(fact, hook) for hook in setup.webhooks if hook.wants(fact.topic)]


def webhook_of(setup: EventSetup, webhook_id: str) -> Webhook | None:
    """Return a webhook of an event, None when there is none."""
    return next((hook for hook in setup.webhooks if hook.webhook_id == webhook_id), None)


def secret_of(hook: Webhook, secrets: Secrets) -> str:
    """Return the text that the receiver needs to check signatures."""
    return secrets.webhook_key(hook.event_id, hook.webhook_id, hook.generation).decode()


def save_webhook(
    events: EventRepository,
    hook: Webhook,
    seen: Webhook | None = None,
    *,
    private_hosts: Collection[str] = (),
) -> Webhook:
    """Store a new webhook, or a changed one that was ``seen`` before; return it as stored.

    Raises
    ------
    NotFound
        No such event.
    Invalid
        A value breaks a rule, such as an address that is not public; ``field`` says which.
    AlreadyExists
        The id of a new webhook is taken.
    StaleWrite
        Somebody changed it since.
    """
    hook = checked_webhook(hook, private_hosts)
    event = events.get(hook.event_id)
    if seen is None:
        hook = replace(hook, generation=1, version=1)
        events.add_part(event, hook)
        return hook
    if (hook.event_id, hook.webhook_id) != (seen.event_id, seen.webhook_id):
        raise Invalid("An id stays.", field="webhook_id")
    if hook.version != seen.version:
        raise StaleWrite("Somebody else changed this after you opened it.")
    return events.save_part(event, hook, seen)


def new_secret(events: EventRepository, seen: Webhook) -> Webhook:
    """Change a webhook's key: what is sent from now on, repetitions too, is signed with the new
    one. Raises NotFound or StaleWrite."""
    event = events.get(seen.event_id)
    return events.save_part(event, replace(seen, generation=seen.generation + 1), seen)


def switch_off(events: EventRepository, event_id: str, webhook_id: str, url: str) -> bool:
    """Switch a webhook off because ``url`` is gone for good; return whether that was done.

    It stays on when an organizer has given it another address meanwhile, or saves it all the
    time. Raises NotFound.
    """
    for _ in range(SWITCHING_TRIES):
        setup = events.fresh_setup(event_id)
        hook = webhook_of(setup, webhook_id)
        if hook is None or not hook.active or hook.url != url:
            return False
        with suppress(StaleWrite):
            events.save_part(setup.event, replace(hook, active=False), hook)
            return True
    return False


def try_out(queue: HookQueue, hook: Webhook, now: datetime) -> str:
    """Send a test to a webhook and return its id in the log. Raises NotAllowed or Unavailable."""
    _must_be_active(hook)
    fact = trial_fact(hook.event_id, random_secrets.token_hex(8), now)
    queue.put([addressed(fact, hook)])
    return fact.hook_event_id


def replay(queue: HookQueue, hook: Webhook, delivery: HookDelivery) -> None:
    """Send one delivery again, with the same id and bytes. Raises NotAllowed or Unavailable.

    Nothing is written here: the log has it when it has been tried. Asking twice before that
    sends it once.
    """
    _must_be_active(hook)
    queue.put([delivery.again()])


def replay_failed(
    hooks: HookRepository,
    queue: HookQueue,
    hook: Webhook,
    now: datetime,
    *,
    limit: int = REPLAYED_AT_ONCE,
) -> int:
    """Send what a webhook did not take again, the newest first; return how many of them.

    When it is ``limit`` there may be more. Tests stay where they are. Raises NotAllowed or
    Unavailable.
    """
    _must_be_active(hook)
    failed = hooks.stream(hook.event_id, hook.webhook_id, HookOutcome.FAILED, now)
    real = (delivery for delivery in failed if delivery.topic != TEST)
    return queue.put(delivery.again() for delivery in islice(real, limit))


def _must_be_active(hook: Webhook) -> None:
    if not hook.active:
        raise NotAllowed("This webhook is switched off; switch it on first.", field="active")
