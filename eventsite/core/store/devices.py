"""Devices: each stands alone, an index lists those of an event; and what they last said."""

from __future__ import annotations

from datetime import datetime, timedelta

from eventsite.core.domain.staff import Device, DeviceReport
from eventsite.core.errors import AlreadyExists, NotFound
from eventsite.core.store import office_keys
from eventsite.core.store.caching import Cache
from eventsite.core.store.items import SCHEMA, Item, dump, load, time_text
from eventsite.core.store.pages import Access, Page
from eventsite.core.store.table import ConditionFailed, Table, TransactionRefused

REPORT_EVERY = timedelta(seconds=10)
"""What a device says is kept at most this often, however often it says something."""

REPORT_KEPT = timedelta(days=30)
"""Then what a device last said is deleted."""


RECENT = timedelta(seconds=5)
"""How long a process may go on with a device that it read."""


class DeviceRepository:
    """Kiosks and staff phones by id."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._recent: Cache[Device | None] = Cache(RECENT)

    def add(self, device: Device) -> Device:
        """Write a new device. Raises AlreadyExists."""
        try:
            self.table.put(_item(device), "attribute_not_exists(pk)")
        except ConditionFailed as taken:
            raise AlreadyExists("A device with this id exists.") from taken
        return device

    def add_with_code(self, device: Device) -> Device:
        """Write a new device and what leads to it from its code. Raises AlreadyExists."""
        new = self.table.putting(_item(device), "attribute_not_exists(pk)")
        try:
            self.table.transact(new, self.table.putting(_code_item(device)))
        except TransactionRefused as taken:
            raise AlreadyExists("A device with this id exists.") from taken
        return device

    def get(self, device_id: str) -> Device | None:
        """Return a device, strongly consistent: a revocation holds from the next scan."""
        item = self.table.get(office_keys.device(device_id), consistent=True)
        return load(Device, item) if item else None

    def recent(self, device_id: str) -> Device | None:
        """Return a device as it was at most five seconds ago, for who reads it again anyway."""
        return self._recent.get(device_id, self.get)

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

    def renew_code(self, device: Device) -> None:
        """Give a device the code that it is read with, instead of any other; its secret stays.

        Raises NotFound when it is gone or revoked.
        """
        renewing = self.table.updating(
            office_keys.device(device.device_id),
            "SET code_hash = :hash, code_until = :until ADD version :one",
            {":hash": device.code_hash, ":until": _until(device), ":one": 1},
            "attribute_exists(pk) AND attribute_not_exists(revoked_at)",
        )
        try:
            self.table.transact(renewing, self.table.putting(_code_item(device)))
        except TransactionRefused as gone:
            raise NotFound("No such device, or it was revoked.") from gone

    def of_code(self, code_hash: str) -> str | None:
        """Return the id of the device that a code was made for; ``redeem`` decides if it counts."""
        item = self.table.get(office_keys.device_code(code_hash), consistent=True)
        return str(item["device_id"]) if item else None

    def redeem(
        self, device_id: str, code_hash: str, secret_hash: str, client: str, now: datetime
    ) -> Device | None:
        """Give a device its secret, if the code is its latest, not over and not used; else None.

        One write on one item: of any number at once, one gets it.
        """
        try:
            item = self.table.update(
                office_keys.device(device_id),
                "SET secret_hash = :secret, client = :client, code_hash = :none"
                " REMOVE code_until ADD version :one",
                {
                    ":secret": secret_hash,
                    ":client": client,
                    ":none": "",
                    ":hash": code_hash,
                    ":now": time_text(now),
                    ":one": 1,
                },
                "code_hash = :hash AND code_until > :now AND attribute_not_exists(revoked_at)",
            )
        except ConditionFailed:
            return None
        return load(Device, item)


class DeviceReportRepository:
    """What devices last said of themselves."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def keep(self, report: DeviceReport) -> bool:
        """Store a report; returns False when the device made one a few seconds ago."""
        item = dump("device_report", report) | office_keys.device_report(report.device_id)
        item["actor_pk"] = office_keys.device_reports(report.event_id)
        item["actor_sk"] = report.device_id
        item["ttl"] = int((report.seen_at + REPORT_KEPT).timestamp())
        try:
            self.table.put(
                item,
                "attribute_not_exists(pk) OR seen_at < :before",
                {":before": time_text(report.seen_at - REPORT_EVERY)},
            )
        except ConditionFailed:
            return False
        return True

    def of_event(self, event_id: str) -> list[DeviceReport]:
        """Return what each of an event's devices said last."""
        access = Access(self.table, office_keys.device_reports(event_id), "by_actor")
        return [load(DeviceReport, item) for item in access.stream()]


def _item(device: Device) -> Item:
    item = dump("device", device) | office_keys.device(device.device_id)
    item["actor_pk"] = office_keys.device_directory(device.event_id)
    item["actor_sk"] = f"{time_text(device.enrolled_at)}#{device.device_id}"
    return item


def _code_item(device: Device) -> Item:
    """Return what leads from a code to its device; what the device says decides, so it may stay."""
    key = office_keys.device_code(device.code_hash)
    ttl = int(device.code_until.timestamp()) if device.code_until else 0
    return {
        "entity": "device_code",
        "schema": SCHEMA,
        "device_id": device.device_id,
        "ttl": ttl,
    } | key


def _until(device: Device) -> str:
    return time_text(device.code_until) if device.code_until else ""
