"""`make bench`: measure and write build/bench.json. Names on the command line choose some."""

from __future__ import annotations

import sys
from types import ModuleType

from tests.bench import calls, imports, imports_of_guests, pipeline
from tests.bench.measuring import RESULTS, Measure, write

BENCHES: dict[str, ModuleType] = {
    "imports": imports,
    "pipeline": pipeline,
    "calls": calls,
    "imports_of_guests": imports_of_guests,
}


def main() -> int:
    measures: list[Measure] = []
    for name, bench in BENCHES.items():
        if not sys.argv[1:] or name in sys.argv[1:]:
            measures += bench.measure()
    write(measures)
    for m in measures:
        budget = "" if m.budget is None else f"budget {m.budget:g}: {'ok' if m.ok else 'MISSED'}"
        print(f"{m.name:<32} {m.value:>8g} {m.unit:<6} {budget}")
    print(f"written to {RESULTS.relative_to(RESULTS.parents[1])}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
