"""The demo's logins: an owner's account, a kiosk and a staff phone, kept in a private file.

The file is written before an account gets its password and after a device has its credential,
and everything is checked against the tables: whatever is lost, the file ends up true again.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from eventsite.core.domain.staff import Device, DeviceRight, StaffAccount
from eventsite.core.errors import BadDevice
from eventsite.core.services.devices import authenticate, enrol
from eventsite.core.store.devices import DeviceRepository
from eventsite.core.store.staff import StaffRepository
from eventsite.local.demo_event import EVENT_ID

logger = logging.getLogger(__name__)

FILE = "demo-login.json"
USERNAME = "organizer"
EMAIL = "organizer@example.org"
"""Tells the demo's own account from a person's who happens to have this username."""

_AT_THE_DOOR = tuple(right for right in DeviceRight if right is not DeviceRight.FULFIL)
DEVICES = (("kiosk", "Demo kiosk", _AT_THE_DOOR), ("phone", "Demo phone", (DeviceRight.FULFIL,)))


@dataclass
class LoginFile:
    """The file's content, written whole each time and for this user's eyes only."""

    path: Path

    def read(self) -> dict[str, Any]:
        try:
            known = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}

    def write(self, logins: dict[str, Any]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            json.dump(logins, out, indent=2)
        fresh.replace(self.path)


def owner(
    staff: StaffRepository, file: LoginFile, wanted: str, hashed: Callable[[str], str]
) -> None:
    """See to it that the owner can sign in with the password in the file.

    ``wanted`` is a password that somebody chose, or empty: then the file's stays, or a new one
    is made. An account of the same name that is not the demo's is left alone.
    """
    logins = file.read()
    known = str(logins.get("password", ""))
    account = staff.get(USERNAME)
    if account is not None and account.email != EMAIL:
        logger.warning("the account %s is somebody's own; the demo has no login", USERNAME)
        return
    password = wanted or known or secrets.token_urlsafe(12)
    if account is not None and password == known:
        return
    file.write(logins | {"username": USERNAME, "password": password})
    if account is not None:
        staff.update(replace(account, password=hashed(password)))
        return
    staff.add(
        StaffAccount(
            username=USERNAME,
            email=EMAIL,
            name="Demo organizer",
            password=hashed(password),
            is_superuser=True,
        )
    )


def device(devices: DeviceRepository, file: LoginFile, slot: str, now: datetime) -> Device:
    """Return the device of a slot of ``DEVICES``, enrolled anew if its credential is lost.

    So is one that an older demo gave other rights.
    """
    logins = file.read()
    name, rights = next((name, rights) for key, name, rights in DEVICES if key == slot)
    with contextlib.suppress(BadDevice):
        known = authenticate(devices, str(logins.get(slot, "")), now)
        if known.rights == rights:
            return known
    for old in devices.of_event(EVENT_ID):
        if old.name == name and old.revoked_at is None:
            devices.revoke(old.device_id, now)
    fresh, credential = enrol(devices, EVENT_ID, name, (), rights, now)
    file.write(file.read() | {slot: credential})
    return fresh
