"""Enrolling a device and knowing it again."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

from eventsite.core.domain.staff import Device, DeviceRight
from eventsite.core.errors import BadDevice, Invalid
from eventsite.core.store.devices import DeviceRepository

SECRET_BYTES = 32
"""Random bytes of a device's secret: beyond guessing, so a plain SHA-256 keeps it."""
NAME_LIMIT = 80
"""Characters of a device's name: what a list shows on one line."""
_NO_HASH = "0" * 64


def enrol(
    devices: DeviceRepository,
    event_id: str,
    name: str,
    gates: Iterable[str],
    rights: Iterable[DeviceRight],
    now: datetime,
) -> tuple[Device, str]:
    """Register a device; returns it and its credential ``<device_id>.<secret>``.

    The credential is not kept and cannot be shown again. Raises Invalid.
    """
    name, granted = name.strip(), tuple(dict.fromkeys(rights))
    if not name or len(name) > NAME_LIMIT:
        raise Invalid(f"A device needs a name of 1 to {NAME_LIMIT} characters.", field="name")
    if not granted:
        raise Invalid("A device needs at least one right.", field="rights")
    secret = secrets.token_urlsafe(SECRET_BYTES)
    device = Device(
        device_id=secrets.token_hex(8),
        event_id=event_id,
        name=name,
        secret_hash=_hash(secret),
        gates=tuple(dict.fromkeys(gates)),
        rights=granted,
        enrolled_at=now,
    )
    return devices.add(device), f"{device.device_id}.{secret}"


def authenticate(devices: DeviceRepository, credential: str, now: datetime) -> Device:
    """Return the device of a credential.

    Raises BadDevice, the same for an unknown device, a wrong secret and a revoked device.
    """
    device_id, _, secret = credential.partition(".")
    if not device_id.isalnum() or not device_id.isascii() or len(device_id) > 64 or not secret:
        raise BadDevice
    device = devices.get(device_id)
    same = hmac.compare_digest(_hash(secret), device.secret_hash if device else _NO_HASH)
    if device is None or not same:
        raise BadDevice
    if device.revoked_at is not None and device.revoked_at <= now:
        raise BadDevice
    return device


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
