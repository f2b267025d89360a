"""Snapshots of the embedded AWS: one complete directory each, written whole or not at all.

Runs inside the engine's own virtual environment: standard library and ministack only.

`write` runs in a forked child (see `saver`): it owns a frozen copy of the whole memory. It writes
into a fresh directory and renames that to the next number when every file is there. A kill at any
moment therefore leaves the previous snapshot untouched.
"""

from __future__ import annotations

import copy
import gc
import importlib
import json
import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

KEEP = 2  # complete snapshots kept, the newest included
BLOBS = "lambda-blobs"
EXTRAS = "eventsite-extras"
QUEUE_URL = re.compile(r"http://(?:localhost|127\.0\.0\.1):\d+/(\d{12})/")


def complete(root: Path) -> list[Path]:
    """Complete snapshots, oldest first. Only a rename makes a directory of digits."""
    if not root.is_dir():
        return []
    return sorted((p for p in root.iterdir() if p.name.isdigit()), key=lambda p: int(p.name))


def module(name: str) -> Any:
    return importlib.import_module(f"ministack.{name}")


def aim(directory: Path) -> None:
    """Point ministack's persistence at one directory (it reads these two names at each use)."""
    module("core.persistence").STATE_DIR = str(directory)
    lambdas: Any = sys.modules.get("ministack.services.lambda_svc")
    if lambdas is not None:
        lambdas.CODE_BLOB_DIR = str(directory / BLOBS)


def restore(root: Path, port: int) -> Path | None:
    """Make the newest complete snapshot the one ministack loads at start-up on this port.

    Call before the server starts. Half-written directories of an earlier run are removed.
    """
    root.mkdir(parents=True, exist_ok=True)
    for leftover in root.glob("writing-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    found = complete(root)
    aim(found[-1] if found else root / "0")
    if found:
        _move_queues(found[-1], port)
        _restore_extras()
    return found[-1] if found else None


def _move_queues(snapshot: Path, port: int) -> None:
    """Queues are stored by URL: on another port their event source mappings would not find them."""
    for name in ("sqs", "cloudformation", "lambda"):
        file = snapshot / f"{name}.json"
        before = file.read_text() if file.is_file() else ""
        after = QUEUE_URL.sub(rf"http://localhost:{port}/\1/", before)
        if after != before:
            moved = file.with_suffix(".moved")
            moved.write_text(after)
            moved.replace(file)


def _stored_extras() -> dict[str, Any]:
    """What ministack's own persistence forgets, though other services count on it.

    A stream mapping keeps its read position across a restart while the records do not survive;
    without them it would skip as many new records as it had ever read. Firing times are kept so
    that a one-time schedule does not fire again.
    """
    table_store = module("services.dynamodb")
    _drop_read_records(table_store)
    return {
        "stream_records": table_store._stream_records,
        "stream_trimmed": table_store._stream_trimmed,
        "stream_sequence": table_store._stream_seq_counter,
        "schedules_fired": _pairs(module("services.scheduler")._schedule_last_fired),
        "rules_fired": _pairs(module("services.eventbridge")._rule_last_fired),
    }


def _restore_extras() -> None:
    stored = module("core.persistence").load_state(EXTRAS) or {}
    if not stored:
        return
    table_store = module("services.dynamodb")
    table_store._stream_records.update(stored["stream_records"])
    table_store._stream_trimmed.update(stored["stream_trimmed"])
    table_store._stream_seq_counter = stored["stream_sequence"]
    fired = {tuple(key): at for key, at in stored["schedules_fired"]}
    module("services.scheduler")._schedule_last_fired.update(fired)
    fired = {tuple(key): at for key, at in stored["rules_fired"]}
    module("services.eventbridge")._rule_last_fired.update(fired)


def _pairs(marks: dict[tuple[str, ...], float]) -> list[list[Any]]:
    return [[list(key), at] for key, at in marks.items()]


def _drop_read_records(table_store: Any) -> None:
    """Forget, in the child's copy, the records that every stream mapping has read."""
    lambdas: Any = sys.modules.get("ministack.services.lambda_svc")
    mappings = lambdas._esms._data if lambdas else {}
    positions = lambdas._dynamodb_stream_positions._data if lambdas else {}
    for scope, records in table_store._stream_records._data.items():
        account, region, table = scope
        marker = f":table/{table}/stream/"
        first = int(table_store._stream_trimmed._data.get(scope, 0))
        read = [
            positions.get(key, first)
            for key, mapping in mappings.items()
            if key[:2] == (account, region) and marker in mapping.get("EventSourceArn", "")
        ]
        drop = max(0, min(read, default=first + len(records)) - first)
        del records[:drop]
        table_store._stream_trimmed._data[scope] = first + drop


def write(root: Path, number: int) -> None:
    """Write one snapshot and make it the newest. Runs in a process that does nothing else."""
    fresh = root / f"writing-{number}-{os.getpid()}"
    (fresh / BLOBS).mkdir(parents=True)
    for previous in complete(root)[-1:]:
        for blob in (previous / BLOBS).glob("*.zip"):  # code is large and never changes
            os.link(blob, fresh / BLOBS / blob.name)
    aim(fresh)
    persistence = module("core.persistence")
    persistence.logger.disabled = True
    _take_short_cuts()
    expected: list[str] = []
    services = module("app")._build_persistence_save_dict()
    services[EXTRAS] = _stored_extras
    persistence.save_all({n: _noted(n, state, expected) for n, state in services.items()})
    missing = [name for name in expected if not (fresh / f"{name}.json").is_file()]
    if missing:
        raise RuntimeError(f"snapshot incomplete: {missing}")
    fresh.rename(root / str(number))
    for old in complete(root)[:-KEEP]:
        shutil.rmtree(old, ignore_errors=True)


def _noted(
    name: str, state: Callable[[], dict[str, Any] | None], expected: list[str]
) -> Callable[[], dict[str, Any] | None]:
    """Remember which services had state: ministack logs a failed save and goes on."""

    def read() -> dict[str, Any] | None:
        expected.append(name)
        found = state()
        if found is None:
            expected.remove(name)
        return found

    return read


def _take_short_cuts() -> None:
    """Speed up this process, and only this one, by what it alone can afford.

    Nobody else sees its memory, so services need no deep copies of their state; and the C encoder
    of `json.dumps` does in one go what `json.dump` does in Python, piece by piece.
    """
    gc.disable()

    def same(value: Any, memo: Any = None) -> Any:
        return value

    def dump(value: Any, file: Any, **options: Any) -> None:
        file.write(json.dumps(value, **options))

    for name, home, quick in (("deepcopy", copy, same), ("dump", json, dump)):
        setattr(home, name, quick)
