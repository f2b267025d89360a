"""Guests with a Cognito account: only tokens that the pool signed for us, and still valid."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from eventsite import cognito
from eventsite.core.wiring import Stores
from tests.conftest import ENVIRONMENT
from tests.registration.conftest import Api, Register, application, facts, refusal

OURS = generate_private_key(public_exponent=65537, key_size=2048)
THEIRS = generate_private_key(public_exponent=65537, key_size=2048)
Token = Callable[..., str]


def _public(key: RSAPrivateKey, key_id: str) -> dict[str, Any]:
    public: dict[str, Any] = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    return public | {"kid": key_id, "use": "sig", "alg": "RS256"}


@pytest.fixture(autouse=True)
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The pool's published keys; the list has an entry for each time they were fetched."""
    fetched: list[int] = []

    def fetch(self: jwt.PyJWKClient) -> Any:
        fetched.append(1)
        return {"keys": [_public(OURS, "one")]}

    monkeypatch.setattr(jwt.PyJWKClient, "fetch_data", fetch)
    cognito._pool_keys.cache_clear()
    yield fetched
    cognito._pool_keys.cache_clear()


def a_token(key: Any = OURS, key_id: str = "one", algorithm: str = "RS256", **changes: Any) -> str:
    now = int(time.time())
    claims = {
        "sub": "account-1",
        "iss": ENVIRONMENT["EVENTSITE_COGNITO_ISSUER"],
        "aud": ENVIRONMENT["EVENTSITE_COGNITO_CLIENT_ID"],
        "token_use": "id",
        "email": "ada@example.org",
        "iat": now,
        "exp": now + 600,
    } | changes
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(kept, key, algorithm, headers={"kid": key_id})


def test_an_id_token_says_who_is_calling(api: Api) -> None:
    answer = api("GET", "me", Authorization=f"Bearer {a_token()}")
    assert answer.json() == {"account_id": "account-1", "email": "ada@example.org"}
    assert answer["Cache-Control"] == "no-store"


def test_with_a_token_the_address_may_be_left_out(api: Api, fair: Stores) -> None:
    body = {"type_id": "general", "guest": {"name": "Ada"}}
    answer = api.register(body, Authorization=f"Bearer {a_token()}")
    assert answer.status_code == 201
    stored = fair.registrations.get(answer.json()["registration_id"])
    assert (stored.account_id, stored.guest.email) == ("account-1", "ada@example.org")


def test_an_account_opens_its_registration_and_no_other(api: Api, registered: Register) -> None:
    mine = registered(account_id="account-1")
    bare = registered(email="eve@example.org")
    bearer = f"Bearer {a_token()}"
    assert api("GET", f"registrations/{mine.registration_id}", Authorization=bearer).json()
    for other in (
        bare.registration_id,
        registered(email="x@example.org", account_id="account-2").registration_id,
    ):
        answer = api("GET", f"registrations/{other}", Authorization=bearer)
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
    bearer = f"Bearer {make()}"
    before = facts()
    assert refusal(api("GET", "me", Authorization=bearer)) == (401, "bad_token", "Authorization")
    answer = api.register(application(), Authorization=bearer)
    assert refusal(answer) == (401, "bad_token", "Authorization")
    assert facts() == before


def test_without_a_token_there_is_no_me(api: Api) -> None:
    assert refusal(api("GET", "me")) == (401, "bad_token", "Authorization")


def test_unknown_keys_do_not_make_us_fetch_each_time(api: Api, pool: list[int]) -> None:
    for _ in range(5):
        api("GET", "me", Authorization=f"Bearer {a_token(key=THEIRS, key_id='two')}")
    assert len(pool) <= 2
