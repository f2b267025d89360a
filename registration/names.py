"""What an id in an address can look like; anything else stands for nothing and costs no read."""

from __future__ import annotations

import re
from datetime import date
from zoneinfo import ZoneInfo

from eventsite.core.domain.events import Event
from eventsite.core.errors import Invalid, NotFound

NAME_MAX = 64
"""Characters of an event's or a ticket type's id."""

SESSION_MAX = 128
"""Characters of a session's id: other people's programmes choose them."""

_NAME = re.compile(rf"[A-Za-z0-9_.-]{{1,{NAME_MAX}}}")
_REGISTRATION = re.compile(r"[0-9a-f]{16}")


def known_event_id(text: str) -> str:
    """Return the id. Raises NotFound when no event can have it."""
    if not _NAME.fullmatch(text):
        raise NotFound("There is no such event.", field="event_id")
    return text


def known_registration_id(text: str) -> str:
    """Return the id. Raises NotFound when no registration can have it."""
    if not _REGISTRATION.fullmatch(text):
        raise NotFound("There is no such registration.", field="registration_id")
    return text


def known_session_id(text: str) -> str:
    """Return the id. Raises NotFound when no session can have it."""
    if not 1 <= len(text) <= SESSION_MAX or not text.isprintable():
        raise NotFound("There is no such session.", field="session_id")
    return text


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
