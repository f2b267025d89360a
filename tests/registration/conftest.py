"""An event that is on, its programme, and a guest's calls and pages."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import jwt
import pytest
from django.test import Client
from django.utils import timezone

from eventsite import cognito
from eventsite.core.domain.links import guest_token
from eventsite.core.domain.registrations import Registration
from eventsite.core.services.organizing import save_event, save_type, set_up
from eventsite.core.wiring import Stores, secrets
from tests.builders import a_guest, a_session, a_setup, an_event
from tests.conftest import everything
from tests.doing import take_place
from tests.registration.pool import OURS, published

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
        return take_place(
            fair,
            f"test-{next(_keys)}",
            now=timezone.now(),
            type_id=type_id,
            guest=a_guest(**guest),
            account_id=account_id,
        )

    return make


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The pool's published keys; the list has an entry for each time they were fetched."""
    fetched: list[int] = []

    def fetch(self: jwt.PyJWKClient) -> Any:
        fetched.append(1)
        return {"keys": [published(OURS, "one")]}

    monkeypatch.setattr(jwt.PyJWKClient, "fetch_data", fetch)
    cognito._pool_keys.cache_clear()
    yield fetched
    cognito._pool_keys.cache_clear()


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

    def register_group(self, guests: Any, key: str = "first-key", **headers: Any) -> Any:
        body = {"guests": guests}
        return self("POST", "events/demo/groups", body, Idempotency_Key=key, **headers)


def application(type_id: str = "general", **guest: Any) -> dict[str, Any]:
    return {
        "type_id": type_id,
        "guest": {"name": "Ada Lovelace", "email": "ada@example.org"} | guest,
    }


def stored(fair: Stores, email: str = "ada@example.org") -> Registration:
    """Return the one registration of an address: the answers of the API do not name it."""
    (found,) = fair.registrations.of_address("demo", email)
    return found


def sell(fair: Stores, event: dict[str, Any] | None = None, **changes: Any) -> None:
    """Change how the fair's type `general` is sold, and the event."""
    seen = fair.events.get("demo")
    save_event(fair.events, replace(seen, **(event or {})), seen)
    kind = fair.events.setup("demo").type("general")
    save_type(fair.events, replace(kind, **changes), kind)


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
