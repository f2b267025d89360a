"""What a device is told about a ticket, and that it is told the same again."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from eventsite.core.domain.staff import DeviceRight
from eventsite.core.services.deciding import cancel
from tests.checkin.conftest import Door, OpenDoor
from tests.conftest import everything


def test_the_first_scan_admits_and_welcomes_by_name(door: Door) -> None:
    body = door.body()
    answer = door.post(body)
    assert answer.status_code == 200
    said = answer.json()
    for name in ("decided_at", "scanned_at"):
        moment = datetime.fromisoformat(said.pop(name))
        assert abs(moment - datetime.now(UTC)) < timedelta(minutes=1)
    assert said == {
        "scan_id": body["scan_id"],
        "outcome": "admitted",
        "code": "ok",
        "says": "Welcome",
        "rule": "",
        "guest_name": "Grace Hopper",
        "type_name": "General",
        "registration_id": door.registration.registration_id,
        "direction": "entry",
        "zone_id": "",
        "first": None,
        "questions": [],
        "conflict": None,
        "badge": False,
        "replayed": False,
    }


def test_the_same_scan_again_has_the_same_verdict_even_after_a_cancellation(door: Door) -> None:
    body = door.body()
    first = door.post(body).json()
    cancel(door.stores, door.registration.registration_id, datetime.now(UTC))
    again = door.post(body).json()
    assert again == first | {"replayed": True}


def test_the_same_refused_scan_again_has_the_same_verdict(door: Door) -> None:
    body = door.body(ticket_code="BOGUS")
    first = door.post(body).json()
    assert first["code"] == "unknown"
    assert door.post(body).json() == first | {"replayed": True}


def test_a_scan_id_in_another_spelling_is_the_same_scan(door: Door) -> None:
    body = door.body()
    door.post(body)
    again = door.post(body | {"scan_id": body["scan_id"].upper()})
    assert again.json()["replayed"] is True


@pytest.mark.parametrize(
    "change", [{"gate_id": "stage"}, {"ticket_code": "OTHER"}, {"scanned_at": "2026-01-01T00:00Z"}]
)
def test_a_scan_id_with_another_payload_is_refused(door: Door, change: dict[str, str]) -> None:
    body = door.body()
    door.post(body)
    answer = door.post(body | change)
    assert answer.status_code == 422
    assert answer.json()["code"] == "key_reused"
    assert answer.json()["field"] == "scan_id"


def test_another_scan_is_refused_with_when_and_where(door: Door) -> None:
    at = datetime.now(UTC) - timedelta(minutes=3)
    door.scan(scanned_at=at.isoformat())
    crew_door = door.another_device()
    answer = door.scan(crew_door)
    assert answer.status_code == 200
    said = answer.json()
    assert (said["outcome"], said["code"]) == ("refused", "already_admitted")
    assert said["guest_name"] == "Grace Hopper"
    first = said["first"]
    assert datetime.fromisoformat(first.pop("at")) == at
    assert first == {
        "gate_id": "main",
        "gate_name": "Main gate",
        "device_id": door.device.device_id,
    }


def test_the_same_scan_id_at_another_device_is_another_scan(door: Door) -> None:
    body = door.body()
    door.post(body)
    assert door.post(body, door.another_device()).json()["code"] == "already_admitted"


def _forged(door: Door) -> str:
    code = door.code
    return code[:40] + ("A" if code[40] != "A" else "B") + code[41:]


def _cancelled(door: Door) -> str:
    code = door.code
    cancel(door.stores, door.registration.registration_id, datetime.now(UTC))
    return code


def _replaced(door: Door) -> str:
    code = door.code
    current = door.stores.registrations.get(door.registration.registration_id)
    door.stores.registrations.save(replace(current, reissue=1))
    return code


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (_forged, "bad_signature"),
        (_cancelled, "cancelled"),
        (_replaced, "revoked"),
        (lambda door: "https://example.org/not-a-ticket", "unknown"),
        (lambda door: "é" * 130, "unknown"),
        (lambda door: "8" * 130, "unknown"),
        (lambda door: "x" * 4296, "unknown"),
    ],
)
def test_a_ticket_that_is_no_good_is_refused(door: Door, make: Any, code: str) -> None:
    answer = door.scan(ticket_code=make(door))
    assert answer.status_code == 200
    assert (answer.json()["outcome"], answer.json()["code"]) == ("refused", code)


def test_a_ticket_of_another_event_is_refused_without_the_guests_name(
    open_door: OpenDoor, door: Door
) -> None:
    other = open_door(event_id="elsewhere", number=77)
    said = door.scan(ticket_code=other.code).json()
    assert said["code"] == "wrong_event"
    assert (said["guest_name"], said["registration_id"]) == ("", "")


def test_a_type_that_the_gate_does_not_admit_is_refused(door: Door) -> None:
    assert door.scan(gate_id="stage").json()["code"] == "wrong_type"
    crew = door.guest("crew@example.org", type_id="crew")
    assert door.scan(gate_id="stage", ticket_code=door.ticket(crew)).json()["code"] == "ok"


def test_a_scan_from_a_clock_far_ahead_is_not_trusted(door: Door) -> None:
    ahead = datetime.now(UTC) + timedelta(minutes=10)
    assert door.scan(scanned_at=ahead.isoformat()).json()["code"] == "clock_skew"


def test_a_clock_far_ahead_comes_before_a_code_that_is_no_ticket(door: Door) -> None:
    ahead = (datetime.now(UTC) + timedelta(minutes=10)).isoformat()
    assert door.scan(scanned_at=ahead, ticket_code="BOGUS").json()["code"] == "clock_skew"


def test_a_code_with_spaces_and_in_lower_case_is_read(door: Door) -> None:
    code = " ".join(door.code[n : n + 10] for n in range(0, 130, 10)).lower()
    assert door.scan(ticket_code=f" {code} ").json()["code"] == "ok"


def test_a_device_scans_at_its_own_gates_only(door: Door) -> None:
    answer = door.scan(door.another_device("stage"))
    assert answer.status_code == 403
    assert (answer.json()["code"], answer.json()["field"]) == ("forbidden", "gate_id")


def test_a_device_without_the_right_does_not_scan(door: Door) -> None:
    answer = door.scan(door.another_device(right=DeviceRight.FULFIL))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_a_gate_that_the_event_has_not_is_not_found(door: Door) -> None:
    answer = door.scan(gate_id="roof")
    assert (answer.status_code, answer.json()["field"]) == (404, "gate_id")


def test_a_revoked_device_is_out_from_the_next_scan_on(door: Door) -> None:
    assert door.scan(ticket_code="BOGUS").status_code == 200  # now the process remembers it
    door.stores.devices.revoke(door.device.device_id, datetime.now(UTC))
    for code in (door.code, "BOGUS"):
        answer = door.scan(ticket_code=code)
        assert (answer.status_code, answer.json()["code"]) == (401, "bad_device")
    assert not door.stores.scans.attendances([door.registration.registration_id])


@pytest.mark.parametrize(
    "credential", ["nobody.secret", "a.b.c", ".", "é.x", "0" * 65 + ".x", "0.\x00"]
)
def test_an_unknown_credential_is_refused(door: Door, credential: str) -> None:
    answer = door.scan(credential)
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_device")


def test_a_refused_device_writes_nothing(door: Door) -> None:
    before = everything()
    for credential in ("nobody.secret", door.another_device("stage")):
        door.scan(credential)
    assert everything() == before


def test_the_ticket_code_is_not_kept(door: Door) -> None:
    door.scan(scan_id=str(uuid.uuid4()))
    assert door.code not in str(everything())
