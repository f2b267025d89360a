"""How devices are listed: one event at a time, by the time of their enrolment."""

from __future__ import annotations

from collections.abc import Sequence

from eventsite.core.domain.staff import Device
from eventsite.core.store.pages import Page
from eventsite.core.wiring import stores
from eventsite.repoadmin.sources import Criteria, PagedSource, UnsupportedLookup, fetch_each


class DeviceSource(PagedSource[Device]):
    lookups = frozenset({"event_id"})
    orders = ("-enrolled_at", "enrolled_at")

    def fetch(self, keys: Sequence[str]) -> list[Device]:
        return fetch_each(stores().devices.get, keys)

    def page(self, criteria: Criteria, limit: int, cursor: str | None) -> Page[Device]:
        return stores().devices.of_event(
            self._event(criteria), limit, cursor, oldest_first=criteria.order == "enrolled_at"
        )

    @staticmethod
    def _event(criteria: Criteria) -> str:
        event_id = criteria.where.get("event_id")
        if not event_id:
            raise UnsupportedLookup("devices are listed one event at a time")
        return str(event_id)
