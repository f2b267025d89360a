"""Whether anything gets slower when an event has 50,000 registrations instead of 1,000."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack

from eventsite.core.domain.links import guest_token
from eventsite.core.services.organizing import set_up
from eventsite.core.store import keys
from eventsite.core.store.secrets import Secrets
from eventsite.local.processes import Engine
from tests.bench.guests import EVENT, SHARDS, a_body, a_crowd, a_fair, store_crowd
from tests.bench.measuring import Measure
from tests.bench.serving import SECRET, Caller, Site, installed

SMALL, LARGE = 1_000, 50_000
ROUNDS = 100
"""Of each call at either size, in turn; the median counts, so that a noisy machine harms both."""

PAGE = 50


def measure() -> list[Measure]:
    """Medians at 50,000 over medians at 1,000, each in a table of its own on one engine.

    The registrations are there beforehand by batch writes of the real items: they came 1,000 an
    hour up to now, under names of many languages. Then, in turn at both: a registration over
    HTTP, the first page of the back office's list as its source reads it, and a guest's own page
    over HTTP.
    """
    with ExitStack() as stack:
        state = stack.enter_context(tempfile.TemporaryDirectory(prefix="eventsite-bench-"))
        engine = stack.enter_context(Engine(state, interval=3600))
        places = [
            _Place(stack.enter_context(installed(engine, f"bench-{size}")), size)
            for size in (SMALL, LARGE)
        ]
        return list(_compared(places))


class _Place:
    """An installation with so many registrations, and the calls that are timed."""

    def __init__(self, site: Site, size: int) -> None:
        self.site, self.size = site, size
        self.stores = site.stores
        self.caller = Caller(site.url)
        setup = a_fair(LARGE * 2, SHARDS)
        set_up(self.stores.events, setup)
        self.guests = a_crowd(setup, size)
        store_crowd(self.stores, self.guests, claims=True)
        self._take_places()

    def _take_places(self) -> None:
        event = self.stores.events.get(EVENT)
        taken = Counter(place for guest in self.guests for place in guest.places.items())
        for (what, shard), count in taken.items():
            key = keys.stock(event.event_id, what, shard)
            self.stores._events_table.update(key, "ADD unsold :n", {":n": -count})

    def register(self, number: int) -> None:
        key = {"Idempotency-Key": f"new-{number}"}
        path = f"/api/v1/events/{EVENT}/registrations"
        status, told = self.caller.call("POST", path, a_body(f"new-{number}"), key)
        assert status == 202, told

    def list_newest(self, number: int) -> None:
        registrations = self.stores.registrations
        page = registrations.page(registrations.newest(EVENT), PAGE)
        assert len(page.items) == PAGE

    def list_names(self, number: int) -> None:
        registrations = self.stores.registrations
        page = registrations.page(registrations.by_name(EVENT, "ma"), PAGE)
        assert page.items

    def own_page(self, number: int) -> None:
        guest = self.guests[number * 7919 % self.size]
        token = guest_token(guest.registration_id, Secrets.parse(SECRET).link_keys())
        status, page = self.caller.call("GET", f"/g/{token}/")
        assert status == 200, page[:300]


def _compared(places: list[_Place]) -> Iterator[Measure]:
    found = {}
    for what, call in (
        ("registration", _Place.register),
        ("list", _Place.list_newest),
        ("guest_page", _Place.own_page),
        ("name_search", _Place.list_names),
    ):
        small, large = (statistics.median(times) for times in _timed(places, call))
        found[what] = large / small
        note = f"{small * 1000:.1f} ms at {SMALL}, {large * 1000:.1f} ms at {LARGE}"
        yield Measure(f"registration.growth_{what}", round(found[what], 2), "ratio", note=note)
    counted = {what: found[what] for what in ("registration", "list", "guest_page")}
    worst = max(counted, key=lambda each: counted[each])
    yield Measure(
        "registration.growth_1k_50k", round(counted[worst], 2), "ratio", 1.3, note=f"of {worst}"
    )


def _timed(places: list[_Place], call: Callable[[_Place, int], None]) -> list[list[float]]:
    times: list[list[float]] = [[] for _ in places]
    for number in range(ROUNDS + 10):
        for place, taken in zip(places, times, strict=True):
            began = time.perf_counter()
            call(place, number)
            taken.append(time.perf_counter() - began)
    return [taken[10:] for taken in times]
