"""The ledger: one fact for each change of a registration, from which all counts follow. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from eventsite.core.domain.registrations import Registration


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What one write did to one registration.

    ``before`` and ``after`` are states such as ``none``, ``confirmed``, ``pending:payment``,
    ``waitlisted:offered``. ``places`` is by how much each stock's taken count went up or down.
    """

    event_id: str
    registration_id: str
    version: int
    at: datetime
    before: str
    after: str
    type_id: str
    by: str = ""
    cause: str = ""
    places: dict[str, int] = field(default_factory=dict)
    correlation_id: str = ""


def fact_of(before: Registration | None, after: Registration | None) -> Fact:
    """Return the fact of a change. One of the two is there; without ``after`` it was removed."""
    shown = after or before
    assert shown is not None  # noqa: S101 - a change has an image
    change = Counter(_taken(after))
    change.subtract(_taken(before))
    return Fact(
        event_id=shown.event_id,
        registration_id=shown.registration_id,
        version=after.version if after else shown.version + 1,
        at=shown.changed_at or shown.registered_at,
        before=state_of(before),
        after=state_of(after),
        type_id=shown.type_id,
        by=shown.changed_by,
        cause=shown.cause.value if shown.cause else "",
        places={what: number for what, number in sorted(change.items()) if number},
        correlation_id=shown.correlation_id,
    )


def state_of(registration: Registration | None) -> str:
    """Return a registration's state in one word, with what it waits for."""
    if registration is None:
        return "none"
    if registration.erased_at:
        return "erased"
    waits = "+".join(awaited.value for awaited in registration.awaiting)
    waits = "offered" if registration.offered else waits
    return f"{registration.status.value}:{waits}" if waits else registration.status.value


def taken(facts: Iterable[Fact]) -> dict[str, int]:
    """Return how many places of each stock are taken after these facts."""
    total: Counter[str] = Counter()
    for fact in facts:
        total.update(fact.places)
    return {what: number for what, number in total.items() if number}


def _taken(registration: Registration | None) -> Mapping[str, int]:
    return dict.fromkeys(registration.places, 1) if registration else {}
