"""The roster as devices read it: whole, page by page, and what changed."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from eventsite.core.domain.badges import BadgeLayout
from eventsite.core.domain.ledger import fact_of
from eventsite.core.domain.registrations import Cause, Registration
from eventsite.core.domain.rosters import record_key
from eventsite.core.domain.staff import DeviceRight
from eventsite.core.services import rosters
from eventsite.core.services.organizing import save_door_part
from eventsite.core.services.personal_data import erase as forget
from tests.checkin.conftest import Door

ROSTER = "/api/v1/roster"


def read(door: Door, credential: str = "", **asked: Any) -> Any:
    client = APIClient(raise_request_exception=False)
    device = {"Authorization": f"Device {credential or door.credential}"}
    return client.get(ROSTER, asked, headers=device)


def roster(door: Door, **asked: Any) -> dict[str, Any]:
    answer = read(door, **asked)
    assert answer.status_code == 200, answer.content
    return answer.json()  # type: ignore[no-any-return]


def key_of(door: Door, registration: Registration) -> str:
    raw = record_key(door.setup.event.number, registration.registration_id)
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def records(page: dict[str, Any]) -> dict[str, Any]:
    return {record["k"]: record for record in page["records"]}


def happened(door: Door, before: Registration | None, after: Registration | None) -> None:
    """Write into the ledger what the stream would."""
    fact = fact_of(before, after)
    door.stores.ledger.append(replace(fact, at=datetime.now(UTC)))


def cancel(door: Door, registration: Registration) -> Registration:
    (gone,) = door.stores.registrations.move([registration], [registration.cancelled(Cause.GUEST)])
    happened(door, registration, gone)
    return gone


def erase(door: Door, registration: Registration) -> None:
    gone = forget(door.stores, registration.registration_id, datetime.now(UTC), "guest")
    happened(door, registration, gone)


# -- the whole of it --
def test_a_device_reads_how_every_guest_stands(door: Door) -> None:
    other = door.guest("grace@example.org")
    page = roster(door)
    assert page["full"] is True
    assert page["next"] is None
    assert set(records(page)) == {key_of(door, door.registration), key_of(door, other)}
    first = records(page)[key_of(door, door.registration)]
    assert {name: first[name] for name in "strqa"} == {
        "s": "ok",
        "t": 1,
        "r": 0,
        "q": False,
        "a": None,
    }


def test_nobody_is_named_in_it(door: Door) -> None:
    text = read(door).content.decode()
    assert door.registration.guest.name not in text
    assert door.registration.guest.email not in text
    assert door.registration.registration_id not in text


def test_who_came_in_is_told_with_gate_and_time(door: Door) -> None:
    answer = door.scan()
    assert answer.json()["code"] == "ok"
    told = records(roster(door))[key_of(door, door.registration)]["a"]
    assert told[1:5] == ["main", "", "", "entry"]
    assert abs(told[0] - datetime.now(UTC).timestamp()) < 60
    assert "p" not in records(roster(door))[key_of(door, door.registration)]


def test_pages_follow_each_other_and_are_of_one_moment(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rosters, "PAGE_SIZE", 2)
    guests = [door.guest(f"guest{n}@example.org") for n in range(4)]
    pages = [roster(door)]
    while pages[-1]["next"]:
        pages.append(roster(door, cursor=pages[-1]["next"]))
    found = [record["k"] for page in pages for record in page["records"]]
    assert sorted(found) == sorted(key_of(door, each) for each in (door.registration, *guests))
    assert len(pages) == 3
    assert len({page["roster_at"] for page in pages}) == 1


def test_erased_guests_are_not_in_it(door: Door) -> None:
    erase(door, door.registration)
    assert roster(door)["records"] == []


# -- what changed --
def test_a_device_reads_only_what_changed(door: Door) -> None:
    happened(door, None, door.registration)
    quiet = door.guest("quiet@example.org")
    before = roster(door)
    at = datetime.fromisoformat(before["roster_at"]) + rosters.LATE
    nothing = roster(door, since=at.isoformat(), shape=before["shape"])
    assert (nothing["records"], nothing["full"], nothing["next"]) == ([], False, None)

    cancel(door, door.registration)
    since = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    changed = roster(door, since=since, shape=before["shape"])
    assert changed["full"] is False
    assert records(changed)[key_of(door, door.registration)]["s"] == "cancelled"
    assert key_of(door, quiet) not in records(changed)


def test_who_was_erased_is_to_be_forgotten(door: Door) -> None:
    shape = roster(door)["shape"]
    erase(door, door.registration)
    since = datetime.now(UTC).isoformat()
    page = roster(door, since=since, shape=shape)
    assert page["records"] == [{"k": key_of(door, door.registration), "s": "gone"}]


def test_who_passed_a_gate_is_told_to_the_other_devices(door: Door) -> None:
    since = roster(door)["roster_at"]
    door.scan()
    registration = door.registration
    touched = (registration.event_id, registration.registration_id, datetime.now(UTC))
    door.stores.scan_ledger.touch(*touched)  # as the stream does of what happens at the doors
    page = roster(door, since=since)
    assert page["full"] is False
    assert records(page)[key_of(door, registration)]["a"][1] == "main"


def test_a_change_that_the_stream_wrote_late_is_not_missed(door: Door) -> None:
    cancel(door, door.registration)
    since = datetime.now(UTC) + rosters.LATE - timedelta(seconds=2)
    assert len(roster(door, since=since.isoformat())["records"]) == 1


def test_many_changes_come_in_pages_and_then_the_whole_instead(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rosters, "PAGE_SIZE", 2)
    guests = [door.registration, *(door.guest(f"guest{n}@example.org") for n in range(4))]
    since = datetime.now(UTC).isoformat()
    for each in guests:
        cancel(door, each)
    pages = [roster(door, since=since)]
    while pages[-1]["next"]:
        pages.append(roster(door, cursor=pages[-1]["next"]))
    assert {key for page in pages for key in records(page)} == {key_of(door, g) for g in guests}
    assert not any(page["full"] for page in pages)
    assert len({page["roster_at"] for page in pages}) == 1

    monkeypatch.setattr(rosters, "CHANGED_MAX", 1)
    assert roster(door, cursor=roster(door, since=since)["next"])["full"] is True


@pytest.mark.parametrize("ago", [timedelta(days=4), timedelta(days=400)])
def test_a_device_that_was_away_for_long_gets_the_whole(door: Door, ago: timedelta) -> None:
    assert roster(door, since=(datetime.now(UTC) - ago).isoformat())["full"] is True


def test_when_every_record_changes_the_whole_comes_again(door: Door) -> None:
    before = roster(door)
    event_id = door.setup.event.event_id
    layout = BadgeLayout(event_id=event_id, layout_id="card", name="Card", lines=("name", "event"))
    save_door_part(door.stores.events, layout)
    door.stores.events.fresh_setup(event_id)
    asked = {"since": before["roster_at"], "shape": before["shape"]}
    assert roster(door, **asked)["full"] is True


# -- who may --
def test_a_device_that_may_not_scan_has_no_roster(door: Door) -> None:
    assert read(door, door.another_device(right=DeviceRight.FULFIL)).status_code == 403
    assert read(door, "nobody.secret").status_code == 401


def test_a_roster_is_not_kept_anywhere(door: Door) -> None:
    assert read(door)["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "asked",
    [{"cursor": "nonsense"}, {"cursor": "WzEsMiwzLDRd"}, {"since": "yesterday"}, {"since": "1"}],
)
def test_nonsense_is_refused(door: Door, asked: dict[str, str]) -> None:
    answer = read(door, **asked)
    assert answer.status_code == 400
    assert answer.json()["code"] in ("bad_cursor", "invalid")
