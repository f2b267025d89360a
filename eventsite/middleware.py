"""Around every request: its correlation id and log line, its content policy, its refusals."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import ResolverMatch

from eventsite.core.errors import EventSiteError
from eventsite.core.log import correlated

log = logging.getLogger("eventsite.access")

HEADER = "X-Correlation-Id"
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)

Answer = Callable[[HttpRequest], HttpResponseBase]


class CorrelationMiddleware:
    """One id for everything that a request causes, and one log line about it.

    The caller's ``X-Correlation-Id``, else API Gateway's request id, else a new one; it comes
    back in the answer. The line names the route, not the address: no query, no personal data.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        with correlated(request.headers.get(HEADER) or _gateway_id(request)) as correlation_id:
            response = self.get_response(request)
            response[HEADER] = correlation_id
            log.info(
                "request",
                extra={
                    "method": request.method,
                    "route": _route(request.resolver_match),
                    "status": response.status_code,
                    "duration_ms": round((time.perf_counter() - started) * 1000, 1),
                },
            )
        return response


def _gateway_id(request: HttpRequest) -> str | None:
    context = request.META.get("apig_wsgi.request_context")
    return context.get("requestId") if isinstance(context, dict) else None


def _route(match: ResolverMatch | None) -> str:
    return f"/{match.route}" if match else "-"


class ContentSecurityPolicyMiddleware:
    """A strict policy on every answer; a view that needs another sets the header itself."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response


class RefusalMiddleware:
    """Answers an EventSiteError that a page did not handle; REST views have their own handler."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, EventSiteError):
            return None
        from eventsite.error_pages import refused

        if settings.DEBUG or error.retryable:
            log.warning("refused", extra={"code": error.code}, exc_info=error)
        return refused(request, error)
