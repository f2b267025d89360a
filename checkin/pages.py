"""The kiosk page and the script of the worker that reads its camera: shells without data.

What they show comes from the REST API, which the page asks as a device.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from eventsite.middleware import POLICY

LABEL_PRINTER = "http://127.0.0.1:9180"
"""Where the agent of a label printer listens, on the machine that shows the page."""

PAGE_POLICY = POLICY.replace("connect-src 'self'", f"connect-src 'self' {LABEL_PRINTER}")
READER_POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
"""Only the worker may compile WebAssembly; it has no page and no credential."""


def kiosk(request: HttpRequest) -> HttpResponse:
    """Show the kiosk page; only it may use the camera."""
    response = render(request, "checkin/kiosk.html")
    response["Content-Security-Policy"] = PAGE_POLICY
    response["Permissions-Policy"] = "camera=(self), microphone=(), geolocation=()"
    response["Cache-Control"] = "no-cache"
    return response


def reader(request: HttpRequest) -> HttpResponse:
    """Answer the worker's script, which is what its content policy goes with."""
    response = render(request, "checkin/reader.js", content_type="text/javascript")
    response["Content-Security-Policy"] = READER_POLICY
    response["Cache-Control"] = "no-cache"
    return response
