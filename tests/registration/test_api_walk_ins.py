"""Walk-ins: a device with that right registers people on the spot."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from eventsite.core.domain import tickets
from eventsite.core.domain.staff import DeviceRight
from eventsite.core.services.devices import enrol
from eventsite.core.wiring import Stores, secrets
from tests.doing import left
from tests.registration.conftest import Api, application, facts, refusal, sell

WALKED_IN = {"type_id": "general", "guest": {"name": "Walk Erin"}}


def device(stores: Stores, right: DeviceRight = DeviceRight.WALK_IN, event: str = "demo") -> str:
    credential = enrol(stores.devices, event, "Door", (), (right,), timezone.now())[1]
    return f"Device {credential}"


def walk_in(
    api: Api, credential: str, body: Any = None, key: str = "k", event: str = "demo"
) -> Any:
    headers = {"Idempotency_Key": key, "Authorization": credential}
    return api("POST", f"events/{event}/walk-ins", WALKED_IN if body is None else body, **headers)


def test_a_walk_in_gets_a_ticket_without_an_address(api: Api, fair: Stores) -> None:
    answer = walk_in(api, credential := device(fair))
    body = answer.json()
    assert answer.status_code == 201
    assert answer["Cache-Control"] == "no-store"
    assert "links" not in body
    ticket = tickets.verify(body["ticket_code"], secrets().ticket_public_keys)
    made = fair.registrations.get(ticket.registration_id)
    assert (made.guest.name, made.guest.email, made.source) == ("Walk Erin", "", "walk_in")
    assert made.changed_by == f"device:{credential.split()[1].split('.')[0]}"
    again = walk_in(api, credential)
    assert (again.status_code, again.json()) == (200, body | {"replayed": True})


def test_the_door_sells_what_the_public_cannot_have(api: Api, fair: Stores) -> None:
    sell(fair, hidden=True, sale_until=timezone.now(), approval=True, event={"confirm_email": True})
    assert refusal(api.register())[0] == 404
    body = walk_in(api, device(fair), application()).json()
    assert body["status"] == "confirmed"


def test_who_is_to_pay_has_no_ticket_yet(api: Api, fair: Stores) -> None:
    sell(fair, price=500, currency="EUR")
    body = walk_in(api, device(fair)).json()
    assert (body["status"], body["ticket_code"], body["price"]) == ("pending", None, 500)


def test_the_door_does_not_oversell(api: Api, fair: Stores) -> None:
    sell(fair, capacity=1)
    credential = device(fair)
    assert walk_in(api, credential, key="one").status_code == 201
    assert refusal(walk_in(api, credential, key="two")) == (409, "sold_out", "type_id")
    assert left(fair, "TYPE.general") == 0


def test_staff_are_told_that_an_address_is_registered(api: Api, fair: Stores) -> None:
    api.register()
    refused = refusal(walk_in(api, device(fair), application()))
    assert refused == (409, "already_registered", "guest.email")


def test_only_devices_with_that_right_at_this_event(
    api: Api, fair: Stores, installation: Any
) -> None:
    before = facts()
    assert refusal(api("POST", "events/demo/walk-ins", WALKED_IN, Idempotency_Key="k")) == (
        401,
        "bad_device",
        "Authorization",
    )
    for right in set(DeviceRight) - {DeviceRight.WALK_IN}:
        assert refusal(walk_in(api, device(fair, right)))[:2] == (403, "forbidden")
    elsewhere = device(fair, event="other")
    assert refusal(walk_in(api, elsewhere)) == (403, "forbidden", "event_id")
    assert facts() == before


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({}, (400, "required", "type_id")),
        ({"type_id": "general", "guest": {}}, (400, "required", "guest.name")),
        (application("vip"), (404, "not_found", "type_id")),
        (application(email="no"), (400, "invalid", "guest.email")),
        (application() | {"guests": []}, (400, "invalid", "guests")),
    ],
    ids=str,
)
def test_a_wrong_walk_in_is_refused(
    api: Api, fair: Stores, body: Any, refused: tuple[int, str, str]
) -> None:
    credential, before = device(fair), facts()
    assert refusal(walk_in(api, credential, body)) == refused
    assert facts() == before
