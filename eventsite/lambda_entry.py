"""The Lambda handler of the Django functions ``rest`` and ``office``, behind API Gateway."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from apig_wsgi import make_lambda_handler

from eventsite.wsgi import application

Environ = dict[str, Any]


class UnknownEvent(ValueError):
    """The function was invoked with something that is not an API Gateway proxy request."""


def _from_gateway(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Take the caller's address from API Gateway: X-Forwarded-For is whatever the caller says."""
    identity = environ.get("apig_wsgi.request_context", {}).get("identity") or {}
    if address := identity.get("sourceIp"):
        environ["REMOTE_ADDR"] = address
    return application(environ, start_response)


# Pictures go out in base64; API Gateway turns them back (binary media type */*).
_handle = make_lambda_handler(_from_gateway, binary_support=True)


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Answer one request. Raises UnknownEvent."""
    if not isinstance(event, dict) or not {"httpMethod", "path", "requestContext"} <= event.keys():
        known = sorted(event) if isinstance(event, dict) else type(event).__name__
        raise UnknownEvent(f"not a REST API proxy request: {known}")
    return _handle(event, context)
