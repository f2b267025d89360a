"""Staff accounts, devices and the trail of what staff did. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
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


ONLINE_FOR = timedelta(seconds=60)
"""A device tells its status every 15 seconds: one that missed four is offline."""


class DeviceRight(StrEnum):
    """What a device may do besides telling its status."""

    SCAN = "scan"
    SEARCH = "search"
    FORCE = "force"
    WALK_IN = "walk_in"
    BADGE = "badge"
    FULFIL = "fulfil"


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A kiosk, a staff phone or somebody's program, bound to one event and its gates.

    ``secret_hash`` is the SHA-256 of a 32-byte random secret; empty until the device has one. It
    gets it for the code whose hash is ``code_hash``, until ``code_until``. An ``app_client`` has
    neither: it comes with access tokens of the user pool's app client whose id is its own. Empty
    ``gates`` means every gate of the event. ``client`` is what the device said that it is.
    """

    device_id: str
    event_id: str
    name: str
    secret_hash: str = ""
    gates: tuple[str, ...] = ()
    rights: tuple[DeviceRight, ...] = (DeviceRight.SCAN,)
    enrolled_at: datetime
    revoked_at: datetime | None = None
    code_hash: str = ""
    code_until: datetime | None = None
    app_client: bool = False
    client: str = ""
    version: int = 1


class Printer(StrEnum):
    """How the printer of a device is."""

    NONE = "none"
    READY = "ready"
    BUSY = "busy"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceReport:
    """What a device last said of itself, and when that was.

    ``clock_ahead_ms`` is our clock minus the device's; ``to_sync`` how many scans it has yet to
    send; ``roster_at`` the moment as of which it can decide alone, None if it cannot.
    """

    device_id: str
    event_id: str
    seen_at: datetime
    clock_ahead_ms: int = 0
    gate_id: str = ""
    to_sync: int = 0
    roster_at: datetime | None = None
    printer: Printer = Printer.NONE
    app: str = ""

    def online(self, now: datetime) -> bool:
        """Return whether the device was heard of lately."""
        return now - self.seen_at <= ONLINE_FOR


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
