"""What a change of the table means for the ledger of the doors: the stream's part of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eventsite.core.domain.attendance import Attendance
from eventsite.core.domain.registrations import Registration
from eventsite.core.errors import Invalid
from eventsite.core.services.chaining import DoorChanges, attended, registered, scanned
from eventsite.core.store.scan_ledger import fact_of
from eventsite.core.store.table import from_wire
from pipeline.images import entity_of, read_image


def door_changes(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> DoorChanges:
    """Return what a change means for the ledger. Raises Invalid when an image cannot be read."""
    match entity_of(old, new):
        case "scan" | "undone_scan" if new and not old:
            return _scanned(new)
        case "attendance":
            return attended(read_image(Attendance, old), read_image(Attendance, new))
        case "registration":
            return registered(read_image(Registration, old), read_image(Registration, new))
    return DoorChanges()


def _scanned(image: Mapping[str, Any]) -> DoorChanges:
    try:
        return scanned(fact_of(from_wire(image)))
    except (KeyError, ValueError, TypeError) as error:
        raise Invalid(f"A stored scan cannot be read: {error!r}") from error
