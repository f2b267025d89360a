"""How this door's pages are answered: in the event's zone, with a policy of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self' data:",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
"""No script at all: the pages need none."""

PRIVATE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}

View = Callable[..., HttpResponse]


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    zone: ZoneInfo | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render a page whose times are those of ``zone``."""
    with timezone.override(zone or ZoneInfo("UTC")):
        response = render(request, template, dict(context), status=status)
    response["Content-Security-Policy"] = POLICY
    return response


def unshared(view: View) -> View:
    """Mark a view whose address is for one person: never kept, never told to others."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        for name, value in PRIVATE.items():
            response[name] = value
        return response

    return answer


def private(view: View) -> View:
    """Mark a view whose address opens a registration: unshared, and without CSRF tokens.

    Nothing a browser sends by itself opens it: whoever can make the address has the guest's link
    anyway. And ``no-referrer`` makes browsers send a null Origin, which Django's check refuses.
    """
    return csrf_exempt(unshared(view))
