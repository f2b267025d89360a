"""The key schema, whole. No other module builds a key string.

Every access pattern, with its cost, is in ``patterns``; docs/data-model.md is generated from there.
Buckets keep any one partition small and cool: an index of all guests of an event would be one
hot key, so names are bucketed by their first two letters, times by the hour, sign-ups by hash.
"""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import datetime, timedelta

from eventsite.core.store.items import Item, time_text

NONE = "-"
"""Sort key of items that are alone in their partition."""

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


def registration_partition(registration_id: str) -> str:
    return f"REG#{registration_id}"


def registration(registration_id: str) -> Item:
    return one(registration_partition(registration_id), "REG")


def admission(registration_id: str, area: str = "EVENT") -> Item:
    return one(registration_partition(registration_id), f"ADM#{area}")


def sign_up(registration_id: str, session_id: str) -> Item:
    return one(registration_partition(registration_id), f"SIGN#{session_id}")


def guest_request(registration_id: str, request_id: str) -> Item:
    return one(registration_partition(registration_id), f"REQ#{request_id}")


def entitlement(registration_id: str, item_id: str) -> Item:
    return one(registration_partition(registration_id), f"HAD#{item_id}")


def email_claim(event_id: str, email: str) -> Item:
    return one(f"CLAIM#{event_id}#{digest(email.casefold())}")


def number_claim(number: int) -> Item:
    return one(f"NUMBER#{number}")


def type_number(event_id: str, number: int) -> Item:
    return one(f"NUMBER#{event_id}#{number}")


def idempotency(scope: str, key: str) -> Item:
    return one(f"IDEM#{digest(scope, key)}")


def scan(device_id: str, scan_id: str) -> Item:
    return one(f"SCAN#{device_id}", scan_id)


def agenda_partition(event_id: str) -> str:
    return f"AGENDA#{event_id}"


def agenda_session(event_id: str, starts_at: datetime, session_id: str) -> Item:
    return one(agenda_partition(event_id), f"{time_text(starts_at)}#{session_id}")


def delivery(notification_id: str) -> Item:
    return one(f"DELIVERY#{notification_id}")


# index keys
NAME_KEPT = 100
"""Characters of a name that are sorted by: 400 bytes at most, of the 1,024 a sort key may have.
Compatibility forms can make one character eighteen."""


def normalised(name: str) -> str:
    """Return a name as it is searched: no accents, one case, single spaces, at most 100 long."""
    bare = "".join(
        c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)
    ).casefold()
    return " ".join(bare.split())[:NAME_KEPT]


def name_bucket(event_id: str, name: str) -> str:
    """Return the by_name partition of a guest: event and the first two letters."""
    return f"NAME#{event_id}#{normalised(name)[:2] or '-'}"


def name_buckets(event_id: str) -> str:
    """Partition that remembers which two-letter buckets an event has, in order."""
    return f"NAMES#{event_id}"


def hour_bucket(event_id: str, moment: datetime) -> str:
    """Return the by_time partition of what happened at an event within one hour."""
    return f"TIME#{event_id}#{time_text(moment)[:13]}"


def hour_buckets(event_id: str) -> str:
    """Partition that remembers in which hours an event took registrations."""
    return f"HOURS#{event_id}"


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


# -- office table ---------------------------------------------------------------------------------
STAFF = "STAFF"
"""Partition of staff accounts: a team is small and read whole."""


def staff(username: str) -> Item:
    return one(STAFF, f"USER#{username}")


def web_session(session_key: str) -> Item:
    return one(f"SESSION#{session_key}")


def throttle(scope: str, window: int) -> Item:
    return one(f"THROTTLE#{digest(scope)}", str(window))


def device(device_id: str) -> Item:
    """A device stands alone, so that the guests' function can be let read devices only."""
    return one(f"DEVICE#{device_id}")


def device_directory(event_id: str) -> str:
    """by_actor partition that lists an event's devices."""
    return f"DEVICES#{event_id}"


def audit_partition(model: str, object_id: str) -> str:
    return f"AUDIT#{model}#{object_id}"


def audit_actor(actor: str) -> str:
    return f"AUDITBY#{actor}"


def audit_month(moment: datetime) -> str:
    return f"AUDIT#{time_text(moment)[:7]}"
