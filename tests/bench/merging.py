"""How fast devices that were offline are taken in: uploads of 500 scans over HTTP."""

from __future__ import annotations

import json
import tempfile
import time

from eventsite.local.processes import Engine
from tests.bench.crowds import HALL, MAIN, Crowd, a_scan
from tests.bench.measuring import Measure
from tests.bench.serving import Caller, Site, installed

UPLOAD = 500
"""Scans of one upload: the most that the API takes."""

UPLOADS = 3


def measure() -> list[Measure]:
    """Uploads of one device, one by one: two thirds at the main gate, others into a hall."""
    with (
        tempfile.TemporaryDirectory(prefix="eventsite-bench-") as state,
        Engine(state, interval=3600) as engine,
        installed(engine, "bench") as site,
    ):
        return _measured(site, Crowd(site.stores, UPLOAD * (UPLOADS + 1), 100_000))


def _measured(site: Site, crowd: Crowd) -> list[Measure]:
    caller = Caller(site.url)
    headers = {"Authorization": f"Device {crowd.device()}"}
    uploads = [
        {"scans": [_offline(crowd, upload * UPLOAD + number) for number in range(UPLOAD)]}
        for upload in range(UPLOADS + 1)
    ]

    def send(upload: int) -> float:
        began = time.monotonic()
        status, told = caller.call("POST", "/api/v1/scans/batch", uploads[upload], headers)
        seconds = time.monotonic() - began
        answers = json.loads(told)["answers"]
        codes = {answer["verdict"]["code"] for answer in answers}
        assert (status, len(answers), codes) == (200, UPLOAD, {"ok"}), told[:500]
        return seconds

    send(0)
    seconds = [send(upload) for upload in range(1, UPLOADS + 1)]
    again = send(UPLOADS)
    note = f"the slowest upload {max(seconds):.1f} s, the same once more {again:.1f} s"
    rate = UPLOAD * UPLOADS / sum(seconds)
    return [Measure("merge.scans_per_second", round(rate, 1), "1/s", note=note)]


def _offline(crowd: Crowd, number: int) -> dict[str, object]:
    gate = HALL if number % 3 == 0 else MAIN
    return a_scan(crowd.ticket(number), gate) | {"offline_code": "ok"}
