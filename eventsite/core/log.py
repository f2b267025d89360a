"""JSON logs with ids and no personal data, and the correlation id that ties them together.

One id is born at the API call (or taken from its header), travels in the written item, the
stream, the queues and the deliveries, and is on every line logged on the way.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from eventsite.core.config import config, trace_id

if TYPE_CHECKING:
    from collections.abc import Iterator

_correlation_id: ContextVar[str] = ContextVar("correlation_id", default="")
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{7,63}\Z")


def correlation_id() -> str:
    """Return the id of the action under way, or an empty string."""
    return _correlation_id.get()


def clean_correlation_id(given: str | None) -> str:
    """Return ``given`` when it is safe to log (8 to 64 of A-Za-z0-9._:-), else a new id."""
    return given if given and _SAFE.match(given) else secrets.token_hex(12)


@contextmanager
def correlated(given: str | None) -> Iterator[str]:
    """Run a block under a correlation id; yields the id in use."""
    chosen = clean_correlation_id(given)
    token = _correlation_id.set(chosen)
    try:
        yield chosen
    finally:
        _correlation_id.reset(token)


_GUEST_LINK = re.compile(r"/g/[^/\s'\"]+")


class _Tidy(logging.Filter):
    """Puts the correlation id on a record, and takes guests' signed links off it.

    Django logs the path of what it refuses, and the path of a guest's page is their credential.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if current := _correlation_id.get():
            record.correlation_id = current
        if record.name.startswith("django."):
            record.msg, record.args = _GUEST_LINK.sub("/g/...", record.getMessage()), ()
            record.__dict__.pop("request", None)
        return True


class _JsonFormatter(logging.Formatter):
    """One line, one JSON object: what was said, where, and whatever ``extra`` gave."""

    _standard = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "level": record.levelname,
            "location": f"{record.funcName}:{record.lineno}",
            "message": record.getMessage(),
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "service": self._service,
            "logger": record.name,
        }
        line |= {k: v for k, v in vars(record).items() if k not in self._standard}
        if trace := trace_id():
            line["xray_trace_id"] = trace
        if record.exc_info and record.exc_info[0]:
            line["exception"] = self.formatException(record.exc_info)
            line["exception_name"] = record.exc_info[0].__name__
        return json.dumps(line, default=str, ensure_ascii=False)


class _JsonHandler(logging.StreamHandler):  # type: ignore[type-arg]
    """Ours, so that configuring twice does not log twice."""


_REPLACED = frozenset({"LambdaLoggerHandler", "_JsonHandler"})
"""Handlers that ours stands in for: the one that Lambda's runtime installs, and itself."""


def configure(service: str) -> None:
    """Send every log line of this process to standard error as one JSON object.

    Fields: timestamp (UTC), level, location, logger, message, service, correlation_id,
    xray_trace_id in Lambda, exception, and whatever the call gave in ``extra``. The level comes
    from EVENTSITE_LOG_LEVEL.
    """
    handler = _JsonHandler(sys.stderr)
    handler.setFormatter(_JsonFormatter(service))
    handler.addFilter(_Tidy())
    root = logging.getLogger()
    root.handlers[:] = [h for h in root.handlers if type(h).__name__ not in _REPLACED]
    root.addHandler(handler)
    root.setLevel(config().log_level)
    for chatty in ("botocore", "boto3", "urllib3"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
