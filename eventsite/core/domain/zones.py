"""Zones: areas that guests are counted in, one within another. Pure.

The event itself is the zone ``""``: every other is within it, and it is never full. A session
that is checked in to is a zone of its own, within the zone of the gate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

EVENT_ZONE = ""
"""The event as a whole: whoever was let in anywhere is in it."""

DEPTH_MAX = 4
"""How deep zones are within each other: a house, a hall, a stand, a session in it."""

NEVER = datetime(2000, 1, 1, tzinfo=ZoneInfo("UTC"))
"""Before any event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """An area behind gates. ``limit`` is how many may be in it at once, None for no limit.

    ``within`` is the zone that it is part of: who is in it is counted there too. Everybody who
    came in before ``emptied_at`` counts as gone, and with ``emptied_daily`` everybody of the day
    before.
    """

    event_id: str
    zone_id: str
    name: str
    limit: int | None = None
    within: str = EVENT_ZONE
    emptied_daily: bool = True
    emptied_at: datetime | None = None
    version: int = 1


def session_zone(session_id: str) -> str:
    """Return the zone of a session: no zone that an organizer names has a dot in its id."""
    return f"session.{session_id}"


def session_of(zone_id: str) -> str:
    """Return the session of a session's zone, or an empty text."""
    head, dot, session_id = zone_id.partition(".")
    return session_id if dot and head == "session" else ""


def chain(zone_id: str, within: Mapping[str, str]) -> tuple[str, ...]:
    """Return the zones that somebody in ``zone_id`` is in, the event first, the zone last."""
    found: list[str] = []
    while zone_id != EVENT_ZONE and zone_id not in found and len(found) <= DEPTH_MAX:
        found.append(zone_id)
        zone_id = within.get(zone_id, EVENT_ZONE)
    return (EVENT_ZONE, *reversed(found))


def day_began(moment: datetime, zone: str, day_start: str) -> datetime:
    """Return when the day of an event that ``moment`` is in began.

    ``zone`` is an IANA time zone, ``day_start`` a time such as 04:00 at which a new day begins
    there, so that a party until three is one day.
    """
    local = moment.astimezone(ZoneInfo(zone))
    hours, minutes = clock_time(day_start)
    began = local.replace(hour=hours, minute=minutes, second=0, microsecond=0)
    return began if began <= local else began - timedelta(days=1)


def clock_time(text: str) -> tuple[int, int]:
    """Return hours and minutes of a time such as 04:00. Raises ValueError."""
    hours, colon, minutes = text.partition(":")
    if len(text) != 5 or not colon or not (hours + minutes).isascii():
        raise ValueError(text)
    found = int(hours), int(minutes)
    if not (0 <= found[0] <= 23 and 0 <= found[1] <= 59):
        raise ValueError(text)
    return found


def emptied(zone: Zone | None, moment: datetime, time_zone: str, day_start: str) -> datetime:
    """Return since when a zone counts who is in it, as of ``moment``."""
    if zone is None:
        return NEVER
    by_hand = zone.emptied_at if zone.emptied_at and zone.emptied_at <= moment else NEVER
    daily = day_began(moment, time_zone, day_start) if zone.emptied_daily else NEVER
    return max(by_hand, daily)


def outermost_first(zones: Iterable[Zone]) -> list[Zone]:
    """Return zones so that each comes after the one that it is within, by name otherwise."""
    known = sorted(zones, key=lambda zone: (zone.name.casefold(), zone.zone_id))
    within = {zone.zone_id: zone.within for zone in known}
    return sorted(known, key=lambda zone: len(chain(zone.zone_id, within)))
