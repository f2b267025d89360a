"""What an event and its parts may be: ticket types, questions, codes, gates, items. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from zoneinfo import ZoneInfo

from eventsite.core.domain.badges import BadgeLayout
from eventsite.core.domain.door_setups import (
    checked_gate,
    checked_layout,
    checked_rule,
    checked_zone,
    must_be_clock_time,
)
from eventsite.core.domain.events import (
    Event,
    EventSetup,
    Gate,
    Part,
    RequestItem,
    TicketType,
)
from eventsite.core.domain.names import NAME_MAX, tidy_name
from eventsite.core.domain.promo_codes import PromoCode, tidy_code
from eventsite.core.domain.public_hosts import target_of
from eventsite.core.domain.questions import Question, QuestionKind
from eventsite.core.domain.rules import Rule
from eventsite.core.domain.setup_bounds import (
    AMOUNT_MAX,
    ID_MAX,
    known_types,
    must_be_amount,
    must_be_in_order,
    must_be_slug,
)
from eventsite.core.domain.webhooks import Topic, Webhook
from eventsite.core.domain.zones import Zone
from eventsite.core.errors import Invalid

__all__ = ["AMOUNT_MAX", "ID_MAX"]

NUMBER_MAX = 255
"""A ticket has one byte for the number of its type."""
PER_GUEST_MAX = 1000
SHARDS_MAX = 16
"""A group of 20 takes places of event and code from up to so many shards each, and of types from
20: with its registrations, claims and key that is within the 100 of one transaction. Source:
DynamoDB quotas."""
MINUTES_MAX = 60 * 24 * 60
RETENTION_MAX = 3650
WORDS_MAX = 1000
CHOICES_MAX = 100
CODES_MAX = 200
"""Promo codes of an event: all are read with it, a few bytes each."""

_REGION = re.compile(r"[A-Z]{2}")
_CURRENCY = re.compile(r"[A-Z]{3}")


def checked(part: Part, setup: EventSetup) -> Part:
    """Return a part of an event that is set up like this. Raises Invalid with the field."""
    match part:
        case TicketType():
            return checked_type(part)
        case Gate():
            return checked_gate(part, setup)
        case RequestItem():
            return checked_item(part, setup.types)
        case Question():
            return checked_question(part, setup)
        case PromoCode():
            return checked_code(part, setup.types)
        case Webhook():
            return checked_webhook(part)
        case Zone():
            return checked_zone(part, setup)
        case Rule():
            return checked_rule(part, setup)
        case BadgeLayout():
            return checked_layout(part, setup)


def checked_event(event: Event) -> Event:
    """Return the event. Raises Invalid with the field when a rule is broken."""
    if event.ends_at <= event.starts_at:
        raise Invalid("An event ends after it starts.", field="ends_at")
    if not 0 <= event.reminder_minutes <= 60:
        raise Invalid("Reminders come 0 to 60 minutes before.", field="reminder_minutes")
    try:
        ZoneInfo(event.zone)
    except (KeyError, ValueError, OSError) as error:
        raise Invalid("There is no such time zone.", field="zone") from error
    if event.region and not _REGION.fullmatch(event.region):
        raise Invalid("A country is two capital letters, such as IE.", field="region")
    if not 1 <= event.stock_shards <= SHARDS_MAX:
        raise Invalid(f"Stock is counted in 1 to {SHARDS_MAX} shards.", field="stock_shards")
    must_be_amount(event.capacity, "capacity")
    for name in ("hold_minutes", "offer_minutes", "lease_minutes"):
        if not 1 <= getattr(event, name) <= MINUTES_MAX:
            raise Invalid(f"This is 1 to {MINUTES_MAX} minutes.", field=name)
    if not 1 <= event.rush_per_minute <= AMOUNT_MAX:
        raise Invalid(f"This is 1 to {AMOUNT_MAX}.", field="rush_per_minute")
    if event.retention_days is not None and not 1 <= event.retention_days <= RETENTION_MAX:
        raise Invalid(f"Data are kept 1 to {RETENTION_MAX} days.", field="retention_days")
    must_be_clock_time(event.day_start or "-", "day_start")
    return event


def checked_type(kind: TicketType) -> TicketType:
    """Return the type with a tidy name. Raises Invalid with the field that breaks a rule."""
    must_be_slug(kind.type_id, "type_id")
    if not 0 <= kind.number <= NUMBER_MAX:
        raise Invalid(f"A type's number is 0 to {NUMBER_MAX}.", field="number")
    must_be_amount(kind.capacity, "capacity")
    must_be_in_order(kind.sale_from, kind.sale_until, "sale_until")
    if not 0 <= kind.price <= AMOUNT_MAX:
        raise Invalid(f"A price is 0 to {AMOUNT_MAX} minor units.", field="price")
    if kind.price and not _CURRENCY.fullmatch(kind.currency):
        raise Invalid("A currency is three capital letters, such as EUR.", field="currency")
    if kind.per_guest is not None and not 1 <= kind.per_guest <= PER_GUEST_MAX:
        raise Invalid(f"A guest can have 1 to {PER_GUEST_MAX}.", field="per_guest")
    return replace(kind, name=tidy_name(kind.name))


def checked_item(item: RequestItem, types: Iterable[TicketType]) -> RequestItem:
    """Return the item of an event that has ``types``. Raises Invalid with the field."""
    must_be_slug(item.item_id, "item_id")
    must_be_slug(item.station_id, "station_id")
    must_be_amount(item.stock, "stock")
    if not 1 <= item.per_guest <= PER_GUEST_MAX:
        raise Invalid(f"A guest can have 1 to {PER_GUEST_MAX}.", field="per_guest")
    return replace(item, name=tidy_name(item.name), type_ids=known_types(item.type_ids, types))


def checked_question(question: Question, setup: EventSetup) -> Question:
    """Return a question of an event that is set up like this. Raises Invalid with the field.

    A condition is on another question that comes earlier, so that no questions wait for another.
    """
    must_be_slug(question.question_id, "question_id")
    words = " ".join(question.name.split())
    if not 1 <= len(words) <= WORDS_MAX or not words.isprintable():
        raise Invalid(f"A question has 1 to {WORDS_MAX} characters.", field="name")
    choices = tuple(dict.fromkeys(filter(None, (" ".join(c.split()) for c in question.choices))))
    if question.kind in (QuestionKind.CHOICE, QuestionKind.SEVERAL):
        if not 1 <= len(choices) <= CHOICES_MAX or max(map(len, choices)) > NAME_MAX:
            raise Invalid(
                f"1 to {CHOICES_MAX} choices of up to {NAME_MAX} characters.", field="choices"
            )
    elif choices:
        raise Invalid("This kind of question has no choices.", field="choices")
    low, high = question.minimum, question.maximum
    if low is not None and high is not None and low > high:
        raise Invalid("The maximum is not below the minimum.", field="maximum")
    _must_depend_on_earlier(question, setup.questions)
    type_ids = known_types(question.type_ids, setup.types)
    return replace(question, name=words, choices=choices, type_ids=type_ids)


def checked_webhook(webhook: Webhook, private_hosts: Collection[str] = ()) -> Webhook:
    """Return a webhook with a tidy name, topics and address. Raises Invalid with the field.

    ``private_hosts`` may be called although they are not public, as in ``target_of``.
    """
    must_be_slug(webhook.webhook_id, "webhook_id")
    url = webhook.url.strip()
    target_of(url, private_hosts)
    topics = tuple(topic for topic in Topic if topic in webhook.topics)
    return replace(webhook, name=tidy_name(webhook.name), url=url, topics=topics)


def _must_depend_on_earlier(question: Question, others: Iterable[Question]) -> None:
    for other in others:
        if other.when_question == question.question_id and _sort(other) <= _sort(question):
            raise Invalid(f"{other.question_id} depends on this and comes later.", field="order")
    if not question.when_question:
        return
    known = {other.question_id: other for other in others}
    asked = known.get(question.when_question)
    if asked is None or _sort(asked) >= _sort(question):
        raise Invalid("The condition is on no earlier question.", field="when_question")
    if not question.when_answers:
        raise Invalid("Which answers is this asked for?", field="when_answers")
    if asked.choices and not set(question.when_answers) <= set(asked.choices):
        raise Invalid("That question has no such answer.", field="when_answers")


def _sort(question: Question) -> tuple[int, str]:
    return question.order, question.question_id


def checked_code(code: PromoCode, types: Iterable[TicketType]) -> PromoCode:
    """Return a promo code of an event with ``types``. Raises Invalid with the field."""
    word = tidy_code(code.code)
    must_be_slug(word, "code")
    must_be_amount(code.limit, "limit")
    if not 0 <= code.percent_off <= 100:
        raise Invalid("This is 0 to 100.", field="percent_off")
    must_be_in_order(code.good_from, code.good_until, "good_until")
    type_ids = known_types(code.type_ids, types)
    return replace(code, code=word, name=tidy_name(code.name), type_ids=type_ids)
