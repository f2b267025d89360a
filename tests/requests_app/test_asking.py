"""A guest asks for an item: once per key, within what they may have, or not at all."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from eventsite.core.domain.links import guest_token
from eventsite.core.services.deciding import cancel
from eventsite.core.wiring import secrets
from tests.conftest import everything
from tests.requests_app.conftest import Counter


def test_a_request_is_made_and_answered_with_what_was_asked(counter: Counter) -> None:
    answer = counter.ask({"item_id": "tea", "quantity": 2, "note": "no milk"})
    assert answer.status_code == 201
    said = answer.json()
    assert said.pop("request_id").startswith(counter.registration.registration_id)
    assert said.pop("requested_at").endswith("Z")
    assert said == {
        "item_id": "tea",
        "item_name": "Tea",
        "station_id": "bar",
        "quantity": 2,
        "note": "no milk",
        "status": "open",
        "fulfilled_at": None,
        "replayed": False,
    }


def test_one_piece_without_a_note_is_what_is_meant_by_default(counter: Counter) -> None:
    said = counter.asked()
    assert (said["quantity"], said["note"]) == (1, "")


def test_the_same_key_and_wish_give_the_first_answer_again(counter: Counter) -> None:
    first = counter.ask(key="k1")
    again = counter.ask(key="k1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json() | {"replayed": True}
    assert len(counter.waiting().json()["requests"]) == 1


def test_the_same_key_with_another_wish_is_refused(counter: Counter) -> None:
    counter.ask(key="k1")
    answer = counter.ask({"item_id": "tea", "quantity": 2}, key="k1")
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")
    assert answer.json()["field"] == "Idempotency-Key"


def test_more_than_a_guests_share_is_refused(counter: Counter) -> None:
    counter.asked(item_id="shirt")
    answer = counter.ask({"item_id": "shirt"})
    assert (answer.status_code, answer.json()["code"]) == (409, "limit_reached")


def test_an_item_that_the_event_has_not_is_not_found(counter: Counter) -> None:
    answer = counter.ask({"item_id": "caviar"})
    assert (answer.status_code, answer.json()["field"]) == (404, "item_id")


def test_a_cancelled_guest_asks_for_nothing(counter: Counter) -> None:
    cancel(counter.stores, counter.registration.registration_id, datetime.now(UTC))
    answer = counter.ask()
    assert (answer.status_code, answer.json()["code"]) == (409, "not_allowed")


def test_nobody_asks_for_another_guest(counter: Counter) -> None:
    other = counter.guest("other@example.org")
    answer = counter.ask(who=other.registration_id)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("token", ["x", "-1-", "9f3ac1d2e4b50617-1-aaaa"])
def test_a_forged_link_opens_nothing(counter: Counter, token: str) -> None:
    answer = counter.ask(token=token)
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_link")


def test_without_a_credential_nothing_is_asked(counter: Counter) -> None:
    path = f"/api/v1/registrations/{counter.registration.registration_id}/requests"
    answer = Client().post(path, "{}", content_type="application/json")
    assert answer.status_code == 401


@pytest.mark.parametrize("name", ["x", "0" * 16, "F" * 16, "a%00b", "z" * 3000])
def test_an_id_that_names_nobody_is_not_found_or_not_yours(counter: Counter, name: str) -> None:
    assert counter.ask(who=name).status_code in (403, 404)


def test_a_guest_whose_registration_is_gone_is_not_found(counter: Counter) -> None:
    token = guest_token("0" * 16, secrets().link_keys())
    answer = counter.ask(who="0" * 16, token=token)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


MISSING = "<missing>"


def each(field: str, *values: Any) -> list[tuple[str, Any]]:
    return [(field, value) for value in values]


FIELDS: list[tuple[str, Any]] = [
    *each("item_id", MISSING, None, "", 7, True, [], {}, "a\x00", "\ud800"),
    ("item_id", "i" * 65),
    *each("quantity", None, "", "2", 0, -1, 21, 1.5, True, [], {}, 10**400),
    *each("note", None, 7, [], {}, "a\x00", "a\u202eb", "a\nb", "\udfff"),
    ("note", "n" * 201),
]


def test_a_malformed_field_is_named_and_nothing_is_written(counter: Counter) -> None:
    before, wrong = everything(), []
    for field, value in FIELDS:
        body = {"item_id": "tea", field: value}
        if value == MISSING:
            del body[field]
        answer = counter.ask(json.dumps(body), content_type="application/json")
        said = answer.json()
        if answer.status_code != 400 or said["field"] != field or not said["code"]:
            wrong.append((field, repr(value)[:60], answer.status_code, said))
    assert wrong == []
    assert everything() == before


BODIES: list[tuple[bytes, str, int]] = [
    (b"", "application/json", 400),
    (b"{", "application/json", 400),
    (b"[]", "application/json", 400),
    (b"null", "application/json", 400),
    (b'{"item_id": "\xff"}', "application/json", 400),
    (b'{"item_id": "tea", "quantity": NaN}', "application/json", 400),
    (b'{"item_id": "tea", "quantity": 1e999}', "application/json", 400),
    (b"[" * 10_000, "application/json", 400),
    (b" " * 20_000, "application/json", 400),
    (b"item_id=tea", "application/x-www-form-urlencoded", 415),
]


def test_a_malformed_body_is_refused_and_nothing_is_written(counter: Counter) -> None:
    before, wrong = everything(), []
    for body, content_type, status in BODIES:
        answer = counter.ask(body, content_type=content_type)
        if answer.status_code != status or not answer.json()["code"]:
            wrong.append((body[:60], content_type, answer.status_code, answer.content))
    assert wrong == []
    assert everything() == before


@pytest.mark.parametrize("key", ["k" * 129, "a\x7fb"])
def test_a_malformed_key_is_refused(counter: Counter, key: str) -> None:
    answer = counter.ask(key=key)
    assert (answer.status_code, answer.json()["field"]) == (400, "Idempotency-Key")


def test_a_missing_key_is_refused(counter: Counter) -> None:
    path = f"/api/v1/registrations/{counter.registration.registration_id}/requests"
    answer = Client().post(
        path,
        json.dumps({"item_id": "tea"}),
        content_type="application/json",
        headers={"X-Guest-Token": counter.token},
    )
    assert (answer.status_code, answer.json()["field"]) == (400, "Idempotency-Key")


def test_the_catalogue_is_public_and_may_be_kept_for_30_seconds(counter: Counter) -> None:
    answer = Client().get("/api/v1/events/demo/items")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "public, max-age=30"
    assert "Cookie" not in answer.get("Vary", "")
    said = answer.json()
    assert said["event_id"] == "demo"
    assert said["items"][0] == {
        "item_id": "shirt",
        "name": "T-shirt",
        "station_id": "merch",
        "per_guest": 1,
        "limited": True,
        "type_ids": [],
    }


@pytest.mark.parametrize("event_id", ["nowhere", "%00", "x" * 5000, "%ff", "%F0%9F%8D%B5"])
def test_an_event_that_is_not_there_has_no_catalogue(counter: Counter, event_id: str) -> None:
    answer = Client(raise_request_exception=False).get(f"/api/v1/events/{event_id}/items")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
