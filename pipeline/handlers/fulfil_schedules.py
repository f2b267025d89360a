"""EventBridge schedule to outbox. Lambda entry point: pipeline.handlers.fulfil_schedules.handler

In:  the schedule's payload, {"version": 1, "kind": "sweep"}: look for sessions that start soon.
Out: {"notifications": n}, the number queued. A schedule fires at least once: repeating is
     harmless. A payload of another version is parked, not guessed at.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from eventsite.core.errors import Invalid
from eventsite.core.log import correlated
from eventsite.core.services.notifying import sweep
from eventsite.core.wiring import stores
from pipeline.parking import park
from pipeline.wiring import start


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    start("fulfil-schedules")
    with correlated(getattr(context, "aws_request_id", "")):
        if event.get("version") != 1 or event.get("kind") != "sweep":
            park(json.dumps(event), Invalid("This schedule's payload is not known."))
            return {"notifications": 0}
        built = stores()
        queued = sweep(
            built.events, built.agenda, built.deliveries, built.outbox, datetime.now(UTC)
        )
        return {"notifications": queued}
