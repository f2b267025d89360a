"""The rush: 202 with a place in the queue, and a status address that tells what became of it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from eventsite.core.domain.attempts import Receipt
from eventsite.core.domain.events import Rush
from eventsite.core.domain.links import receipt_token
from eventsite.core.wiring import Stores, secrets
from pipeline.handlers.take_registrations import take
from tests.registration.conftest import Api, application, facts, refusal, sell, stored
from tests.registration.pool import bearer


@pytest.fixture
def rush(fair: Stores) -> Stores:
    sell(fair, event={"rush": Rush.ALWAYS})
    return fair


def status(api: Api, answer: Any) -> Any:
    return api("GET", urlsplit(answer.json()["links"]["status"]).path.removeprefix("/api/v1/"))


def work(queued: Any) -> None:
    """Do what the queue's worker does."""
    for number, body in enumerate(queued("eventsite-intake")):
        take(body, f"message-{number}")


def test_a_queued_call_is_answered_at_once_and_taken_in_later(
    api: Api, rush: Stores, queued: Any
) -> None:
    before = facts()
    answer = api.register()
    body = dict(answer.json())
    assert answer.status_code == 202
    assert body.pop("links").keys() == {"status"}
    assert body == {"state": "queued", "status": None, "place": 0, "replayed": False}
    assert int(answer["Retry-After"]) >= 2
    assert facts() == before
    waiting = status(api, answer)
    assert (waiting.json()["state"], waiting["Retry-After"]) == ("queued", "2")

    work(queued)
    assert status(api, answer).json() == {"state": "received", "status": "confirmed"}
    assert stored(rush).source == "queue"


def test_it_has_the_shape_of_a_direct_answer(api: Api, rush: Stores) -> None:
    in_rush = api.register()
    sell(rush, event={"rush": Rush.NEVER})
    direct = api.register(application(email="eve@example.org"), key="second")
    assert direct.status_code == in_rush.status_code
    assert direct.json().keys() == in_rush.json().keys()


def test_the_place_goes_down_only(api: Api, rush: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rush.intake, "depth", lambda: 3)
    keys = secrets().link_keys()
    for ahead, place in ((0, 0), (2, 2), (9, 3)):
        receipt = Receipt(event_id="demo", attempt_id="a" * 32, ahead=ahead)
        assert api("GET", f"attempts/{receipt_token(receipt, keys)}").json()["place"] == place


def test_a_refusal_is_told_where_the_direct_call_would_have_been_refused(
    api: Api, rush: Stores, queued: Any
) -> None:
    sell(rush, capacity=0)
    answer = api.register()
    work(queued)
    told = status(api, answer).json()
    detail = told.pop("detail")
    assert told == {"state": "refused", "code": "sold_out", "field": "type_id"}
    assert detail


def test_a_known_address_is_told_the_same(api: Api, rush: Stores, queued: Any) -> None:
    first = api.register()
    work(queued)
    again = api.register(application(name="Eve"), key="another")
    work(queued)
    assert status(api, first).json() == status(api, again).json()
    assert stored(rush).guest.name == "Ada Lovelace"


def test_the_same_call_again_takes_one_place(api: Api, rush: Stores, queued: Any) -> None:
    answers = [api.register(), api.register()]
    work(queued)
    assert {status(api, each).json()["status"] for each in answers} == {"confirmed"}
    assert stored(rush)


def test_a_verified_address_goes_with_it(api: Api, rush: Stores, queued: Any, pool: object) -> None:
    sell(rush, event={"confirm_email": True})
    api.register({"type_id": "general", "guest": {"name": "Ada"}}, **bearer())
    work(queued)
    made = stored(rush)
    assert (made.status.value, made.account_id) == ("confirmed", "account-1")


def test_what_is_malformed_is_refused_at_once(api: Api, rush: Stores, queued: Any) -> None:
    assert refusal(api.register(application(channel="pigeon")))[0] == 400
    assert refusal(api.register(key="")) == (400, "invalid", "Idempotency-Key")
    assert queued("eventsite-intake") == []


def test_what_gateway_queued_by_itself_is_found_by_its_message(
    api: Api, rush: Stores, queued: Any
) -> None:
    message_id = "6c8e0f62-1b1c-4a53-9a8e-0f3b8a1d2c4e"
    path = f"events/demo/attempts/{message_id}"
    assert api("GET", path).json()["state"] == "queued"
    body = {"event_id": "demo", "idempotency_key": "", "registration": application()}
    take(json.dumps(body), message_id)
    assert api("GET", path).json() == {"state": "received", "status": "confirmed"}
    assert api("GET", f"events/other/attempts/{message_id}").json()["state"] == "queued"


@pytest.mark.parametrize("wrong", ["x", "é", "a.1.b", ".", "a" * 3000, "a.99.b", "%F0%9F%8E%AA"])
def test_a_status_address_that_is_not_ours_is_refused(api: Api, wrong: str) -> None:
    assert refusal(api("GET", f"attempts/{wrong}")) == (401, "bad_link", "token")
    assert refusal(api("GET", f"events/demo/attempts/{wrong}")) == (404, "not_found", "message_id")
