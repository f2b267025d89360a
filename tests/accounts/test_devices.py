"""Devices: enrolled, known again, revoked; their credential is shown once."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from django.test import Client

from eventsite.core.domain.staff import DeviceRight
from eventsite.core.errors import BadDevice, Invalid, NotFound
from eventsite.core.services.devices import authenticate, enrol
from eventsite.core.wiring import Stores
from tests.accounts.conftest import SignIn, Staff
from tests.repoadmin.pages import column, text

LIST = "/admin/accounts/device/"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_a_device_is_known_by_its_credential_only(installation: Stores) -> None:
    devices = installation.devices
    device, credential = enrol(devices, "demo", " Gate 1 ", ["main"], [DeviceRight.SCAN], NOON)
    assert authenticate(devices, credential, NOON) == device
    assert device.name == "Gate 1"
    held = str(boto3.client("dynamodb").scan(TableName="eventsite-office"))
    assert credential.partition(".")[2] not in held


@pytest.mark.parametrize(
    "spoil",
    [
        lambda credential: credential[:-1],
        lambda credential: credential + "x",
        lambda credential: credential.partition(".")[0],
        lambda credential: credential.partition(".")[0] + ".",
        lambda credential: "0" * 16 + "." + credential.partition(".")[2],
        lambda credential: "",
        lambda credential: ".",
        lambda credential: "a#b.secret",
        lambda credential: "é.secret",
        lambda credential: credential + "\ud800",
        lambda credential: "x" * 5000 + ".y",
    ],
)
def test_a_wrong_credential_is_refused_always_in_the_same_words(
    installation: Stores, spoil: object
) -> None:
    devices = installation.devices
    _, credential = enrol(devices, "demo", "Gate 1", [], [DeviceRight.SCAN], NOON)
    with pytest.raises(BadDevice, match=r"^The device credential is unknown or was revoked\.$"):
        authenticate(devices, spoil(credential), NOON)  # type: ignore[operator]


def test_a_revoked_device_is_refused_from_then_on(installation: Stores) -> None:
    devices = installation.devices
    device, credential = enrol(devices, "demo", "Gate 1", [], [DeviceRight.SCAN], NOON)
    devices.revoke(device.device_id, NOON)
    again = devices.revoke(device.device_id, NOON + timedelta(hours=1))
    assert again.revoked_at == NOON, "the first revocation's time stays"
    with pytest.raises(BadDevice):
        authenticate(devices, credential, NOON)
    with pytest.raises(NotFound):
        devices.revoke("nope", NOON)


@pytest.mark.parametrize(("name", "rights"), [("", ["scan"]), ("x" * 81, ["scan"]), ("ok", [])])
def test_a_device_needs_a_name_and_a_right(
    installation: Stores, name: str, rights: list[str]
) -> None:
    with pytest.raises(Invalid):
        enrol(installation.devices, "demo", name, [], map(DeviceRight, rights), NOON)


def test_devices_are_listed_by_event_the_latest_first(installation: Stores) -> None:
    devices = installation.devices
    for n in range(3):
        enrol(devices, "demo", f"D{n}", [], [DeviceRight.SCAN], NOON + timedelta(minutes=n))
    enrol(devices, "other", "X", [], [DeviceRight.SCAN], NOON)
    first = devices.of_event("demo", 2)
    assert [d.name for d in first] == ["D2", "D1"]
    assert [d.name for d in devices.of_event("demo", 2, first.next)] == ["D0"]


def enrolment(event: str) -> dict[str, object]:
    return {"event_id": event, "name": "North", "gates": "main, stage", "rights": ["scan"]}


def test_the_admin_shows_the_credential_once(
    owner: Client, event: str, installation: Stores
) -> None:
    answer = owner.post(f"{LIST}add/", enrolment(event))
    shown = re.search(r'device-credential">([^<]+)<', answer.content.decode())
    assert shown
    device = authenticate(installation.devices, shown[1], NOON)
    assert device.gates == ("main", "stage")
    assert "no-store" in answer["Cache-Control"]
    for page in (LIST, f"{LIST}{device.device_id}/change/", f"{LIST}{device.device_id}/history/"):
        assert shown[1].partition(".")[2] not in owner.get(page).content.decode()
    assert not any(shown[1] in morsel.value for morsel in owner.cookies.values())


def test_the_admin_revokes_and_neither_edits_nor_deletes(
    owner: Client, event: str, installation: Stores
) -> None:
    devices = installation.devices
    device, credential = enrol(devices, event, "North", [], [DeviceRight.SCAN], NOON)
    chosen = {"action": "revoke", "index": 0, "_selected_action": [device.device_id]}
    assert "1 revoked." in text(owner.post(LIST, chosen, follow=True))
    with pytest.raises(BadDevice):
        authenticate(devices, credential, datetime.now(UTC))
    assert column(owner.get(LIST), "revoked_at") != ["-"]
    assert "Revoked." in text(owner.get(f"{LIST}{device.device_id}/history/"))
    page = f"{LIST}{device.device_id}/"
    assert owner.post(f"{page}change/", enrolment(event)).status_code == 403
    assert owner.post(f"{page}delete/", {"post": "yes"}).status_code == 403


def test_who_leads_check_in_enrols_devices_and_who_fulfils_does_not(
    staff: Staff, sign_in: SignIn, event: str
) -> None:
    staff("lea", "checkin_lead")
    staff("ben", "fulfilment")
    assert sign_in("lea").post(f"{LIST}add/", enrolment(event)).status_code == 200
    assert sign_in("ben").get(LIST).status_code == 403
    assert sign_in("ben").post(f"{LIST}add/", enrolment(event)).status_code == 403


def test_a_mistake_keeps_what_was_typed(owner: Client, event: str) -> None:
    answer = owner.post(f"{LIST}add/", enrolment(event) | {"name": " " * 3, "gates": "main,stage"})
    assert answer.status_code == 200
    assert "This field is required." in text(answer)
    assert 'value="main,stage"' in answer.content.decode()


def test_without_an_event_the_list_is_empty(owner: Client) -> None:
    assert "0 devices" in text(owner.get(LIST))
