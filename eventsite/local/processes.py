"""Child processes of the launcher: started with a log, watched, stopped without leftovers."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

ROOT = Path(__file__).resolve().parents[2]
REGION = "eu-west-1"
# Run the engine isolated: PYTHONPATH would reach the functions it runs and hide what their
# packages lack.
BOOT = (
    "import sys; sys.path.append(sys.argv.pop(1)); from eventsite.local.engine import main; main()"
)

# The engine takes this key for the account's root; functions get keys of their role instead.
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
}


class StartError(Exception):
    """Something the launcher needs is missing or did not come up: one sentence for a person."""


class RefusedError(StartError):
    """Found out before anything was started: a port is taken, a directory in use."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


KEPT = frozenset({"EVENTSITE_LOG_LEVEL", "EVENTSITE_DEMO_PASSWORD"})


def base_environment() -> dict[str, str]:
    """The caller's environment without its AWS settings: nothing here may reach a real account."""
    return {
        name: value
        for name, value in os.environ.items()
        if name in KEPT or not name.startswith(("AWS_", "EVENTSITE_"))
    }


class Child:
    """One child process in a process group of its own, its output in a log file.

    With `lifeline`, its standard input is a pipe that nobody writes to: it ends when this
    process ends, even by kill -9, and the child takes that as its sign to stop.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        env: Mapping[str, str],
        lifeline: bool = True,
    ) -> None:
        self.name = name
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists() and log.stat().st_size:
            log.replace(log.with_suffix(".old.log"))
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                list(command),
                cwd=ROOT,
                env=dict(env),
                stdin=subprocess.PIPE if lifeline else subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._swept = False
        self._lifeline: IO[bytes] | None = self.process.stdin

    @property
    def pid(self) -> int:
        return self.process.pid

    def running(self) -> bool:
        return self.process.poll() is None

    def wait_for(self, url: str, seconds: float = 30.0) -> None:
        """Wait until `url` answers; say why when it fails or the process ends before."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                urllib.request.urlopen(url, timeout=seconds).close()
                return
            except urllib.error.HTTPError as error:
                error.close()
                if error.code < 500:
                    return
                raise StartError(f"{self.name} answers {error.code}.\n{self.tail(30)}") from None
            except OSError:
                if not self.running():
                    raise StartError(f"{self.name} ended at start.\n{self.tail()}") from None
                if time.monotonic() > deadline:
                    message = f"{self.name} did not answer in {seconds:.0f} seconds."
                    raise StartError(f"{message}\n{self.tail()}") from None
            time.sleep(0.02)

    def tail(self, lines: int = 15) -> str:
        text = self.log.read_text(errors="replace").splitlines()[-lines:]
        short = [ln if len(ln) < 500 else f"{ln[:240]} [...] {ln[-240:]}" for ln in text]
        return "\n".join([f"--- end of {self.log} ---", *short])

    def stop(self, seconds: float = 10.0) -> None:
        """SIGTERM, then SIGKILL; then whatever it started and left behind."""
        if self.running():
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self._sweep()

    def kill(self) -> None:
        """As a crash would: no chance to save anything."""
        self.process.kill()
        self._sweep()

    def _sweep(self) -> None:
        self.process.wait()
        if self._swept:  # its process group's number may belong to somebody else by now
            return
        self._swept = True
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        if self._lifeline:
            self._lifeline.close()


class Engine:
    """The embedded AWS on a port of its own; as a context manager it stops at the end.

    `interval` is the time between snapshots; a large one suits tests that need no restart.

    with Engine(tmp_path) as engine:
        boto3.client("dynamodb", endpoint_url=engine.url, **engine.credentials)
    """

    def __init__(
        self,
        state_dir: Path | str,
        port: int = 0,
        *,
        interval: float = 3.0,
        log: Path | None = None,
        python: Path | None = None,
    ) -> None:
        self.state_dir = Path(state_dir)
        self.port = port
        self.interval = interval
        self.log = log or self.state_dir / "engine.log"
        self.python = python or engine_python()
        self.child: Child | None = None
        self.start_seconds = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def credentials(self) -> dict[str, str]:
        """Keyword arguments of a boto3 client or resource."""
        return {
            "aws_access_key_id": CREDENTIALS["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            "region_name": REGION,
        }

    @property
    def env(self) -> dict[str, str]:
        """Environment variables by which boto3 finds this engine."""
        return {**CREDENTIALS, "AWS_ENDPOINT_URL": self.url}

    def start(self) -> Self:
        began = time.monotonic()
        self.state_dir.mkdir(parents=True, exist_ok=True)
        self.port = self.port or free_port()
        command = [str(self.python), "-I", "-c", BOOT, str(ROOT), "--lifeline"]
        command += ["--port", str(self.port), "--state-dir", str(self.state_dir.resolve())]
        command += ["--region", REGION, "--interval", str(self.interval)]
        kept = {k: os.environ[k] for k in ("PATH", "HOME", "LANG", "TMPDIR") if k in os.environ}
        keys = {k: CREDENTIALS[k] for k in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
        self.child = Child("engine", command, self.log, {**kept, **keys})
        try:
            self.child.wait_for(f"{self.url}/_ministack/health", seconds=90)
        except BaseException:
            self.child.kill()
            raise
        self.start_seconds = time.monotonic() - began
        return self

    def stop(self) -> None:
        if self.child:
            self.child.stop(seconds=60)

    def kill(self) -> None:
        if self.child:
            self.child.kill()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def engine_python() -> Path:
    """The interpreter of the engine's own virtual environment."""
    python = ROOT / ".venv-aws" / "bin" / "python"
    if not python.exists():
        raise StartError("The embedded AWS is not installed: run `make run`, which installs it.")
    return python
