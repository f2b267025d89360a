"""What a device learns of itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from eventsite.core.domain.staff import DeviceRight
from tests.checkin.conftest import DEVICE, Door


def status(credential: str) -> Any:
    return APIClient(raise_request_exception=False).get(
        DEVICE, headers={"Authorization": f"Device {credential}"}
    )


def test_a_device_learns_its_event_gates_rights_and_the_time(door: Door) -> None:
    answer = status(door.credential)
    assert answer.status_code == 200
    said = answer.json()
    assert said["device_id"] == door.device.device_id
    assert said["name"] == "Kiosk 1"
    assert said["rights"] == ["scan"]
    assert said["event"]["event_id"] == "demo"
    assert said["event"]["zone"] == "Europe/Berlin"
    assert [gate["gate_id"] for gate in said["gates"]] == ["main", "stage"]
    server_time = datetime.fromisoformat(said["server_time"])
    assert abs(server_time - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_device_learns_only_of_its_own_gates(door: Door) -> None:
    gates = status(door.another_device("stage")).json()["gates"]
    assert gates == [{"gate_id": "stage", "name": "Stage door"}]


def test_a_device_that_only_fulfils_has_a_status_too(door: Door) -> None:
    credential = door.another_device(right=DeviceRight.FULFIL)
    assert status(credential).json()["rights"] == ["fulfil"]


def test_the_answer_is_not_kept_anywhere(door: Door) -> None:
    assert status(door.credential)["Cache-Control"] == "no-store"


@pytest.mark.parametrize("credential", ["", "nobody.secret"])
def test_nobody_else_learns_anything(door: Door, credential: str) -> None:
    answer = status(credential)
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_device")
