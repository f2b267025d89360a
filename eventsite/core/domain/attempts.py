"""Attempts: registrations that were queued, and what became of them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from eventsite.core.domain.registrations import Guest


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """The outcome of a queued registration.

    ``told`` is the status that a new registration had at that moment, whether or not the address
    was known already; or it is empty and ``code``, ``message`` and ``field`` say why not.
    ``guest`` is who is told of a refusal by mail, if they gave an address.
    """

    attempt_id: str
    event_id: str
    answered_at: datetime
    told: str = ""
    code: str = ""
    message: str = ""
    field: str = ""
    guest: Guest | None = None
    correlation_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What somebody who registered holds: which attempt it was, how many were before it when it
    was queued, and, when it was not queued, what they were told at once.

    ``ahead`` is below 0 when nobody counted.
    """

    event_id: str
    attempt_id: str
    ahead: int = 0
    told: str = ""
