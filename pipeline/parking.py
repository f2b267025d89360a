"""Where a handler puts what can never succeed, so that it blocks nothing and is not lost."""

from __future__ import annotations

import logging

from eventsite.core.errors import EventSiteError
from eventsite.core.wiring import stores

logger = logging.getLogger(__name__)


def park(body: str, error: EventSiteError, correlation_id: str = "") -> None:
    """Keep ``body`` in the function's dead-letter queue with its cause. Raises Unavailable."""
    stores().dead_letters.park(
        body,
        code=error.code,
        cause=error.message,
        field=error.field,
        correlation_id=correlation_id,
    )
    told = {"code": error.code, "field": error.field, "correlation_id": correlation_id}
    logger.error("parked in the dead-letter queue", extra=told)
