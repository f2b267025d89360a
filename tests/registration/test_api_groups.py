"""Groups: up to 20 in one call, all or none."""

from __future__ import annotations

from typing import Any

import pytest

from eventsite.core.domain.events import Rush
from eventsite.core.wiring import Stores
from tests.doing import left
from tests.registration.conftest import Api, application, facts, refusal, sell
from tests.registration.pool import bearer


def group(size: int = 3, **first: Any) -> list[dict[str, Any]]:
    """Guests g0, g1 and so on, each with an address."""
    guests = [application(name=f"G {n}", email=f"g{n}@example.org") for n in range(size)]
    guests[0]["guest"] |= first
    return guests


def test_a_group_gets_all_its_places(api: Api, fair: Stores) -> None:
    answer = api.register_group(group(20))
    assert answer.status_code == 202
    assert answer.json()["status"] == "confirmed"
    assert left(fair, "TYPE.general") == 80
    (lead,) = fair.registrations.of_address("demo", "g0@example.org")
    assert (lead.party_size, lead.leads) == (20, True)


def test_who_leads_and_proved_it_sees_all(api: Api, pool: object) -> None:
    answer = api.register_group(group(email="ada@example.org"), **bearer())
    body = answer.json()
    assert (answer.status_code, body["replayed"]) == (201, False)
    assert [each["guest"]["name"] for each in body["registrations"]] == ["G 0", "G 1", "G 2"]
    assert answer["Location"] == body["registrations"][0]["links"]["self"]
    ids = [each["registration_id"] for each in body["registrations"]]
    assert all(each["party"] == ids for each in body["registrations"])
    again = api.register_group(group(email="ada@example.org"), **bearer())
    assert (again.status_code, again.json()["replayed"]) == (200, True)


def test_members_without_an_address_have_the_first_ones(api: Api, fair: Stores) -> None:
    sell(fair, per_guest=3)
    guests = group()
    guests[1]["guest"]["email"] = ""
    del guests[2]["guest"]["email"]
    api.register_group(guests)
    made = fair.registrations.of_address("demo", "g0@example.org")
    assert sorted(each.guest.name for each in made) == ["G 0", "G 1", "G 2"]


def test_all_or_none(api: Api, fair: Stores) -> None:
    sell(fair, capacity=2)
    before = [item for item in facts() if item["entity"]["S"] != "idempotency"]
    assert refusal(api.register_group(group(3))) == (409, "sold_out", "type_id")
    assert [item for item in facts() if item["entity"]["S"] != "idempotency"] == before


def test_a_group_can_be_queued(api: Api, fair: Stores, queued: Any) -> None:
    sell(fair, event={"rush": Rush.ALWAYS})
    guests = group(20, name="\U0001f3ea" * 100)
    assert api.register_group(guests).json()["state"] == "queued"
    (message,) = queued("eventsite-intake")
    assert len(message.encode()) < 256 * 1024


WRONG: list[tuple[Any, tuple[int, str, str]]] = [
    ([], (400, "min_length", "guests")),
    ({}, (400, "not_a_list", "guests")),
    (group(21), (400, "max_length", "guests")),
    ([*group(1), {"type_id": "general"}], (400, "required", "guests.1.guest")),
    ([*group(2), application(email="no")], (400, "invalid", "guests.2.guest.email")),
    ([*group(1), application(phone="12")], (400, "invalid", "guests.1.guest.phone")),
    ([*group(1), application(surprise="x")], (400, "invalid", "guests.1.guest.surprise")),
    ([*group(1), application("vip")], (404, "not_found", "guests.1.type_id")),
    ([*group(1), application() | {"answers": {"x": "y"}}], (400, "invalid", "guests.1.answers.x")),
    ([*group(1), application() | {"code": "x"}], (400, "invalid", "guests.1.code")),
    ([*group(2), group(1)[0]], (409, "limit_reached", "guests")),
]


@pytest.mark.parametrize(("guests", "refused"), WRONG, ids=lambda value: str(value)[-40:])
def test_a_wrong_group_is_refused_at_its_field(
    api: Api, guests: Any, refused: tuple[int, str, str]
) -> None:
    assert refusal(api.register_group(guests)) == refused
    assert not [item for item in facts() if item["entity"]["S"] == "registration"]
