"""A station sees what waits for it, and hands it over once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from eventsite.core.domain.requests import GuestRequest
from eventsite.core.domain.staff import DeviceRight
from eventsite.core.errors import StaleWrite
from eventsite.core.services.organizing import set_up
from eventsite.core.services.requesting import fulfil
from eventsite.core.store.requests import GuestRequestRepository
from tests.requests_app.conftest import Counter, running_setup


def test_a_station_sees_its_requests_oldest_first_and_no_names(counter: Counter) -> None:
    first, second = counter.asked(note="no milk"), counter.asked(quantity=2)
    counter.asked(item_id="shirt")
    answer = counter.waiting("bar")
    assert answer.status_code == 200
    said = answer.json()
    assert [r["request_id"] for r in said["requests"]] == [
        first["request_id"],
        second["request_id"],
    ]
    assert said["requests"][0] == {
        "request_id": first["request_id"],
        "item_id": "tea",
        "item_name": "Tea",
        "quantity": 1,
        "note": "no milk",
        "status": "open",
        "requested_at": first["requested_at"],
    }
    assert (said["station_id"], said["next"]) == ("bar", None)
    assert b"Grace" not in answer.content
    assert answer["Cache-Control"] == "no-store"


def test_a_long_queue_comes_in_pages(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("requests_app.api.PAGE_SIZE", 2)
    asked = [counter.asked()["request_id"] for _ in range(5)]
    seen: list[str] = []
    cursor = ""
    for _ in range(3):
        page = counter.waiting(cursor=cursor).json()
        seen += [request["request_id"] for request in page["requests"]]
        cursor = page["next"]
    assert seen == asked
    assert cursor is None


@pytest.mark.parametrize("cursor", ["x", "\x00", "AAAA", "W10", "e30", "%ff", "[0]", "9" * 5000])
def test_a_cursor_that_is_not_ours_is_refused(counter: Counter, cursor: str) -> None:
    answer = counter.waiting(cursor=cursor)
    assert (answer.status_code, answer.json()["field"]) == (400, "cursor")


@pytest.mark.parametrize("station", ["roof", "%00", "bar%23x", "s" * 3000])
def test_a_station_that_the_event_has_not_is_not_found(counter: Counter, station: str) -> None:
    answer = counter.waiting(station)
    assert (answer.status_code, answer.json()["field"]) == (404, "station_id")


def test_a_request_is_handed_over_and_waits_no_more(counter: Counter) -> None:
    request_id = counter.asked()["request_id"]
    answer = counter.fulfil(request_id)
    assert answer.status_code == 200
    said = answer.json()
    assert said["status"] == "fulfilled"
    assert said["fulfilled_by"] == counter.credential.partition(".")[0]
    assert counter.waiting().json()["requests"] == []


def test_handing_over_again_by_the_same_device_gives_the_same_answer(counter: Counter) -> None:
    request_id = counter.asked()["request_id"]
    first = counter.fulfil(request_id)
    again = counter.fulfil(request_id)
    assert (again.status_code, again.json()) == (200, first.json())


def test_handing_over_after_another_device_is_refused(counter: Counter) -> None:
    request_id = counter.asked()["request_id"]
    counter.fulfil(request_id, counter.device())
    answer = counter.fulfil(request_id)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_allowed")


@pytest.mark.parametrize(("same", "status"), [(True, 200), (False, 409)])
def test_of_two_at_the_same_moment_one_hands_over(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, same: bool, status: int
) -> None:
    request_id = counter.asked()["request_id"]
    mine = counter.credential.partition(".")[0]
    write = GuestRequestRepository.fulfil

    def overtaken(repository: Any, request: GuestRequest, *args: Any) -> GuestRequest:
        monkeypatch.setattr(GuestRequestRepository, "fulfil", write)
        by = mine if same else "somebody"
        fulfil(repository, request_id, by=by, now=datetime.now(UTC))
        raise StaleWrite

    monkeypatch.setattr(GuestRequestRepository, "fulfil", overtaken)
    answer = counter.fulfil(request_id)
    assert answer.status_code == status
    if not same:
        assert answer.json()["code"] == "not_allowed"


@pytest.mark.parametrize("request_id", ["x", "0" * 24, "%00", "r" * 3000, "A" * 24])
def test_a_request_that_is_not_there_is_not_found(counter: Counter, request_id: str) -> None:
    answer = counter.fulfil(request_id)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_device_of_another_event_sees_and_hands_over_nothing(counter: Counter) -> None:
    set_up(counter.stores.events, running_setup(event_id="elsewhere", number=77))
    foreign = counter.device(event_id="elsewhere")
    request_id = counter.asked()["request_id"]
    assert counter.waiting(credential=foreign).json()["requests"] == []
    assert counter.fulfil(request_id, foreign).status_code == 404
    assert len(counter.waiting().json()["requests"]) == 1


def test_a_device_without_the_right_neither_sees_nor_hands_over(counter: Counter) -> None:
    kiosk = counter.device(DeviceRight.SCAN)
    request_id = counter.asked()["request_id"]
    for answer in (counter.waiting(credential=kiosk), counter.fulfil(request_id, kiosk)):
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_a_revoked_device_neither_sees_nor_hands_over(counter: Counter) -> None:
    request_id = counter.asked()["request_id"]
    counter.stores.devices.revoke(counter.credential.partition(".")[0], datetime.now(UTC))
    for answer in (counter.waiting(), counter.fulfil(request_id)):
        assert (answer.status_code, answer.json()["code"]) == (401, "bad_device")


def test_a_guest_is_no_device(counter: Counter) -> None:
    answer = APIClient().get("/api/v1/stations/bar/requests", HTTP_X_GUEST_TOKEN=counter.token)
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_device")
