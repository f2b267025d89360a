"""Cognito's tokens: whose they are, if they are genuine.

Guests come with ID tokens, organizers' programs with the access tokens of app clients.
Apart from ``callers``, which imports it when a token comes: most guests never send one.
"""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Any

import jwt

from eventsite.core.config import config
from eventsite.core.errors import BadToken, Unavailable

KEYS_SECONDS = 600
"""How long the pool's public keys are kept."""
REFRESH_SECONDS = 30
"""At most this often are keys fetched again for a token with an unknown key id."""


SCOPE = "eventsite/checkin"
"""What an app client's token must be for. infra/foundation.yaml makes it."""


def verified_claims(token: str) -> dict[str, Any]:
    """Return the claims of an ID token whose signature, issuer, audience and expiry are right.

    Raises
    ------
    BadToken
        Anything about the token is wrong.
    Unavailable
        The pool's keys cannot be fetched.
    """
    claims = _decoded(token, config().need("cognito_client_id"))
    if claims.get("token_use") != "id":
        raise BadToken("An ID token is needed.", field="Authorization")
    return claims


def verified_client(token: str) -> str:
    """Return the id of the app client that an access token for check-in was given to.

    Raises as ``verified_claims``.
    """
    claims = _decoded(token, None)
    if claims.get("token_use") != "access":
        raise BadToken("An access token is needed.", field="Authorization")
    if SCOPE not in str(claims.get("scope", "")).split():
        raise BadToken(f"The token is not for {SCOPE}.", field="Authorization")
    return str(claims.get("client_id", ""))


def _decoded(token: str, audience: str | None) -> dict[str, Any]:
    """Return a token's claims; access tokens name their client, but no audience."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            _signing_key(token),
            algorithms=["RS256"],
            audience=audience,
            issuer=config().need("cognito_issuer"),
            options={
                "require": ["exp", "iat", "iss", "sub", *(["aud"] if audience else [])],
                "verify_aud": audience is not None,
            },
        )
    except jwt.PyJWKClientConnectionError as error:
        raise Unavailable("The user pool's keys cannot be fetched.") from error
    except (jwt.PyJWTError, KeyError) as error:
        raise BadToken(f"The token is not valid: {error}.", field="Authorization") from error
    return claims


class _PoolKeys:
    """The pool's public keys, fetched again for an unknown key id, but not for every one."""

    def __init__(self, url: str) -> None:
        self._client = jwt.PyJWKClient(url, cache_jwk_set=True, lifespan=KEYS_SECONDS, timeout=5)
        self._refreshed = 0.0

    def get(self, key_id: str) -> Any:
        key = self._match(key_id, refresh=False)
        if key is None and time.monotonic() - self._refreshed > REFRESH_SECONDS:
            self._refreshed = time.monotonic()
            key = self._match(key_id, refresh=True)
        if key is None:
            raise BadToken("The token was signed by another pool.", field="Authorization")
        return key

    def _match(self, key_id: str, *, refresh: bool) -> Any:
        keys = self._client.get_jwk_set(refresh=refresh).keys
        return next((key.key for key in keys if key.key_id == key_id), None)


@lru_cache(maxsize=4)
def _pool_keys(url: str) -> _PoolKeys:
    return _PoolKeys(url)


def _signing_key(token: str) -> Any:
    key_id = jwt.get_unverified_header(token).get("kid")
    return _pool_keys(config().need("cognito_jwks_url")).get(str(key_id))
