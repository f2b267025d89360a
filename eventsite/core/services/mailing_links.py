"""Having the way to a registration mailed to its guest: no view sends anything itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from eventsite.core.domain.addresses import normal_address
from eventsite.core.domain.registrations import Registration
from eventsite.core.errors import NotAllowed
from eventsite.core.log import correlation_id
from eventsite.core.services.registry import Registry

MAIL_WINDOW = timedelta(minutes=10)
"""A guest is told again where their registration is at most once in this time."""


def send_link(
    stores: Registry, event_id: str, registration_id: str, reason: str, now: datetime
) -> bool:
    """Have the way to a registration sent to its guest; False if it was a moment ago.

    ``reason`` is ``asked`` or ``again``.
    """
    seconds = int(MAIL_WINDOW.total_seconds())
    window = int(now.timestamp()) // seconds
    return stores.registrations.wish_mail(
        event_id,
        registration_id,
        reason=reason,
        window=f"{window}",
        ttl=(window + 2) * seconds,
        now=now,
        correlation_id=correlation_id(),
    )


def send_again(stores: Registry, registration: Registration, now: datetime) -> bool:
    """Mail a guest the way to their registration; False when that was done a moment ago."""
    if registration.erased_at is not None:
        raise NotAllowed("The data of this guest were erased.", field="status")
    return send_link(stores, registration.event_id, registration.registration_id, "asked", now)


def send_links(stores: Registry, event_id: str, email: str, now: datetime) -> None:
    """Mail an address the way to all it has at an event. Whether it has any is not told.

    Raises Invalid when it is no address.
    """
    for registration in stores.registrations.of_address(event_id, normal_address(email)):
        if registration.erased_at is None:
            send_link(stores, event_id, registration.registration_id, "asked", now)
