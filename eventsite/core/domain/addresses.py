"""How a guest is reached: e-mail addresses and phone numbers, written in one way. Pure."""

from __future__ import annotations

import re
import unicodedata

from eventsite.core.errors import Invalid

EMAIL_MAX = 254
"""Characters of an address. Source: RFC 5321, 4.5.3.1.3 less the angle brackets."""

_LOCAL = re.compile(r"[^@\s\x00-\x1f\"(),:;<>\[\]\\]{1,64}")
_HOST = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9][a-z0-9-]{0,61}[a-z0-9]")


def normal_address(email: str) -> str:
    """Return an e-mail address as it is stored and compared: NFC, the host lower-case ASCII.

    Raises Invalid when it is none.
    """
    text = unicodedata.normalize("NFC", email.strip())
    local, _, host = text.rpartition("@")
    try:
        host = host.lower().encode("idna").decode("ascii")
    except UnicodeError:
        host = ""
    address = f"{local}@{host}"
    wrong = not _LOCAL.fullmatch(local) or not local.isprintable() or not _HOST.fullmatch(host)
    if wrong or len(address) > EMAIL_MAX:
        raise Invalid("This is not an e-mail address.", field="email")
    return address


def normal_number(phone: str, region: str) -> str:
    """Return a phone number in E.164; ``region`` is for one without a country code, or ZZ.

    Raises Invalid when nobody can have it.
    """
    import phonenumbers  # only who gives a number pays for the numbering plans

    try:
        number = phonenumbers.parse(phone, region)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number) or number.extension:
        raise Invalid("A phone number looks like +353851234567.", field="phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
