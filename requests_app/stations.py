"""The stations of an event: where the items of its catalogue are handed out."""

from __future__ import annotations

from eventsite.core.domain.events import EventSetup
from eventsite.core.errors import NotFound


def stations(setup: EventSetup) -> list[str]:
    """Return the stations of an event: those that hand out an item of its catalogue."""
    return sorted({item.station_id for item in setup.items})


def known_station_id(setup: EventSetup, text: str) -> str:
    """Return the id. Raises NotFound unless an item of the event is handed out there."""
    if text not in stations(setup):
        raise NotFound("This event has no such station.", field="station_id")
    return text
