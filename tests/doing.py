"""What many tests do before they come to their point: take a place, look at what is left."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from eventsite.core.domain.applications import Applicant, Application
from eventsite.core.domain.registrations import Cause, Registration
from eventsite.core.services.drafting import Entry
from eventsite.core.services.registering import Registered, register
from eventsite.core.store.registrations import Placing
from tests.builders import NOON, a_guest


def an_application(**changes: Any) -> Application:
    """One guest who wants a `general` place at `demo`; or ``applicants``."""
    one = {name: changes.pop(name) for name in ("type_id", "guest", "answers") if name in changes}
    fields: dict[str, Any] = {
        "event_id": "demo",
        "applicants": (Applicant(**({"type_id": "general", "guest": a_guest()} | one)),),
    }
    return Application(**(fields | changes))


def an_entry(key: str = "key-1", now: datetime = NOON, **changes: Any) -> Entry:
    return Entry(**({"key": key, "source": "api", "now": now} | changes))


def apply(stores: Any, key: str = "key-1", now: datetime = NOON, **changes: Any) -> Registered:
    """Register as the public does, through the service that all doors use."""
    entry = {n: changes.pop(n) for n in ("source", "clearance", "by") if n in changes}
    return register(stores, an_application(**changes), an_entry(key, now, **entry))


def take_place(stores: Any, key: str = "key-1", **changes: Any) -> Registration:
    return apply(stores, key, **changes).registration


def left(stores: Any, what: str, event_id: str = "demo") -> int:
    """Return how many of a stock are unsold."""
    return int(stores.stock.left(stores.events.get(event_id), what))


def put_registration(stores: Any, registration: Registration, key: str = "key") -> None:
    """Store a registration as it is, with its claim."""
    stores.registrations.add(Placing(party=(registration,), key=key, payload_hash="hash", now=NOON))


def put_cancelled(stores: Any, registration_id: str) -> Registration:
    """Cancel a registration without asking anybody."""
    now = stores.registrations.get(registration_id)
    (gone,) = stores.registrations.move([now], [now.cancelled(Cause.GUEST)])
    return gone  # type: ignore[no-any-return]
