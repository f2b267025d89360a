"""Installations on an engine of our own, without functions: what is measured is the call."""

from __future__ import annotations

import http.client
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3

from eventsite.core import wiring
from eventsite.core.config import config
from eventsite.core.store.tables import EVENTS_TABLE, OFFICE_TABLE
from eventsite.core.wiring import Stores
from eventsite.local.processes import Child, Engine, base_environment, free_port

SECRET = json.dumps({"current": "1", "1": "bench" * 12})
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Site:
    """An installation on an engine: its settings, and a web server once it was started."""

    engine: Engine
    name: str
    env: dict[str, str] = field(default_factory=dict)
    web: Child | None = None
    url: str = ""

    @property
    def stores(self) -> Stores:
        """The repositories of this installation; another one's are others."""
        os.environ.update(self.env)
        wiring.forget()
        return Stores(config())


@contextmanager
def installed(engine: Engine, name: str) -> Iterator[Site]:
    """Make tables, queues and the secret of an installation, and serve its site; stop it after."""
    session = boto3.Session(**engine.credentials)  # type: ignore[arg-type]
    for table, shape in (("events", EVENTS_TABLE), ("office", OFFICE_TABLE)):
        session.client("dynamodb", endpoint_url=engine.url).create_table(
            TableName=f"{name}-{table}", **shape
        )
    intake = session.client("sqs", endpoint_url=engine.url).create_queue(QueueName=f"{name}-intake")
    session.client("secretsmanager", endpoint_url=engine.url).create_secret(
        Name=f"{name}-secrets", SecretString=SECRET
    )
    port = free_port()
    site = Site(engine, name, url=f"http://127.0.0.1:{port}")
    site.env = {
        **engine.env,
        "EVENTSITE_EVENTS_TABLE": f"{name}-events",
        "EVENTSITE_OFFICE_TABLE": f"{name}-office",
        "EVENTSITE_INTAKE_URL": intake["QueueUrl"],
        "EVENTSITE_SECRETS_ID": f"{name}-secrets",
        "EVENTSITE_ALLOWED_HOSTS": "127.0.0.1",
        "EVENTSITE_DOORS": "all",
        "EVENTSITE_DYNAMODB_TIMEOUT": "10",  # the engine is slow where there are 100,000 items
        "EVENTSITE_PUBLIC_URL": site.url,
        "DJANGO_SETTINGS_MODULE": "eventsite.settings",
    }
    command = [sys.executable, "-m", "eventsite.local.web", "--port", f"{port}", "--lifeline"]
    log = engine.state_dir / f"{name}.log"
    site.web = Child(f"web of {name}", command, log, {**base_environment(), **site.env})
    try:
        site.web.wait_for(f"{site.url}/healthz", seconds=60)
        yield site
    finally:
        site.web.stop()


# -- calls ----------------------------------------------------------------------------------------
class Caller:
    """One client thread's connection, kept open; cheap, because it shares the machine."""

    def __init__(self, url: str) -> None:
        self._at = urlsplit(url)
        self._connection: http.client.HTTPConnection | None = None

    def call(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Return status and body; one that was closed meanwhile is opened again."""
        told = {"Content-Type": "application/json", **(headers or {})}
        sent = None if body is None else json.dumps(body)
        connection = self._connection or self._opened()
        try:
            connection.request(method, self._at.path + path, sent, told)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (http.client.HTTPException, OSError):
            self.close()
            raise

    def send_and_hang_up(self, method: str, path: str, body: Any, headers: dict[str, str]) -> None:
        """Send a request on a line of its own and never hear the answer."""
        connection = http.client.HTTPConnection(self._at.netloc, timeout=30)
        told = {"Content-Type": "application/json", **headers}
        connection.request(method, self._at.path + path, json.dumps(body), told)
        time.sleep(0.01)
        connection.close()

    def _opened(self) -> http.client.HTTPConnection:
        self._connection = http.client.HTTPConnection(self._at.netloc, timeout=60)
        return self._connection

    def close(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection = None


def on_threads(threads: int, times: int, work: Callable[[int], Any]) -> list[Any]:
    """Return what ``work(0)``, ``work(1)`` .. return, done on so many threads."""
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, range(times)))


class Callers(threading.local):
    """A connection for each thread that asks."""

    def __init__(self, *urls: str) -> None:
        self._urls = urls
        self._callers = [Caller(url) for url in urls]

    def __getitem__(self, number: int) -> Caller:
        return self._callers[number]


# -- CPU ------------------------------------------------------------------------------------------
def cpu_seconds_of(*pids: int) -> float:
    """Return the CPU seconds that processes and all their children have taken, ended ones too."""
    stats = dict(_stats())
    children: dict[int, list[int]] = {}
    for pid, (parent, _) in stats.items():
        children.setdefault(parent, []).append(pid)
    total, left = 0.0, list(pids)
    while left:
        pid = left.pop()
        if pid in stats:
            total += stats[pid][1]
        left += children.get(pid, [])
    return total


def _stats() -> Iterator[tuple[int, tuple[int, float]]]:
    """Yield pid -> parent, and CPU seconds with those of children that ended. Source: proc(5)."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has just ended
            yield int(entry.name), (int(fields[1]), sum(map(int, fields[11:15])) / TICKS)
