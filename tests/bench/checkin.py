"""What one scan at a gate costs over HTTP, and whether 100,000 guests make it slower."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack

from eventsite.local.processes import Engine
from tests.bench.crowds import MAIN, Crowd, a_scan
from tests.bench.measuring import Measure
from tests.bench.serving import Caller, Callers, Site, cpu_seconds_of, installed, on_threads

CLIENTS = 8
WARM, COUNTED = 150, 800
SMALL, LARGE = 1_000, 2_000
ROUNDS = 300


def measure() -> list[Measure]:
    """CPU, rate and times of scans that admit at the main gate; the clients share the machine.

    Then, one scan at a time and in turn, the same with 1,000 and with 100,000 registrations in
    a table each.
    """
    with ExitStack() as stack:
        state = stack.enter_context(tempfile.TemporaryDirectory(prefix="eventsite-bench-"))
        engine = stack.enter_context(Engine(state, interval=3600))
        site = stack.enter_context(installed(engine, "bench"))
        found = _counted(site, Crowd(site.stores, SMALL, LARGE))
        places = []
        for size in (SMALL, LARGE):
            site = stack.enter_context(installed(engine, f"bench-{size}"))
            places.append((site, Crowd(site.stores, size, LARGE)))
        return [*found, *_compared(places)]


def _counted(site: Site, crowd: Crowd) -> list[Measure]:
    doors = Doors(site, crowd)
    tickets = [crowd.ticket(number) for number in range(WARM + COUNTED)]
    assert site.web
    assert site.engine.child
    pids = site.web.pid, site.engine.child.pid
    on_threads(CLIENTS, WARM, lambda number: doors.scan(tickets[number]))
    before, began = [cpu_seconds_of(pid) for pid in pids], time.monotonic()
    times = on_threads(CLIENTS, COUNTED, lambda number: doors.scan(tickets[WARM + number]))
    seconds = time.monotonic() - began
    web, engine = (
        (cpu_seconds_of(pid) - had) / COUNTED * 1000 for pid, had in zip(pids, before, strict=True)
    )
    middle, late = statistics.median(times), statistics.quantiles(times, n=100)[98]
    note = f"web server {web:.1f}, engine {engine:.1f}"
    spread = f"median {middle * 1000:.0f} ms, 99th of 100 {late * 1000:.0f} ms"
    return [
        Measure("checkin.cpu_ms", round(web + engine, 1), "ms", 9, note=note),
        Measure("checkin.per_second_8", round(COUNTED / seconds, 1), "1/s"),
        Measure("checkin.p99_over_p50_8", round(late / middle, 2), "ratio", note=spread),
    ]


class Doors:
    """Devices of one site, a connection for each thread."""

    def __init__(self, site: Site, crowd: Crowd) -> None:
        self._callers = Callers(site.url)
        self._headers = {"Authorization": f"Device {crowd.device()}"}

    def scan(self, ticket: str, gate_id: str = MAIN) -> float:
        """Return the seconds until a guest was admitted."""
        caller: Caller = self._callers[0]
        body = a_scan(ticket, gate_id)
        began = time.perf_counter()
        status, told = caller.call("POST", "/api/v1/scans", body, self._headers)
        seconds = time.perf_counter() - began
        assert (status, json.loads(told).get("code")) == (200, "ok"), told
        return seconds


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
