"""What webhooks are told of a change: ids, states, types and times, never a person. Pure.

A fact's ``payload`` is the JSON that is posted, made once: whoever gets it, however often, gets
these bytes. Its id derives from the change, so the same change told twice has the same id.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from eventsite.core.domain.attendance import Attendance
from eventsite.core.domain.ledger import fact_of
from eventsite.core.domain.registrations import Registration
from eventsite.core.domain.requests import GuestRequest
from eventsite.core.domain.webhooks import TEST, Topic

NONE, ADMITTED = "none", "admitted"
"""States that nothing else names: before there was anything, and inside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookFact:
    """One change, as everybody is told of it. ``topic`` is a Topic's value, or ``test``."""

    hook_event_id: str
    event_id: str
    topic: str
    payload: str
    correlation_id: str = ""


def registration_fact(before: Registration | None, after: Registration | None) -> HookFact | None:
    """Return the fact of a registration that changed its state, None for any other change."""
    shown = after or before
    if shown is None:
        return None
    fact = fact_of(before, after)
    if fact.before == fact.after:
        return None
    return _fact(
        Topic.REGISTRATIONS,
        shown.event_id,
        f"{shown.registration_id}-{fact.version}",
        fact.version,
        (fact.before, fact.after),
        {
            "registration_id": shown.registration_id,
            "type_id": shown.type_id,
            "party": list(shown.party),
            "cause": fact.cause,
            "registered_at": _time(shown.registered_at),
            "at": _time(fact.at),
        },
        shown.correlation_id,
    )


def check_in_fact(before: Attendance | None, after: Attendance | None) -> HookFact | None:
    """Return the fact of a guest who was let in for the first time, or not at all after all."""
    entry, had = (each.first_entry if each else None for each in (after, before))
    shown, passage = after or before, entry or had
    if shown is None or passage is None or bool(entry) == bool(had):
        return None
    version = after.version if after else shown.version + 1
    return _fact(
        Topic.CHECK_INS,
        shown.event_id,
        f"{shown.registration_id}-{passage.scan_id}-{version}",
        version,
        (NONE, ADMITTED) if entry else (ADMITTED, NONE),
        {
            "registration_id": shown.registration_id,
            "gate_id": passage.gate_id,
            "device_id": passage.device_id,
            "scan_id": passage.scan_id,
            "at": _time(passage.at),
        },
        shown.correlation_id,
    )


def request_fact(before: GuestRequest | None, after: GuestRequest | None) -> HookFact | None:
    """Return the fact of a guest request that changed its state, None for any other change."""
    shown = after or before
    states = tuple(request.status.value if request else NONE for request in (before, after))
    if shown is None or states[0] == states[1]:
        return None
    version = after.version if after else shown.version + 1
    return _fact(
        Topic.REQUESTS,
        shown.event_id,
        f"{shown.request_id}-{version}",
        version,
        (states[0], states[1]),
        {
            "request_id": shown.request_id,
            "registration_id": shown.registration_id,
            "item_id": shown.item_id,
            "station_id": shown.station_id,
            "quantity": shown.quantity,
            "requested_at": _time(shown.requested_at),
            "fulfilled_at": _time(shown.fulfilled_at) if shown.fulfilled_at else None,
        },
        shown.correlation_id,
    )


def trial_fact(event_id: str, name: str, now: datetime) -> HookFact:
    """Return what is sent to try a webhook out; ``name`` makes it one of a kind."""
    return _fact(TEST, event_id, name, 1, (NONE, NONE), {"at": _time(now)}, "")


def _fact(
    topic: str,
    event_id: str,
    name: str,
    version: int,
    states: tuple[str, str],
    about: dict[str, Any],
    correlation_id: str,
) -> HookFact:
    hook_event_id = f"{str(topic).replace('_', '-')}-{name}"
    payload = {
        "id": hook_event_id,
        "topic": str(topic),
        "event_id": event_id,
        "version": version,
        "before": states[0],
        "after": states[1],
        **about,
    }
    return HookFact(
        hook_event_id=hook_event_id,
        event_id=event_id,
        topic=str(topic),
        payload=json.dumps(payload),
        correlation_id=correlation_id,
    )


def _time(moment: datetime) -> str:
    """Return a time as RFC 3339 writes it, in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
