"""One reader's language: its sentences, dates, times and prices, from the catalogues."""

from __future__ import annotations

import gettext
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from eventsite.core.domain.money import major_units

LOCALES = Path(__file__).resolve().parent.parent / "locale"
DOMAIN = "mails"
ENGLISH = "en"
"""The language of the sentences in the code: it needs no catalogue."""

_ENGLISH_WITH_24_HOURS = frozenset({"GB", "IE", "ZA"})
"""Source: CLDR supplemental data, time data: the English-speaking regions that prefer H."""

_SYMBOLS = {"EUR": "€", "GBP": "£"}
"""Signs that mean one currency only; all others are written by their code."""

_NO_BREAK = "\u00a0"


def marked(sentence: str) -> str:
    """Mark a sentence of a table for the catalogues; whoever shows it calls ``say``."""
    return sentence


WEEKDAYS = (
    marked("Monday"),
    marked("Tuesday"),
    marked("Wednesday"),
    marked("Thursday"),
    marked("Friday"),
    marked("Saturday"),
    marked("Sunday"),
)
MONTHS = (
    marked("January"),
    marked("February"),
    marked("March"),
    marked("April"),
    marked("May"),
    marked("June"),
    marked("July"),
    marked("August"),
    marked("September"),
    marked("October"),
    marked("November"),
    marked("December"),
)


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a text is for. ``locale`` such as pt-BR; ``zone`` is an IANA time zone, or empty."""

    name: str
    locale: str = ENGLISH
    zone: str = ""


class Speech:
    """How to speak to a reader: in the first language that we have of those given.

    ``locales`` are tried in order, each with its region and without: pt-BR, pt, the event's, en.
    ``zones`` likewise: the reader's, the event's, UTC.
    """

    def __init__(self, locales: tuple[str, ...], zones: tuple[str, ...]) -> None:
        self.language = language_for(*locales)
        self.zone = next(filter(None, map(zone_called, zones)), None) or ZoneInfo("UTC")
        self._words = _catalogue(self.language) or gettext.NullTranslations()
        english = next((tag for tag in locales if tag.startswith("en-")), "")
        self._whole_day = (
            english.partition("-")[2] in _ENGLISH_WITH_24_HOURS
            if self.language == ENGLISH
            else self.form("hours of the clock: 12 or 24", "12") == "24"
        )

    def say(self, sentence: str, **values: object) -> str:
        """Return a sentence in the reader's language, with its placeholders filled."""
        return self._words.gettext(sentence).format(**values)

    def count(self, one: str, many: str, number: int) -> str:
        """Return the sentence that goes with a number."""
        return self._words.ngettext(one, many, number).format(number=number)

    def form(self, context: str, pattern: str, **values: object) -> str:
        """Return how something is written: a pattern that means nothing without its context."""
        return self._words.pgettext(context, pattern).format(**values)

    def day(self, at: datetime, zone: ZoneInfo | None = None) -> str:
        """Return a day with its weekday: Saturday, 21 November 2026."""
        there = at.astimezone(zone or self.zone)
        first = self.form("the first day of a month", "1")
        return self.form(
            "date",
            "{weekday}, {day} {month} {year}",
            weekday=self.say(WEEKDAYS[there.weekday()]),
            day=first if there.day == 1 else there.day,
            month=self.say(MONTHS[there.month - 1]),
            year=there.year,
        )

    def clock(self, at: datetime, zone: ZoneInfo | None = None) -> str:
        """Return a time of day by the clock of the language: 1:10 pm, or 13:10."""
        there = at.astimezone(zone or self.zone)
        hour, half = there.hour, ""
        if not self._whole_day:
            half = _NO_BREAK + (self.say("am") if hour < 12 else self.say("pm"))
            hour = hour % 12 or 12
        minute = f"{there:%M}"
        return self.form("time", "{hour}:{minute}{half}", hour=hour, minute=minute, half=half)

    def moment(self, at: datetime, zone: ZoneInfo | None = None) -> str:
        """Return day and time with the zone's name."""
        zone = zone or self.zone
        said = self._moment(at, zone)
        return self.form("time and zone", "{time} ({zone})", time=said, zone=zone_name(zone))

    def span(self, start: datetime, end: datetime, zone: ZoneInfo) -> str:
        """Return from when until when on one day, with the zone's name."""
        said = self.form(
            "span",
            "{start} \u2013 {end}",
            start=self._moment(start, zone),
            end=self.clock(end, zone),
        )
        return self.form("time and zone", "{time} ({zone})", time=said, zone=zone_name(zone))

    def price(self, amount: int, currency: str) -> str:
        """Return an amount in minor units as a price: €25.00, 25,00 €, 2,500 JPY."""
        whole, _, part = f"{major_units(amount, currency):,f}".partition(".")
        number = whole.replace(",", self.form("between thousands", ","))
        if part:
            number += self.form("before decimals", ".") + part
        if sign := _SYMBOLS.get(currency):
            return self.form("price with a sign", "{sign}{amount}", sign=sign, amount=number)
        return self.form("price with a code", "{amount} {code}", code=currency, amount=number)

    def _moment(self, at: datetime, zone: ZoneInfo) -> str:
        day, clock = self.day(at, zone), self.clock(at, zone)
        return self.form("day and time", "{day}, {time}", day=day, time=clock)


def language_for(*locales: str) -> str:
    """Return the first language that we have a catalogue of, English when there is none."""
    wanted = (tag for locale in locales for tag in _wider(locale))
    return next((tag for tag in wanted if tag == ENGLISH or tag in languages()), ENGLISH)


@lru_cache(maxsize=1)
def languages() -> frozenset[str]:
    """Return the languages that we have catalogues of."""
    return frozenset(path.parts[-3] for path in LOCALES.glob(f"*/LC_MESSAGES/{DOMAIN}.mo"))


def zone_called(name: str) -> ZoneInfo | None:
    """Return the zone of a name, or None where the name means nothing."""
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        return None


def zone_name(zone: ZoneInfo) -> str:
    return str(zone).replace("_", _NO_BREAK)


def same_clock(at: datetime, one: ZoneInfo, other: ZoneInfo) -> bool:
    """Return whether two zones' clocks show the same at a moment."""
    return at.astimezone(one).utcoffset() == at.astimezone(other).utcoffset()


def moment_of(text: str) -> datetime | None:
    """Return the moment in a fact (2026-11-21T12:10:00Z), or None where there is none."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _wider(locale: str) -> Iterator[str]:
    """Yield a locale and what it is a variant of: pt-BR, pt."""
    tag = locale.replace("-", "_")
    while tag:
        yield tag
        tag = tag.rpartition("_")[0]


@lru_cache(maxsize=64)
def _catalogue(language: str) -> gettext.NullTranslations | None:
    if language not in languages():
        return None
    with (LOCALES / language / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as file:
        return gettext.GNUTranslations(file)
