"""One-time codes: worth one credential, for a quarter of an hour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from eventsite.core.domain.staff import Device, DeviceRight
from eventsite.core.errors import (
    BadCode,
    BadDevice,
    EventSiteError,
    Invalid,
    NotAllowed,
    NotFound,
    Throttled,
)
from eventsite.core.services.devices import NewDevice, authenticate, enrol_client, let_in
from eventsite.core.services.enrolling import (
    ALPHABET,
    CODE_LIFE,
    another_code,
    enrol_by_code,
    redeem,
)
from eventsite.core.services.slowing import ATTEMPTS, WINDOW
from eventsite.core.wiring import Stores
from tests.conftest import everything

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
HERE, THERE = "198.51.100.7", "203.0.113.9"
NEW = NewDevice(
    event_id="demo", name=" Gate 1 ", gates=["main"], rights=[DeviceRight.SCAN, DeviceRight.SEARCH]
)


def given(stores: Stores, now: datetime = NOON) -> tuple[Device, str]:
    return enrol_by_code(stores.devices, NEW, now)


def refused(stores: Stores, code: str, now: datetime = NOON, address: str = HERE) -> bool:
    with pytest.raises(BadCode):
        redeem(stores, code, address, now)
    return True


def test_a_code_is_worth_one_credential(installation: Stores) -> None:
    device, code = given(installation)
    assert len(code.replace("-", "")) == 12
    assert set(code) <= {*ALPHABET, "-"}
    known, credential = redeem(installation, code, HERE, NOON, "Firefox")
    assert authenticate(installation.devices, credential, NOON) == known
    assert (known.name, known.gates, known.rights) == ("Gate 1", ("main",), tuple(NEW.rights))
    assert (known.device_id, known.client) == (device.device_id, "Firefox")
    assert refused(installation, code)


def test_neither_code_nor_secret_is_kept(installation: Stores) -> None:
    _, code = given(installation)
    _, credential = redeem(installation, code, HERE, NOON)
    held = str(everything("eventsite-office"))
    for secret in (code, code.replace("-", ""), credential.partition(".")[2]):
        assert secret not in held


def test_a_code_is_read_as_people_type_it(installation: Stores) -> None:
    _, code = given(installation)
    typed = f"  {code.lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')}\n"
    assert redeem(installation, typed, HERE, NOON)


def test_a_device_without_its_credential_is_nobody(installation: Stores) -> None:
    device, _ = given(installation)
    for secret in ("x", "0" * 64, device.code_hash):
        with pytest.raises(BadDevice):
            authenticate(installation.devices, f"{device.device_id}.{secret}", NOON)


def test_a_code_is_over_after_its_time(installation: Stores) -> None:
    _, code = given(installation)
    assert refused(installation, code, NOON + CODE_LIFE)
    _, code = given(installation)
    assert redeem(installation, code, HERE, NOON + CODE_LIFE - timedelta(seconds=1))


def test_a_new_code_ends_the_codes_before_and_then_the_credential(installation: Stores) -> None:
    device, first = given(installation)
    _, lost = redeem(installation, first, HERE, NOON)
    _, second = another_code(installation.devices, device.device_id, NOON)
    _, third = another_code(installation.devices, device.device_id, NOON)
    assert refused(installation, second)
    assert authenticate(installation.devices, lost, NOON), "until the new code is redeemed"
    _, credential = redeem(installation, third, HERE, NOON)
    assert authenticate(installation.devices, credential, NOON)
    with pytest.raises(BadDevice):
        authenticate(installation.devices, lost, NOON)


def test_a_revoked_device_gets_no_credential_and_no_code(installation: Stores) -> None:
    device, code = given(installation)
    installation.devices.revoke(device.device_id, NOON)
    assert refused(installation, code)
    with pytest.raises(NotAllowed):
        another_code(installation.devices, device.device_id, NOON)
    with pytest.raises(NotFound):
        another_code(installation.devices, "nobody", NOON)
    with pytest.raises(NotFound):  # revoked after it was read
        installation.devices.renew_code(device)


@pytest.mark.parametrize("code", ["", "----", "0000-0000-0000", "x" * 10_000, "é\ud800", "ENROL#"])
def test_a_wrong_code_is_refused(installation: Stores, code: str) -> None:
    given(installation)
    assert refused(installation, code)


@pytest.mark.parametrize("client", ["x" * 201, "a\nb"])
def test_what_a_device_says_that_it_is_stays_small(installation: Stores, client: str) -> None:
    _, code = given(installation)
    with pytest.raises(Invalid, match="200"):
        redeem(installation, code, HERE, NOON, client)
    assert redeem(installation, code, HERE, NOON, "x" * 200)


def outcomes(count: int, act: object) -> list[str]:
    """Return what each of so many attempts came to."""
    found = []
    for _ in range(count):
        try:
            act()  # type: ignore[operator]
        except EventSiteError as error:
            found.append(error.code)
    return found


def test_who_guesses_codes_has_to_wait_and_others_need_not(installation: Stores) -> None:
    _, code = given(installation)
    guessed = outcomes(ATTEMPTS + 2, lambda: redeem(installation, "0000", HERE, NOON))
    assert guessed == ["bad_code"] * ATTEMPTS + ["throttled"] * 2
    with pytest.raises(Throttled) as wait:
        redeem(installation, code, HERE, NOON)
    assert 0 < wait.value.wait_seconds <= WINDOW
    assert redeem(installation, code, THERE, NOON)


def test_right_codes_are_no_attempts(installation: Stores) -> None:
    for _ in range(ATTEMPTS + 5):
        assert redeem(installation, given(installation)[1], HERE, NOON)


def test_an_attempt_is_forgotten_in_the_next_window(installation: Stores) -> None:
    outcomes(ATTEMPTS + 1, lambda: redeem(installation, "0000", HERE, NOON))
    later = NOON + timedelta(seconds=WINDOW)
    _, code = given(installation, later)
    assert redeem(installation, code, HERE, later)


def test_who_guesses_credentials_has_to_wait_and_right_ones_come_in(installation: Stores) -> None:
    device, credential = redeem(installation, given(installation)[1], HERE, NOON)
    wrong = f"{device.device_id}.wrong"
    guessed = outcomes(ATTEMPTS + 1, lambda: let_in(installation, wrong, HERE, NOON))
    assert guessed == ["bad_device"] * ATTEMPTS + ["throttled"]
    assert let_in(installation, credential, HERE, NOON) == device


def test_a_revoked_device_is_told_so_even_where_somebody_guesses(installation: Stores) -> None:
    device, credential = redeem(installation, given(installation)[1], HERE, NOON)
    outcomes(ATTEMPTS + 1, lambda: let_in(installation, "nobody.x", HERE, NOON))
    installation.devices.revoke(device.device_id, NOON)
    with pytest.raises(BadDevice):
        let_in(installation, credential, HERE, NOON)


def test_an_app_client_has_no_code_and_no_credential(installation: Stores) -> None:
    client_id = "4k7exampleclientid0000000a"
    device = enrol_client(installation.devices, NEW, client_id, NOON)
    assert (device.device_id, device.app_client) == (client_id, True)
    with pytest.raises(NotAllowed):
        another_code(installation.devices, client_id, NOON)
    with pytest.raises(BadDevice):
        authenticate(installation.devices, f"{client_id}.x", NOON)
    for wrong in (client_id, "short", "with#sign0000000000000", "x" * 129):
        with pytest.raises(Invalid) as refusal:
            enrol_client(installation.devices, NEW, wrong, NOON)
        assert refusal.value.field == "client_id"
