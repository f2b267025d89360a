"""Registering by API: one place, once; everything else is refused and writes nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from eventsite.core.domain.events import TicketType
from eventsite.core.services.deciding import cancel
from eventsite.core.services.organizing import set_up
from eventsite.core.wiring import Stores
from tests.builders import a_setup, an_event
from tests.registration.conftest import Api, Register, application, facts, refusal, sell, stored
from tests.registration.pool import bearer


def test_whoever_proved_nothing_is_told_the_status_and_no_way_to_the_guest(
    api: Api, fair: Stores
) -> None:
    answer = api.register(application(phone="+353 85 1234567", channel="sms", zone="Asia/Tokyo"))
    body = answer.json()
    assert answer.status_code == 202
    assert answer["Cache-Control"] == "no-store"
    assert body["links"].keys() == {"status"}
    assert answer["Location"] == body.pop("links")["status"]
    assert body == {"state": "received", "status": "confirmed", "place": None, "replayed": False}
    made = stored(fair)
    assert made.registration_id not in answer.content.decode()
    assert (made.source, made.guest.phone, made.guest.zone) == (
        "api",
        "+353851234567",
        "Asia/Tokyo",
    )


def test_the_status_address_tells_what_was_told(api: Api) -> None:
    address = api.register().json()["links"]["status"]
    answer = api("GET", urlsplit(address).path.removeprefix("/api/v1/"))
    assert answer.json() == {"state": "received", "status": "confirmed"}
    assert answer["Cache-Control"] == "no-store"


def test_who_proved_the_address_gets_the_registration_its_links_and_a_token(
    api: Api, fair: Stores, pool: object
) -> None:
    answer = api.register(**bearer())
    body = answer.json()
    assert answer.status_code == 201
    assert (body["status"], body["replayed"]) == ("confirmed", False)
    assert body["links"]["page"] == f"http://testserver/g/{body['guest_token']}/"
    assert answer["Location"] == body["links"]["self"]
    assert answer["Cache-Control"] == "no-store"
    assert stored(fair).registration_id == body["registration_id"]
    shown = api(
        "GET", f"registrations/{body['registration_id']}", X_Guest_Token=body["guest_token"]
    )
    assert shown.json()["guest"]["name"] == "Ada Lovelace"


@pytest.mark.parametrize(("header", "again"), [({}, 202), (bearer(), 200)], ids=["none", "proved"])
def test_the_same_call_again_gives_the_first_answer(
    api: Api, pool: object, header: dict[str, str], again: int
) -> None:
    first = api.register(**header)
    before = facts()
    second = api.register(**header)
    assert second.status_code == again
    assert second.json() == first.json() | {"replayed": True}
    assert facts() == before


def test_a_refusal_is_the_answer_to_the_same_call_again(api: Api, fair: Stores) -> None:
    sell(fair, capacity=0)
    first, second = api.register(), api.register()
    assert refusal(first) == refusal(second) == (409, "sold_out", "type_id")
    assert "replayed" not in first.json()
    assert second.json() == first.json() | {"replayed": True}


def test_a_key_with_another_body_is_refused(api: Api) -> None:
    api.register()
    before = facts()
    answer = api.register(application(name="Grace Hopper"))
    assert refusal(answer) == (422, "key_reused", "Idempotency-Key")
    assert facts() == before


# -- nobody learns whether an address is known --
STANDS: dict[str, dict[str, Any]] = {
    "places": {},
    "address to confirm": {"event": {"confirm_email": True}},
    "to be approved": {"approval": True},
    "to be paid": {"price": 2500, "currency": "EUR"},
    "waiting list": {"capacity": 1, "waitlist": True},
    "sold out": {"capacity": 1},
}


@pytest.mark.parametrize("stands", STANDS.values(), ids=STANDS.keys())
def test_a_known_address_is_answered_like_a_new_one(
    api: Api, fair: Stores, stands: dict[str, Any]
) -> None:
    sell(fair, **stands)
    api.register(application(name="Somebody", email="known@example.org"), key="was-first")
    known = api.register(application(name="Me", email="Known@example.org"), key="known")
    new = api.register(application(name="Me", email="new@example.org"), key="new")
    assert alike(known) == alike(new)
    (held,) = fair.registrations.of_address("demo", "known@example.org")
    assert held.guest.name == "Somebody"
    # and as time passes, the same call is answered as before
    cancel(fair, held.registration_id, timezone.now())
    for made in fair.registrations.of_address("demo", "new@example.org"):
        cancel(fair, made.registration_id, timezone.now())
    later = [
        alike(api.register(application(name="Me", email=f"{who}@example.org"), key=key))
        for who, key in (("Known", "known"), ("new", "new"))
    ]
    assert later[0] == later[1]


def alike(answer: Any) -> Any:
    """Return all of an answer that could tell one call from another, but its own address."""
    body = dict(answer.json())
    address = body.pop("links", {}).get("status", "")
    headers = {name for name, _ in answer.items()}
    return answer.status_code, body, headers, len(address)


def test_a_known_address_is_told_by_mail(api: Api) -> None:
    api.register()
    before = facts()
    api.register(application(name="Eve"), key="second-key")
    new = [item["entity"]["S"] for item in facts() if item not in before]
    assert sorted(new) == ["idempotency", "mail_wish"]


def test_asking_for_the_links_answers_everybody_alike(api: Api, registered: Register) -> None:
    registered()
    path = "events/demo/links"
    known, unknown = (api("POST", path, {"email": f"{who}@example.org"}) for who in ("ada", "eve"))
    assert known.status_code == unknown.status_code == 202
    assert known.json() == unknown.json() == {"state": "received"}
    assert [item["entity"]["S"] for item in facts()].count("mail_wish") == 1
    assert refusal(api("POST", path, {"email": "no"})) == (400, "invalid", "email")
    assert refusal(api("POST", path, {})) == (400, "required", "email")
    assert refusal(api("POST", "events/none/links", {"email": "a@b.co"}))[0] == 404


def test_no_more_places_than_there_are(api: Api, fair: Stores) -> None:
    now = timezone.now()
    event = replace(an_event(event_id="boat", number=7), ends_at=now + timedelta(hours=1))
    kind = TicketType(event_id="boat", type_id="general", number=1, name="G", capacity=1)
    set_up(fair.events, a_setup(event, types=(kind,), gates=()))
    path = "events/boat/registrations"
    assert api("POST", path, application(), Idempotency_Key="one").status_code == 202
    late = api("POST", path, application(email="late@example.org"), Idempotency_Key="two")
    assert refusal(late) == (409, "sold_out", "type_id")


def test_an_event_that_is_over_takes_nobody(api: Api, fair: Stores) -> None:
    past = timezone.now() - timedelta(days=9)
    event = an_event(event_id="old", number=8, starts_at=past, ends_at=past + timedelta(days=1))
    set_up(fair.events, a_setup(event))
    answer = api("POST", "events/old/registrations", application(), Idempotency_Key="one")
    assert refusal(answer) == (409, "not_allowed", "event_id")


GUEST = {"name": "Ada", "email": "ada@example.org"}
MALFORMED: list[tuple[Any, str, str]] = [
    ([], "invalid", ""),
    ("text", "invalid", ""),
    (None, "required", "type_id"),
    ({}, "required", "type_id"),
    ({"type_id": "general"}, "required", "guest"),
    ({"type_id": None, "guest": GUEST}, "null", "type_id"),
    ({"type_id": 7, "guest": GUEST}, "invalid", "type_id"),
    ({"type_id": ["general"], "guest": GUEST}, "invalid", "type_id"),
    ({"type_id": "x" * 65, "guest": GUEST}, "max_length", "type_id"),
    ({"type_id": "general", "guest": "Ada"}, "invalid", "guest"),
    ({"type_id": "general", "guest": []}, "invalid", "guest"),
    ({"type_id": "general", "guest": {"name": "Ada"}}, "invalid", "guest.email"),
    (application(name=""), "blank", "guest.name"),
    (application(name={}), "invalid", "guest.name"),
    (application(name=True), "invalid", "guest.name"),
    (application(name="a" * 121), "max_length", "guest.name"),
    (application(name="Ada\x07"), "invalid", "guest.name"),
    (application(name="Ada\x00"), "null_characters_not_allowed", "guest.name"),
    (application(name="Ada\ud800"), "surrogate_characters_not_allowed", "guest.name"),
    (application(email="ada"), "invalid", "guest.email"),
    (application(email="a@b.co\n"), "", ""),
    (application(email="a" * 300), "max_length", "guest.email"),
    (application(email=None), "null", "guest.email"),
    (application(phone="12"), "invalid", "guest.phone"),
    (application(locale="english please"), "invalid", "guest.locale"),
    (application(channel="pigeon"), "invalid_choice", "guest.channel"),
    (application(channel=["sms"]), "invalid_choice", "guest.channel"),
    (application(channel="sms"), "invalid", "guest.phone"),
    (application(channel="push"), "invalid", "guest.push_token"),
    (application(push_token="?"), "invalid", "guest.push_token"),
    (application(zone="Mars/Olympus Mons"), "invalid", "guest.zone"),
    (application() | {"code": 7}, "invalid", "code"),
    (application() | {"surprise": 1}, "invalid", "surprise"),
    (application() | {"surprise\ud800": 1}, "invalid", ""),
    (application(surprise=1), "invalid", "guest.surprise"),
    (application() | {"answers": []}, "invalid", "answers"),
    (application() | {"answers": {"x": None}}, "invalid", "answers.x"),
    (application() | {"answers": {"x": {}}}, "invalid", "answers.x"),
    (application() | {"answers": {"x": [1]}}, "invalid", "answers.x"),
    (application() | {"answers": {"x": "y"}}, "invalid", "answers.x"),
    (application() | {"answers": {"\ud800": "y"}}, "invalid", "answers"),
]


@pytest.mark.parametrize(("body", "code", "field"), MALFORMED, ids=lambda value: str(value)[:40])
def test_a_wrong_body_is_refused_at_its_field(api: Api, body: Any, code: str, field: str) -> None:
    before = facts()
    answer = api.register(raw_body(body))
    if not code:  # tidied, not refused
        assert answer.status_code == 202
        return
    assert refusal(answer) == (400, code, field)
    assert facts() == before


def raw_body(body: Any) -> Any:
    return {} if body is None else body


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"\xff\xfe",
        b"NaN",
        b'{"type_id": NaN}',
        b"[" * 5000,
        b'{"type_id": ' + b"9" * 5000 + b"}",
        json.dumps(application(name="a" * 70_000)).encode(),
        b"",
    ],
    ids=["cut", "bytes", "nan", "inner nan", "deep", "number", "big", "empty"],
)
def test_what_is_not_our_json_is_refused(api: Api, raw: bytes) -> None:
    before = facts()
    answer = api("POST", "events/demo/registrations", raw=raw, Idempotency_Key="k")
    assert refusal(answer)[0] == 400
    assert facts() == before


def test_another_media_type_is_refused(api: Api) -> None:
    answer = api("POST", "events/demo/registrations", raw=b"a=b", content_type="text/plain", X="1")
    assert refusal(answer)[:2] == (415, "unsupported_media_type")


@pytest.mark.parametrize("key", ["", "k" * 129, "\x7f"])
def test_without_a_key_nobody_registers(api: Api, key: str) -> None:
    before = facts()
    assert refusal(api.register(key=key)) == (400, "invalid", "Idempotency-Key")
    assert facts() == before


def test_an_unknown_type_is_not_found(api: Api) -> None:
    before = facts()
    assert refusal(api.register(application("vip"))) == (404, "not_found", "type_id")
    assert facts() == before


@pytest.mark.parametrize("event_id", ["nothing", "x" * 3000, "a%20b", "%00", "%F0%9F%8E%AA"])
def test_an_unknown_event_is_not_found(api: Api, event_id: str) -> None:
    path = f"events/{event_id}"
    answer = api("POST", f"{path}/registrations", application(), Idempotency_Key="k")
    assert refusal(answer) == (404, "not_found", "event_id")
    assert refusal(api("GET", path)) == (404, "not_found", "event_id")
    assert refusal(api("GET", f"{path}/agenda")) == (404, "not_found", "event_id")


def test_a_list_of_registrations_is_nobodys(api: Api) -> None:
    assert refusal(api("GET", "events/demo/registrations"))[:2] == (405, "method_not_allowed")


def test_a_long_name_in_any_script_registers(api: Api, fair: Stores) -> None:
    """One of these letters becomes 18 when a name is written as it is searched."""
    api.register(application(name="\ufdfa" * 120))
    page = fair.registrations.page(fair.registrations.by_name("demo"), 10)
    assert [each.registration_id for each in page] == [stored(fair).registration_id]
