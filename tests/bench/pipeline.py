"""From the registration answered to the mail in the mailbox, warm, through every system."""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from pathlib import Path

import requests

from eventsite.core import wiring
from eventsite.core.services.organizing import set_up
from eventsite.local.launcher import RUNNING, Options, Stack
from tests.bench.guests import EVENT, a_body, a_fair
from tests.bench.measuring import Measure

REGISTRATIONS = 12
POLL_SECONDS = 0.02


def measure() -> list[Measure]:
    """p50 of the time from the API's answer to the mail being readable in the mailbox.

    DynamoDB -> stream -> Lambda -> SQS -> Lambda -> SES, functions warm, one at a time. The
    mailbox is polled every 20 ms, which is part of the figure.
    """
    with tempfile.TemporaryDirectory(prefix="eventsite-bench-") as state:
        options = Options(
            engine_port=0, messaging_port=0, web_port=0, state_dir=Path(state) / "aws", quiet=True
        )
        with Stack(options) as stack:
            running = json.loads((stack.state_dir / RUNNING).read_text())
            os.environ.update(running["env"])
            wiring.forget()
            set_up(wiring.stores().events, a_fair(1000, 7))
            times = [_one(running, number) for number in range(REGISTRATIONS + 2)][2:]
    return [Measure("pipeline.api_to_mail_p50_ms", round(statistics.median(times) * 1000), "ms")]


def _one(running: dict[str, str], number: int) -> float:
    web, mailbox = running["web_url"], running["messaging_url"]
    body = a_body(f"mail-{number}")
    answer = requests.post(
        f"{web}/api/v1/events/{EVENT}/registrations",
        json=body,
        headers={"Idempotency-Key": f"bench-{number}"},
        timeout=30,
    )
    began = time.monotonic()
    address = body["guest"]["email"]
    assert answer.status_code == 202, answer.text
    while time.monotonic() - began < 60:
        found = requests.get(f"{mailbox}/messages.json", params={"to": address}, timeout=30).json()
        if found["messages"] if isinstance(found, dict) else found:
            return time.monotonic() - began
        time.sleep(POLL_SECONDS)
    raise TimeoutError(f"no mail to {address}")
