"""Template tags: the language switch, and dates, times and prices as the language writes them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.utils import formats
from django.utils.translation import pgettext

from eventsite.core.domain.money import decimals, major_units
from eventsite.languages import choices

register = template.Library()

_SYMBOLS = {"EUR": "€", "GBP": "£"}
"""Signs that mean one currency only; all others are written by their code."""


@register.inclusion_tag("eventsite/languages.html", takes_context=True)
def languages(context: dict[str, Any]) -> dict[str, Any]:
    """Show the language switch, where there is something to choose."""
    request = context.get("request")
    return {"choices": choices(request) if request else []}


@register.filter(expects_localtime=True)
def day(value: date) -> str:
    """Sat 21 Nov 2026."""
    return formats.date_format(value, pgettext("date", "D j M Y"))


@register.filter(expects_localtime=True)
def short_day(value: date) -> str:
    """21 Nov."""
    return formats.date_format(value, pgettext("date", "j M"))


@register.filter(expects_localtime=True)
def long_day(value: date) -> str:
    """Saturday, 21 November 2026."""
    return formats.date_format(value, pgettext("date", "l, j F Y"))


@register.filter(expects_localtime=True)
def clock(value: datetime) -> str:
    """1:10 pm, or 13:10 where the language counts to 24."""
    before = pgettext("time before noon", r"g:i \a\m")
    after = pgettext("time after noon", r"g:i \p\m")
    return formats.date_format(value, before if value.hour < 12 else after)


@register.filter(expects_localtime=True)
def day_time(value: datetime) -> str:
    """Sat 21 Nov 2026, 1:10 pm."""
    return pgettext("day and time", "%(day)s, %(time)s") % {"day": day(value), "time": clock(value)}


@register.filter
def money(amount: int, currency: str) -> str:
    """Write an amount in minor units as a price: {{ type.price|money:type.currency }}."""
    number = formats.number_format(
        major_units(amount, currency), decimals(currency), use_l10n=True, force_grouping=True
    )
    sign = _SYMBOLS.get(currency)
    if sign:
        pattern = pgettext("price with a sign", "%(sign)s%(amount)s")
        return pattern % {"sign": sign, "amount": number}
    pattern = pgettext("price with a code", "%(amount)s %(code)s")
    return pattern % {"amount": number, "code": currency}
