"""Devices: each stands alone, an index lists those of an event."""

from __future__ import annotations

from datetime import datetime

from eventsite.core.domain.staff import Device
from eventsite.core.errors import AlreadyExists, NotFound
from eventsite.core.store import office_keys
from eventsite.core.store.items import dump, load, time_text
from eventsite.core.store.pages import Access, Page
from eventsite.core.store.table import ConditionFailed, Table


class DeviceRepository:
    """Kiosks and staff phones by id."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def add(self, device: Device) -> Device:
        """Write a new device. Raises AlreadyExists."""
        item = dump("device", device) | office_keys.device(device.device_id)
        item["actor_pk"] = office_keys.device_directory(device.event_id)
        item["actor_sk"] = f"{time_text(device.enrolled_at)}#{device.device_id}"
        try:
            self.table.put(item, "attribute_not_exists(pk)")
        except ConditionFailed as taken:
            raise AlreadyExists("A device with this id exists.") from taken
        return device

    def get(self, device_id: str) -> Device | None:
        """Return a device, strongly consistent: a revocation holds from the next scan."""
        item = self.table.get(office_keys.device(device_id), consistent=True)
        return load(Device, item) if item else None

    def of_event(
        self,
        event_id: str,
        limit: int = 50,
        cursor: str | None = None,
        *,
        oldest_first: bool = False,
    ) -> Page[Device]:
        """Return an event's devices by time of enrolment. Raises BadCursor."""
        access = Access(
            self.table,
            office_keys.device_directory(event_id),
            "by_actor",
            descending=not oldest_first,
        )
        return access.page(limit, cursor).map(lambda item: load(Device, item))

    def revoke(self, device_id: str, now: datetime) -> Device:
        """Refuse a device from now on; the first revocation's time stays. Raises NotFound."""
        try:
            item = self.table.update(
                office_keys.device(device_id),
                "SET revoked_at = if_not_exists(revoked_at, :now) ADD version :one",
                {":now": time_text(now), ":one": 1},
                "attribute_exists(pk)",
            )
        except ConditionFailed as gone:
            raise NotFound("No such device.") from gone
        return load(Device, item)
