"""Zones, rules and what staff do about a guest at the doors, in the back office."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from eventsite.core.services.overseeing import inside_now
from eventsite.core.services.pins import is_pin
from tests.checkin.conftest import Door
from tests.checkin.test_admin import office, signed_in
from tests.repoadmin.pages import column, hidden, text

__all__ = ["office"]

ZONE, RULE = "/admin/checkin/zone/", "/admin/checkin/rule/"
HALL = {"event_id": "demo", "zone_id": "hall", "name": "Hall", "limit": "2", "emptied_daily": "on"}
ONCE = {
    "event_id": "demo",
    "rule_id": "once",
    "name": "Once a day",
    "entries_per_day": "1",
    "reentry": "on",
    "active": "on",
}


@pytest.fixture
def hall(office: Client, door: Door) -> Client:
    """The main gate leads into a hall of two."""
    assert office.post(f"{ZONE}add/", HALL).status_code == 302
    page = "/admin/checkin/gate/demo~main/change/"
    version = hidden(office.get(page), "version")
    form = {"name": "Main gate", "direction": "both", "zone_id": "hall", "version": version}
    assert office.post(page, form).status_code == 302
    door.stores.events._setups.forget("demo")
    return office


def registration_page(door: Door) -> str:
    return f"/admin/registration/registration/{door.registration.registration_id}/change/"


def act(browser: Client, door: Door, name: str, **said: Any) -> Any:
    page = registration_page(door).replace("change/", f"{name}/")
    return browser.post(page, said, follow=True)


def in_hall(door: Door) -> int:
    setup = door.stores.events.fresh_setup("demo")
    return inside_now(door.stores, setup, datetime.now(UTC))["hall"]


def test_a_zone_counts_and_keeps_its_limit(hall: Client, door: Door) -> None:
    others = [door.ticket(door.guest(f"{n}@example.org")) for n in range(2)]
    said = [door.scan(ticket_code=code).json()["code"] for code in (door.code, *others)]
    assert said == ["ok", "ok", "zone_full"]
    assert column(hall.get(ZONE), "inside") == ["2 of 2"]


def test_a_count_is_corrected_with_a_reason(hall: Client, door: Door) -> None:
    door.scan()
    refused = hall.post(f"{ZONE}demo~hall/correct/", {"inside": "0", "reason": " "})
    assert refused.status_code == 200
    assert in_hall(door) == 1
    done = hall.post(
        f"{ZONE}demo~hall/correct/", {"inside": "2", "reason": "Side door open"}, follow=True
    )
    assert "Corrected from 1 to 2." in text(done)
    assert in_hall(door) == 2
    [fact] = door.stores.occupancy.corrections("demo")
    assert (fact.before, fact.after, fact.by) == (1, 2, "staff:organizer")
    assert (fact.reason, "Corrected the count" in text(hall.get(f"{ZONE}demo~hall/history/"))) == (
        "Side door open",
        True,
    )


def test_an_emptied_zone_begins_at_none_and_lets_in_again(hall: Client, door: Door) -> None:
    assert door.scan().json()["code"] == "ok"
    assert "Emptied" in text(hall.post(f"{ZONE}demo~hall/empty/", follow=True))
    assert in_hall(door) == 0
    door.stores.events._setups.forget("demo")
    assert door.scan().json()["code"] == "ok"
    assert in_hall(door) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"zone_id": "a b"}, "zone_id"),
        ({"limit": "-1"}, "limit"),
        ({"within": "nowhere"}, "within"),
    ],
)
def test_a_wrong_zone_is_refused_where_it_is_wrong(
    office: Client, change: dict[str, str], field: str
) -> None:
    answer = office.post(f"{ZONE}add/", HALL | change)
    assert answer.status_code == 200
    assert field in answer.context["adminform"].form.errors


def test_a_zone_is_not_part_of_itself(hall: Client) -> None:
    page = f"{ZONE}demo~hall/change/"
    form = {"name": "Hall", "within": "hall", "version": hidden(hall.get(page), "version")}
    assert "within" in hall.post(page, form).context["adminform"].form.errors


def test_a_rule_is_shown_as_a_sentence_and_binds(office: Client, door: Door) -> None:
    assert office.post(f"{RULE}add/", ONCE).status_code == 302
    assert column(office.get(RULE), "sentence") == ["Every ticket type: once a day"]
    gate = text(office.get("/admin/checkin/gate/demo~main/change/"))
    assert "Once a day (Every ticket type: once a day)" in gate
    door.stores.events._setups.forget("demo")
    assert door.scan().json()["code"] == "ok"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"daily_from": "25:00"}, "daily_from"),
        ({"entries": "0"}, "entries"),
        ({"gate_ids": ["roof"]}, "gate_ids"),
    ],
)
def test_a_wrong_rule_is_refused_where_it_is_wrong(
    office: Client, change: dict[str, Any], field: str
) -> None:
    answer = office.post(f"{RULE}add/", ONCE | change)
    assert field in answer.context["adminform"].form.errors


def test_a_blocked_guest_stays_outside_until_unblocked(office: Client, door: Door) -> None:
    assert "Blocked" in text(act(office, door, "block", reason="Threw a chair"))
    assert "Threw a chair" in text(office.get(registration_page(door)))
    assert door.scan().json()["code"] == "blocked"
    assert "Unblocked" in text(act(office, door, "unblock"))
    assert door.scan().json()["code"] == "ok"


def test_the_last_scan_is_undone_and_shown_so(office: Client, door: Door) -> None:
    door.scan()
    assert "Undone" in text(act(office, door, "undo-scan", reason="Wrong guest"))
    assert "undone by staff:organizer: Wrong guest" in text(office.get(registration_page(door)))
    assert door.scan().json()["code"] == "ok"


def test_who_only_sees_does_none_of_it(door: Door, office: Client) -> None:
    viewer = signed_in("viewer")
    assert act(viewer, door, "block", reason="No right").status_code == 403
    assert viewer.post(f"{RULE}add/", ONCE).status_code == 403
    assert viewer.get(ZONE).status_code == 200


def test_the_pin_of_kiosks_is_kept_as_a_hash(office: Client, door: Door) -> None:
    page = "/admin/registration/event/demo/pin/"
    assert "4 to 8 digits" in text(office.post(page, {"kiosk_pin": "12a4"}))
    assert "Set." in text(office.post(page, {"kiosk_pin": "2468"}, follow=True))
    kept = door.stores.events.get("demo").kiosk_pin
    assert ("2468" in kept, is_pin("2468", kept), is_pin("2469", kept)) == (False, True, False)
    assert door.stores.events.fresh_setup("demo").event.title == "Tidal Fair"
