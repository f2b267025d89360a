"""`make smoke`: one guest walks through the running system, from registration to reminder.

Uses the stack that `make run` started, or starts one of its own on free ports with its own
state and stops it at the end. Prints one line a step and `smoke: N passed, M failed`.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
import traceback
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from eventsite.local.launcher import RUNNING, Options, Stack
from tests.smoke import devices, doors, gates, lists, office, places, registration
from tests.smoke.world import World

STATE = Path(sys.argv[1]) if sys.argv[1:] else doors.ROOT / "var" / "aws"


def running_stack() -> dict[str, Any] | None:
    """Return what `make run` wrote about itself, if it is still running."""
    try:
        running: dict[str, Any] = json.loads((STATE / RUNNING).read_text())
        os.kill(running["pid"], 0)
    except (OSError, ValueError, KeyError):
        return None
    return running | {"state_dir": str(STATE), "log_dir": str(STATE.parent / "log")}


def own_stack(stack: ExitStack) -> dict[str, Any]:
    """Start a stack on free ports with its own state; it ends with ``stack``."""
    state = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="eventsite-smoke-")))
    print("no running stack: starting one on free ports", flush=True)
    options = Options(engine_port=0, messaging_port=0, web_port=0, state_dir=state / "aws")
    started = stack.enter_context(Stack(options))
    running: dict[str, Any] = json.loads((started.state_dir / RUNNING).read_text())
    return running | {"state_dir": str(started.state_dir), "log_dir": str(started.log_dir)}


def one(name: str, step: registration.Step, world: World) -> bool | None:
    began = time.monotonic()
    try:
        step[1](world)
    except doors.Skipped as why:
        print(f"skip  {name}: {why}", flush=True)
        return None
    except Exception as error:  # noqa: BLE001 - a step that broke is a step that failed
        print(f"FAIL  {name}: {type(error).__name__}: {error}", flush=True)
        if os.environ.get("SMOKE_TRACE"):
            traceback.print_exc()
        return False
    print(f"ok    {name} ({time.monotonic() - began:.1f} s)", flush=True)
    return True


def main() -> int:
    steps = [
        *registration.STEPS,
        *places.STEPS,
        *doors.STEPS,
        *gates.STEPS,
        *office.STEPS,
        *devices.STEPS,
        *gates.LATE_STEPS,
        *lists.STEPS,
        *doors.LATE_STEPS,
        *office.LATE_STEPS,
    ]
    with ExitStack() as stack:
        running = running_stack() or own_stack(stack)
        world = World(running)
        demo = json.loads((Path(running["state_dir"]) / "demo-login.json").read_text())
        world.known |= {"login": (demo["username"], demo["password"])}
        world.known |= {"kiosk": demo["kiosk"], "phone": demo["phone"]}
        began = time.monotonic()
        results = [one(step[0], step, world) for step in steps]
        seconds = time.monotonic() - began
    passed, failed = results.count(True), results.count(False)
    print(f"{seconds:.0f} s")
    print(f"smoke: {passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
