"""The catalogue in the back office: what an organizer adds can be asked for."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from eventsite.accounts.models import StaffUser
from eventsite.core.store.stock import item_stock
from tests.conftest import everything
from tests.repoadmin.pages import column, hidden, text
from tests.requests_app.conftest import Counter

LIST = "/admin/requests_app/requestitem/"
SHIRT = f"{LIST}demo~shirt/change/"
MUG = {
    "event_id": "demo",
    "item_id": "mug",
    "name": "Mug",
    "station_id": "merch",
    "stock": "3",
    "per_guest": "2",
}


def signed_in(role: str) -> Client:
    browser = Client()
    browser.force_login(StaffUser.objects.create_user(role, "Corr3ct-horse-battery", roles=[role]))
    return browser


@pytest.fixture
def office(settings: Any, counter: Counter) -> Client:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return signed_in("organizer")


def left(counter: Counter, item_id: str) -> int:
    return counter.stores.stock.left(counter.setup.event, item_stock(item_id))


def changed(office: Client, **changes: str) -> dict[str, str]:
    version = hidden(office.get(SHIRT), "version")
    form = {"name": "T-shirt", "station_id": "merch", "stock": "10", "per_guest": "1"}
    return form | {"version": version} | changes


def test_the_catalogue_of_one_event_is_listed(office: Client) -> None:
    page = office.get(LIST)
    assert column(page, "name") == ["T-shirt", "Tea"]
    assert column(page, "pieces") == ["10", "no limit"]
    assert column(page, "station_id") == ["merch", "bar"]


def test_a_new_item_can_be_asked_for(office: Client, counter: Counter) -> None:
    assert office.post(f"{LIST}add/", MUG).status_code == 302
    assert left(counter, "mug") == 3
    assert counter.asked(item_id="mug")["item_name"] == "Mug"
    assert left(counter, "mug") == 2
    assert "Added" in text(office.get(f"{LIST}demo~mug/history/"))


def test_an_item_for_some_types_is_for_no_others(office: Client, counter: Counter) -> None:
    office.post(f"{LIST}add/", MUG | {"type_ids": ["crew"]})
    assert counter.ask({"item_id": "mug"}).json()["code"] == "not_allowed"


def test_stock_grows_and_shrinks_to_what_is_left(office: Client, counter: Counter) -> None:
    counter.asked(item_id="shirt")
    assert office.post(SHIRT, changed(office, stock="15")).status_code == 302
    assert left(counter, "shirt") == 14
    before = everything()
    answer = office.post(SHIRT, changed(office, stock="0"))
    assert "1 are taken already" in str(answer.context["adminform"].form.errors["stock"])
    assert everything() == before
    assert office.post(SHIRT, changed(office, stock="1", station_id="bar")).status_code == 302
    assert left(counter, "shirt") == 0
    assert counter.stores.events.fresh_setup("demo").item("shirt").station_id == "bar"


def test_two_organizers_do_not_overwrite_each_other(office: Client, counter: Counter) -> None:
    form = changed(office)
    office.post(SHIRT, form | {"name": "Theirs"})
    answer = office.post(SHIRT, form | {"stock": "99"})
    assert "Somebody else saved this" in text(answer)
    assert counter.stores.events.fresh_setup("demo").item("shirt").name == "Theirs"
    assert left(counter, "shirt") == 10


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"item_id": "tea"}, "item_id"),
        ({"item_id": "a/b"}, "item_id"),
        ({"station_id": "the bar"}, "station_id"),
        ({"station_id": ""}, "station_id"),
        ({"stock": "-1"}, "stock"),
        ({"per_guest": "0"}, "per_guest"),
        ({"per_guest": "1001"}, "per_guest"),
        ({"type_ids": ["vip"]}, "type_ids"),
    ],
    ids=str,
)
def test_a_wrong_item_is_refused_at_its_field(
    office: Client, change: dict[str, Any], field: str
) -> None:
    before = everything()
    answer = office.post(f"{LIST}add/", MUG | change)
    assert field in answer.context["adminform"].form.errors
    assert everything() == before


def test_who_fulfils_sees_the_catalogue_and_changes_nothing(office: Client) -> None:
    staff, before = signed_in("fulfilment"), everything()
    assert column(staff.get(LIST), "name") == ["T-shirt", "Tea"]
    assert staff.get(SHIRT).status_code == 200
    assert staff.post(SHIRT, {"name": "X"}).status_code == 403
    assert staff.post(f"{LIST}add/", MUG).status_code == 403
    assert everything() == before
