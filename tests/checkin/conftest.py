"""An event with a confirmed guest, a gate and a kiosk, and ways to scan."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.registrations import Guest, Registration
from eventsite.core.domain.staff import Device, DeviceRight
from eventsite.core.services.devices import enrol
from eventsite.core.services.organizing import set_up
from eventsite.core.services.ticketing import ticket_code
from eventsite.core.wiring import Stores, secrets
from tests.builders import a_setup, an_event
from tests.doing import take_place

SCANS = "/api/v1/scans"
DEVICE = "/api/v1/device"


def running_event(**changes: Any) -> EventSetup:
    """An event that is on: the API's clock is the real one."""
    now = datetime.now(UTC)
    times = {"starts_at": now - timedelta(hours=4), "ends_at": now + timedelta(days=2)}
    return a_setup(an_event(**(times | changes)))


@dataclass
class Door:
    """One event with one guest and one kiosk."""

    stores: Stores
    setup: EventSetup
    registration: Registration
    device: Device
    credential: str

    @property
    def code(self) -> str:
        return ticket_code(self.registration, self.setup, secrets())

    def guest(self, email: str, type_id: str = "general") -> Registration:
        guest = Guest(name="Grace Hopper", email=email)
        return take_place(
            self.stores,
            email,
            now=datetime.now(UTC),
            event_id=self.setup.event.event_id,
            type_id=type_id,
            guest=guest,
            source="test",
        )

    def ticket(self, registration: Registration) -> str:
        return ticket_code(registration, self.setup, secrets())

    def another_device(self, *gates: str, right: DeviceRight = DeviceRight.SCAN) -> str:
        return self.device_with(right, gates=gates)

    def device_with(self, *rights: DeviceRight, gates: tuple[str, ...] = ()) -> str:
        """Return the credential of another device that may do this."""
        now, event_id = datetime.now(UTC), self.setup.event.event_id
        _, credential = enrol(self.stores.devices, event_id, "Side door", gates, rights, now)
        return credential

    def call(self, method: str, path: str, credential: str = "", data: Any = None) -> Any:
        client = APIClient(raise_request_exception=False)
        device = f"Device {credential or self.credential}"
        return getattr(client, method)(path, data, HTTP_AUTHORIZATION=device)

    def body(self, **changes: Any) -> dict[str, Any]:
        return {
            "scan_id": str(uuid.uuid4()),
            "gate_id": "main",
            "ticket_code": self.code,
            "scanned_at": datetime.now(UTC).isoformat(),
        } | changes

    def scan(self, credential: str = "", **changes: Any) -> Any:
        return self.post(self.body(**changes), credential)

    def post(self, body: Any, credential: str = "", **extra: Any) -> Any:
        device = credential or self.credential
        client = APIClient(raise_request_exception=False)
        return client.post(SCANS, body, HTTP_AUTHORIZATION=f"Device {device}", **extra)


OpenDoor = Callable[..., Door]


@pytest.fixture
def open_door(installation: Stores) -> OpenDoor:
    """Return a function that sets an event up and enrols a kiosk at it."""

    def build(**event: Any) -> Door:
        setup = running_event(**event)
        set_up(installation.events, setup)
        name, now = setup.event.event_id, datetime.now(UTC)
        device, credential = enrol(
            installation.devices, name, "Kiosk 1", (), (DeviceRight.SCAN,), now
        )
        door = Door(installation, setup, None, device, credential)  # type: ignore[arg-type]
        door.registration = door.guest(f"ada@{name}.example.org")
        return door

    return build


@pytest.fixture
def door(open_door: OpenDoor) -> Door:
    return open_door()
