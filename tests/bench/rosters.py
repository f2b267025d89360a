"""What 100,000 guests cost at the doors: a scan among them, and the roster that devices keep."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import quote

from eventsite.local.processes import Engine
from tests.bench.checkin import Doors
from tests.bench.crowds import Crowd
from tests.bench.measuring import Measure
from tests.bench.serving import Caller, Site, cpu_seconds_of, installed

SMALL, LARGE = 1_000, 100_000
ROUNDS = 300
"""Scans at either size, in turn; the median counts, so that a noisy machine harms both."""


def measure() -> list[Measure]:
    """Scans one at a time and in turn, with 1,000 and with 100,000 registrations in a table each.

    Then the whole roster of the large one, page by page, as a device loads it.
    """
    with ExitStack() as stack:
        state = stack.enter_context(tempfile.TemporaryDirectory(prefix="eventsite-bench-"))
        engine = stack.enter_context(Engine(state, interval=3600))
        places = []
        for size in (SMALL, LARGE):
            site = stack.enter_context(installed(engine, f"bench-{size}"))
            places.append((site, Crowd(site.stores, size, LARGE)))
        return [*_compared(places), *_loaded(*places[1])]


def _compared(places: list[tuple[Site, Crowd]]) -> Iterator[Measure]:
    times: list[list[float]] = [[] for _ in places]
    doors = [Doors(site, crowd) for site, crowd in places]
    for number in range(ROUNDS + 10):
        for (_, crowd), door, taken in zip(places, doors, times, strict=True):
            # Guests from all over the table, each of them once.
            step = crowd.size // (ROUNDS + 10)
            taken.append(door.scan(crowd.ticket(number * step)))
    small, large = (statistics.median(taken[10:]) for taken in times)
    note = f"{small * 1000:.1f} ms at {SMALL}, {large * 1000:.1f} ms at {LARGE}"
    yield Measure("checkin.growth_1k_100k", round(large / small, 2), "ratio", 1.2, note=note)


def _loaded(site: Site, crowd: Crowd) -> Iterator[Measure]:
    caller = Caller(site.url)
    headers = {"Authorization": f"Device {crowd.device()}"}
    assert site.web
    cpu, began = cpu_seconds_of(site.web.pid), time.monotonic()
    keys, size, pages, cursor = set(), 0, 0, ""
    while cursor is not None:
        path = "/api/v1/roster" + (f"?cursor={quote(cursor)}" if cursor else "")
        status, told = caller.call("GET", path, headers=headers)
        assert status == 200, told
        page = json.loads(told)
        keys |= {record["k"] for record in page["records"]}
        size, pages, cursor = size + len(told), pages + 1, page["next"]
    seconds = time.monotonic() - began
    assert len(keys) == crowd.size, f"{len(keys)} records of {crowd.size} guests"
    note = f"{pages} pages, {size / 1e6:.1f} MB; "
    note += f"web server {cpu_seconds_of(site.web.pid) - cpu:.1f} s of CPU"
    yield Measure("roster.load_100k_s", round(seconds, 1), "s", note=note)
