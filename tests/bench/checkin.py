"""What one scan at a gate costs over HTTP, with eight devices at our WSGI server at a time."""

from __future__ import annotations

import json
import statistics
import tempfile
import time

from eventsite.local.processes import Engine
from tests.bench.crowds import MAIN, Crowd, a_scan
from tests.bench.measuring import Measure
from tests.bench.serving import Caller, Callers, Site, cpu_seconds_of, installed, on_threads

CLIENTS = 8
WARM, COUNTED = 150, 500
ROUNDS = 4
"""Each of so many scans; the cheapest counts, for whatever else the machine does only adds."""

CAPACITY = 100_000


def measure() -> list[Measure]:
    """CPU, rate and times of scans that admit at the main gate; the clients share the machine."""
    with (
        tempfile.TemporaryDirectory(prefix="eventsite-bench-") as state,
        Engine(state, interval=3600) as engine,
        installed(engine, "bench") as site,
    ):
        return _counted(site, Crowd(site.stores, WARM + ROUNDS * COUNTED, CAPACITY))


def _counted(site: Site, crowd: Crowd) -> list[Measure]:
    doors = Doors(site, crowd)
    tickets = [crowd.ticket(number) for number in range(crowd.size)]
    assert site.web
    assert site.engine.child
    pids = site.web.pid, site.engine.child.pid
    on_threads(CLIENTS, WARM, lambda number: doors.scan(tickets[number]))
    rounds, times = [], []
    for number in range(ROUNDS):
        mine = tickets[WARM + number * COUNTED :][:COUNTED]
        before, began = [cpu_seconds_of(pid) for pid in pids], time.monotonic()
        times += on_threads(CLIENTS, COUNTED, lambda n, mine=mine: doors.scan(mine[n]))
        rate = COUNTED / (time.monotonic() - began)
        spent = zip(pids, before, strict=True)
        web, engine = ((cpu_seconds_of(pid) - had) / COUNTED * 1000 for pid, had in spent)
        rounds.append((web + engine, web, engine, rate))
    cpu, web, engine, _ = min(rounds)
    middle, late = statistics.median(times), statistics.quantiles(times, n=100)[98]
    note = f"web server {web:.1f}, engine {engine:.1f}; the dearest round {max(rounds)[0]:.1f}"
    spread = f"median {middle * 1000:.0f} ms, 99th of 100 {late * 1000:.0f} ms"
    return [
        Measure("checkin.cpu_ms", round(cpu, 1), "ms", 9, note=note),
        Measure("checkin.per_second_8", round(max(each[3] for each in rounds), 1), "1/s"),
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
