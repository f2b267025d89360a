"""What of an event can be had at this moment, for everybody: never how many exactly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from eventsite.core.domain.events import EventSetup, TicketType
from eventsite.core.domain.promo_codes import PromoCode
from eventsite.core.domain.questions import Question
from eventsite.core.errors import LimitReached
from eventsite.core.store.caching import Cache
from eventsite.core.store.stock import EVENT, Levels, StockRepository, code_stock, type_stock
from eventsite.core.wiring import stores

LOOKED = timedelta(seconds=5)
"""How old a look at the stock may be: it is for showing; taking a place looks for itself."""

FEW = 5
FEW_SHARE = 10
"""Few are left when it is no more than five, or than a tenth."""


class Left(StrEnum):
    MANY = "many"
    FEW = "few"
    NONE = "none"


class Sale(StrEnum):
    """Whether a ticket type can be had: now, by waiting, not yet, or no longer."""

    OPEN = "open"
    WAITLIST = "waitlist"
    SOLD_OUT = "sold_out"
    NOT_YET = "not_yet"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A ticket type as somebody with this promo code, or none, gets it now.

    ``price`` is what it costs with the code, in minor units.
    """

    kind: TicketType
    price: int
    left: Left
    sale: Sale

    @property
    def takeable(self) -> bool:
        return self.sale in (Sale.OPEN, Sale.WAITLIST)

    @property
    def lowered(self) -> bool:
        return self.price < self.kind.price


def offers(setup: EventSetup, now: datetime, code: PromoCode | None = None) -> tuple[Offer, ...]:
    """Return the ticket types that the holder of this code may see, in the organizer's order."""
    levels = _levels(setup)
    return tuple(_offer(setup, kind, now, code, levels) for kind in visible(setup, code))


def visible(setup: EventSetup, code: PromoCode | None = None) -> tuple[TicketType, ...]:
    """Return the types that are not hidden, and those that the code unlocks."""

    def unlocked(kind: TicketType) -> bool:
        return code is not None and code.unlocks and code.good_for(kind.type_id)

    return tuple(kind for kind in setup.types if not kind.hidden or unlocked(kind))


def good_code(setup: EventSetup, typed: str, now: datetime) -> PromoCode | None:
    """Return the promo code that somebody typed, None if they typed nothing.

    Raises NotFound, NotAllowed (not good at this time), LimitReached (used up).
    """
    if not typed.strip():
        return None
    code = setup.code(typed)
    code.must_be_good(now)
    if code.limit is not None and not _unsold(_levels(setup), code_stock(code.code)):
        raise LimitReached("This code has been used up.", field="code")
    return code


def questions_for(setup: EventSetup, type_ids: set[str]) -> tuple[Question, ...]:
    """Return the questions that guests of these types may be asked, in order."""
    current = (q for q in setup.questions if not q.retired)
    asked = (q for q in current if not q.type_ids or type_ids & set(q.type_ids))
    return tuple(sorted(asked, key=lambda each: (each.order, each.question_id)))


def _offer(
    setup: EventSetup, kind: TicketType, now: datetime, code: PromoCode | None, levels: Levels
) -> Offer:
    left = min(
        _left(levels, EVENT, setup.event.capacity),
        _left(levels, type_stock(kind.type_id), kind.capacity),
        key=(Left.NONE, Left.FEW, Left.MANY).index,
    )
    price = code.lowered(kind.price) if code and code.good_for(kind.type_id) else kind.price
    return Offer(kind=kind, price=price, left=left, sale=_sale(setup, kind, now, left))


def _sale(setup: EventSetup, kind: TicketType, now: datetime, left: Left) -> Sale:
    if setup.event.ends_at < now or (kind.sale_until is not None and kind.sale_until <= now):
        return Sale.OVER
    if kind.sale_from is not None and now < kind.sale_from:
        return Sale.NOT_YET
    if left is Left.NONE:
        return Sale.WAITLIST if kind.waitlist else Sale.SOLD_OUT
    return Sale.OPEN


def _left(levels: Levels, what: str, capacity: int | None) -> Left:
    if capacity is None:
        return Left.MANY
    unsold = _unsold(levels, what)
    if not unsold:
        return Left.NONE
    return Left.FEW if unsold <= max(FEW, capacity // FEW_SHARE) else Left.MANY


def _unsold(levels: Levels, what: str) -> int:
    """Return how many the public can have: none when they are kept for those who wait."""
    shards = levels.get(what, ())
    return 0 if any(level.closed for level in shards) else sum(level.unsold for level in shards)


def _levels(setup: EventSetup) -> Levels:
    whats = [EVENT] if setup.event.capacity is not None else []
    whats += [type_stock(kind.type_id) for kind in setup.types if kind.capacity is not None]
    whats += [code_stock(code.code) for code in setup.codes if code.limit is not None]
    if not whats:
        return {}
    stock = stores().stock
    kept = _looks(stock)
    return kept.get(
        f"{setup.event.event_id} {' '.join(whats)}", lambda _: stock.levels(setup.event, whats)
    )


@lru_cache(maxsize=4)
def _looks(stock: StockRepository) -> Cache[Levels]:
    """Return the recent looks at a stock; one cache for each, so that tests start with none."""
    return Cache(LOOKED)
