"""What a device is told: everything that it needs to work, and to decide alone for a while."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from checkin.verdict_answers import conflict_answer
from eventsite.core.domain.agenda import AgendaSession
from eventsite.core.domain.attendance import Conflict
from eventsite.core.domain.badges import layout_for
from eventsite.core.domain.events import EventSetup, Gate, TicketType
from eventsite.core.domain.rules import in_words
from eventsite.core.domain.staff import Device
from eventsite.core.domain.zones import outermost_first
from eventsite.core.services.boards import door_counts
from eventsite.core.services.overseeing import inside_now, open_conflicts
from eventsite.core.services.pins import kept_pin
from eventsite.core.store.caching import Cache
from eventsite.core.store.secrets import Secrets
from eventsite.core.wiring import Stores

SESSIONS_BEHIND, SESSIONS_AHEAD = timedelta(hours=1), timedelta(hours=3)
"""Which sessions guests may check in to: those that ended, and begin, within these."""

COUNTED_FOR = timedelta(seconds=5)
"""How old the counts may be: every device of an event asks for them every few seconds."""

Counts = dict[str, int]


def device_status(
    books: Stores, secrets: Secrets, device: Device, now: datetime, ahead_ms: int
) -> dict[str, Any]:
    """Return the fields of DeviceStatusSerializer."""
    setup = books.events.setup(device.event_id)
    gates = [gate for gate in setup.gates if not device.gates or gate.gate_id in device.gates]
    inside = _inside(books, setup, now)
    counts = door_counts(books, device.event_id)
    return {
        "device_id": device.device_id,
        "name": device.name,
        "rights": [right.value for right in device.rights],
        "server_time": now,
        "clock_ahead_ms": ahead_ms,
        "lease_until": now + timedelta(minutes=setup.event.lease_minutes),
        "event": setup.event,
        "pin": kept_pin(setup.event.kiosk_pin),
        "keys": _keys(secrets),
        "types": [_type(kind, setup) for kind in setup.types],
        "gates": [_gate(gate, setup) for gate in gates],
        "zones": _zones(setup, inside),
        "rules": [rule for rule in setup.rules if rule.active],
        "questions": [q for q in setup.questions if q.at_door and not q.retired],
        "layouts": [layout for layout in setup.badges if layout.active],
        "sessions": _sessions(books, setup, gates, now),
        "conflicts": _conflicts(open_conflicts(books, setup, now), device, setup),
        "counts": {"admitted": counts.admitted, "inside": counts.inside},
    }


def _keys(secrets: Secrets) -> dict[str, str]:
    found = secrets.ticket_public_keys.items()
    return {str(slot): _base64url(key.public_bytes_raw()) for slot, key in found}


def _type(kind: TicketType, setup: EventSetup) -> dict[str, Any]:
    layout = layout_for(setup.badges, kind.type_id)
    return {
        "type_id": kind.type_id,
        "number": kind.number,
        "name": kind.name,
        "valid_from": kind.valid_from,
        "colour": layout.colour if layout else "",
    }


def _gate(gate: Gate, setup: EventSetup) -> dict[str, Any]:
    gates = {each.gate_id: each.name for each in setup.gates}
    types = {kind.type_id: kind.name for kind in setup.types}
    here = [r for r in setup.rules if r.active and (not r.gate_ids or gate.gate_id in r.gate_ids)]
    return {
        "gate_id": gate.gate_id,
        "name": gate.name,
        "direction": gate.direction.value,
        "type_ids": gate.type_ids,
        "zone_id": gate.zone_id,
        "sessions": gate.sessions,
        "room": gate.room,
        "signed_up_only": gate.signed_up_only,
        "badges": gate.badges,
        "rules": [in_words(rule, gates, types, setup.event.zone) for rule in here],
    }


def _zones(setup: EventSetup, inside: Counts) -> list[dict[str, Any]]:
    return [
        {
            "zone_id": zone.zone_id,
            "name": zone.name,
            "within": zone.within,
            "limit": zone.limit,
            "inside": inside.get(zone.zone_id, 0),
            "emptied_daily": zone.emptied_daily,
            "emptied_at": zone.emptied_at,
        }
        for zone in outermost_first(setup.zones)
    ]


def _sessions(
    books: Stores, setup: EventSetup, gates: Iterable[Gate], now: datetime
) -> list[AgendaSession]:
    """Return sessions about now; the agenda is read only where a gate of the device has any."""
    if not any(gate.sessions for gate in gates):
        return []
    return [
        session
        for session in books.agenda.of_event(setup.event.event_id)
        if not session.cancelled
        and session.ends_at >= now - SESSIONS_BEHIND
        and session.starts_at <= now + SESSIONS_AHEAD
    ]


def _conflicts(
    conflicts: Iterable[Conflict], device: Device, setup: EventSetup
) -> list[dict[str, Any]]:
    """Return the conflicts that one of the device's gates has to do with."""
    told = []
    for conflict in conflicts:
        passages = (conflict.first, conflict.second)
        if not device.gates or any(p and p.gate_id in device.gates for p in passages):
            told.append(conflict_answer(conflict, setup))
    return told


def _inside(books: Stores, setup: EventSetup, now: datetime) -> Counts:
    return _kept_counts(books).get(
        setup.event.event_id, lambda _event_id: inside_now(books, setup, now)
    )


@lru_cache(maxsize=1)
def _kept_counts(books: Stores) -> Cache[Counts]:
    """Return the process's memory of counts; other stores, as in tests, have their own."""
    return Cache(COUNTED_FOR)


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
