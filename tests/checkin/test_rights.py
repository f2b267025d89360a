"""What a device may do beside scanning: search, force, undo. Each is a right of its own."""

from __future__ import annotations

import uuid

import pytest

from eventsite.core.domain.staff import DeviceRight
from tests.checkin.conftest import Door, OpenDoor

GUESTS = "/api/v1/guests"
DESK = (DeviceRight.SCAN, DeviceRight.SEARCH, DeviceRight.FORCE)


def undo(door: Door, scan_id: str, credential: str, **changes: str) -> object:
    body = {"undo_id": str(uuid.uuid4()), "reason": "Wrong guest"} | changes
    return door.call("post", f"/api/v1/scans/{scan_id}/undo", credential, body)


def found(door: Door, query: str, credential: str) -> list[str]:
    answer = door.call("get", GUESTS, credential, {"query": query})
    assert answer.status_code == 200, answer.json()
    return [guest["registration_id"] for guest in answer.json()["guests"]]


def test_a_device_without_the_right_is_refused(door: Door) -> None:
    scan = door.scan().json()
    guest = door.registration.registration_id
    by_name = door.body(registration_id=guest)
    del by_name["ticket_code"]
    refused = [
        door.call("get", GUESTS, data={"query": "Grace"}),
        door.post(by_name),
        door.scan(force_reason="Knows the speaker"),
        undo(door, scan["scan_id"], door.credential),
    ]
    assert [answer.status_code for answer in refused] == [403] * 4
    assert {answer.json()["code"] for answer in refused} == {"forbidden"}


@pytest.mark.parametrize("said", ["gra", "Grace Hopper", "ADA@demo.example.org", "number"])
def test_a_guest_is_found_by_name_address_and_number(door: Door, said: str) -> None:
    number = door.registration.registration_id
    wanted = f"{number[:4]} {number[4:8].upper()}-{number[8:]}" if said == "number" else said
    assert found(door, wanted, door.device_with(*DESK)) == [number]


def test_a_search_shows_who_is_inside_and_stays_within_the_event(
    open_door: OpenDoor,
) -> None:
    door, other = open_door(), open_door(event_id="other", number=5)
    desk = door.device_with(*DESK)
    door.scan()
    [guest] = door.call("get", GUESTS, desk, {"query": "grace"}).json()["guests"]
    assert (guest["inside"], guest["status"], guest["type_name"]) == (True, "confirmed", "General")
    assert guest["first_at"]
    for query in (other.registration.registration_id, "ada@other.example.org"):
        assert found(door, query, desk) == []


def test_a_search_is_paged_and_wants_two_characters(door: Door) -> None:
    desk = door.device_with(*DESK)
    for number in range(24):
        door.guest(f"{number}@example.org")
    first = door.call("get", GUESTS, desk, {"query": "grace"}).json()
    rest = door.call("get", GUESTS, desk, {"query": "grace", "cursor": first["next"]}).json()
    seen = {guest["registration_id"] for guest in first["guests"] + rest["guests"]}
    assert (len(first["guests"]), len(seen), rest["next"]) == (20, 25, None)
    for query in ("", "g", "x" * 500):
        answer = door.call("get", GUESTS, desk, {"query": query})
        assert (answer.status_code, answer.json()["field"]) == (400, "query")


def test_a_guest_who_was_searched_for_is_checked_in(door: Door) -> None:
    body = door.body(registration_id=door.registration.registration_id)
    del body["ticket_code"]
    said = door.post(body, door.device_with(*DESK)).json()
    assert (said["code"], said["guest_name"]) == ("ok", "Grace Hopper")
    assert door.scan().json()["code"] == "already_admitted"


def test_a_scan_names_its_guest_in_one_way(door: Door) -> None:
    answer = door.scan(registration_id=door.registration.registration_id)
    assert (answer.status_code, answer.json()["field"]) == (400, "ticket_code")


def test_forcing_overrules_a_refusal_and_is_kept(door: Door) -> None:
    desk = door.device_with(*DESK)
    assert door.scan(desk, gate_id="stage").json()["code"] == "wrong_type"
    forced = door.scan(desk, gate_id="stage", force_reason="The band's  manager").json()
    assert forced["code"] == "ok"
    page = door.stores.registrations.guest_page(door.registration.registration_id)
    assert page.attendance.passages[0].forced
    answer = door.scan(desk, gate_id="stage", force_reason="x")
    assert (answer.status_code, answer.json()["field"]) == (400, "force_reason")


def test_nobody_forces_a_stranger_in(door: Door) -> None:
    desk = door.device_with(*DESK)
    said = door.scan(desk, ticket_code="BOGUS", force_reason="Looks honest")
    assert said.json()["code"] == "unknown"


def test_an_undone_scan_counts_no_more_and_its_verdict_stays(door: Door) -> None:
    desk, body = door.device_with(*DESK), door.body()
    first = door.post(body, desk).json()
    again = str(uuid.uuid4())
    done = undo(door, body["scan_id"], desk, undo_id=again)
    assert (done.status_code, done.json()["replayed"]) == (200, False)
    assert undo(door, body["scan_id"], desk, undo_id=again).json()["replayed"] is True
    assert door.post(body, desk).json() == first | {"replayed": True}
    assert door.scan(desk).json()["code"] == "ok"


def test_what_admitted_nobody_cannot_be_undone(door: Door) -> None:
    desk = door.device_with(*DESK)
    refused = door.scan(desk, ticket_code="BOGUS").json()
    assert undo(door, refused["scan_id"], desk).status_code == 409
    answer = undo(door, str(uuid.uuid4()), desk)
    assert (answer.status_code, answer.json()["field"]) == (404, "scan_id")
    no_reason = undo(door, refused["scan_id"], desk, reason=" ")
    assert (no_reason.status_code, no_reason.json()["field"]) == (400, "reason")


def test_one_undo_is_of_one_scan(door: Door) -> None:
    desk, one = door.device_with(*DESK), str(uuid.uuid4())
    other = door.guest("babbage@example.org")
    scans = [door.scan(desk), door.scan(desk, ticket_code=door.ticket(other))]
    first, second = (scan.json()["scan_id"] for scan in scans)
    assert undo(door, first, desk, undo_id=one).status_code == 200
    answer = undo(door, second, desk, undo_id=one)
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")
