"""Dates, clock times and durations as schedule XML writes them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from eventsite.core.domain.agenda_files import Unreadable

DURATION_MAX = timedelta(days=7)
YEARS = range(1970, 2200)
"""Years that a session can be in: far from where dates overflow in any zone."""

_CLOCK = re.compile(r"([0-9]{1,3}):([0-5][0-9])(?::([0-5][0-9]))?")


def duration(text: str) -> timedelta:
    """Return the span that h:mm or h:mm:ss says. Raises Unreadable."""
    found = _CLOCK.fullmatch(text)
    if not text or not found:
        code = "malformed" if text else "missing"
        raise Unreadable(code, "duration", f"duration is written h:mm, not {text[:40]!r}.")
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    span = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if not timedelta() < span <= DURATION_MAX:
        raise Unreadable("malformed", "duration", f"{text} is no length of a session.")
    return span


def known_zone(name: str) -> tzinfo | None:
    """Return an IANA time zone, or None when this machine knows none of that name."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, not a name at all, or a folder
        return None


@dataclass(frozen=True, slots=True)
class Start:
    """What an entry says of its start: its date and clock time, and its day's attributes.

    ``zone`` is for times without an offset; None is a zone that this machine does not know.
    """

    date: str
    clock: str
    day: Mapping[str, str]
    zone: tzinfo | None

    def utc(self) -> datetime:
        """Return when the entry starts, in UTC. Raises Unreadable."""
        has_time = len(self.date) > len("2030-12-31")
        try:
            moment = self._moment(self.date, "date") if has_time else self._on_day()
            if moment.year in YEARS:
                return moment.astimezone(UTC)
        except OverflowError:
            pass
        raise Unreadable("malformed", "date", "The date is in no year that can be meant.")

    def _on_day(self) -> datetime:
        """Return the clock time on the day; the small hours of a day that goes on are tomorrow."""
        on = self.date or self.day.get("date", "")
        if not on or not self.clock:
            missing = "start" if on else "date"
            raise Unreadable("missing", missing, f"The entry has no {missing}.")
        found = _CLOCK.fullmatch(self.clock)
        if not found:
            said = self.clock[:40]
            raise Unreadable("malformed", "start", f"start is written hh:mm, not {said!r}.")
        try:
            hour, minute, second = (int(part or 0) for part in found.groups())
            local = datetime.combine(date.fromisoformat(on), time(hour, minute, second))
        except ValueError as error:
            said = f"{on} {self.clock}"[:60]
            raise Unreadable("malformed", "start", f"{said!r} is no date and time.") from error
        moment, tomorrow = self._known(local), self._known(local + timedelta(days=1))
        if self.day.get("start") and self.day.get("end"):
            opens, closes = (self._moment(self.day[name], name) for name in ("start", "end"))
            if moment < opens and tomorrow <= closes:
                return tomorrow
        return moment

    def _moment(self, text: str, field: str) -> datetime:
        try:
            return self._known(datetime.fromisoformat(text))
        except ValueError as error:
            raise Unreadable("malformed", field, f"{text[:40]!r} is no date and time.") from error

    def _known(self, moment: datetime) -> datetime:
        if moment.tzinfo is not None:
            return moment
        if self.zone is None:
            raise Unreadable("malformed", "time_zone_name", "The file's time zone is not known.")
        return moment.replace(tzinfo=self.zone)
