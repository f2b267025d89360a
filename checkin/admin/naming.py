"""Names of guests and devices for a page of rows, read at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from eventsite.core.wiring import stores


def name_guests(rows: list[Any]) -> None:
    """Set each row's ``guest_name``; the registration's id stands for who is not there."""
    known = stores().registrations.of_ids(row.registration_id for row in rows)
    for row in rows:
        guest = known.get(row.registration_id)
        row.guest_name = guest.guest.name if guest else row.registration_id


def device_names(device_ids: Iterable[str]) -> dict[str, str]:
    """Return names by id, each device read once; the id stands for one that is not there."""
    known = {device_id: stores().devices.get(device_id) for device_id in set(device_ids)}
    return {device_id: device.name if device else device_id for device_id, device in known.items()}
