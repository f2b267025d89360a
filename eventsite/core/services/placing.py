"""Placing: take places for a party, all or none, from the shards that have some left.

    a random shard -> none left there -> look at all shards at one moment -> take where some are
    -> nothing left anywhere -> places whose time is over are freed first -> short

The first try costs one call and looks at nothing. Only who comes late pays for looking, so the
last places are found and nobody waits for anybody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from eventsite.core.domain.events import Event, EventSetup
from eventsite.core.domain.registrations import Registration
from eventsite.core.errors import Unavailable
from eventsite.core.store.registrations import StockShort
from eventsite.core.store.stock import (
    EVENT,
    Levels,
    StockRepository,
    StockTaken,
    any_shards,
    code_stock,
    fitting_shards,
    type_stock,
)

PROBES = 24
"""Tries of taking places that are there, while others take them too."""

Party = tuple[Registration, ...]


class Short(Exception):
    """There are not enough places: of which stocks, and what was seen of them."""

    def __init__(self, whats: frozenset[str], levels: Levels) -> None:
        super().__init__("short")
        self.whats = whats
        self.levels = levels


def stocks_of(setup: EventSetup, registration: Registration) -> list[str]:
    """Return what a registration takes one of: of each stock that is limited."""
    found = [EVENT] if setup.event.capacity is not None else []
    if setup.type(registration.type_id).capacity is not None:
        found.append(type_stock(registration.type_id))
    if registration.code and setup.code(registration.code).limit is not None:
        found.append(code_stock(registration.code))
    return found


def wanted_by(setup: EventSetup, party: Iterable[Registration]) -> Counter[str]:
    """Return how many of which stock a party takes."""
    return Counter(what for each in party for what in stocks_of(setup, each))


def never_fits(setup: EventSetup, party: Iterable[Registration]) -> bool:
    """Return whether there are not enough places for a party even when nobody has any."""
    sizes = {type_stock(kind.type_id): kind.capacity for kind in setup.types}
    sizes[EVENT] = setup.event.capacity
    wanted = wanted_by(setup, party)
    return any((size := sizes.get(what)) is not None and size < n for what, n in wanted.items())


def take(
    stock: StockRepository,
    setup: EventSetup,
    party: Party,
    write: Callable[[Party], Party],
    *,
    public: bool,
    look_first: bool = False,
    free_more: Callable[[], bool] = lambda: False,
) -> Party:
    """Give every registration its places and ``write`` them; return what ``write`` returned.

    ``write`` stores a party that has its places, or raises StockShort when they are gone.
    ``free_more`` frees places whose time is over and returns whether there were any.

    Raises
    ------
    Short
        Too few places are left, or they are kept for those who wait and this is the public.
    Unavailable
        Places went as fast as they were found; safe to repeat.
    """
    event, wanted = setup.event, wanted_by(setup, party)
    shards = None if look_first else any_shards(event, wanted)
    for _ in range(PROBES):
        if shards is not None:
            try:
                return write(_assigned(setup, party, shards))
            except StockShort:
                shards = None
        levels = stock.levels(event, wanted)
        short = shortage(levels, wanted, public=public)
        if not short:
            try:
                shards = fitting_shards(levels, wanted)
            except StockTaken as error:  # cannot be: the levels are the same
                raise Short(frozenset(wanted), levels) from error
        elif any(level.closed for what in short for level in levels[what]) or not free_more():
            raise Short(short, levels)
    raise Unavailable("Places are going fast at this moment; try again.")


def shortage(levels: Levels, wanted: Mapping[str, int], *, public: bool) -> frozenset[str]:
    """Return the stocks that have too few left, or none for the public."""
    return frozenset(
        what
        for what, count in wanted.items()
        if sum(level.unsold for level in levels[what]) < count
        or (public and any(level.closed for level in levels[what]))
    )


def close(stock: StockRepository, event: Event, short: Short) -> bool:
    """Keep what is short from the public; return False when it changed since it was seen."""
    return all(
        all(level.closed for level in short.levels[what])
        or stock.close(event, what, short.levels[what])
        for what in sorted(short.whats)
    )


def _assigned(
    setup: EventSetup, party: Sequence[Registration], shards: Mapping[str, list[int]]
) -> Party:
    lines = {what: iter(found) for what, found in shards.items()}
    return tuple(
        replace(each, places={what: next(lines[what]) for what in stocks_of(setup, each)})
        for each in party
    )
