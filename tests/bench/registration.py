"""What one registration costs over HTTP, with eight clients at our WSGI server at a time."""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime

from eventsite.core.services.organizing import set_up
from eventsite.local.processes import Engine
from tests.bench.guests import EVENT, a_body, a_fair
from tests.bench.measuring import Measure
from tests.bench.serving import Callers, Site, cpu_seconds_of, installed, on_threads

CLIENTS = 8
WARM, COUNTED = 150, 800
SHARDS = 7


def measure() -> list[Measure]:
    """CPU of web server and engine per registration answered 202, and how many come a second.

    Confirmed at once, with six questions, counted in type and event; the engine has no functions
    here, so mails and the ledger are not part of it. Clients share the machine.
    """
    with (
        tempfile.TemporaryDirectory(prefix="eventsite-bench-") as state,
        Engine(state, interval=3600) as engine,
        installed(engine, "bench") as site,
    ):
        set_up(site.stores.events, a_fair(100_000, SHARDS))
        return _measured(site)


def _measured(site: Site) -> list[Measure]:
    callers = Callers(site.url)

    def register(number: int) -> int:
        status, told = callers[0].call(
            "POST",
            f"/api/v1/events/{EVENT}/registrations",
            a_body(number),
            {"Idempotency-Key": f"key-{number}"},
        )
        assert status == 202, told
        return status

    assert site.web
    assert site.engine.child
    pids = site.web.pid, site.engine.child.pid
    on_threads(CLIENTS, WARM, register)
    before, began = [cpu_seconds_of(pid) for pid in pids], time.monotonic()
    on_threads(CLIENTS, COUNTED, lambda number: register(WARM + number))
    seconds = time.monotonic() - began
    web, engine = (
        (cpu_seconds_of(pid) - had) / COUNTED * 1000 for pid, had in zip(pids, before, strict=True)
    )
    found, exact = site.stores.registrations.newest(EVENT).count(WARM + COUNTED + 1)
    assert (found, exact) == (WARM + COUNTED, True), f"{found} registrations at {datetime.now(UTC)}"
    note = f"web server {web:.1f}, engine {engine:.1f}"
    return [
        Measure("registration.cpu_ms", round(web + engine, 1), "ms", 20, note=note),
        Measure("registration.per_second_8", round(COUNTED / seconds, 1), "1/s"),
    ]
