"""The PIN of an event's kiosks: a few digits, kept so that kiosks can check them alone."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass

from eventsite.core.errors import Invalid

DIGITS = range(4, 9)

ITERATIONS = 200_000
"""0.1 s on a tablet. Digits are few: whoever has the hash finds them, only not in passing."""

SALT_BYTES = 16
_KIND = "pbkdf2-sha256"


@dataclass(frozen=True, slots=True)
class Pin:
    """What is kept of a PIN; ``salt`` and ``hash`` are base64."""

    iterations: int
    salt: str
    hash: str


def hashed_pin(digits: str) -> str:
    """Return the text that is kept of a PIN: ``pbkdf2-sha256$200000$<salt>$<hash>``.

    Raises Invalid with ``kiosk_pin``.
    """
    if len(digits) not in DIGITS or not (digits.isascii() and digits.isdigit()):
        raise Invalid(f"A PIN has {DIGITS.start} to {DIGITS.stop - 1} digits.", field="kiosk_pin")
    salt = os.urandom(SALT_BYTES)
    return "$".join((_KIND, str(ITERATIONS), _text(salt), _text(_hash(digits, salt, ITERATIONS))))


def kept_pin(text: str) -> Pin | None:
    """Return what is kept of a PIN; None when the event has none."""
    if not text:
        return None
    _, iterations, salt, found = text.split("$")
    return Pin(int(iterations), salt, found)


def is_pin(digits: str, text: str) -> bool:
    """Return whether these are the digits."""
    pin = kept_pin(text)
    if pin is None:
        return False
    found = _hash(digits, base64.b64decode(pin.salt), pin.iterations)
    return hmac.compare_digest(found, base64.b64decode(pin.hash))


def _hash(digits: str, salt: bytes, iterations: int) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", digits.encode(), salt, iterations)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
