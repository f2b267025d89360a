"""What ids, amounts and spans of a setup may be, one function a rule. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from eventsite.core.domain.events import TicketType
from eventsite.core.errors import Invalid

ID_MAX = 64
AMOUNT_MAX = 10_000_000

_SLUG = re.compile(rf"[A-Za-z0-9_-]{{1,{ID_MAX}}}")


def must_be_in_order(start: datetime | None, end: datetime | None, field: str) -> None:
    if start is not None and end is not None and end <= start:
        raise Invalid("The end is after the beginning.", field=field)


def must_be_slug(text: str, field: str) -> None:
    if not _SLUG.fullmatch(text):
        raise Invalid(f"An id is 1 to {ID_MAX} letters, digits, - or _.", field=field)


def must_be_amount(amount: int | None, field: str) -> None:
    if amount is not None and not 0 <= amount <= AMOUNT_MAX:
        raise Invalid(f"This is 0 to {AMOUNT_MAX}, or nothing for no limit.", field=field)


def known_types(type_ids: Iterable[str], types: Iterable[TicketType]) -> tuple[str, ...]:
    """Return the ids once each, in the order given. Raises Invalid when a type is not there."""
    chosen, known = dict.fromkeys(type_ids), {kind.type_id for kind in types}
    for type_id in chosen:
        if type_id not in known:
            raise Invalid(f"This event has no ticket type {type_id!r}.", field="type_ids")
    return tuple(chosen)
