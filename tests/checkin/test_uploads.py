"""What a device scanned offline is uploaded at once, and each scan is answered for itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from eventsite.core.domain.staff import DeviceRight
from eventsite.core.services.deciding import cancel
from tests.checkin.conftest import Door

BATCH = "/api/v1/scans/batch"


def upload(door: Door, *scans: Any, credential: str = "", **more: Any) -> Any:
    return door.call("post", BATCH, credential, {"scans": list(scans)} | more)


def test_each_scan_of_an_upload_is_answered_for_itself(door: Door) -> None:
    good, bogus = door.body(), door.body(ticket_code="BOGUS")
    wrong = door.body(gate_id="roof")
    malformed = {"scan_id": "7", "gate_id": "main"}
    answer = upload(door, good, bogus, wrong, malformed)
    assert answer.status_code == 200
    said = answer.json()["answers"]
    assert [each["status"] for each in said] == [200, 200, 404, 400]
    assert [each["verdict"] and each["verdict"]["code"] for each in said] == [
        "ok",
        "unknown",
        None,
        None,
    ]
    assert [each["error"] and each["error"]["field"] for each in said] == [
        None,
        None,
        "gate_id",
        "scan_id",
    ]
    assert said[0]["scan_id"] == good["scan_id"]


def test_an_upload_may_be_repeated(door: Door) -> None:
    scans = [door.body(offline_code="ok"), door.body(ticket_code="BOGUS")]
    first = upload(door, *scans).json()["answers"]
    again = upload(door, *scans).json()["answers"]
    assert [each["verdict"]["replayed"] for each in again] == [True, True]
    assert [each["verdict"]["code"] for each in again] == [e["verdict"]["code"] for e in first]


def test_what_the_device_decided_is_kept_though_the_guest_cancelled_meanwhile(door: Door) -> None:
    cancel(door.stores, door.registration.registration_id, datetime.now(UTC))
    [said] = upload(door, door.body(offline_code="ok")).json()["answers"]
    assert said["verdict"]["code"] == "ok"
    assert said["verdict"]["conflict"]["reason"] == "cancelled"
    page = door.stores.registrations.guest_page(door.registration.registration_id)
    assert page.attendance.passages[0].despite == "cancelled"


def test_a_forged_ticket_is_refused_whatever_the_device_said(door: Door) -> None:
    forged = door.code[:-2] + ("AA" if door.code[-2:] != "AA" else "QA")
    [said] = upload(door, door.body(ticket_code=forged, offline_code="ok")).json()["answers"]
    assert said["verdict"]["code"] == "bad_signature"


def test_two_gates_that_were_offline_open_a_conflict_whichever_comes_first(door: Door) -> None:
    now, other = datetime.now(UTC), door.device_with(DeviceRight.SCAN)
    early = door.body(offline_code="ok", scanned_at=(now - timedelta(minutes=9)).isoformat())
    late = door.body(offline_code="ok", scanned_at=(now - timedelta(minutes=5)).isoformat())
    [first] = upload(door, late).json()["answers"]
    assert first["verdict"]["conflict"] is None
    [second] = upload(door, early, credential=other).json()["answers"]
    conflict = second["verdict"]["conflict"]
    assert (conflict["reason"], conflict["first"]["at"]) == (
        "twice",
        early["scanned_at"].replace("+00:00", "Z"),
    )
    assert conflict["second"]["device_id"] == door.device.device_id
    # Who asks is told as well: both gates see it.
    assert door.call("get", "/api/v1/device").json()["conflicts"][0]["reason"] == "twice"


def test_a_wrong_clock_is_corrected_by_when_the_upload_was_sent(door: Door) -> None:
    behind = datetime.now(UTC) - timedelta(hours=2)
    scan = door.body(offline_code="ok", scanned_at=(behind - timedelta(minutes=3)).isoformat())
    [said] = upload(door, scan, sent_at=behind.isoformat()).json()["answers"]
    moment = datetime.fromisoformat(said["verdict"]["scanned_at"])
    assert abs(datetime.now(UTC) - timedelta(minutes=3) - moment) < timedelta(seconds=20)


def test_a_device_that_is_ahead_is_corrected_and_admits(door: Door) -> None:
    ahead = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    assert door.scan(scanned_at=ahead).json()["code"] == "clock_skew"
    assert door.scan(scanned_at=ahead, sent_at=ahead).json()["code"] == "ok"


def test_a_clock_that_is_years_off_corrects_nothing(door: Door) -> None:
    broken = datetime.now(UTC) + timedelta(days=3651)
    [said] = upload(door, door.body(), sent_at=broken.isoformat()).json()["answers"]
    moment = datetime.fromisoformat(said["verdict"]["scanned_at"])
    assert abs(datetime.now(UTC) - moment) < timedelta(seconds=20)


def test_an_upload_has_1_to_500_scans(door: Door) -> None:
    for scans in ([], [door.body()] * 501):
        answer = upload(door, *scans)
        assert (answer.status_code, answer.json()["field"]) == (400, "scans")
