"""How an import writes: several rows at once, each again when the table is busy."""

from __future__ import annotations

import contextvars
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from eventsite.core.domain.import_rows import PlanRow
from eventsite.core.domain.registrations import Registration
from eventsite.core.errors import EventSiteError
from eventsite.core.services.registry import Registry
from eventsite.core.store.items import Item

T = TypeVar("T")

WORKERS = 8
"""Rows written at once. Source: measured on the embedded AWS; more waited for each other."""

TRIES = 4
"""Tries of one row when the table does not answer, before its part is done again later."""


def at_once(act: Callable[[PlanRow], PlanRow], rows: Sequence[PlanRow]) -> list[PlanRow]:
    """Return what ``act`` made of each row, in order; it is called on several threads.

    The first failure is raised, after those under way have ended.
    """
    if WORKERS == 1:
        return [act(row) for row in rows]
    # Each row runs in a copy of this context, so that its log lines have our correlation id.
    works = [partial(contextvars.copy_context().run, act, row) for row in rows]
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(lambda work: work(), works))


def persistently(act: Callable[[], T]) -> T:
    """Return what ``act`` returns, calling it again while it says that this may help."""
    for attempt in range(TRIES):
        try:
            return act()
        except EventSiteError as error:
            if not error.retryable or attempt == TRIES - 1:
                raise
        time.sleep(0.1 * 2**attempt)
    raise AssertionError("unreachable")


def save_guest(
    stores: Registry, fresh: Registration, seen: Registration, also: Sequence[Item]
) -> Registration:
    """Store a guest's other particulars with other writes; its claim moves with an address.

    Raises StaleWrite, or AlreadyExists when the new address has all that it may have.
    """
    if fresh.guest.email.casefold() == seen.guest.email.casefold() or not fresh.live:
        return stores.registrations.save(fresh, extra=also)
    limit = stores.events.setup(fresh.event_id).type(fresh.type_id).per_guest
    return stores.registrations.save_address(fresh, seen.guest, limit, also)
