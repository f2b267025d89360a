"""Programs that come with an access token of the user pool instead of a credential of ours."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from eventsite.core.domain.staff import DeviceRight
from eventsite.core.services.devices import NewDevice, enrol_client
from tests.checkin.conftest import DEVICE, Door
from tests.registration.conftest import pool as pool
from tests.registration.pool import OURS, THEIRS, a_token

pytestmark = pytest.mark.usefixtures("pool")

CLIENT = "4k7exampleclientid0000000a"


def access_token(**changes: Any) -> str:
    """An access token of the client, for check-in: it has no audience and names no person."""
    claims: dict[str, Any] = {
        "token_use": "access",
        "client_id": CLIENT,
        "sub": CLIENT,
        "scope": "other/read eventsite/checkin",
        "aud": None,
        "email": None,
        "email_verified": None,
    }
    return a_token(**(claims | changes))


def status(token: str) -> Any:
    client = APIClient(raise_request_exception=False)
    return client.get(DEVICE, headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def enrolled(door: Door) -> Door:
    new = NewDevice(event_id="demo", name="Turnstile", gates=["main"], rights=[DeviceRight.SCAN])
    enrol_client(door.stores.devices, new, CLIENT, datetime.now(UTC))
    return door


def test_a_client_is_the_device_of_its_id(enrolled: Door) -> None:
    said = status(access_token()).json()
    assert (said["device_id"], said["name"], said["rights"]) == (CLIENT, "Turnstile", ["scan"])
    assert [gate["gate_id"] for gate in said["gates"]] == ["main"]


def test_a_client_scans_with_the_rights_that_it_was_given(enrolled: Door) -> None:
    api = APIClient(headers={"Authorization": f"Bearer {access_token()}"})
    assert api.post("/api/v1/scans", enrolled.body()).json()["code"] == "ok"
    assert api.get("/api/v1/guests?query=Ada").status_code == 403


def test_a_revoked_client_is_refused_although_its_token_is_not(enrolled: Door) -> None:
    enrolled.stores.devices.revoke(CLIENT, datetime.now(UTC))
    answer = status(access_token())
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_device")


@pytest.mark.parametrize("client_id", ["another0client0id", "", "x#y", None])
def test_a_client_that_nobody_enrolled_is_nobody(enrolled: Door, client_id: Any) -> None:
    answer = status(access_token(client_id=client_id))
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_device")


def test_a_device_with_a_credential_is_no_client(enrolled: Door) -> None:
    assert status(access_token(client_id=enrolled.device.device_id)).status_code == 401


WRONG: dict[str, Callable[[], str]] = {
    "an ID token": a_token,
    "an ID token with the rest": lambda: access_token(token_use="id", aud="test-client"),
    "no scope": lambda: access_token(scope=None),
    "another scope": lambda: access_token(scope="eventsite/checkins xeventsite/checkin"),
    "a guest's": lambda: access_token(scope="aws.cognito.signin.user.admin"),
    "another issuer": lambda: access_token(iss="https://cognito-idp.eu-west-1.amazonaws.com/x"),
    "expired": lambda: access_token(exp=int(time.time()) - 5),
    "no expiry": lambda: access_token(exp=None),
    "another key": lambda: access_token(key=THEIRS),
    "unsigned": lambda: access_token(key=None, algorithm="none"),
    "HMAC": lambda: access_token(key="x" * 64, algorithm="HS256"),
    "no token": lambda: "abc",
}


@pytest.mark.parametrize("make", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_token_opens_nothing(enrolled: Door, make: Callable[[], str]) -> None:
    answer = status(make())
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_token")


def test_an_access_token_is_no_guest_s(enrolled: Door) -> None:
    api = APIClient(headers={"Authorization": f"Bearer {access_token(key=OURS)}"})
    assert api.get("/api/v1/me").json()["code"] == "bad_token"
