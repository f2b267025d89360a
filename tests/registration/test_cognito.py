"""Guests with a Cognito account: only tokens that the pool signed for us, and still valid."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from eventsite.core.wiring import Stores
from tests.registration.conftest import Api, Register, application, facts, refusal
from tests.registration.pool import THEIRS, a_token, bearer

pytestmark = pytest.mark.usefixtures("pool")


def test_an_id_token_says_who_is_calling(api: Api) -> None:
    answer = api("GET", "me", **bearer())
    assert answer.json() == {"account_id": "account-1", "email": "ada@example.org"}
    assert answer["Cache-Control"] == "no-store"


def test_with_a_token_the_address_may_be_left_out(api: Api, fair: Stores) -> None:
    body = {"type_id": "general", "guest": {"name": "Ada"}}
    answer = api.register(body, **bearer())
    assert answer.status_code == 201
    stored = fair.registrations.get(answer.json()["registration_id"])
    assert (stored.account_id, stored.guest.email) == ("account-1", "ada@example.org")


@pytest.mark.parametrize(
    "claims",
    [{"email_verified": False}, {"email_verified": None}, {"email": "other@example.org"}],
    ids=str,
)
def test_who_has_not_proved_the_address_is_answered_like_anybody(
    api: Api, fair: Stores, claims: dict[str, object]
) -> None:
    answer = api.register(application(), **bearer(**claims))
    assert answer.status_code == 202
    assert "registration_id" not in answer.json()
    (made,) = fair.registrations.of_address("demo", "ada@example.org")
    assert made.account_id == ""


def test_an_address_that_was_never_verified_has_to_be_given(api: Api) -> None:
    body = {"type_id": "general", "guest": {"name": "Ada"}}
    answer = api.register(body, **bearer(email_verified=False))
    assert refusal(answer) == (400, "invalid", "guest.email")


def test_who_has_proved_the_address_is_told_that_it_is_registered(
    api: Api, registered: Register
) -> None:
    registered()
    answer = api.register(application(email="ada@EXAMPLE.org"), **bearer())
    assert refusal(answer) == (409, "already_registered", "guest.email")


def test_an_account_opens_its_registration_and_no_other(api: Api, registered: Register) -> None:
    mine = registered(account_id="account-1")
    bare = registered(email="eve@example.org")
    assert api("GET", f"registrations/{mine.registration_id}", **bearer()).json()
    for other in (
        bare.registration_id,
        registered(email="x@example.org", account_id="account-2").registration_id,
    ):
        answer = api("GET", f"registrations/{other}", **bearer())
        assert refusal(answer) == (403, "forbidden", "registration_id")


WRONG: dict[str, Callable[[], str]] = {
    "another issuer": lambda: a_token(iss="https://cognito-idp.eu-west-1.amazonaws.com/other"),
    "another audience": lambda: a_token(aud="another-client"),
    "expired": lambda: a_token(exp=int(time.time()) - 5),
    "no expiry": lambda: a_token(exp=None),
    "no subject": lambda: a_token(sub=None),
    "an access token": lambda: a_token(token_use="access"),
    "unsigned": lambda: a_token(key=None, algorithm="none"),
    "another key": lambda: a_token(key=THEIRS),
    "an unknown key id": lambda: a_token(key=THEIRS, key_id="two"),
    "HMAC": lambda: a_token(key="x" * 64, algorithm="HS256"),
    "no token": lambda: "abc",
    "half a token": lambda: a_token()[:-20],
    "not ASCII": lambda: "é.é.é",
}


@pytest.mark.parametrize("make", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_token_opens_nothing_and_writes_nothing(api: Api, make: Callable[[], str]) -> None:
    header = {"Authorization": f"Bearer {make()}"}
    before = facts()
    assert refusal(api("GET", "me", **header)) == (401, "bad_token", "Authorization")
    answer = api.register(application(), **header)
    assert refusal(answer) == (401, "bad_token", "Authorization")
    assert facts() == before


def test_without_a_token_there_is_no_me(api: Api) -> None:
    assert refusal(api("GET", "me")) == (401, "bad_token", "Authorization")


def test_unknown_keys_do_not_make_us_fetch_each_time(api: Api, pool: list[int]) -> None:
    for _ in range(5):
        api("GET", "me", **bearer(key=THEIRS, key_id="two"))
    assert len(pool) <= 2
