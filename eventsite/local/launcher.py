"""Starts the whole local stack, keeps watch over it, and stops it in order.

`Stack` is the same for programs: `with Stack(Options(state_dir=...)) as stack: stack.web_url`.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import boto3

from eventsite.local import staff
from eventsite.local.processes import (
    CREDENTIALS,
    ROOT,
    Child,
    Engine,
    RefusedError,
    StartError,
    base_environment,
    free_port,
    port_taken,
)

__all__ = ["CREDENTIALS", "Engine", "Options", "RefusedError", "Stack", "StartError"]

RUNNING = "running.json"  # in the state directory while the stack is up
DEPLOY_SECONDS = 900.0
DEMO_SECONDS = 300.0


@dataclass
class Options:
    """Ports (0: any free one) and places of one local stack."""

    engine_port: int = 4566
    messaging_port: int = 4580
    web_port: int = 8000
    state_dir: Path = ROOT / "var" / "aws"
    log_dir: Path | None = None  # default: beside the state
    site: bool = True  # False: only the embedded AWS and the messaging server
    quiet: bool = False
    webhook_private_hosts: str = ""  # host[:port],..: webhooks may call them; default: none


@dataclass
class Stack:
    """The engine, the messaging server and the web server, as children of this process."""

    options: Options = field(default_factory=Options)
    children: list[Child] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    logins: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lock: int | None = None
        self.state_dir = self.options.state_dir.resolve()
        self.log_dir = (self.options.log_dir or self.state_dir.parent / "log").resolve()
        self.engine = Engine(self.state_dir, log=self.log_dir / "engine.log")
        self.messaging_port = self.web_port = 0

    @property
    def messaging_url(self) -> str:
        return f"http://127.0.0.1:{self.messaging_port}"

    @property
    def web_url(self) -> str:
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def env(self) -> dict[str, str]:
        """What a process needs to use this stack: endpoints, keys, the site's settings."""
        return {
            **base_environment(),
            **self.engine.env,
            "AWS_ENDPOINT_URL_PINPOINT": self.messaging_url,
            "AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2": self.messaging_url,
            **self.settings.get("env", {}),
        }

    def check(self) -> None:
        """Refuse, before anything is started, what cannot work."""
        if self.options.site and (missing := _missing_modules()):
            raise RefusedError(f"{missing} is missing from this source tree.")
        self._take_lock()
        taken = [
            ("embedded AWS", "engine_port", "--engine-port"),
            ("messaging server", "messaging_port", "--messaging-port"),
            ("event site", "web_port", "--web-port"),
        ]
        for what, name, option in taken[: 3 if self.options.site else 2]:
            port = getattr(self.options, name)
            if port and port_taken(port):
                raise RefusedError(
                    f"Port {port} for the {what} is taken: choose another with {option}."
                )
        self.engine.port = self.options.engine_port or free_port()
        self.messaging_port = self.options.messaging_port or free_port()
        self.web_port = self.options.web_port or free_port()

    def _take_lock(self) -> None:
        self.state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)  # holds keys and mail
        lock = os.open(self.state_dir / "launcher.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise RefusedError(
                f"Another launcher uses {self.state_dir}: stop it, or choose another --state-dir."
            ) from None
        self._lock = lock

    def start(self) -> Self:
        """Everything up, or an exception and nothing left running."""
        try:
            self.check()
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def _start(self) -> None:
        with self._step("embedded AWS"):
            self._start_engine()
        with self._step("messaging server"):
            self._start_server("messaging", self.messaging_port, "/health", self._own_env())
        if self.options.site:
            with self._step("templates and functions"):
                self._deploy()
            with self._step("demo event"):
                command = ["-m", "eventsite.local.demo", "--state-dir", str(self.state_dir)]
                log = self._run("demo", command, DEMO_SECONDS)
                self.logins = [
                    line.removeprefix("login:").strip()
                    for line in log.read_text().splitlines()
                    if line.startswith("login:")
                ]
            with self._step("event site"):
                hosts = {"EVENTSITE_ALLOWED_HOSTS": "127.0.0.1,localhost", "EVENTSITE_DOORS": "all"}
                self._start_server("web", self.web_port, "/", {**hosts, **self.env})
        self._write_running()

    def _start_engine(self) -> None:
        self.engine.start()
        if self.engine.child:
            self.children.append(self.engine.child)

    def _own_env(self) -> dict[str, str]:
        return {**base_environment(), "PYTHONUNBUFFERED": "1"}

    def _start_server(self, name: str, port: int, path: str, env: dict[str, str]) -> None:
        command = [sys.executable, "-m", f"eventsite.local.{name}", "--port", str(port)]
        if name == "messaging":
            command += ["--state-dir", str(self.state_dir)]
        child = Child(name, [*command, "--lifeline"], self.log_dir / f"{name}.log", env)
        self.children.append(child)
        child.wait_for(f"http://127.0.0.1:{port}{path}", seconds=60)

    def _deploy(self) -> None:
        out = self.state_dir / "stack.json"
        command = ["-m", "infra.deploy", "local", "--endpoint", self.engine.url]
        command += ["--messaging-endpoint", self.messaging_url]
        command += ["--public-url", self.web_url, "--out", str(out)]
        command += ["--webhook-private-hosts", self.options.webhook_private_hosts]
        self._run("deploy", command, DEPLOY_SECONDS)
        self.settings = json.loads(out.read_text())
        topic = self.settings["env"]["EVENTSITE_STAFF_TOPIC_ARN"]
        sns = boto3.client("sns", endpoint_url=self.engine.url, **self.engine.credentials)  # type: ignore[call-overload]
        staff.subscribe(sns, topic, f"{self.messaging_url}/staff-hook")

    def _run(self, name: str, command: list[str], seconds: float) -> Path:
        """One step that ends by itself; its output is in its log."""
        log = self.log_dir / f"{name}.log"
        child = Child(name, [sys.executable, *command], log, self.env, lifeline=False)
        self.children.append(child)
        deadline = time.monotonic() + seconds
        while child.running():
            self.watch()
            if time.monotonic() > deadline:
                raise StartError(f"{name} took longer than {seconds:.0f} seconds.\n{child.tail()}")
            time.sleep(0.05)
        self.children.remove(child)
        if child.process.returncode:
            raise StartError(f"{name} failed.\n{child.tail(30)}")
        return log

    def watch(self) -> None:
        """Raise when a server has ended by itself."""
        for child in self.children:
            if child.name in ("engine", "messaging", "web") and not child.running():
                code = child.process.returncode
                raise StartError(f"{child.name} ended by itself ({code}).\n{child.tail()}")

    def stop(self) -> None:
        """Last started, first stopped: web, messaging, then the engine with its final save."""
        if self._lock is None:
            return
        (self.state_dir / RUNNING).unlink(missing_ok=True)
        while self.children:
            child = self.children.pop()
            child.stop(seconds=60 if child.name == "engine" else 8)
        os.close(self._lock)
        self._lock = None

    def _write_running(self) -> None:
        """For tools that find a running stack: its addresses and the site's settings."""
        addresses = {
            "pid": os.getpid(),
            "engine_url": self.engine.url,
            "messaging_url": self.messaging_url,
            "web_url": self.web_url if self.options.site else "",
            "api_url": self.settings.get("api_url", ""),
            "rush_url": self.settings.get("rush_url", ""),
            "logins": self.logins,
            "env": {k: v for k, v in self.env.items() if k.startswith(("AWS_", "EVENTSITE_"))},
        }
        fresh = self.state_dir / f"{RUNNING}.new"
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(addresses, indent=2))
        fresh.replace(self.state_dir / RUNNING)

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.say(f"{name:<24} {time.monotonic() - began:6.1f} s")

    def say(self, text: str) -> None:
        if not self.options.quiet:
            print(text, flush=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def _missing_modules() -> str:
    needed = ("infra/deploy.py", "eventsite/local/demo.py", "eventsite/wsgi.py")
    return ", ".join(name for name in needed if not (ROOT / name).exists())
