"""Amounts of money: minor units of a currency as the number that people read. Pure."""

from __future__ import annotations

from decimal import Decimal

_NO_DECIMALS = frozenset(
    {
        *("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"),
        *("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"),
    }
)
_THREE_DECIMALS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
_FOUR_DECIMALS = frozenset({"CLF", "UYW"})


def decimals(currency: str) -> int:
    """Return how many decimals a currency has. Source: ISO 4217, list one, minor units."""
    if currency in _NO_DECIMALS:
        return 0
    if currency in _THREE_DECIMALS:
        return 3
    return 4 if currency in _FOUR_DECIMALS else 2


def major_units(amount: int, currency: str) -> Decimal:
    """Return an amount in minor units (2500, EUR) in major ones (25.00), with all decimals."""
    return Decimal(amount).scaleb(-decimals(currency))
