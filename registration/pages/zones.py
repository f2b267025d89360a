"""Time zones: the one a guest reads times in, and those they can choose from."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from django.utils.translation import gettext_lazy as _

from eventsite.core.domain.events import Event
from eventsite.core.domain.registrations import Guest
from eventsite.core.services.documents import words

CONTINENTS = {
    "Africa": _("Africa"),
    "America": _("America"),
    "Antarctica": _("Antarctica"),
    "Asia": _("Asia"),
    "Atlantic": _("Atlantic"),
    "Australia": _("Australia"),
    "Europe": _("Europe"),
    "Indian": _("Indian Ocean"),
    "Pacific": _("Pacific"),
}

Choices = list[tuple[object, object]]


def zone_of(guest: Guest, event: Event) -> ZoneInfo:
    """Return the zone that a guest reads times in: their own if they gave one, else the event's."""
    return words.guest_zone(guest, event)


def zone_label(zone: ZoneInfo, at: datetime) -> str:
    """Return a zone as people know it, such as ``Europe/Berlin (UTC+1)``."""
    return words.zone_name(zone, at)


def zone_choices(event_zone: str, chosen: str) -> Choices:
    """Return what to choose from: the event's zone first, then the world's by continent."""
    found: Choices = [("", _("That of the event: %(zone)s") % {"zone": _readable(event_zone)})]
    known = _by_continent()
    if chosen and not any(chosen in names for names in known.values()):
        found.append((chosen, _readable(chosen)))
    for continent, names in known.items():
        places = [(name, _readable(name.partition("/")[2])) for name in names]
        found.append((CONTINENTS[continent], places))
    return found


@lru_cache(maxsize=1)
def _by_continent() -> dict[str, tuple[str, ...]]:
    """Return the zones of the database that are places, by continent; read once a process."""
    names = sorted(available_timezones())
    return {
        continent: tuple(name for name in names if name.partition("/")[0] == continent)
        for continent in CONTINENTS
    }


def _readable(name: str) -> str:
    return name.replace("_", " ").replace("/", ", ")
