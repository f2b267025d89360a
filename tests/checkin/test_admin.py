"""Gates in the back office."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from eventsite.accounts.models import StaffUser
from tests.checkin.conftest import Door
from tests.conftest import everything
from tests.repoadmin.pages import column, hidden, text

LIST = "/admin/checkin/gate/"
BACK = {
    "event_id": "demo",
    "gate_id": "back",
    "name": "Back door",
    "type_ids": ["crew"],
    "direction": "entry",
}


def signed_in(role: str) -> Client:
    browser = Client()
    browser.force_login(StaffUser.objects.create_user(role, "Corr3ct-horse-battery", roles=[role]))
    return browser


@pytest.fixture
def office(settings: Any, door: Door) -> Client:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return signed_in("organizer")


def test_the_gates_of_one_event_are_listed(office: Client) -> None:
    page = office.get(LIST)
    assert column(page, "name") == ["Main gate", "Stage door"]
    assert column(page, "for_types") == ["all", "crew"]
    assert column(office.get(LIST, {"q": "stage"}), "name") == ["Stage door"]


def test_a_new_gate_lets_in_whom_it_says(office: Client, door: Door) -> None:
    assert office.post(f"{LIST}add/", BACK).status_code == 302
    crew = door.ticket(door.guest("crew@example.org", "crew"))
    assert door.scan(gate_id="back").json()["code"] == "wrong_type"
    assert door.scan(gate_id="back", ticket_code=crew).json()["code"] == "ok"
    assert "Added" in text(office.get(f"{LIST}demo~back/history/"))


def test_the_types_of_the_event_are_check_boxes(office: Client) -> None:
    page = office.get(f"{LIST}demo~stage/change/").content.decode()
    assert page.count('type="checkbox" name="type_ids"') == 2
    boxes = office.get(f"{LIST}demo~stage/change/").context["adminform"].form["type_ids"]
    assert boxes.value() == ["crew"]
    assert [label for _, label in boxes.field.choices] == ["General", "Crew"]


def test_a_gate_is_changed(office: Client, door: Door) -> None:
    page = f"{LIST}demo~stage/change/"
    form = {"name": "Stage", "direction": "entry", "version": hidden(office.get(page), "version")}
    assert office.post(page, form).status_code == 302
    gate = door.stores.events.fresh_setup("demo").gate("stage")
    assert (gate.name, gate.type_ids, gate.version) == ("Stage", (), 2)
    assert "Changed Name and Ticket types" in text(office.get(f"{LIST}demo~stage/history/"))
    again = office.post(page, form)
    assert "Somebody else saved this" in text(again)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"gate_id": "main"}, "gate_id"),
        ({"gate_id": "a b"}, "gate_id"),
        ({"name": ""}, "name"),
        ({"type_ids": ["vip"]}, "type_ids"),
        ({"event_id": "nowhere"}, "event_id"),
    ],
    ids=str,
)
def test_a_wrong_gate_is_refused_at_its_field(
    office: Client, change: dict[str, Any], field: str
) -> None:
    before = everything()
    answer = office.post(f"{LIST}add/", BACK | change)
    assert field in answer.context["adminform"].form.errors
    assert everything() == before


def test_check_in_leads_see_gates_and_change_none(office: Client) -> None:
    lead, before = signed_in("checkin_lead"), everything()
    assert column(lead.get(LIST), "name") == ["Main gate", "Stage door"]
    assert "crew" in text(lead.get(f"{LIST}demo~stage/change/"))
    assert lead.post(f"{LIST}demo~stage/change/", {"name": "X"}).status_code == 403
    assert lead.post(f"{LIST}add/", BACK).status_code == 403
    assert everything() == before
