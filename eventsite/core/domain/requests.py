"""Guest requests: what a guest asked for, and how far it got. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from eventsite.core.errors import NotAllowed

QUANTITY_MAX = 20
NOTE_MAX = 200


class RequestStatus(StrEnum):
    OPEN = "open"
    CLAIMED = "claimed"
    READY = "ready"
    FULFILLED = "fulfilled"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


WAITING = (RequestStatus.OPEN, RequestStatus.CLAIMED, RequestStatus.READY)
"""States in which staff still have something to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestRequest:
    """What one guest asked for. ``request_id``: the registration id and 8 hex digits more."""

    event_id: str
    registration_id: str
    request_id: str
    item_id: str
    item_name: str
    station_id: str
    quantity: int
    status: RequestStatus
    requested_at: datetime
    note: str = ""
    fulfilled_at: datetime | None = None
    fulfilled_by: str = ""
    correlation_id: str = ""
    version: int = 1

    def must_be_waiting(self) -> None:
        """Raises NotAllowed when the request is closed."""
        if self.status not in WAITING:
            raise NotAllowed(f"This request is {self.status.value} already.", field="status")


def registration_of(request_id: str) -> str:
    """Return the registration id within a request id."""
    return request_id[:16]
