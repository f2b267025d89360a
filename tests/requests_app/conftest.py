"""An event with a guest who may ask, and a device that hands things out."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.links import guest_token
from eventsite.core.domain.registrations import Guest, Registration
from eventsite.core.domain.staff import DeviceRight
from eventsite.core.services.devices import enrol
from eventsite.core.services.organizing import set_up
from eventsite.core.wiring import Stores, secrets
from tests.builders import a_setup, an_event
from tests.doing import take_place


@dataclass
class Counter:
    """One event with one guest and one staff phone at its stations."""

    stores: Stores
    setup: EventSetup
    registration: Registration
    credential: str

    @property
    def token(self) -> str:
        return guest_token(self.registration.registration_id, secrets().link_keys())

    def guest(self, email: str, event_id: str = "demo") -> Registration:
        guest = Guest(name="Grace Hopper", email=email)
        return take_place(
            self.stores,
            email,
            now=datetime.now(UTC),
            event_id=event_id,
            type_id="general",
            guest=guest,
            source="test",
        )

    def device(self, right: DeviceRight = DeviceRight.FULFIL, event_id: str = "demo") -> str:
        devices, now = self.stores.devices, datetime.now(UTC)
        return enrol(devices, event_id, "Bar phone", (), (right,), now)[1]

    def ask(
        self, body: Any = None, *, key: str = "", token: str = "", who: str = "", **extra: Any
    ) -> Any:
        registration_id = who or self.registration.registration_id
        return APIClient(raise_request_exception=False).post(
            f"/api/v1/registrations/{registration_id}/requests",
            {"item_id": "tea"} if body is None else body,
            HTTP_X_GUEST_TOKEN=token or self.token,
            HTTP_IDEMPOTENCY_KEY=key or str(uuid.uuid4()),
            **extra,
        )

    def asked(self, **wish: Any) -> dict[str, Any]:
        answer = self.ask({"item_id": "tea"} | wish)
        assert answer.status_code == 201, answer.content
        said: dict[str, Any] = answer.json()
        return said

    def waiting(self, station: str = "bar", cursor: str = "", credential: str = "") -> Any:
        return APIClient(raise_request_exception=False).get(
            f"/api/v1/stations/{station}/requests",
            {"cursor": cursor} if cursor else {},
            HTTP_AUTHORIZATION=f"Device {credential or self.credential}",
        )

    def fulfil(self, request_id: str, credential: str = "") -> Any:
        return APIClient(raise_request_exception=False).post(
            f"/api/v1/requests/{request_id}/fulfil",
            HTTP_AUTHORIZATION=f"Device {credential or self.credential}",
        )


def running_setup(**changes: Any) -> EventSetup:
    now = datetime.now(UTC)
    times = {"starts_at": now - timedelta(hours=4), "ends_at": now + timedelta(days=2)}
    return a_setup(an_event(**(times | changes)))


@pytest.fixture
def counter(installation: Stores) -> Counter:
    setup = running_setup()
    set_up(installation.events, setup)
    counter = Counter(installation, setup, None, "")  # type: ignore[arg-type]
    counter.registration = counter.guest("ada@example.org")
    counter.credential = counter.device()
    return counter
