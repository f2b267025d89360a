"""The PIN of an event's kiosks: kept so that a kiosk can check it alone."""

from __future__ import annotations

import base64
import hashlib

import pytest

from eventsite.core.errors import Invalid
from eventsite.core.services.pins import hashed_pin, is_pin, kept_pin


def test_a_pin_is_known_again_and_no_other_is() -> None:
    kept = hashed_pin("0420")
    assert "0420" not in kept
    assert is_pin("0420", kept)
    for wrong in ("420", "0421", "", "04200"):
        assert not is_pin(wrong, kept)
    assert hashed_pin("0420") != kept, "each has a salt of its own"


def test_a_kiosk_can_check_it_with_what_is_kept() -> None:
    pin = kept_pin(hashed_pin("12345678"))
    assert pin
    salt = base64.b64decode(pin.salt)
    found = hashlib.pbkdf2_hmac("sha256", b"12345678", salt, pin.iterations)
    assert base64.b64encode(found).decode() == pin.hash


@pytest.mark.parametrize("digits", ["", "123", "123456789", "12a4", "１２３４", "12 34", "²²²²"])  # noqa: RUF001
def test_a_pin_is_a_few_digits(digits: str) -> None:
    with pytest.raises(Invalid, match="4 to 8 digits") as refusal:
        hashed_pin(digits)
    assert refusal.value.field == "kiosk_pin"


def test_an_event_may_have_none() -> None:
    assert kept_pin("") is None
    assert not is_pin("0000", "")
