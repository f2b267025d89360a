"""One-time codes: an organizer reads one to a device, the device gets its credential for it.

A code is worth one credential, for 15 minutes. The secret is made when the code is redeemed and
goes to the device only, so no organizer, screenshot or chat ever has it.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from eventsite.core.domain.staff import Device
from eventsite.core.errors import BadCode, Invalid, NotAllowed, NotFound
from eventsite.core.services.devices import DeviceBooks, NewDevice, hash_of, new_id, new_secret
from eventsite.core.services.slowing import count_attempt, forgive_attempt
from eventsite.core.store.devices import DeviceRepository

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no letter looks like a digit."""
_MISREAD = str.maketrans("ILO", "110", " -\t\r\n\N{NO-BREAK SPACE}")

CODE_CHARACTERS = 12
"""60 bits. Its plain SHA-256 cannot be reversed within the code's life."""

GROUP = 4
CODE_LIFE = timedelta(minutes=15)
CODE_MAX = 64
"""Characters of a code as it is typed, with everything that is left out of it."""
CLIENT_MAX = 200


def enrol_by_code(devices: DeviceRepository, new: NewDevice, now: datetime) -> tuple[Device, str]:
    """Register a device that has no credential yet; returns it and its code. Raises Invalid."""
    code, kept = _new_code()
    device = replace(new.made(new_id(), now), code_hash=kept, code_until=now + CODE_LIFE)
    return devices.add_with_code(device), code


def another_code(devices: DeviceRepository, device_id: str, now: datetime) -> tuple[Device, str]:
    """Give a device another code; the codes before it end now, its credential when it is redeemed.

    Raises
    ------
    NotFound
        There is no such device.
    NotAllowed
        It was revoked, or signs in without a credential of ours.
    """
    device = devices.get(device_id)
    if device is None:
        raise NotFound("No such device.")
    if device.revoked_at is not None:
        raise NotAllowed("This device was revoked.")
    if device.app_client:
        raise NotAllowed("This is an app client, which signs in at the user pool.")
    code, kept = _new_code()
    device = replace(device, code_hash=kept, code_until=now + CODE_LIFE)
    devices.renew_code(device)
    return device, code


def redeem(
    books: DeviceBooks, code: str, address: str, now: datetime, client: str = ""
) -> tuple[Device, str]:
    """Give the device of a code its credential, once; returns both.

    ``client`` is what the device says that it is. A device whose answer got lost needs another
    code.

    Raises
    ------
    Invalid
        ``client`` is too long.
    BadCode
        The code is wrong, was used, or is over.
    Throttled
        Too many codes from this address were.
    """
    if len(client) > CLIENT_MAX or not client.isprintable():
        raise Invalid(f"At most {CLIENT_MAX} printable characters.", field="client")
    scope = f"code:{address}"
    count_attempt(books.throttles, scope, now)
    kept = hash_of(tidy_code(code))
    device_id = books.devices.of_code(kept)
    secret, secret_hash = new_secret()
    device = books.devices.redeem(device_id, kept, secret_hash, client, now) if device_id else None
    if device is None:
        raise BadCode(field="code")
    forgive_attempt(books.throttles, scope, now)
    return device, f"{device.device_id}.{secret}"


def tidy_code(text: str) -> str:
    """Return a code as it was made, however it was typed."""
    return text.upper().translate(_MISREAD)


def _new_code() -> tuple[str, str]:
    """Return a code in groups, and its hash."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_CHARACTERS))
    groups = (code[n : n + GROUP] for n in range(0, CODE_CHARACTERS, GROUP))
    return "-".join(groups), hash_of(code)
