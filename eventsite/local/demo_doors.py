"""The demo's doors: zones, gates, rules and badges. Invented."""

from __future__ import annotations

from eventsite.core.domain.badges import BadgeLayout
from eventsite.core.domain.events import Gate, GateDirection
from eventsite.core.domain.rules import Rule
from eventsite.core.domain.zones import Zone


def zones(event_id: str) -> tuple[Zone, ...]:
    return (
        Zone(event_id=event_id, zone_id="house", name="The Ropeworks", limit=450),
        Zone(event_id=event_id, zone_id="attic", name="Attic workshop", limit=40, within="house"),
    )


def gates(event_id: str) -> tuple[Gate, ...]:
    return (
        Gate(event_id=event_id, gate_id="main", name="Main entrance", zone_id="house", badges=True),
        Gate(
            event_id=event_id,
            gate_id="yard",
            name="Yard gate",
            direction=GateDirection.BOTH,
            zone_id="house",
        ),
        Gate(
            event_id=event_id,
            gate_id="crew",
            name="Crew entrance",
            type_ids=("crew", "maker"),
            zone_id="house",
            badges=True,
        ),
        Gate(
            event_id=event_id,
            gate_id="attic",
            name="Attic stairs",
            direction=GateDirection.BOTH,
            zone_id="attic",
        ),
        Gate(
            event_id=event_id,
            gate_id="sessions",
            name="Session doors",
            zone_id="house",
            sessions=True,
        ),
    )


def rules(event_id: str) -> tuple[Rule, ...]:
    return (
        Rule(
            event_id=event_id,
            rule_id="attic-turns",
            name="The attic is small: three turns a day",
            gate_ids=("attic",),
            entries_per_day=3,
        ),
        Rule(
            event_id=event_id,
            rule_id="every-day",
            name="A ticket is good for every day",
            gate_ids=("main", "yard", "crew"),
            entries_per_day=20,
        ),
    )


def badges(event_id: str) -> tuple[BadgeLayout, ...]:
    return (
        BadgeLayout(event_id=event_id, layout_id="guest", name="Guest", colour="#1d4ed8"),
        BadgeLayout(
            event_id=event_id,
            layout_id="crew",
            name="Crew and makers",
            type_ids=("crew", "maker"),
            colour="#b91c1c",
        ),
    )
