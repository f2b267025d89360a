"""Signed tokens: who has one may see and change one registration, or see one attempt. Pure.

A token is the registration id, the key slot and 128 bits of HMAC-SHA256, e.g.
``9f3ac1d2e4b50617-1-5vqk...``. It holds no personal data and does not expire with time: it ends
when the registration's event is over and its data are erased, or when its key slot is removed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping

from eventsite.core.domain.attempts import Receipt
from eventsite.core.errors import BadLink


def guest_token(registration_id: str, keys: Mapping[int, bytes]) -> str:
    """Return the token of a registration, signed with the first key."""
    slot, key = next(iter(keys.items()))
    return f"{registration_id}-{slot}-{_signature(registration_id, slot, key)}"


def registration_behind(token: str, keys: Mapping[int, bytes]) -> str:
    """Return the registration id that a token opens. Raises BadLink."""
    registration_id, _, rest = token.partition("-")
    slot, _, signature = rest.partition("-")
    key = keys.get(int(slot)) if slot.isascii() and slot.isdigit() and len(slot) < 3 else None
    if key is None or not signature.isascii():
        raise BadLink("This link is not ours or is incomplete.", field="token")
    if not hmac.compare_digest(signature, _signature(registration_id, int(slot), key)):
        raise BadLink("This link is not ours or is incomplete.", field="token")
    return registration_id


def receipt_token(receipt: Receipt, keys: Mapping[int, bytes]) -> str:
    """Return the token of a receipt, signed with the first key."""
    said = [receipt.event_id, receipt.attempt_id, str(receipt.ahead), receipt.told]
    body = base64.urlsafe_b64encode("\x00".join(said).encode()).decode().rstrip("=")
    slot, key = next(iter(keys.items()))
    return f"{body}.{slot}.{_receipt_signature(body, slot, key)}"


def receipt_behind(token: str, keys: Mapping[int, bytes]) -> Receipt:
    """Return the receipt in a token. Raises BadLink."""
    body, _, rest = token.partition(".")
    slot, _, signature = rest.partition(".")
    key = keys.get(int(slot)) if slot.isascii() and slot.isdigit() and len(slot) < 3 else None
    if key is None or not signature.isascii() or not body.isascii():
        raise BadLink("This address is not ours or is incomplete.", field="token")
    if not hmac.compare_digest(signature, _receipt_signature(body, int(slot), key)):
        raise BadLink("This address is not ours or is incomplete.", field="token")
    said = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode()
    event_id, attempt_id, ahead, told = said.split("\x00")
    return Receipt(event_id=event_id, attempt_id=attempt_id, ahead=int(ahead), told=told)


def _receipt_signature(body: str, slot: int, key: bytes) -> str:
    mac = hmac.digest(key, f"receipt\x00{body}\x00{slot}".encode(), hashlib.sha256)
    return base64.b32encode(mac[:16]).decode().rstrip("=").lower()


def _signature(registration_id: str, slot: int, key: bytes) -> str:
    mac = hmac.digest(key, f"guest\x00{registration_id}\x00{slot}".encode(), hashlib.sha256)
    return base64.b32encode(mac[:16]).decode().rstrip("=").lower()
