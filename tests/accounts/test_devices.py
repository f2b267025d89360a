"""Devices with a credential: known by it, refused without, revoked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from eventsite.core.domain.staff import DeviceRight
from eventsite.core.errors import BadDevice, Invalid, NotFound
from eventsite.core.services.devices import authenticate, enrol
from eventsite.core.wiring import Stores
from tests.conftest import everything

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_a_device_is_known_by_its_credential_only(installation: Stores) -> None:
    devices = installation.devices
    device, credential = enrol(devices, "demo", " Gate 1 ", ["main"], [DeviceRight.SCAN], NOON)
    assert authenticate(devices, credential, NOON) == device
    assert device.name == "Gate 1"
    assert credential.partition(".")[2] not in str(everything("eventsite-office"))


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
        lambda credential: credential.partition(".")[0] + "." + "0" * 64,
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
