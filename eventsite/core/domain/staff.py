"""Staff accounts, devices and the trail of what staff did. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffAccount:
    """Somebody who works in the admin. ``password`` is Django's hash, never the password."""

    username: str
    email: str = ""
    name: str = ""
    password: str
    roles: tuple[str, ...] = ()
    is_active: bool = True
    is_superuser: bool = False
    last_login: datetime | None = None
    version: int = 0


class DeviceRight(StrEnum):
    """What a device may do besides telling its status."""

    SCAN = "scan"
    FULFIL = "fulfil"


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A kiosk or a staff phone, bound to one event and its gates.

    ``secret_hash`` is the SHA-256 of a 32-byte random secret that is shown once. Empty ``gates``
    means every gate of the event.
    """

    device_id: str
    event_id: str
    name: str
    secret_hash: str
    gates: tuple[str, ...] = ()
    rights: tuple[DeviceRight, ...] = (DeviceRight.SCAN,)
    enrolled_at: datetime
    revoked_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One act of one member of staff on one object. ``action`` is Django's LogEntry flag."""

    at: datetime
    actor: str
    model: str
    object_id: str
    object_repr: str
    action: int
    message: str = ""
