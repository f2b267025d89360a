"""Promo codes: what unlocks a hidden ticket type or lowers a price, so many times. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from eventsite.core.errors import NotAllowed


@dataclass(frozen=True, slots=True, kw_only=True)
class PromoCode:
    """A word that guests type. ``code`` is in capitals; it is the id.

    ``limit`` is how many places it is good for, None for no limit; empty ``type_ids`` makes it
    good for every type. ``unlocks`` lets its holders see and take hidden types. The price goes
    down by ``percent_off`` (0-100). Good from ``good_from`` until ``good_until`` (excluded).
    """

    event_id: str
    code: str
    name: str
    limit: int | None = None
    type_ids: tuple[str, ...] = ()
    unlocks: bool = False
    percent_off: int = 0
    good_from: datetime | None = None
    good_until: datetime | None = None
    version: int = 1

    def good_for(self, type_id: str) -> bool:
        return not self.type_ids or type_id in self.type_ids

    def must_be_good(self, now: datetime) -> None:
        """Raises NotAllowed when the code is not good yet, or no longer."""
        early = self.good_from is not None and now < self.good_from
        if early or (self.good_until is not None and now >= self.good_until):
            raise NotAllowed("This code is not good at this time.", field="code")

    def lowered(self, price: int) -> int:
        """Return a price with what the code takes off, in the guest's favour."""
        return price * (100 - self.percent_off) // 100


def tidy_code(text: str) -> str:
    """Return a code as it is stored: capitals, no spaces."""
    return "".join(text.split()).upper()
