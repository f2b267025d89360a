"""The keys of an installation, all derived from one stored secret.

The secret is JSON: {"current": "1", "1": "<random text>"}. A new slot (1 to 15) with a new text,
made current, rotates the keys; tickets and links of older slots stay valid while their slot is
there. Each use has its own key, derived by HKDF-SHA256.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from eventsite.core.errors import Unavailable

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )


@dataclass(frozen=True)
class Secrets:
    """Derived keys by slot. Deriving needs ``cryptography`` only for tickets."""

    current: int
    texts: dict[int, str]

    @classmethod
    def read(cls, client: Any, secret_id: str) -> Secrets:
        """Read the secret from Secrets Manager. Raises Unavailable."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            text = client.get_secret_value(SecretId=secret_id)["SecretString"]
        except (ClientError, BotoCoreError) as error:
            raise Unavailable(f"The secret cannot be read: {type(error).__name__}") from error
        return cls.parse(text)

    @classmethod
    def parse(cls, text: str) -> Secrets:
        fields = json.loads(text)
        current = int(fields.pop("current"))
        return cls(current, {int(slot): value for slot, value in fields.items()})

    def _derive(self, slot: int, use: str) -> bytes:
        """HKDF-SHA256 (RFC 5869) with one block of output."""
        extracted = hmac.digest(b"eventsite", self.texts[slot].encode(), hashlib.sha256)
        return hmac.digest(extracted, use.encode() + b"\x01", hashlib.sha256)

    @cached_property
    def ticket_key(self) -> Ed25519PrivateKey:
        """The key that signs tickets now."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self._derive(self.current, "ticket"))

    @cached_property
    def ticket_public_keys(self) -> dict[int, Ed25519PublicKey]:
        """The keys that verify tickets, by slot."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return {
            slot: Ed25519PrivateKey.from_private_bytes(self._derive(slot, "ticket")).public_key()
            for slot in self.texts
        }

    def link_keys(self) -> dict[int, bytes]:
        """The keys of guests' signed links, the current slot first."""
        return {slot: self._derive(slot, "guest link") for slot in self._slots()}

    def webhook_keys(self, event_id: str, webhook_id: str, generation: int) -> list[bytes]:
        """The keys that a webhook's calls are signed with: today's, then those of older slots.

        A key is the text ``whsec_..`` that organizers give to the receiver.
        """
        use = f"webhook {event_id} {webhook_id} {generation}"  # ids have no spaces
        return [_text("whsec_", self._derive(slot, use)) for slot in self._slots()]

    def webhook_key(self, event_id: str, webhook_id: str, generation: int) -> bytes:
        """The key of a webhook that is shown to organizers."""
        return self.webhook_keys(event_id, webhook_id, generation)[0]

    def payment_keys(self, event_id: str) -> list[bytes]:
        """The keys that an event's payment system may sign with: today's, then older slots'.

        A key is the text ``paysec_..`` that organizers give to the payment system.
        """
        use = f"payment {event_id}"
        return [_text("paysec_", self._derive(slot, use)) for slot in self._slots()]

    def payment_key(self, event_id: str) -> bytes:
        """The key of an event's payment system that is shown to organizers."""
        return self.payment_keys(event_id)[0]

    def _slots(self) -> list[int]:
        return sorted(self.texts, key=lambda slot: slot != self.current)

    @cached_property
    def django_key(self) -> str:
        """Django's SECRET_KEY."""
        return self._derive(self.current, "django").hex()


def _text(prefix: str, key: bytes) -> bytes:
    """Return a key as people copy it: the text itself is the key, so nobody has to decode it."""
    return (prefix + base64.b32encode(key).decode().rstrip("=")).encode()
