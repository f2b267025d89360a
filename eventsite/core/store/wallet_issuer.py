"""Who issues wallet passes: the organizer's credentials with Apple and Google, from one secret.

The secret is JSON with one part or both; docs/documents.md says where each value comes from:

    {"apple": {"pass_type_id": "pass.org.example.event", "team_id": "AB12CD34EF",
               "organization": "Example Events", "certificate": "<PEM>",
               "private_key": "<PEM>", "wwdr_certificate": "<PEM>"},
     "google": {"issuer_id": "3388000000012345678", "organization": "Example Events",
                "client_email": "...", "private_key": "<PEM>"}}
"""

from __future__ import annotations

import json
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, TypeVar

from eventsite.core.config import ConfigError
from eventsite.core.errors import Unavailable

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class AppleIssuer:
    """A pass type of an Apple developer team. Certificates and the unencrypted key are PEM."""

    pass_type_id: str
    team_id: str
    organization: str
    certificate: str = field(repr=False)
    private_key: str = field(repr=False)
    wwdr_certificate: str = field(repr=False)
    background: str = "rgb(13, 84, 140)"
    foreground: str = "rgb(255, 255, 255)"
    label: str = "rgb(206, 226, 240)"


@dataclass(frozen=True, slots=True, kw_only=True)
class GoogleIssuer:
    """An issuer account of the Google Wallet API, and the service account that signs for it."""

    issuer_id: str
    organization: str
    client_email: str
    private_key: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletIssuer:
    """The credentials that there are; None for a wallet that is not offered."""

    apple: AppleIssuer | None = None
    google: GoogleIssuer | None = None

    @classmethod
    def read(cls, client: Any, secret_id: str) -> WalletIssuer:
        """Read the secret from Secrets Manager. Raises Unavailable, ConfigError."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            text = client.get_secret_value(SecretId=secret_id)["SecretString"]
        except (ClientError, BotoCoreError) as error:
            what = type(error).__name__
            raise Unavailable(f"The wallet credentials cannot be read: {what}") from error
        return cls.parse(text)

    @classmethod
    def parse(cls, text: str) -> WalletIssuer:
        """Return the credentials; ConfigError says which value is missing, and shows none."""
        try:
            parts = json.loads(text)
        except ValueError:
            raise ConfigError("The wallet secret is not JSON") from None
        if not isinstance(parts, dict) or not parts.keys() <= {"apple", "google"}:
            raise ConfigError('The wallet secret is an object with "apple", "google" or both')
        return cls(
            apple=_part(AppleIssuer, "apple", parts.get("apple")),
            google=_part(GoogleIssuer, "google", parts.get("google")),
        )


def _part(kind: type[T], name: str, given: Any) -> T | None:
    if given is None:
        return None
    known = {f.name: f.default is MISSING for f in fields(kind)}  # type: ignore[arg-type]
    if not isinstance(given, dict) or not all(isinstance(v, str) for v in given.values()):
        raise ConfigError(f"The wallet secret's {name!r} is an object of texts")
    missing = [n for n, needed in known.items() if needed and not given.get(n, "").strip()]
    if missing:
        raise ConfigError(f"The wallet secret's {name!r} has no {', '.join(missing)}")
    return kind(**{n: v for n, v in given.items() if n in known})
