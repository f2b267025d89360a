"""Devices in the admin: added by a code that is shown once, watched, revoked."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from eventsite.core.domain.staff import Device, DeviceReport, DeviceRight, Printer
from eventsite.core.errors import BadCode, BadDevice
from eventsite.core.services.devices import authenticate, enrol
from eventsite.core.services.enrolling import redeem
from eventsite.core.wiring import Stores
from tests.accounts.conftest import SignIn, Staff
from tests.repoadmin.pages import column, text

LIST = "/admin/accounts/device/"
HERE = "198.51.100.7"


def enrolment(event: str, **changes: Any) -> dict[str, object]:
    fields = {"event_id": event, "name": "North", "gates": ["main", "stage"], "rights": ["scan"]}
    return fields | changes


def shown_code(answer: Any) -> str:
    found = re.search(r'device-code">([^<]+)<', answer.content.decode())
    assert found, text(answer)
    assert "no-store" in answer["Cache-Control"]
    return found[1]


def a_device(stores: Stores, event: str, **report: Any) -> tuple[Device, str]:
    now = datetime.now(UTC)
    device, credential = enrol(stores.devices, event, "North", [], [DeviceRight.SCAN], now)
    if report:
        said = DeviceReport(
            **({"device_id": device.device_id, "event_id": event, "seen_at": now} | report)
        )
        stores.device_reports.keep(said)
    return device, credential


def test_the_admin_shows_a_code_once(owner: Client, event: str, installation: Stores) -> None:
    answer = owner.post(f"{LIST}add/", enrolment(event))
    code = shown_code(answer)
    assert "http://testserver/kiosk/" in text(answer)
    for page in (LIST, f"{LIST}?event_id={event}"):
        assert code not in owner.get(page).content.decode()
    assert not any(code in morsel.value for morsel in owner.cookies.values())
    assert column(owner.get(LIST), "state") == ["Waits for its code"]
    device, credential = redeem(installation, code, HERE, datetime.now(UTC))
    assert device.gates == ("main", "stage")
    assert column(owner.get(LIST), "state") == ["Never heard of"]
    for page in (f"{LIST}{device.device_id}/change/", f"{LIST}{device.device_id}/history/"):
        shown = owner.get(page).content.decode()
        assert code not in shown
        assert credential.partition(".")[2] not in shown


@pytest.mark.parametrize(("rights", "page"), [(["scan", "fulfil"], "kiosk"), (["fulfil"], "staff")])
def test_the_picture_opens_the_page_of_the_device(
    owner: Client, event: str, rights: list[str], page: str
) -> None:
    answer = owner.post(f"{LIST}add/", enrolment(event, rights=rights))
    assert f"http://testserver/{page}/" in text(answer)
    picture = re.search(r"data:image/svg\+xml;base64,([^\"]+)", answer.content.decode())
    assert picture
    assert base64.b64decode(picture[1]).startswith(b"<?xml")


def test_a_new_code_takes_the_place_of_the_one_before(
    owner: Client, event: str, installation: Stores
) -> None:
    now = datetime.now(UTC)
    first = shown_code(owner.post(f"{LIST}add/", enrolment(event)))
    (device,) = installation.devices.of_event(event)
    page = f"{LIST}{device.device_id}/"
    assert "New code" in text(owner.get(f"{page}change/"))
    assert "end now" in text(owner.get(f"{page}code/"))
    second = shown_code(owner.post(f"{page}code/"))
    with pytest.raises(BadCode):
        redeem(installation, first, HERE, now)
    assert redeem(installation, second, HERE, now)
    assert "New code shown." in text(owner.get(f"{page}history/"))


def test_an_app_client_is_shown_no_code(owner: Client, event: str, installation: Stores) -> None:
    client_id = "4k7exampleclientid0000000a"
    answer = owner.post(f"{LIST}add/", enrolment(event, client_id=client_id), follow=True)
    assert "device-code" not in answer.content.decode()
    device = installation.devices.get(client_id)
    assert device
    assert device.app_client
    assert "New code" not in text(owner.get(f"{LIST}{client_id}/change/"))
    again = owner.post(f"{LIST}add/", enrolment(event, client_id=client_id))
    assert "enrolled already" in text(again)


def test_the_list_says_how_devices_are(owner: Client, event: str, installation: Stores) -> None:
    now = datetime.now(UTC)
    a_device(
        installation,
        event,
        clock_ahead_ms=90_000,
        to_sync=7,
        gate_id="stage",
        printer=Printer.ERROR,
    )
    a_device(installation, event, seen_at=now - timedelta(minutes=10, seconds=5))
    a_device(installation, event)
    page = owner.get(LIST)
    assert column(page, "state") == ["Never heard of", "Offline for 10\xa0minutes", "Online"]
    assert column(page, "stands_at") == ["every gate", "every gate", "Stage door"]
    assert column(page, "clock") == ["-", "right", "90 s behind"]
    assert column(page, "to_sync") == ["-", "0", "7"]
    assert column(page, "printer") == ["-", "-", "needs somebody"]


def test_a_device_s_page_says_the_same(owner: Client, event: str, installation: Stores) -> None:
    device, _ = a_device(installation, event, app="kiosk 1", clock_ahead_ms=-300_000)
    said = text(owner.get(f"{LIST}{device.device_id}/change/"))
    for words in ("Online", "kiosk 1", "5 min ahead", "every gate"):
        assert words in said


def test_the_admin_revokes_and_neither_edits_nor_deletes(
    owner: Client, event: str, installation: Stores
) -> None:
    device, credential = a_device(installation, event)
    chosen = {"action": "revoke", "index": 0, "_selected_action": [device.device_id]}
    assert "cannot be undone" in text(owner.post(LIST, chosen))
    assert authenticate(installation.devices, credential, datetime.now(UTC))
    done = owner.post(LIST, chosen | {"confirmed": "yes"}, follow=True)
    assert "1 revoked." in text(done)
    with pytest.raises(BadDevice):
        authenticate(installation.devices, credential, datetime.now(UTC))
    assert column(owner.get(LIST), "state") == ["Revoked"]
    page = f"{LIST}{device.device_id}/"
    assert "Revoked." in text(owner.get(f"{page}history/"))
    assert "New code" not in text(owner.get(f"{page}change/"))
    assert owner.post(f"{page}change/", enrolment(event)).status_code == 403
    assert owner.post(f"{page}delete/", {"post": "yes"}).status_code == 403


def test_who_leads_check_in_enrols_devices_and_who_fulfils_does_not(
    staff: Staff, sign_in: SignIn, event: str, installation: Stores
) -> None:
    staff("lea", "checkin_lead")
    staff("ben", "fulfilment")
    device, _ = a_device(installation, event)
    lead, other = sign_in("lea"), sign_in("ben")
    assert lead.post(f"{LIST}add/", enrolment(event)).status_code == 200
    assert lead.post(f"{LIST}{device.device_id}/code/").status_code == 200
    assert lead.post(f"{LIST}{device.device_id}/revoke/").status_code == 302
    assert other.get(LIST).status_code == 403
    assert other.post(f"{LIST}add/", enrolment(event)).status_code == 403
    assert other.post(f"{LIST}{device.device_id}/code/").status_code == 403
    assert other.post(f"{LIST}{device.device_id}/revoke/").status_code == 403


def test_a_mistake_keeps_what_was_typed(owner: Client, event: str) -> None:
    answer = owner.post(f"{LIST}add/", enrolment(event, name=" " * 3, gates=["stage"]))
    assert answer.status_code == 200
    assert "This field is required." in text(answer)
    boxes = re.findall(r'<input type="checkbox" name="gates"[^>]*>', answer.content.decode())
    assert [("stage" in box, "checked" in box) for box in boxes] == [(False, False), (True, True)]


def test_a_gate_that_is_none_is_noticed(owner: Client, event: str, installation: Stores) -> None:
    answer = owner.post(f"{LIST}add/", enrolment(event, gates=["main", "north"]))
    assert "north is not one of the available choices." in text(answer)
    assert not installation.devices.of_event(event).items


def test_without_an_event_the_list_is_empty(owner: Client) -> None:
    assert "0 devices" in text(owner.get(LIST))
