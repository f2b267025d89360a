"""Enrolling over HTTP: a credential for a code, and what wrong ones cost."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from eventsite.core.domain.staff import DeviceRight
from eventsite.core.services.devices import NewDevice
from eventsite.core.services.enrolling import enrol_by_code
from eventsite.core.services.slowing import ATTEMPTS, WINDOW
from tests.checkin.conftest import DEVICE, Door

ENROLMENTS = f"{DEVICE}/enrolments"
HERE, THERE = "198.51.100.7", "203.0.113.9"


def redeem(body: Any, address: str = HERE, **more: Any) -> Any:
    client = APIClient(raise_request_exception=False, REMOTE_ADDR=address)
    return client.post(ENROLMENTS, body, **more)


def status(credential: str, address: str = HERE) -> Any:
    client = APIClient(raise_request_exception=False, REMOTE_ADDR=address)
    return client.get(DEVICE, headers={"Authorization": f"Device {credential}"})


def code_for(door: Door) -> str:
    new = NewDevice(event_id="demo", name="Phone", rights=[DeviceRight.SCAN])
    return enrol_by_code(door.stores.devices, new, datetime.now(UTC))[1]


def test_a_device_gets_its_credential_for_its_code(door: Door) -> None:
    code = code_for(door)
    answer = redeem({"code": code, "client": "Firefox on a tablet"})
    assert (answer.status_code, answer["Cache-Control"]) == (201, "no-store")
    said = answer.json()
    assert set(said) == {"device_id", "credential"}
    assert status(said["credential"]).json()["device_id"] == said["device_id"]
    again = redeem({"code": code})
    assert (again.status_code, again.json()["code"], again.json()["field"]) == (
        *(401, "bad_code"),
        "code",
    )


def test_a_credential_that_the_browser_still_has_does_not_matter(door: Door) -> None:
    old = {"Authorization": "Device nobody.secret"}
    assert redeem({"code": code_for(door)}, headers=old).status_code == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "code"),
        ({"code": ""}, "code"),
        ({"code": 5}, "code"),
        ({"code": "x" * 65}, "code"),
        ({"code": "0000", "client": "x" * 201}, "client"),
        ({"code": "0000", "client": "a\nb"}, "client"),
    ],
    ids=str,
)
def test_a_malformed_code_is_refused(door: Door, body: Any, field: str) -> None:
    answer = redeem(body)
    assert (answer.status_code, answer.json()["field"]) == (400, field)


def test_who_guesses_has_to_wait(door: Door) -> None:
    for _ in range(ATTEMPTS):
        assert redeem({"code": "0000"}).status_code == 401
    code = code_for(door)
    answer = redeem({"code": code})
    assert (answer.status_code, answer.json()["code"]) == (429, "throttled")
    assert 0 < int(answer["Retry-After"]) <= WINDOW
    assert redeem({"code": code}, THERE).status_code == 201


def test_wrong_credentials_are_counted_and_right_ones_come_in(door: Door) -> None:
    answers = [status("nobody.secret").status_code for _ in range(ATTEMPTS + 1)]
    assert answers == [401] * ATTEMPTS + [429]
    assert status(door.credential).status_code == 200
    assert door.scan().json()["code"] == "ok"
    assert redeem({"code": code_for(door)}).status_code == 201


def test_a_right_credential_only_reads_the_device(door: Door) -> None:
    calls: list[tuple[str, str]] = []

    def note(params: Any, model: Any, **_: Any) -> None:
        if "eventsite-office" in str(params):
            calls.append((model.name, str(params)))

    client = door.stores.devices.table.client
    client.meta.events.register("before-parameter-build.dynamodb", note)
    door.scan()
    assert {name for name, _ in calls} <= {"GetItem", "TransactGetItems"}
    assert len(calls) <= 2
    assert all("DEVICE#" in params and "THROTTLE#" not in params for _, params in calls)
