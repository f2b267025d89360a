"""Importing 50,000 guests and undoing it, on the local engine: how fast, and with how much memory.

`EVENTSITE_TEST_BENCH_ROWS=2000 make bench BENCH=imports_of_guests` takes fewer rows, and says so.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.bench.measuring import ROOT, Measure

ROWS = 50_000
MEMORY_BUDGET_MB = 300
HEADINGS = "Attendee #,Order #,First Name,Last Name,Email,Ticket Type,Attendee Status,Cell Phone\n"


def measure() -> list[Measure]:
    """Plan, apply and undo in a process of its own; its peak memory is the whole process's.

    Eight threads write; ministack with AUTH=true is one process on the same machine.
    """
    from eventsite.local.processes import Engine, base_environment

    rows = int(os.environ.get("EVENTSITE_TEST_BENCH_ROWS", ROWS))
    with tempfile.TemporaryDirectory() as state, Engine(Path(state), interval=3600) as engine:
        env = base_environment() | engine.env | _settings(engine.url)
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.imports_of_guests", str(rows)],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    found = json.loads(done.stdout.splitlines()[-1])
    less = "" if rows == ROWS else f"_of_{rows}"
    if less:
        print(f"imports_of_guests: only {rows} rows, not {ROWS}")
    return [
        Measure(f"import.rows_per_second{less}", found["apply"], "rows/s"),
        Measure(f"import.plan_rows_per_second{less}", found["plan"], "rows/s"),
        Measure(f"import.undo_rows_per_second{less}", found["undo"], "rows/s"),
        Measure(f"import.peak_memory_mb{less}", found["memory"], "MB", MEMORY_BUDGET_MB),
    ]


def _settings(url: str) -> dict[str, str]:
    return {
        "EVENTSITE_EVENTS_TABLE": "eventsite-events",
        "EVENTSITE_OFFICE_TABLE": "eventsite-office",
        "EVENTSITE_FILES_BUCKET": "eventsite-files",
        "EVENTSITE_JOBS_URL": f"{url}/000000000000/eventsite-jobs",
        "EVENTSITE_LOG_LEVEL": "ERROR",
        "EVENTSITE_DYNAMODB_TIMEOUT": "10",
        "PYTHONPATH": str(ROOT),
    }


def _run(rows: int) -> dict[str, float]:
    """Import ``rows`` guests and take them back, as a worker does; return rows a second, MB."""
    from eventsite.core.domain.guest_imports import ImportOptions, total_of
    from eventsite.core.services import importing_guests as importing
    from eventsite.core.wiring import stores

    known: Any = stores()
    _prepare(known, rows)
    now = datetime.now(UTC)
    begun = importing.begin(known, "demo", "guests.csv", now, asked_by="bench")
    content = _file(rows)
    pieces = [content[n : n + 2**21] for n in range(0, len(content), 2**21)]
    for number, piece in enumerate(pieces):
        importing.put_piece(known, begun.import_id, number, piece)
    count = len(pieces)
    del content, pieces
    options = ImportOptions()
    importing.uploaded(known, begun.import_id, count, options, now, asked_by="bench", queue=False)
    seconds = {"plan": _done(known, begun.import_id)}
    importing.apply(known, begun.import_id, datetime.now(UTC), asked_by="bench", queue=False)
    seconds["apply"] = _done(known, begun.import_id)
    importing.undo(known, begun.import_id, datetime.now(UTC), asked_by="bench", queue=False)
    seconds["undo"] = _done(known, begun.import_id)
    found = known.imports.get(begun.import_id)
    for counted, outcome in ((found.result, "created"), (found.undone, "removed")):
        assert total_of(counted) == {outcome: rows}, total_of(counted)
    speeds = {name: round(rows / taken, 1) for name, taken in seconds.items()}
    return speeds | {"memory": round(_peak_mb(), 1)}


def _peak_mb() -> float:
    """Return the most memory that this program had at once.

    Linux hands the peak of ``getrusage`` on from whoever started a program; VmHWM is its own.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    [line] = [each for each in status.read_text().splitlines() if each.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


def _done(known: Any, import_id: str) -> float:
    """Work on an import's job in shifts as long as Lambda's, to its end; return the seconds."""
    from eventsite.core.services.jobs import Shift, run

    began = time.monotonic()
    job_id = known.imports.get(import_id).job_id
    for shift in range(200):
        until = datetime.now(UTC) + timedelta(minutes=4)
        run(known, job_id, f"bench-{shift}", Shift(lambda: datetime.now(UTC), until), queue=False)
        job = known.jobs.get(job_id)
        if not job.open:
            break
    assert job.state.value == "done", job
    return time.monotonic() - began


def _prepare(known: Any, rows: int) -> None:
    from dataclasses import replace

    from eventsite.core import wiring
    from eventsite.core.services.organizing import set_up
    from eventsite.core.store.tables import EVENTS_TABLE, OFFICE_TABLE
    from tests.builders import a_setup, an_event

    dynamodb = wiring.client("dynamodb")
    dynamodb.create_table(TableName="eventsite-events", **EVENTS_TABLE)
    dynamodb.create_table(TableName="eventsite-office", **OFFICE_TABLE)
    here = {"LocationConstraint": "eu-west-1"}
    wiring.client("s3").create_bucket(Bucket="eventsite-files", CreateBucketConfiguration=here)
    now = datetime.now(UTC)
    event = an_event(starts_at=now, ends_at=now + timedelta(days=9), region="DE", stock_shards=8)
    setup = a_setup(event)
    general = replace(setup.types[0], capacity=rows + 1000)
    set_up(known.events, replace(setup, types=(general, *setup.types[1:])))


def _file(rows: int) -> bytes:
    lines = (
        f"{n},{n // 2},Guest,Number {n},guest{n}@example.org,General,Attending,030 {1000000 + n}\n"
        for n in range(1, rows + 1)
    )
    return (HEADINGS + "".join(lines)).encode()


if __name__ == "__main__":
    print(json.dumps(_run(int(sys.argv[1]))))
