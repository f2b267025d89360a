"""A site to look at: the embedded AWS with both tables and a small demo, and a real web server."""

from __future__ import annotations

import json
import secrets as random_secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password

from eventsite.core import wiring
from eventsite.core.domain.registrations import Guest, Registration
from eventsite.core.domain.requests import GuestRequest
from eventsite.core.domain.staff import DeviceRight
from eventsite.core.services.devices import enrol
from eventsite.core.services.drafting import Clearance
from eventsite.core.services.jobs import Shift, run
from eventsite.core.services.requesting import Wish, ask
from eventsite.core.services.ticketing import guest_link, ticket_code
from eventsite.core.store.secrets import Secrets
from eventsite.core.store.tables import EVENTS_TABLE, OFFICE_TABLE
from eventsite.core.wiring import Stores
from eventsite.local.demo import Demo
from eventsite.local.demo_event import EVENT_ID
from eventsite.local.demo_logins import LoginFile
from eventsite.local.launcher import Engine
from eventsite.local.processes import Child, base_environment, free_port
from tests.doing import take_place

GUESTS = 40
"""Enough for lists, searches and filters to leave something out."""
TABLES = {"eventsite-events": EVENTS_TABLE, "eventsite-office": OFFICE_TABLE}
SECRETS_ID = "eventsite-secrets"
BUCKET, JOBS, INTAKE = "eventsite-files", "eventsite-jobs", "eventsite-intake"


@dataclass
class Web:
    """The web server, which tests may stop for a while."""

    port: int
    log: Path
    env: dict[str, str]
    child: Child | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "eventsite.local.web", "--port", str(self.port)]
        self.child = Child("web", [*command, "--lifeline"], self.log, self.env)

    def wait(self) -> None:
        assert self.child is not None
        self.child.wait_for(f"http://127.0.0.1:{self.port}/healthz", seconds=60)

    def stop(self) -> None:
        if self.child is not None:
            self.child.stop()

    @contextmanager
    def gone(self) -> Iterator[None]:
        """No server is there meanwhile."""
        self.stop()
        try:
            yield
        finally:
            self.start()
            self.wait()


@dataclass
class Site:
    """Where it is, how to sign in, and short ways to what a test needs to find there."""

    url: str
    web: Web
    stores: Stores
    secrets: Secrets
    username: str
    password: str

    def guest(self, name: str, type_id: str = "standard") -> Registration:
        """Register somebody; the address is new each time."""
        return take_place(
            self.stores,
            random_secrets.token_urlsafe(16),
            now=datetime.now(UTC),
            event_id=EVENT_ID,
            type_id=type_id,
            guest=Guest(name=name, email=an_address()),
            source="test",
            clearance=Clearance.STAFF,
        )

    def ticket(self, registration: Registration) -> str:
        return ticket_code(registration, self.stores.events.setup(EVENT_ID), self.secrets)

    def work(self, job_id: str) -> None:
        """Do a job as the pipeline would, which is not here."""
        until = datetime.now(UTC) + timedelta(minutes=5)
        shift = Shift(lambda: datetime.now(UTC), until)
        assert run(self.stores, job_id, "worker", shift, queue=False) is not None

    def page_of(self, registration: Registration) -> str:
        return guest_link(registration.registration_id, self.secrets, self.url)

    def registration(self, registration_id: str) -> Registration:
        return self.stores.registrations.get(registration_id)

    def registered_as(self, email: str) -> list[Registration]:
        """Return every registration with an address, by walking through all of them."""
        newest = self.stores.registrations.newest(EVENT_ID)
        found = self.stores.registrations.page(newest, 500)
        assert found.next is None, "read on"
        return [each for each in found if each.guest.email == email]

    def asks(self, registration: Registration, item_id: str, note: str) -> GuestRequest:
        stores = self.stores
        wish = Wish(registration_id=registration.registration_id, item_id=item_id, note=note)
        key = random_secrets.token_urlsafe(16)
        args = (stores.events, stores.registrations, stores.requests, wish)
        return ask(*args, idempotency_key=key, now=datetime.now(UTC)).request

    def credential(self, name: str, *rights: DeviceRight) -> str:
        """Enrol a device that may stand at any gate."""
        return enrol(self.stores.devices, EVENT_ID, name, (), rights, datetime.now(UTC))[1]


def an_address() -> str:
    return f"guest.{random_secrets.token_hex(4)}@example.org"


@contextmanager
def serving(state: Path) -> Iterator[Site]:
    """Start everything on free ports of loopback, with the demo loaded; stop it at the end."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with Engine(state, interval=600) as engine, pytest.MonkeyPatch.context() as patch:
        env = engine.env | {
            "EVENTSITE_EVENTS_TABLE": "eventsite-events",
            "EVENTSITE_OFFICE_TABLE": "eventsite-office",
            "EVENTSITE_SECRETS_ID": SECRETS_ID,
            "EVENTSITE_FILES_BUCKET": BUCKET,
            "EVENTSITE_JOBS_URL": f"{engine.url}/000000000000/{JOBS}",
            "EVENTSITE_INTAKE_URL": f"{engine.url}/000000000000/{INTAKE}",
            "EVENTSITE_PUBLIC_URL": url,
            "EVENTSITE_ALLOWED_HOSTS": "127.0.0.1",
            "EVENTSITE_DYNAMODB_TIMEOUT": "10",  # a busy machine is no claim of these tests
        }
        for name, value in env.items():
            patch.setenv(name, value)
        wiring.forget()
        _prepare()
        web = Web(port, state / "web.log", base_environment() | env)
        web.start()
        try:
            stores, secrets, file = wiring.stores(), wiring.secrets(), LoginFile(state / "login")
            Demo(stores, secrets, file, datetime.now(UTC), count=GUESTS).load("", make_password)
            web.wait()
            _ = (
                stores.attempts,
                stores.scans,
                stores.intake,
                stores.jobs,
                stores.job_queue,
                stores.imports,
                stores.befores,
                stores.files,
            )
            patch.undo()  # the repositories have their clients now; tests get their own environment
            wiring.forget()
            yield Site(url, web, stores, secrets, **_login(file))
        finally:
            web.stop()


def _prepare() -> None:
    dynamodb, secrets = wiring.client("dynamodb"), wiring.client("secretsmanager")
    for name, definition in TABLES.items():
        dynamodb.create_table(TableName=name, **definition)
    here = {"LocationConstraint": "eu-west-1"}
    wiring.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=here)
    for queue in (JOBS, INTAKE):
        wiring.client("sqs").create_queue(QueueName=queue)
    text = json.dumps({"current": "1", "1": random_secrets.token_hex(32)})
    secrets.create_secret(Name=SECRETS_ID, SecretString=text)


def _login(file: LoginFile) -> dict[str, Any]:
    return {name: file.read()[name] for name in ("username", "password")}
