"""Enrolling a device and knowing it again."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from eventsite.core.domain.staff import Device, DeviceRight
from eventsite.core.errors import AlreadyExists, BadDevice, Invalid
from eventsite.core.services.slowing import count_attempt
from eventsite.core.store.devices import DeviceRepository
from eventsite.core.store.throttles import ThrottleRepository

SECRET_BYTES = 32
"""Random bytes of a device's secret: beyond guessing, so a plain SHA-256 keeps it."""
NAME_LIMIT = 80
"""Characters of a device's name: what a list shows on one line."""
ID_MAX = 128
"""Characters of a device's id: an app client's is the longest. Source: Cognito."""
_NO_HASH = "0" * 64
_CLIENT_ID = re.compile(r"[A-Za-z0-9]{16,128}")


class DeviceBooks(Protocol):
    """The part of an installation's stores that devices are let in with."""

    @property
    def devices(self) -> DeviceRepository: ...
    @property
    def throttles(self) -> ThrottleRepository: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDevice:
    """What an organizer says of a device. Empty ``gates`` means every gate."""

    event_id: str
    name: str
    gates: Iterable[str] = ()
    rights: Iterable[DeviceRight] = (DeviceRight.SCAN,)

    def made(self, device_id: str, now: datetime) -> Device:
        """Return the device, without any way to sign in yet. Raises Invalid."""
        name, granted = self.name.strip(), tuple(dict.fromkeys(self.rights))
        if not name or len(name) > NAME_LIMIT:
            raise Invalid(f"A device needs a name of 1 to {NAME_LIMIT} characters.", field="name")
        if not granted:
            raise Invalid("A device needs at least one right.", field="rights")
        return Device(
            device_id=device_id,
            event_id=self.event_id,
            name=name,
            gates=tuple(dict.fromkeys(self.gates)),
            rights=granted,
            enrolled_at=now,
        )


def new_id() -> str:
    return secrets.token_hex(8)


def new_secret() -> tuple[str, str]:
    """Return a secret and its hash, which is all that is kept."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    return secret, hash_of(secret)


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
    new = NewDevice(event_id=event_id, name=name, gates=gates, rights=rights)
    secret, kept = new_secret()
    device = replace(new.made(new_id(), now), secret_hash=kept)
    return devices.add(device), f"{device.device_id}.{secret}"


def enrol_client(
    devices: DeviceRepository, new: NewDevice, client_id: str, now: datetime
) -> Device:
    """Register a program that comes with access tokens of an app client of the user pool.

    Raises Invalid, also for a client that is a device already.
    """
    if not _CLIENT_ID.fullmatch(client_id):
        raise Invalid("This is no id of an app client.", field="client_id")
    try:
        return devices.add(replace(new.made(client_id, now), app_client=True))
    except AlreadyExists as taken:
        raise Invalid("This app client is enrolled already.", field="client_id") from taken


def authenticate(devices: DeviceRepository, credential: str, now: datetime) -> Device:
    """Return the device of a credential.

    Raises BadDevice, the same for an unknown device, a wrong secret and a revoked device.
    """
    return living(_known(devices, credential), now)


def let_in(
    books: DeviceBooks, credential: str, address: str, now: datetime, *, recently: bool = False
) -> Device:
    """Do the same for a caller from an address.

    A right credential costs one read, whatever others tried. A wrong one is counted. A device
    that was revoked is always told so: its credential is right, and it has to stop at once.

    Raises
    ------
    BadDevice
        As ``authenticate``.
    Throttled
        The credential is wrong, and too many from this address were.
    """
    device = _known(books.devices, credential, recently=True) if recently else None
    if device is None:
        device = _known(books.devices, credential)
    if device is None:
        count_attempt(books.throttles, f"device:{address}", now)
    return living(device, now)


def let_client_in(devices: DeviceRepository, client_id: str, now: datetime) -> Device:
    """Return the device that an app client is. Raises BadDevice."""
    device = devices.get(client_id) if _CLIENT_ID.fullmatch(client_id) else None
    return living(device if device and device.app_client else None, now)


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _known(devices: DeviceRepository, credential: str, *, recently: bool = False) -> Device | None:
    """Return the device whose credential this is, revoked or not."""
    device_id, _, secret = credential.partition(".")
    if not device_id.isalnum() or not device_id.isascii() or len(device_id) > ID_MAX or not secret:
        return None
    device = devices.recent(device_id) if recently else devices.get(device_id)
    kept = (device.secret_hash if device else "") or _NO_HASH
    return device if hmac.compare_digest(hash_of(secret), kept) else None


def living(device: Device | None, now: datetime) -> Device:
    """Return a device that is there and not revoked. Raises BadDevice."""
    if device is None or (device.revoked_at is not None and device.revoked_at <= now):
        raise BadDevice
    return device
