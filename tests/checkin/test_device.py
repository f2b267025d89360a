"""What a device tells of itself, and what it learns."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from eventsite.core.domain import tickets
from eventsite.core.domain.agenda import AgendaSession
from eventsite.core.domain.badges import BadgeLayout
from eventsite.core.domain.events import Gate, GateDirection
from eventsite.core.domain.questions import Question, QuestionKind
from eventsite.core.domain.rules import Rule
from eventsite.core.domain.staff import DeviceRight
from eventsite.core.domain.zones import Zone
from eventsite.core.services.pins import hashed_pin
from tests.checkin.conftest import DEVICE, Door, OpenDoor
from tests.conftest import everything

MAIN = {
    "gate_id": "main",
    "name": "Main gate",
    "direction": "entry",
    "type_ids": [],
    "zone_id": "",
    "sessions": False,
    "room": "",
    "signed_up_only": False,
    "badges": False,
    "rules": [],
}


def status(credential: str) -> Any:
    return APIClient(raise_request_exception=False).get(
        DEVICE, headers={"Authorization": f"Device {credential}"}
    )


def report(credential: str, **said: Any) -> Any:
    return APIClient(raise_request_exception=False).post(
        DEVICE, said, headers={"Authorization": f"Device {credential}"}
    )


def written(prefix: str) -> list[dict[str, Any]]:
    return [i for i in everything("eventsite-office") if i["pk"]["S"].startswith(prefix)]


def test_a_device_learns_its_event_gates_rights_and_the_time(door: Door) -> None:
    answer = status(door.credential)
    assert answer.status_code == 200
    said = answer.json()
    assert (said["device_id"], said["name"]) == (door.device.device_id, "Kiosk 1")
    assert said["rights"] == ["scan"]
    event = door.setup.event
    assert (said["event"]["event_id"], said["event"]["number"]) == ("demo", event.number)
    assert (said["event"]["zone"], said["event"]["day_start"]) == ("Europe/Berlin", "04:00")
    assert [gate["gate_id"] for gate in said["gates"]] == ["main", "stage"]
    assert said["gates"][0] == MAIN
    server_time = datetime.fromisoformat(said["server_time"])
    assert abs(server_time - datetime.now(UTC)) < timedelta(minutes=1)
    until = datetime.fromisoformat(said["lease_until"])
    assert until - server_time == timedelta(minutes=event.lease_minutes)
    for nothing in ("zones", "rules", "questions", "layouts", "sessions", "conflicts"):
        assert said[nothing] == []
    assert said["pin"] is None


def test_the_keys_verify_tickets(door: Door) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    keys = {
        int(slot): Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(f"{key}="))
        for slot, key in status(door.credential).json()["keys"].items()
    }
    ticket = tickets.verify(door.code, keys)
    assert ticket.registration_id == door.registration.registration_id


def test_a_device_learns_only_of_its_own_gates(door: Door) -> None:
    (gate,) = status(door.another_device("stage")).json()["gates"]
    assert (gate["gate_id"], gate["type_ids"]) == ("stage", ["crew"])


def test_a_device_that_only_fulfils_has_a_status_too(door: Door) -> None:
    credential = door.another_device(right=DeviceRight.FULFIL)
    assert status(credential).json()["rights"] == ["fulfil"]


def test_the_answer_is_not_kept_anywhere(door: Door) -> None:
    assert status(door.credential)["Cache-Control"] == "no-store"


@pytest.mark.parametrize("credential", ["", "nobody.secret"])
def test_nobody_else_learns_anything(door: Door, credential: str) -> None:
    for answer in (status(credential), report(credential)):
        assert (answer.status_code, answer.json()["code"]) == (401, "bad_device")


# -- what an organizer set up -----------------------------------------------------------------
def set_up_doors(door: Door) -> None:
    events, event_id = door.stores.events, "demo"
    now = datetime.now(UTC)
    for part in (
        Zone(event_id=event_id, zone_id="hall", name="Hall", limit=20),
        Gate(
            event_id=event_id,
            gate_id="room",
            name="Room",
            direction=GateDirection.BOTH,
            zone_id="hall",
            sessions=True,
        ),
        Rule(event_id=event_id, rule_id="late", name="Late", gate_ids=("room",), entries=2),
        Rule(event_id=event_id, rule_id="off", name="Off", active=False),
        Question(
            event_id=event_id,
            question_id="diet",
            name="Diet",
            kind=QuestionKind.TEXT,
            at_door=True,
        ),
        Question(event_id=event_id, question_id="size", name="Size", kind=QuestionKind.TEXT),
        BadgeLayout(event_id=event_id, layout_id="all", name="All", colour="#075c34"),
        BadgeLayout(event_id=event_id, layout_id="no", name="No", active=False),
    ):
        events.add_part(door.setup.event, part)
    for number, hours in enumerate((-5, -2, 0, 2, 5)):
        begins = now + timedelta(hours=hours, minutes=1)
        door.stores.agenda.add(
            AgendaSession(
                event_id=event_id,
                session_id=f"s{number}",
                title=f"Talk {number}",
                starts_at=begins,
                ends_at=begins + timedelta(hours=1),
                cancelled=hours == 2,
            )
        )


def test_a_device_learns_what_it_needs_to_decide_alone(door: Door) -> None:
    set_up_doors(door)
    said = status(door.credential).json()
    gates = {gate["gate_id"]: gate for gate in said["gates"]}
    assert gates["room"] | {"rules": []} == MAIN | {
        "gate_id": "room",
        "name": "Room",
        "direction": "both",
        "zone_id": "hall",
        "sessions": True,
    }
    assert gates["room"]["rules"] == ["Every ticket type at Room: twice in all"]
    assert gates["main"]["rules"] == []
    (zone,) = said["zones"]
    assert (zone["zone_id"], zone["limit"], zone["inside"], zone["emptied_at"]) == (
        *("hall", 20, 0),
        None,
    )
    assert [rule["rule_id"] for rule in said["rules"]] == ["late"]
    assert [question["question_id"] for question in said["questions"]] == ["diet"]
    assert [layout["layout_id"] for layout in said["layouts"]] == ["all"]
    assert {kind["type_id"]: kind["colour"] for kind in said["types"]} == {
        "general": "#075c34",
        "crew": "#075c34",
    }


def test_sessions_about_now_are_told_where_guests_check_in_to_them(door: Door) -> None:
    set_up_doors(door)
    assert [s["session_id"] for s in status(door.credential).json()["sessions"]] == ["s1", "s2"]
    assert status(door.another_device("main")).json()["sessions"] == []


def test_a_kiosk_learns_how_to_check_the_pin(open_door: OpenDoor) -> None:
    door = open_door(kiosk_pin=hashed_pin("2468"))
    answer = status(door.credential)
    assert set(answer.json()["pin"]) == {"salt", "iterations", "hash"}
    assert "2468" not in answer.content.decode()


# -- what a device says -----------------------------------------------------------------------
def test_what_a_device_says_is_kept_for_organizers(door: Door) -> None:
    sent_at = datetime.now(UTC) - timedelta(minutes=3)
    said = {"sent_at": sent_at.isoformat(), "gate_id": "main", "to_sync": 4, "printer": "ready"}
    roster_at = "2026-11-21T12:00:00Z"
    answer = report(door.credential, **said, roster_at=roster_at, app="kiosk")
    assert answer.status_code == 200
    ahead_ms = answer.json()["clock_ahead_ms"]
    assert 180_000 <= ahead_ms < 190_000
    (kept,) = door.stores.device_reports.of_event("demo")
    assert (kept.device_id, kept.gate_id, kept.to_sync) == (door.device.device_id, "main", 4)
    assert (kept.printer.value, kept.app, kept.clock_ahead_ms) == ("ready", "kiosk", ahead_ms)
    assert kept.roster_at == datetime.fromisoformat(roster_at)
    assert kept.online(datetime.now(UTC))
    assert not kept.online(datetime.now(UTC) + timedelta(minutes=2))


def test_a_device_may_say_very_little(door: Door) -> None:
    answer = report(door.credential)
    assert (answer.status_code, answer.json()["clock_ahead_ms"]) == (200, 0)
    assert door.stores.device_reports.of_event("demo")


def test_who_says_much_is_written_down_once_in_a_while(door: Door) -> None:
    now = datetime.now(UTC)
    report(door.credential, to_sync=1)
    report(door.credential, to_sync=2)
    (kept,) = door.stores.device_reports.of_event("demo")
    assert kept.to_sync == 1
    later = replace(kept, seen_at=now + timedelta(seconds=15), to_sync=3)
    assert door.stores.device_reports.keep(later)
    assert [each.to_sync for each in door.stores.device_reports.of_event("demo")] == [3]


def test_asking_and_scanning_write_nothing_into_the_office(door: Door) -> None:
    before = everything("eventsite-office")
    status(door.credential)
    assert door.scan().json()["code"] == "ok"
    assert everything("eventsite-office") == before


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"sent_at": "yesterday"}, "sent_at"),
        ({"sent_at": "2026-11-21T12:00:00"}, "sent_at"),
        ({"to_sync": -1}, "to_sync"),
        ({"to_sync": "4"}, "to_sync"),
        ({"printer": "on fire"}, "printer"),
        ({"app": "x" * 81}, "app"),
        ({"gate_id": 5}, "gate_id"),
    ],
    ids=str,
)
def test_a_malformed_report_is_refused_and_not_kept(
    door: Door, said: dict[str, Any], field: str
) -> None:
    answer = report(door.credential, **said)
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert written("SEEN#") == []
