"""What gates, zones, rules and badges of an event may be. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from eventsite.core.domain.badges import (
    ANSWER,
    EVENT,
    NAME,
    TYPE,
    BadgeLayout,
    has_room,
)
from eventsite.core.domain.events import EventSetup, Gate
from eventsite.core.domain.names import NAME_MAX, tidy_name
from eventsite.core.domain.rules import Rule
from eventsite.core.domain.setup_bounds import (
    known_types,
    must_be_amount,
    must_be_in_order,
    must_be_slug,
)
from eventsite.core.domain.zones import DEPTH_MAX, EVENT_ZONE, Zone, chain, clock_time
from eventsite.core.errors import Invalid

BADGE_MM = range(20, 211)
"""A badge's side: from a small label to A4 across."""
LINES_MAX = 5
ENTRIES_MAX = 1000

_COLOUR = re.compile(r"#[0-9a-f]{6}")


def checked_gate(gate: Gate, setup: EventSetup) -> Gate:
    """Return the gate of an event that is set up like this. Raises Invalid with the field."""
    must_be_slug(gate.gate_id, "gate_id")
    _must_be_zone(gate.zone_id, setup, "zone_id")
    if len(gate.room) > NAME_MAX:
        raise Invalid(f"A room has at most {NAME_MAX} characters.", field="room")
    if not gate.sessions and (gate.room.strip() or gate.signed_up_only):
        raise Invalid("This is for gates where guests check in to sessions.", field="sessions")
    return replace(
        gate,
        name=tidy_name(gate.name),
        room=gate.room.strip(),
        type_ids=known_types(gate.type_ids, setup.types),
    )


def checked_zone(zone: Zone, setup: EventSetup) -> Zone:
    """Return the zone of an event that is set up like this. Raises Invalid with the field."""
    must_be_slug(zone.zone_id, "zone_id")
    must_be_amount(zone.limit, "limit")
    _must_be_zone(zone.within, setup, "within")
    within = {other.zone_id: other.within for other in setup.zones} | {zone.zone_id: zone.within}
    if zone.zone_id in chain(zone.within, within):
        raise Invalid("A zone is not within itself.", field="within")
    deepest = max(len(chain(each, within)) for each in within)
    if deepest > DEPTH_MAX:
        raise Invalid(f"Zones are within each other {DEPTH_MAX} deep at most.", field="within")
    return replace(zone, name=tidy_name(zone.name))


def checked_rule(rule: Rule, setup: EventSetup) -> Rule:
    """Return the rule of an event that is set up like this. Raises Invalid with the field."""
    must_be_slug(rule.rule_id, "rule_id")
    must_be_in_order(rule.opens_at, rule.closes_at, "closes_at")
    for field in ("daily_from", "daily_until"):
        must_be_clock_time(getattr(rule, field), field)
    if rule.daily_from and rule.daily_from == rule.daily_until:
        raise Invalid("The end is not the beginning.", field="daily_until")
    for field in ("entries", "entries_per_day"):
        number = getattr(rule, field)
        if number is not None and not 1 <= number <= ENTRIES_MAX:
            raise Invalid(f"This is 1 to {ENTRIES_MAX}, or nothing for no limit.", field=field)
    return replace(
        rule,
        name=tidy_name(rule.name),
        gate_ids=_known_gates(rule.gate_ids, setup.gates),
        type_ids=known_types(rule.type_ids, setup.types),
    )


def checked_layout(layout: BadgeLayout, setup: EventSetup) -> BadgeLayout:
    """Return the badge of an event that is set up like this. Raises Invalid with the field."""
    must_be_slug(layout.layout_id, "layout_id")
    for field in ("width_mm", "height_mm"):
        if getattr(layout, field) not in BADGE_MM:
            raise Invalid(
                f"This is {BADGE_MM.start} to {BADGE_MM.stop - 1} millimetres.", field=field
            )
    colour = layout.colour.strip().lower()
    if not _COLOUR.fullmatch(colour):
        raise Invalid("A colour looks like #075c34.", field="colour")
    lines = tuple(dict.fromkeys(layout.lines))
    if not 1 <= len(lines) <= LINES_MAX:
        raise Invalid(f"A badge has 1 to {LINES_MAX} lines.", field="lines")
    known = {NAME, TYPE, EVENT, *(f"{ANSWER}{q.question_id}" for q in setup.questions)}
    for line in lines:
        if line not in known:
            raise Invalid(f"There is nothing called {line!r} to print.", field="lines")
    if not has_room(layout):
        raise Invalid("It is too small for a code that is read.", field="show_code")
    type_ids = known_types(layout.type_ids, setup.types)
    return replace(
        layout, name=tidy_name(layout.name), colour=colour, lines=lines, type_ids=type_ids
    )


def must_be_clock_time(text: str, field: str) -> None:
    """Raise Invalid unless the text is empty or a time such as 18:30."""
    try:
        clock_time(text or "00:00")
    except ValueError as error:
        raise Invalid("A time of day looks like 18:30.", field=field) from error


def _must_be_zone(zone_id: str, setup: EventSetup, field: str) -> None:
    if zone_id != EVENT_ZONE and zone_id not in {zone.zone_id for zone in setup.zones}:
        raise Invalid(f"This event has no zone {zone_id!r}.", field=field)


def _known_gates(gate_ids: Iterable[str], gates: Iterable[Gate]) -> tuple[str, ...]:
    chosen, known = dict.fromkeys(gate_ids), {gate.gate_id for gate in gates}
    for gate_id in chosen:
        if gate_id not in known:
            raise Invalid(f"This event has no gate {gate_id!r}.", field="gate_ids")
    return tuple(chosen)
