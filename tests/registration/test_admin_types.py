"""Ticket types in the back office: what an organizer adds is on sale."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from eventsite.accounts.models import StaffUser
from eventsite.core.services.organizing import save_type, set_up
from eventsite.core.store.stock import type_stock
from eventsite.core.wiring import Stores
from tests.builders import a_setup, an_event
from tests.doing import left, take_place
from tests.registration.conftest import Register, facts
from tests.repoadmin.pages import column, hidden, text

LIST = "/admin/registration/tickettype/"
GENERAL = f"{LIST}demo~general/change/"
DAY = {"event_id": "demo", "type_id": "day", "name": "Day ticket", "capacity": "12"}


def signed_in(role: str) -> Client:
    browser = Client()
    browser.force_login(StaffUser.objects.create_user(role, "Corr3ct-horse-battery", roles=[role]))
    return browser


@pytest.fixture
def office(settings: Any, fair: Stores) -> Client:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return signed_in("organizer")


def errors(answer: Any) -> Any:
    assert answer.status_code == 200
    return answer.context["adminform"].form.errors


def changed(office: Client, **changes: str) -> dict[str, str]:
    version = hidden(office.get(GENERAL), "version")
    return {"name": "General", "capacity": "100", "version": version} | changes


def another_event(fair: Stores, event_id: str = "boat") -> None:
    past = timezone.now() - timedelta(days=9)
    times = {"starts_at": past, "ends_at": past + timedelta(days=1)}
    named = an_event(event_id=event_id, number=78, title="Boat", **times)
    set_up(fair.events, a_setup(named))


def test_the_types_of_one_event_are_listed(office: Client, fair: Stores) -> None:
    another_event(fair)
    page = office.get(LIST)
    assert column(page, "name") == ["Crew", "General"]
    assert column(page, "places") == ["no limit", "100"]
    assert column(page, "number") == ["2", "1"]
    assert column(office.get(LIST, {"q": "gen", "event_id": "boat"}), "name") == ["General"]
    assert column(office.get(LIST, {"o": "-0"}), "name") == ["General", "Crew"]


@pytest.mark.parametrize("event_id", ["nowhere", "x" * 3000, "\x00", "é", "a~b", "."])
def test_an_event_that_is_not_there_has_no_types(office: Client, event_id: str) -> None:
    assert column(office.get(LIST, {"event_id": event_id}), "name") == []
    assert office.get(f"{LIST}add/", {"event_id": event_id}).status_code == 200


@pytest.mark.parametrize("key", ["x", "~", "demo~", "demo~nothing", "~general", "é~é", "y" * 3000])
def test_a_type_that_is_not_there_leads_back(office: Client, key: str) -> None:
    assert office.get(f"{LIST}{key}/change/").status_code == 302


def test_a_new_type_is_on_sale_at_once(office: Client, fair: Stores, registered: Register) -> None:
    assert office.post(f"{LIST}add/", DAY).status_code == 302
    assert registered("day").type_id == "day"
    kind = fair.events.fresh_setup("demo").type("day")
    assert (kind.number, kind.capacity, kind.valid_from, kind.version) == (3, 12, None, 1)
    assert left(fair, type_stock("day")) == 11
    page = office.get(f"{LIST}demo~day/change/")
    assert "Stands in tickets" in text(page)
    assert 'name="number"' not in page.content.decode()
    assert 'name="type_id"' not in page.content.decode()
    assert "Added" in text(office.get(f"{LIST}demo~day/history/"))


def test_an_event_that_was_just_added_can_be_registered_for(office: Client, fair: Stores) -> None:
    now = timezone.now()
    event = an_event(event_id="regatta", number=9, starts_at=now, ends_at=now + timedelta(days=3))
    fair.events.add(event)
    day = DAY | {"event_id": "regatta", "capacity": "", "valid_from_0": "", "valid_from_1": ""}
    assert office.post(f"{LIST}add/", day).status_code == 302
    take_place(fair, now=now, event_id="regatta", type_id="day")


def test_the_form_is_for_the_event_of_the_list(office: Client, fair: Stores) -> None:
    another_event(fair)
    add = f"{LIST}add/"
    for query, chosen in (
        ({}, "demo"),
        ({"event_id": "boat"}, "boat"),
        ({"_changelist_filters": "event_id=boat"}, "boat"),
    ):
        form = office.get(add, query).context["adminform"].form
        assert form["event_id"].value() == chosen


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"type_id": "general"}, "type_id"),
        ({"type_id": "a b"}, "type_id"),
        ({"type_id": "a.b"}, "type_id"),
        ({"type_id": ""}, "type_id"),
        ({"name": "  "}, "name"),
        ({"capacity": "-1"}, "capacity"),
        ({"capacity": "99999999"}, "capacity"),
        ({"capacity": "many"}, "capacity"),
        ({"event_id": "nowhere"}, "event_id"),
        ({"event_id": ""}, "event_id"),
        ({"valid_from_0": "soon", "valid_from_1": "10:00"}, "valid_from"),
    ],
    ids=str,
)
def test_a_wrong_type_is_refused_at_its_field(
    office: Client, change: dict[str, str], field: str
) -> None:
    before = facts()
    assert field in errors(office.post(f"{LIST}add/", DAY | change))
    assert facts() == before


def test_capacity_grows_and_shrinks_to_what_is_taken(
    office: Client, fair: Stores, registered: Register
) -> None:
    registered("general")
    assert office.post(GENERAL, changed(office, capacity="150")).status_code == 302
    assert left(fair, type_stock("general")) == 149
    before = facts()
    answer = office.post(GENERAL, changed(office, capacity="0", name="Typed"))
    assert "1 are taken already" in str(errors(answer)["capacity"])
    assert 'value="Typed"' in answer.content.decode()
    assert facts() == before
    assert office.post(GENERAL, changed(office, capacity="1")).status_code == 302
    assert left(fair, type_stock("general")) == 0
    assert "Changed Capacity" in text(office.get(f"{LIST}demo~general/history/"))


def test_a_limit_goes_and_does_not_come_back(office: Client, fair: Stores) -> None:
    assert office.post(GENERAL, changed(office, capacity="")).status_code == 302
    assert fair.events.fresh_setup("demo").type("general").capacity is None
    answer = office.post(GENERAL, changed(office, capacity="5"))
    assert "There was no limit" in str(errors(answer)["capacity"])


def test_two_organizers_do_not_overwrite_each_other(office: Client, fair: Stores) -> None:
    form = changed(office, capacity="50")
    seen = fair.events.fresh_setup("demo").type("general")
    save_type(fair.events, replace(seen, name="Theirs"), seen)
    assert "Somebody else saved this" in str(errors(office.post(GENERAL, form)))
    kind = fair.events.fresh_setup("demo").type("general")
    assert (kind.name, kind.capacity) == ("Theirs", 100)


def test_types_are_not_deleted(office: Client) -> None:
    assert office.post(f"{LIST}demo~general/delete/", {"post": "yes"}).status_code == 403
    assert "delete" not in office.get(LIST).content.decode()


def test_viewers_see_types_and_change_nothing(office: Client) -> None:
    viewer, before = signed_in("viewer"), facts()
    assert column(viewer.get(LIST), "name") == ["Crew", "General"]
    assert viewer.get(GENERAL).status_code == 200
    assert viewer.post(GENERAL, {"name": "X"}).status_code == 403
    assert viewer.post(f"{LIST}add/", DAY).status_code == 403
    assert facts() == before
