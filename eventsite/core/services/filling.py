"""How full an event is: places taken, held and left, and who waits, for whoever looks after it.

What is left is exact. Who holds and who waits is read from their lines up to a number, and says
so when that was not the end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.registrations import Registration
from eventsite.core.services.registry import Registry
from eventsite.core.store.stock import EVENT, Levels, type_stock

PARTIES_READ = 500
"""Parties in a line that are read to count them by type: 250 KB to 1 MB."""

END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """Of one ticket type, or of the whole event when ``type_id`` is empty.

    ``left`` and ``taken`` are None when there is no limit, for then nobody counts. Of those taken
    ``held`` are held until a time, for guests who are to confirm, to pay or to accept; ``waiting``
    guests stand in line. ``closed`` says that free places are kept for these.
    """

    type_id: str
    name: str
    capacity: int | None
    left: int | None
    held: int
    waiting: int
    closed: bool

    @property
    def taken(self) -> int | None:
        return None if self.capacity is None or self.left is None else self.capacity - self.left


@dataclass(frozen=True, slots=True)
class Fillings:
    """The event's, and each type's; ``complete`` when nobody in the lines was left uncounted."""

    event: Filling
    types: tuple[Filling, ...]
    complete: bool


def fillings(stores: Registry, event_id: str) -> Fillings:
    """Return how full an event and its ticket types are. Raises NotFound."""
    setup = stores.events.fresh_setup(event_id)
    whats = [EVENT, *(type_stock(kind.type_id) for kind in setup.types)]
    levels = stores.stock.levels(setup.event, whats)
    line = list(islice(stores.registrations.waiting(event_id), PARTIES_READ + 1))
    holding = list(islice(stores.registrations.lapsing(event_id, END_OF_TIME), PARTIES_READ + 1))
    complete = max(len(line), len(holding)) <= PARTIES_READ
    # An index may be a moment behind: what counts is how they stand now.
    waiting = Counter(e.type_id for e in _members(stores, line[:PARTIES_READ]) if not e.held_until)
    held = Counter(e.type_id for e in _members(stores, holding[:PARTIES_READ]) if e.held_until)
    types = tuple(
        _filling(levels, type_stock(kind.type_id), kind.type_id, kind.name, kind.capacity,
                 held[kind.type_id], waiting[kind.type_id])
        for kind in setup.types
    )  # fmt: skip
    whole = _filling(levels, EVENT, "", setup.event.title, setup.event.capacity,
                     held.total(), waiting.total())  # fmt: skip
    return Fillings(whole, types, complete)


def left_of(stores: Registry, setup: EventSetup, whats: Iterable[str]) -> dict[str, int]:
    """Return how much is left of each of these stocks that is counted, in few reads."""
    levels = stores.stock.levels(setup.event, whats)
    return {what: sum(level.unsold for level in found) for what, found in levels.items()}


def _members(stores: Registry, leads: list[Registration]) -> Iterator[Registration]:
    """Yield the live members of the parties that these speak for."""
    alone = [lead for lead in leads if not lead.party]
    ids = [member for lead in leads for member in lead.party]
    found = stores.registrations.of_ids(ids) if ids else {}
    yield from (each for each in (*alone, *found.values()) if each.live)


def _filling(
    levels: Levels,
    what: str,
    type_id: str,
    name: str,
    capacity: int | None,
    held: int,
    waiting: int,
) -> Filling:
    found = levels.get(what, []) if capacity is not None else []
    return Filling(
        type_id=type_id,
        name=name,
        capacity=capacity,
        left=sum(level.unsold for level in found) if capacity is not None else None,
        held=held,
        waiting=waiting,
        closed=any(level.closed for level in found),
    )
