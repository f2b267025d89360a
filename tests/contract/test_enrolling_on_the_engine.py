"""The claims of tests/accounts/test_enrolling.py, made again on the real engine; and many."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from eventsite.core.domain.staff import DeviceReport, DeviceRight
from eventsite.core.services.devices import NewDevice, authenticate
from eventsite.core.services.enrolling import another_code, enrol_by_code, redeem
from eventsite.core.services.slowing import ATTEMPTS
from tests.accounts.test_enrolling import *  # noqa: F403
from tests.contract.attacking import at_once

pytestmark = pytest.mark.engine

NEW = NewDevice(event_id="demo", name="Kiosk", rights=[DeviceRight.SCAN])


def test_of_many_with_one_code_one_gets_the_credential(installation):
    now = datetime.now(UTC)
    device, code = enrol_by_code(installation.devices, NEW, now)
    got = []

    def attempt(number):
        got.append(redeem(installation, code, f"198.51.100.{number}", now)[1])
        return "enrolled"

    assert at_once(attempt) == {"enrolled": 1, "bad_code": 49}
    assert authenticate(installation.devices, got[0], now).device_id == device.device_id


def test_of_many_new_codes_one_counts(installation):
    now = datetime.now(UTC)
    device, _ = enrol_by_code(installation.devices, NEW, now)
    codes = []
    at_once(lambda _: codes.append(another_code(installation.devices, device.device_id, now)[1]))
    assert len(codes) == 50

    def attempt(number):
        return bool(redeem(installation, codes[number], f"198.51.100.{number}", now))

    assert at_once(attempt) == {True: 1, "bad_code": 49}


def test_a_burst_of_guesses_is_no_way_around(installation):
    now = datetime.now(UTC)
    guessed = at_once(lambda _: redeem(installation, "0000", "198.51.100.7", now))
    assert guessed == {"bad_code": ATTEMPTS, "throttled": 50 - ATTEMPTS}


def test_of_many_reports_at_a_moment_one_is_kept(installation):
    now = datetime.now(UTC)

    def tell(number):
        said = DeviceReport(device_id="d", event_id="demo", seen_at=now, to_sync=number)
        return installation.device_reports.keep(said)

    assert at_once(tell) == {True: 1, False: 49}
