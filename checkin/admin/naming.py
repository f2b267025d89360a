"""Names of guests and devices for a page of rows, read at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from eventsite.core.wiring import stores
from eventsite.repoadmin.options import RepositoryAdmin

if TYPE_CHECKING:
    _Base = RepositoryAdmin
else:
    _Base = object


def device_names(device_ids: Iterable[str]) -> dict[str, str]:
    """Return names by id, each device read once; the id stands for one that is not there."""
    known = {device_id: stores().devices.get(device_id) for device_id in set(device_ids)}
    return {device_id: device.name if device else device_id for device_id, device in known.items()}


class GuestColumnMixin(_Base):
    """A column ``guest`` that leads to the registration."""

    def prepare(self, rows: list[Any]) -> None:
        """Set each row's ``guest_name``; the registration's id stands for who is not there."""
        super().prepare(rows)
        known = stores().registrations.of_ids(row.registration_id for row in rows)
        for row in rows:
            guest = known.get(row.registration_id)
            row.guest_name = guest.guest.name if guest else row.registration_id

    def prepared(self, row: Any) -> Any:
        """Return a row that ``prepare`` has seen: on the page of one row nobody called it."""
        if not hasattr(row, "guest_name"):
            self.prepare([row])
        return row

    @admin.display(description="guest")
    def guest(self, row: Any) -> str:
        address = reverse("admin:registration_registration_change", args=[row.registration_id])
        return format_html('<a href="{}">{}</a>', address, self.prepared(row).guest_name)
