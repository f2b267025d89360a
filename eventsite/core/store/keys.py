"""The key schema of the events table; neighbours ``*_keys`` have the rest, nobody else builds keys.

Every access pattern, with its cost, is in ``patterns``; docs/data-model.md is generated from there.
Buckets keep any one partition small and cool: an index of all guests of an event would be one
hot key, so times are bucketed by the hour, sign-ups by hash, and names by two letters.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from eventsite.core.store.items import Item, time_text

NONE = "-"
"""Sort key of items that are alone in their partition."""

BUCKETS = 4
"""Partitions of what registrations of one event come into at once: at 333 a second of up to 2 KB,
two units each, 167 a second in each; DynamoDB takes 1,000."""

SIGN_UP_BUCKETS = 8
"""Partitions of one session's sign-ups: 8 x 500 a second, more than any one session needs."""


def one(pk: str, sk: str = NONE) -> Item:
    return {"pk": pk, "sk": sk}


def digest(*parts: str) -> str:
    """Return 32 hex characters that stand for ``parts``; no personal data in keys."""
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:32]


# -- events table ---------------------------------------------------------------------------------
def event_partition(event_id: str) -> str:
    return f"EVENT#{event_id}"


def event(event_id: str) -> Item:
    return one(event_partition(event_id), "EVENT") | {"time_pk": EVENTS}


EVENTS = "EVENTS"
"""Partition of by_time that lists events. A few hundred; written when an organizer saves one."""


def ticket_type(event_id: str, type_id: str) -> Item:
    return one(event_partition(event_id), f"TYPE#{type_id}")


def gate(event_id: str, gate_id: str) -> Item:
    return one(event_partition(event_id), f"GATE#{gate_id}")


def request_item(event_id: str, item_id: str) -> Item:
    return one(event_partition(event_id), f"ITEM#{item_id}")


def stock(event_id: str, what: str, shard: int) -> Item:
    return one(f"STOCK#{event_id}#{what}#{shard}", "STOCK")


def question(event_id: str, question_id: str) -> Item:
    return one(event_partition(event_id), f"QUESTION#{question_id}")


def promo_code(event_id: str, code: str) -> Item:
    return one(event_partition(event_id), f"CODE#{code}")


def webhook(event_id: str, webhook_id: str) -> Item:
    return one(event_partition(event_id), f"WEBHOOK#{webhook_id}")


def zone(event_id: str, zone_id: str) -> Item:
    return one(event_partition(event_id), f"ZONE#{zone_id}")


def rule(event_id: str, rule_id: str) -> Item:
    return one(event_partition(event_id), f"RULE#{rule_id}")


def badge_layout(event_id: str, layout_id: str) -> Item:
    return one(event_partition(event_id), f"BADGE#{layout_id}")


def registration_partition(registration_id: str) -> str:
    return f"REG#{registration_id}"


def registration(registration_id: str) -> Item:
    return one(registration_partition(registration_id), "REG")


def attendance(registration_id: str) -> Item:
    """What happened to a guest at the doors."""
    return one(registration_partition(registration_id), "ADM#EVENT")


def badge(registration_id: str) -> Item:
    """Which badges of a guest were printed."""
    return one(registration_partition(registration_id), "BADGE")


def sign_up(registration_id: str, session_id: str) -> Item:
    return one(registration_partition(registration_id), f"SIGN#{session_id}")


def guest_request(registration_id: str, request_id: str) -> Item:
    return one(registration_partition(registration_id), f"REQ#{request_id}")


def entitlement(registration_id: str, item_id: str) -> Item:
    return one(registration_partition(registration_id), f"HAD#{item_id}")


def before_import(registration_id: str, import_id: str) -> Item:
    """What an import changed, as it was: with the guest, so that it is erased with them."""
    return one(registration_partition(registration_id), f"BEFORE#{import_id}")


def mail_wish(registration_id: str, window: str) -> Item:
    """That a guest is to be told again where their registration is; once a window."""
    return one(registration_partition(registration_id), f"MAIL#{window}")


def address_claims(event_id: str, email: str) -> str:
    return f"CLAIM#{event_id}#{digest(email.casefold())}"


def address_claim(event_id: str, email: str, type_id: str) -> Item:
    """How many live registrations of a type an address has, and which."""
    return one(address_claims(event_id, email), f"TYPE#{type_id}")


def external(event_id: str, external_id: str) -> Item:
    return one(f"EXT#{event_id}#{digest(external_id)}")


def attempt(attempt_id: str) -> Item:
    return one(f"ATTEMPT#{digest(attempt_id)}")


def attempts_of(event_id: str, email: str) -> str:
    """by_queue partition of the attempts of an address that got no place."""
    return f"ATTEMPTS#{event_id}#{digest(email.casefold())}"


def rate(event_id: str, moment: datetime) -> Item:
    """How many registrations of an event came within one minute, roughly."""
    return one(f"RATE#{event_id}", time_text(moment)[:16])


def fact(event_id: str, at: datetime, registration_id: str, version: int) -> Item:
    bucket = bucket_of(registration_id)
    sort = f"{time_text(at)}#{registration_id}#{version:06}"
    return one(f"LEDGER#{event_id}#{time_text(at)[:13]}#{bucket}", sort)


def ledger_buckets(event_id: str, hour: str) -> list[str]:
    """Return the partitions of an event's ledger of one hour, such as 2026-11-21T12."""
    return [f"LEDGER#{event_id}#{hour}#{bucket}" for bucket in range(BUCKETS)]


def ledger_hours(event_id: str) -> str:
    """Partition that remembers in which hours an event's ledger has facts."""
    return f"LEDGERS#{event_id}"


def history(registration_id: str) -> str:
    """by_queue partition of the facts about one registration."""
    return f"FACTS#{registration_id}"


def number_claim(number: int) -> Item:
    return one(f"NUMBER#{number}")


def type_number(event_id: str, number: int) -> Item:
    return one(f"NUMBER#{event_id}#{number}")


def idempotency(scope: str, key: str) -> Item:
    return one(f"IDEM#{digest(scope, key)}")


def scan(device_id: str, scan_id: str) -> Item:
    return one(f"SCAN#{device_id}", scan_id)


def scans_of(registration_id: str) -> str:
    """by_queue partition of the scans that read one guest's ticket."""
    return f"SCANS#{registration_id}"


def conflicts(event_id: str) -> str:
    """by_queue partition of the attendances in which facts contradict each other. A few."""
    return f"CONFLICTS#{event_id}"


def occupancy(event_id: str, zone_id: str, emptied: datetime, shard: int) -> Item:
    """One shard of how many are in a zone since it was last emptied: emptying begins another."""
    return one(f"ZONE#{event_id}#{zone_id}#{shard}", time_text(emptied))


def corrections(event_id: str) -> str:
    """Partition of the corrections of an event's counts: a few, made by hand."""
    return f"FIXES#{event_id}"


def agenda_partition(event_id: str) -> str:
    return f"AGENDA#{event_id}"


def agenda_session(event_id: str, starts_at: datetime, session_id: str) -> Item:
    return one(agenda_partition(event_id), f"{time_text(starts_at)}#{session_id}")


def delivery(notification_id: str) -> Item:
    return one(f"DELIVERY#{notification_id}")


def sent_to(registration_id: str) -> str:
    """by_queue partition of what was sent to one guest."""
    return f"SENT#{registration_id}"


# index keys
def hour_bucket(event_id: str, moment: datetime, registration_id: str) -> str:
    """Return the by_time partition of a registration: one of several of its hour."""
    return f"TIME#{event_id}#{time_text(moment)[:13]}#{bucket_of(registration_id)}"


def hour_parts(event_id: str, hour: str) -> list[str]:
    """Return the by_time partitions of one hour, such as 2026-11-21T12."""
    return [f"TIME#{event_id}#{hour}#{bucket}" for bucket in range(BUCKETS)]


def hours(event_id: str) -> str:
    """Partition that remembers in which hours an event took registrations."""
    return f"HOURS#{event_id}"


def waiting(event_id: str) -> list[str]:
    """Return the by_queue partitions of who waits for a place, in order within each."""
    return [f"WAIT#{event_id}#{bucket}" for bucket in range(BUCKETS)]


def held(event_id: str) -> list[str]:
    """Return the by_queue partitions of held places, by when they lapse."""
    return [f"HOLD#{event_id}#{bucket}" for bucket in range(BUCKETS)]


def bucket_of(registration_id: str) -> int:
    """Return which of ``BUCKETS`` partitions a registration is in: its id is random."""
    return int(registration_id[-2:], 16) % BUCKETS


def station(event_id: str, station_id: str) -> str:
    """Return the by_queue partition of open guest requests at a station."""
    return f"STATION#{event_id}#{station_id}"


def due_bucket(moment: datetime) -> str:
    """Return the by_queue partition of sessions that start within one hour."""
    return f"DUE#{time_text(moment)[:13]}"


def due_buckets(start: datetime, span: timedelta) -> list[str]:
    """Return the partitions that sessions starting within ``span`` of ``start`` are in."""
    hours = int(span.total_seconds() // 3600) + 1
    found = [due_bucket(start + timedelta(hours=n)) for n in range(hours)]
    return list(dict.fromkeys([*found, due_bucket(start + span)]))


def sign_up_bucket(session_key: str, registration_id: str) -> str:
    return f"SIGNUPS#{session_key}#{int(digest(registration_id), 16) % SIGN_UP_BUCKETS}"


def sign_up_buckets(session_key: str) -> list[str]:
    return [f"SIGNUPS#{session_key}#{bucket}" for bucket in range(SIGN_UP_BUCKETS)]
