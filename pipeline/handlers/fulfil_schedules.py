"""EventBridge schedule to all that is due: pipeline.handlers.fulfil_schedules.handler

In:  the schedule's payload, {"version": 1, "kind": "sweep"}: look for sessions that start soon, for
     held places whose time is over, for places to offer to who waits, for events whose data are
     to be erased, and for jobs that were left lying.
Out: how many of each. A schedule fires at least once: repeating is harmless. A payload of another
     version is parked, not guessed at.

One thing that fails does not keep the others from their turn; the call fails at the end.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from eventsite.core.errors import EventSiteError, Invalid
from eventsite.core.log import correlated
from eventsite.core.services.jobs import revive
from eventsite.core.services.lining_up import tend
from eventsite.core.services.notifying import sweep
from eventsite.core.services.retaining import due
from eventsite.core.wiring import Stores, stores
from pipeline.parking import park
from pipeline.wiring import start

logger = logging.getLogger(__name__)


def _announce(built: Stores, now: datetime) -> int:
    return sweep(built.events, built.agenda, built.deliveries, built.outbox, now)


DUE: dict[str, Callable[[Stores, datetime], int]] = {
    "notifications": _announce,  # first: the only ones that cannot wait a minute
    "places": tend,
    "retentions": due,
    "jobs": revive,
}


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    start("fulfil-schedules")
    with correlated(getattr(context, "aws_request_id", "")):
        if event.get("version") != 1 or event.get("kind") != "sweep":
            park(json.dumps(event), Invalid("This schedule's payload is not known."))
            return {}
        built, now = stores(), datetime.now(UTC)
        done: dict[str, int] = {}
        failures: list[EventSiteError] = []
        for name, do in DUE.items():
            try:
                done[name] = do(built, now)
            except EventSiteError as error:
                logger.exception("left for the next sweep", extra={"due": name, "code": error.code})
                failures.append(error)
        if failures:
            raise failures[0]
        return done
