"""An event that is on, its programme, and a guest's calls and pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from eventsite.core.domain.links import guest_token
from eventsite.core.domain.registrations import Registration
from eventsite.core.services.organizing import set_up
from eventsite.core.services.registering import Application, register
from eventsite.core.wiring import Stores, secrets
from tests.builders import a_guest, a_session, a_setup, an_event
from tests.conftest import everything

Register = Callable[..., Registration]
_keys = count()


@pytest.fixture(autouse=True)
def fair(installation: Stores) -> Stores:
    """The event `demo`, on since four hours, with one session to come and one that is off."""
    now = timezone.now()
    times = {"starts_at": now - timedelta(hours=4), "ends_at": now + timedelta(days=2)}
    set_up(installation.events, a_setup(an_event(**times)))
    soon = {"starts_at": now + timedelta(minutes=10), "ends_at": now + timedelta(minutes=70)}
    installation.agenda.add(a_session(**soon))
    installation.agenda.add(a_session(session_id="s2", title="Off", cancelled=True, **soon))
    return installation


@pytest.fixture
def registered(fair: Stores) -> Register:
    """Registers a guest through the service."""

    def make(type_id: str = "general", account_id: str = "", **guest: Any) -> Registration:
        application = Application(
            event_id="demo", type_id=type_id, guest=a_guest(**guest), account_id=account_id
        )
        return register(
            fair.events,
            fair.registrations,
            application,
            idempotency_key=f"test-{next(_keys)}",
            source="test",
            now=timezone.now(),
        ).registration

    return make


class Api:
    """A caller of the REST API."""

    def __init__(self, **headers: str) -> None:
        self._client = Client(headers=headers)

    def __call__(
        self, method: str, path: str, body: Any = None, *, raw: bytes | None = None, **headers: Any
    ) -> Any:
        data = raw if raw is not None else (b"" if body is None else json.dumps(body).encode())
        return self._client.generic(
            method,
            f"/api/v1/{path}",
            data,
            content_type=headers.pop("content_type", "application/json"),
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )

    def register(self, body: Any = None, key: str = "first-key", **headers: Any) -> Any:
        wanted = application() if body is None else body
        return self("POST", "events/demo/registrations", wanted, Idempotency_Key=key, **headers)


def application(type_id: str = "general", **guest: Any) -> dict[str, Any]:
    return {
        "type_id": type_id,
        "guest": {"name": "Ada Lovelace", "email": "ada@example.org"} | guest,
    }


def token_of(registration: Registration) -> str:
    return guest_token(registration.registration_id, secrets().link_keys())


@pytest.fixture
def api() -> Api:
    return Api()


def facts() -> list[dict[str, Any]]:
    """Return every item but the marks of buckets, which are set before a write that may fail."""
    return [item for item in everything() if item["entity"]["S"] != "bucket"]


def refusal(answer: Any) -> tuple[int, str, str]:
    """Return status, code and field of a refusal; it must have the one shape."""
    body = answer.json()
    assert {"code", "detail", "field"} <= set(body), body
    return answer.status_code, body["code"], body["field"]
