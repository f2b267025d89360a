"""The guests' user pool: its keys, and ID tokens as it would sign them."""

from __future__ import annotations

import json
import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from tests.conftest import ENVIRONMENT

OURS = generate_private_key(public_exponent=65537, key_size=2048)
THEIRS = generate_private_key(public_exponent=65537, key_size=2048)


def published(key: RSAPrivateKey, key_id: str) -> dict[str, Any]:
    public: dict[str, Any] = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    return public | {"kid": key_id, "use": "sig", "alg": "RS256"}


def a_token(key: Any = OURS, key_id: str = "one", algorithm: str = "RS256", **changes: Any) -> str:
    """An ID token of account-1, whose address ada@example.org is verified."""
    now = int(time.time())
    claims = {
        "sub": "account-1",
        "iss": ENVIRONMENT["EVENTSITE_COGNITO_ISSUER"],
        "aud": ENVIRONMENT["EVENTSITE_COGNITO_CLIENT_ID"],
        "token_use": "id",
        "email": "ada@example.org",
        "email_verified": True,
        "iat": now,
        "exp": now + 600,
    } | changes
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(kept, key, algorithm, headers={"kid": key_id})


def bearer(**changes: Any) -> dict[str, str]:
    """The header of a caller with such a token."""
    return {"Authorization": f"Bearer {a_token(**changes)}"}
