"""`make bench`: measure and write build/bench.json. Names on the command line choose some."""

from __future__ import annotations

import sys
import time
from types import ModuleType

from tests.bench import (
    badges,
    calls,
    chaining,
    checkin,
    checkin_units,
    growth,
    heat,
    imports,
    imports_of_guests,
    kiosk,
    merging,
    pipeline,
    registration,
    rosters,
    rush,
)
from tests.bench.measuring import RESULTS, Measure, write

BENCHES: dict[str, ModuleType] = {
    "imports": imports,
    "pipeline": pipeline,
    "calls": calls,
    "registration": registration,
    "checkin": checkin,
    "checkin_units": checkin_units,
    "merging": merging,
    "chaining": chaining,
    "rosters": rosters,
    "rush": rush,
    "heat": heat,
    "growth": growth,
    "badges": badges,
    "imports_of_guests": imports_of_guests,
    "kiosk": kiosk,
}


def main() -> int:
    if unknown := set(sys.argv[1:]) - BENCHES.keys():
        print(f"no bench {', '.join(sorted(unknown))}: there are {', '.join(BENCHES)}")
        return 2
    for name, bench in BENCHES.items():
        if not sys.argv[1:] or name in sys.argv[1:]:
            began = time.monotonic()
            measures = bench.measure()
            write(measures)  # at once: what comes after may fail
            print(f"{name}, {time.monotonic() - began:.0f} s")
            for measure in measures:
                print(_line(measure))
    print(f"written to {RESULTS.relative_to(RESULTS.parents[1])}")
    return 0


def _line(m: Measure) -> str:
    budget = "" if m.budget is None else f"budget {m.budget:g}: {'ok' if m.ok else 'MISSED'}"
    line = f"  {m.name:<34} {m.value:>8g} {m.unit:<6} {budget}".rstrip()
    return f"{line}\n      {m.note}" if m.note else line


if __name__ == "__main__":
    sys.exit(main())
