"""Measures in the form that `make bench` writes."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "build" / "bench.json"


@dataclass(frozen=True)
class Measure:
    """One figure; ``ok`` is None where no budget is set; ``note`` says what it is about."""

    name: str
    value: float
    unit: str
    budget: float | None = None
    note: str = ""

    @property
    def ok(self) -> bool | None:
        return None if self.budget is None else self.value <= self.budget


def write(measures: list[Measure]) -> None:
    """Put the measures into build/bench.json, in place of older ones of the same name."""
    RESULTS.parent.mkdir(exist_ok=True)
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    names = {measure.name for measure in measures}
    fresh = [asdict(m) | {"ok": m.ok} for m in measures]
    rows = [row for row in kept if row["name"] not in names] + fresh
    RESULTS.write_text(json.dumps(sorted(rows, key=lambda row: row["name"]), indent=2) + "\n")


def cpu_seconds(program: str, env: dict[str, str]) -> float:
    """Return the CPU seconds that ``program`` takes in a fresh interpreter, start-up left out.

    Bytecode may be written whatever the caller's environment says: functions are packed with
    theirs, so the first run compiles and those that count do not.
    """
    env = {name: value for name, value in env.items() if name != "PYTHONDONTWRITEBYTECODE"}
    timed = (
        f"import time; began = time.process_time()\n{program}\nprint(time.process_time() - began)"
    )
    done = subprocess.run(
        [sys.executable, "-c", timed], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    return float(done.stdout.split()[-1])


def ratio(ours: str, theirs: str, env: dict[str, str], pairs: int = 9) -> float:
    """Return the median of ours/theirs, run in turn so that a noisy machine harms both alike."""
    cpu_seconds(ours, env), cpu_seconds(theirs, env)  # fills the file cache and the bytecode
    return statistics.median(
        cpu_seconds(ours, env) / cpu_seconds(theirs, env) for _ in range(pairs)
    )
