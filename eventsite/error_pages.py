"""What is answered outside REST views: JSON for the API's addresses, a page for the others."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from eventsite.core.errors import EventSiteError
from eventsite.refusals import in_words, of_code
from eventsite.rest import RETRY_AFTER_SECONDS, STATUS, unexpected


def refused(request: HttpRequest, error: EventSiteError) -> HttpResponse:
    """Answer a domain error that reached the top of a page."""
    status = STATUS.get(type(error), 500)
    if status >= 500 and not error.retryable:
        return server_error(request)
    body = {"code": error.code, "field": error.field, "detail": error.message}
    response = _answer(request, status, body, in_words(error))
    if error.retryable:
        response["Retry-After"] = RETRY_AFTER_SECONDS
    return response


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _answer(request, 400, _body("invalid", _("This request cannot be understood.")))


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _answer(request, 403, _body("forbidden", _("You may not do this.")))


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form without its CSRF token: an old page, or somebody else's."""
    detail = _("This form is out of date. Go back, reload the page and try again.")
    return _answer(request, 403, _body("csrf", detail))


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _answer(request, 404, _body("not_found", _("There is nothing at this address.")))


def server_error(request: HttpRequest) -> HttpResponse:
    return _answer(request, 500, unexpected(), of_code("internal"))


def _body(code: str, detail: str) -> dict[str, str]:
    return {"code": code, "field": "", "detail": detail}


def _answer(
    request: HttpRequest, status: int, body: dict[str, str], words: str = ""
) -> HttpResponse:
    """Answer a program with ``body``, a person with its detail or with ``words`` instead."""
    if request.path_info.startswith("/api/"):
        return JsonResponse(body, status=status)
    shown = {"request": request, "status": status, **body, "detail": words or body["detail"]}
    page = render_to_string("eventsite/error.html", shown)
    return HttpResponse(page, status=status)
