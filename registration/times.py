"""Days that callers ask for, and the zone in which an event's times are shown."""

from __future__ import annotations

import re
from datetime import date
from zoneinfo import ZoneInfo

from eventsite.core.domain.events import Event
from eventsite.core.errors import Invalid


def day_of(text: str) -> date:
    """Return a day written as YYYY-MM-DD. Raises Invalid."""
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid("A day looks like 2026-11-21.", field="day") from error


def zone_of(event: Event) -> ZoneInfo:
    """Return the zone in which the event's times are shown; UTC when its name means nothing."""
    try:
        return ZoneInfo(event.zone)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
