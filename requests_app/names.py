"""Ids that come in an address: what cannot be one of ours is not found, without asking."""

from __future__ import annotations

import re

from eventsite.core.domain.events import EventSetup
from eventsite.core.errors import NotFound

EVENT_ID_MAX = 64

_REGISTRATION_ID = re.compile(r"[0-9a-f]{16}")
_REQUEST_ID = re.compile(r"[0-9a-f]{24}")


def known_registration_id(text: str) -> str:
    """Return the id. Raises NotFound unless it is 16 hex digits."""
    if not _REGISTRATION_ID.fullmatch(text):
        raise NotFound("There is no such registration.", field="registration_id")
    return text


def known_request_id(text: str) -> str:
    """Return the id. Raises NotFound unless it is 24 hex digits."""
    if not _REQUEST_ID.fullmatch(text):
        raise NotFound("There is no such request.", field="request_id")
    return text


def known_event_id(text: str) -> str:
    """Return the id. Raises NotFound when no key can be made of it."""
    if len(text) > EVENT_ID_MAX or not text.isprintable():
        raise NotFound("There is no such event.", field="event_id")
    return text


def stations(setup: EventSetup) -> list[str]:
    """Return the stations of an event: those that hand out an item of its catalogue."""
    return sorted({item.station_id for item in setup.items})


def known_station_id(setup: EventSetup, text: str) -> str:
    """Return the id. Raises NotFound unless an item of the event is handed out there."""
    if text not in stations(setup):
        raise NotFound("This event has no such station.", field="station_id")
    return text
