"""The launcher: refuses clearly, stops everything, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from eventsite.local.launcher import Options, Stack
from eventsite.local.processes import ROOT, RefusedError, free_port, port_taken

from .conftest import read_json

pytestmark = pytest.mark.engine


class Launched:
    """`python -m eventsite.local engine` on free ports."""

    def __init__(self, state: Path, *more: str) -> None:
        self.state = state
        self.ports = [free_port(), free_port()]
        command = [sys.executable, "-m", "eventsite.local", "engine", "--state-dir", str(state)]
        command += ["--engine-port", str(self.ports[0]), "--messaging-port", str(self.ports[1])]
        self.process = subprocess.Popen(
            [*command, *more], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def up(self) -> dict[str, object]:
        deadline = time.monotonic() + 60
        while not (self.state / "running.json").exists():
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        found: dict[str, object] = json.loads((self.state / "running.json").read_text())
        return found

    def ended(self, seconds: float = 15) -> tuple[int, str, str]:
        out, error = self.process.communicate(timeout=seconds)
        return self.process.returncode, out, error


def descendants(pid: int) -> list[int]:
    listed = subprocess.run(
        ["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    )
    pairs = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()]
    found: list[int] = []
    for child, parent in pairs:
        if parent == pid:
            found += [child, *descendants(child)]
    return found


def alive(pids: list[int]) -> list[int]:
    deadline = time.monotonic() + 10
    while (left := [pid for pid in pids if _runs(pid)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def _runs(pid: int) -> bool:
    listed = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return bool(listed.stdout.strip()) and not listed.stdout.strip().startswith("Z")


@pytest.mark.parametrize(("which", "option"), [(0, "--engine-port"), (1, "--messaging-port")])
def test_a_taken_port_is_refused_before_anything_starts(
    tmp_path: Path, which: int, option: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        status, out, error = Launched(tmp_path / "aws", option, str(port)).ended()
    assert status == 2
    assert error.count("\n") == 1
    assert str(port) in error
    assert option in error
    assert out == ""
    assert not (tmp_path / "log").exists()


def test_a_second_launcher_on_the_same_state_is_refused(tmp_path: Path) -> None:
    options = Options(
        engine_port=0,
        messaging_port=0,
        web_port=0,
        state_dir=tmp_path / "aws",
        site=False,
        quiet=True,
    )
    with Stack(options) as stack:
        status, _out, error = Launched(tmp_path / "aws").ended()
        assert status == 2
        assert "--state-dir" in error
        with pytest.raises(RefusedError):
            Stack(options).start()
        assert (tmp_path / "aws" / "running.json").exists()
        assert read_json(f"{stack.messaging_url}/health") == {"status": "ok"}


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_everything_within_seconds(tmp_path: Path, sign: signal.Signals) -> None:
    launched = Launched(tmp_path / "aws")
    launched.up()
    family = descendants(launched.process.pid)
    assert len(family) >= 2
    began = time.monotonic()
    launched.process.send_signal(sign)
    status, out, error = launched.ended()
    assert (status, error) == (0, "")
    assert time.monotonic() - began < 10
    assert alive(family) == []
    assert not any(port_taken(port) for port in launched.ports)
    assert "stopped in" in out
    assert not (tmp_path / "aws" / "running.json").exists()


def test_a_launcher_that_is_killed_leaves_no_orphans(tmp_path: Path) -> None:
    launched = Launched(tmp_path / "aws")
    launched.up()
    family = descendants(launched.process.pid)
    launched.process.kill()
    launched.ended()
    assert alive(family) == []


@pytest.mark.parametrize("which", ["engine", "messaging"])
def test_a_child_that_dies_is_named_and_the_rest_is_stopped(tmp_path: Path, which: str) -> None:
    launched = Launched(tmp_path / "aws")
    launched.up()
    family = descendants(launched.process.pid)
    commands = {pid: Path(f"/proc/{pid}/cmdline").read_bytes().decode() for pid in family}
    (victim,) = [pid for pid, command in commands.items() if f"eventsite.local.{which}" in command]
    os.kill(victim, signal.SIGKILL)
    status, _out, error = launched.ended()
    assert status == 1
    assert error.startswith(f"{which} ended by itself (-9).")
    assert f"{which}.log" in error
    assert alive(family) == []


def test_a_stack_can_be_started_again_after_its_engine_was_killed(tmp_path: Path) -> None:
    options = Options(
        engine_port=0,
        messaging_port=0,
        web_port=0,
        state_dir=tmp_path / "aws",
        site=False,
        quiet=True,
    )
    stack = Stack(options).start()
    stack.engine.kill()
    stack.stop()
    with Stack(options) as again:
        assert read_json(f"{again.engine.url}/_ministack/health")
