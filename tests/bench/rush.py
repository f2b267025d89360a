"""The promise itself, over HTTP: 997 places, 50 clients, lost answers, both ways in at once."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from eventsite.core import wiring
from eventsite.core.config import config
from eventsite.core.domain.registrations import Registration
from eventsite.core.services.organizing import set_up
from eventsite.core.store.items import load
from eventsite.core.store.table import from_wire
from eventsite.local.launcher import RUNNING, Options, Stack
from tests.bench.guests import EVENT, a_body, a_fair
from tests.bench.measuring import Measure
from tests.bench.serving import Callers, on_threads

PLACES, SHARDS, CLIENTS = 997, 7, 50

GUESTS = 2600
"""Each sends twice: 5,200 attempts, half of them again after an answer that was lost."""

WAYS = ("direct", "queued")
DRAIN_SECONDS = 600


def measure() -> list[Measure]:
    """Every guest sends the same call with the same key twice, the first answer being lost.

    By turns directly and directly again, directly and by the queue, by the queue and directly, by
    the queue and by the queue: the REST API, and API Gateway to SQS to the worker, with all
    functions running. A quarter of the lost answers are lost because the client hangs up. What is
    there afterwards is counted from the table, places and keys and addresses.
    """
    with tempfile.TemporaryDirectory(prefix="eventsite-bench-") as state:
        options = Options(
            engine_port=0, messaging_port=0, web_port=0, state_dir=Path(state) / "aws", quiet=True
        )
        with Stack(options) as stack:
            running = json.loads((stack.state_dir / RUNNING).read_text())
            os.environ.update(running["env"])
            wiring.forget()
            set_up(wiring.stores().events, a_fair(PLACES, SHARDS))
            return _measured(running)


def _measured(running: dict[str, Any]) -> list[Measure]:
    callers = Callers(running["web_url"], running["rush_url"].rstrip("/"))
    paths = {
        "direct": f"/api/v1/events/{EVENT}/registrations",
        "queued": f"/api/v1/rush/{EVENT}/registrations",
    }
    tries: Counter[str] = Counter()

    def send(number: int, way: str) -> None:
        key, caller = {"Idempotency-Key": f"key-{number}"}, callers[WAYS.index(way)]
        for pause in (0.1, 0.3, 1, 3, 9, 27):
            status = 0
            tries[way] += 1
            with contextlib.suppress(OSError, http.client.HTTPException):
                status, _ = caller.call("POST", paths[way], a_body(number), key)
            if status in (202, 409):
                tries[f"{way} {status}"] += 1
                return
            time.sleep(pause)
        raise RuntimeError(f"no answer to guest {number}: {status}")

    def guest(number: int) -> None:
        first, second = WAYS[number // 2 % 2], WAYS[number % 2]
        if number % 8 < 2 and first == "direct":
            tries[first] += 1
            body, key = a_body(number), {"Idempotency-Key": f"key-{number}"}
            callers[0].send_and_hang_up("POST", paths[first], body, key)
        else:
            send(number, first)
        send(number, second)

    began = time.monotonic()
    on_threads(CLIENTS, GUESTS, guest)
    sent = time.monotonic() - began
    _drained()
    seconds = time.monotonic() - began
    attempts = sum(tries[way] for way in WAYS)
    note = f"{attempts} attempts in {sent:.0f} s, all answered after {seconds:.0f} s: " + ", ".join(
        f"{count} {what}" for what, count in sorted(tries.items())
    )
    return _counted(note)


def _drained() -> None:
    """Wait until the queue has been empty, and nothing under way, for some seconds."""
    until, quiet = time.monotonic() + DRAIN_SECONDS, 0
    while quiet < 4:
        quiet = 0 if wiring.stores().intake.depth() else quiet + 1
        assert time.monotonic() < until, "the worker does not get through the queue"
        time.sleep(1.5)


def _counted(note: str) -> list[Measure]:
    """Count the table: what is there beyond the places, and twice for one key or address."""
    client, name = wiring.client("dynamodb"), config().need("events_table")
    items = [
        from_wire(item)
        for page in client.get_paginator("scan").paginate(TableName=name, ConsistentRead=True)
        for item in page["Items"]
    ]
    here = [
        load(Registration, item)
        for item in items
        if item.get("entity") == "registration" and item["event_id"] == EVENT
    ]
    live = [each for each in here if each.live]
    unsold = Counter(
        {
            what: sum(
                int(i["unsold"]) for i in items if i["pk"].startswith(f"STOCK#{EVENT}#{what}#")
            )
            for what in ("EVENT", "TYPE.general")
        }
    )
    oversold = max(0, len(live) - PLACES) + sum(
        abs(PLACES - len(live) - left) for left in unsold.values()
    )
    unfilled = PLACES - len(live)
    twice = Counter(each.guest.email.casefold() for each in live)
    keys = Counter(
        registration_id
        for item in items
        if item.get("entity") == "idempotency"
        for registration_id in item.get("registration_ids", ())
    )
    again = {each.registration_id for each in here} - {one for one, n in keys.items() if n == 1}
    duplicates = sum(count - 1 for count in twice.values()) + len(again)
    note += f"; {len(live)} live, {unfilled} places unfilled"
    return [
        Measure("registration.oversold", oversold, "places", 0, note=note),
        Measure("registration.duplicates", duplicates, "regs", 0, note=f"of {len(here)}"),
        Measure("registration.unfilled", unfilled, "places", 0, note="while guests were refused"),
    ]
