"""What organizers choose from: time zones, countries, languages."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings

Choices = list[tuple[str, Any]]


def zones() -> Choices:
    return [(name, name) for name in sorted(available_timezones() | {"UTC"})]


def zones_or_none() -> Choices:
    return [("", "The event's"), *zones()]


@lru_cache(maxsize=1)
def regions() -> Choices:
    """Return the countries that have phone numbers, by their two letters."""
    import phonenumbers  # only this form needs the numbering plans

    def called(code: str) -> str:
        return f"{code} (+{phonenumbers.country_code_for_region(code)})"

    known = sorted(phonenumbers.SUPPORTED_REGIONS)
    return [("", "None: numbers need a country code"), *((code, called(code)) for code in known)]


def languages(*also: str) -> Choices:
    """Return the languages that mails and pages speak, and those in use besides."""
    known = [(code, f"{name}") for code, name in settings.LANGUAGES]
    return known + [(code, code) for code in also if code and code not in dict(known)]
