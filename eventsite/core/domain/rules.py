"""Rules at the doors: whom they bind, when it is open, how often one may come in. Pure.

Beside these an event has the rules that every ticket has to pass (``verdicts``), and a gate its
ticket types.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from eventsite.core.domain.zones import clock_time


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of an event. ``name`` is what the guest and the staff are told.

    It binds at the gates in ``gate_ids`` and guests of the types in ``type_ids``; empty is all.
    Open from ``opens_at`` until ``closes_at`` (excluded), each day from ``daily_from`` until
    ``daily_until`` (such as 18:30, the event's time zone; an end before the start is the next
    morning). ``entries`` is how often a guest may come in at all, ``entries_per_day`` on one day
    of the event; None is no limit. Without ``reentry`` who has left does not come in again.
    """

    event_id: str
    rule_id: str
    name: str
    gate_ids: tuple[str, ...] = ()
    type_ids: tuple[str, ...] = ()
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    daily_from: str = ""
    daily_until: str = ""
    entries: int | None = None
    entries_per_day: int | None = None
    reentry: bool = True
    active: bool = True
    version: int = 1

    def binds(self, gate_id: str, type_id: str) -> bool:
        """Return whether the rule is about this ticket type at this gate."""
        here = not self.gate_ids or gate_id in self.gate_ids
        return self.active and here and (not self.type_ids or type_id in self.type_ids)

    def open(self, moment: datetime, zone: str) -> bool:
        """Return whether the gate is open at a moment; ``zone`` is the event's time zone."""
        if self.opens_at and moment < self.opens_at:
            return False
        if self.closes_at and moment >= self.closes_at:
            return False
        if not self.daily_from and not self.daily_until:
            return True
        local = moment.astimezone(ZoneInfo(zone))
        now = (local.hour, local.minute)
        begins = clock_time(self.daily_from) if self.daily_from else (0, 0)
        ends = clock_time(self.daily_until) if self.daily_until else (24, 0)
        if begins <= ends:
            return begins <= now < ends
        return now >= begins or now < ends


def in_words(rule: Rule, gates: Mapping[str, str], types: Mapping[str, str], zone: str) -> str:
    """Return a rule as a sentence for organizers; ``gates`` and ``types`` are names by id."""
    parts = []
    if rule.opens_at or rule.closes_at:
        parts.append(" ".join(filter(None, (_from(rule, zone), _until(rule, zone)))))
    if rule.daily_from or rule.daily_until:
        parts.append(f"daily {rule.daily_from or '00:00'} to {rule.daily_until or '24:00'}")
    if rule.entries is not None:
        parts.append(f"{_times(rule.entries)} in all")
    if rule.entries_per_day is not None:
        parts.append(f"{_times(rule.entries_per_day)} a day")
    if not rule.reentry:
        parts.append("nobody who left comes in again")
    who = _listed(rule.type_ids, types) or "Every ticket type"
    where = _listed(rule.gate_ids, gates)
    said = "; ".join(parts) or "no limits"
    return (
        f"{who}{f' at {where}' if where else ''}: {said}{'' if rule.active else ' (switched off)'}"
    )


def _from(rule: Rule, zone: str) -> str:
    return f"from {_moment(rule.opens_at, zone)}" if rule.opens_at else ""


def _until(rule: Rule, zone: str) -> str:
    return f"until {_moment(rule.closes_at, zone)}" if rule.closes_at else ""


def _moment(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def _listed(ids: tuple[str, ...], names: Mapping[str, str]) -> str:
    return ", ".join(names.get(each, each) for each in ids)
