"""The REST API's one way to say no: domain errors to HTTP, and what every view shares.

Every answer above 399 is ``{"code", "detail", "field", "errors"}``: a stable machine word, a
sentence, the first field that is wrong (or empty), and all of them when there are several. It has
``"replayed": true`` when the same call was refused before and this is that answer again.
"""

from __future__ import annotations

import logging
from typing import Any

from rest_framework import serializers, status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.views import set_rollback

from eventsite.core import errors
from eventsite.core.errors import EventSiteError

logger = logging.getLogger(__name__)

STATUS: dict[type[EventSiteError], int] = {
    errors.Invalid: status.HTTP_400_BAD_REQUEST,
    errors.BadCursor: status.HTTP_400_BAD_REQUEST,
    errors.BadLink: status.HTTP_401_UNAUTHORIZED,
    errors.BadToken: status.HTTP_401_UNAUTHORIZED,
    errors.BadDevice: status.HTTP_401_UNAUTHORIZED,
    errors.BadCode: status.HTTP_401_UNAUTHORIZED,
    errors.BadSignature: status.HTTP_401_UNAUTHORIZED,
    errors.Forbidden: status.HTTP_403_FORBIDDEN,
    errors.NotFound: status.HTTP_404_NOT_FOUND,
    errors.AlreadyRegistered: status.HTTP_409_CONFLICT,
    errors.AlreadyExists: status.HTTP_409_CONFLICT,
    errors.SoldOut: status.HTTP_409_CONFLICT,
    errors.LimitReached: status.HTTP_409_CONFLICT,
    errors.NotAllowed: status.HTTP_409_CONFLICT,
    errors.HoldExpired: status.HTTP_409_CONFLICT,
    errors.NotOnSale: status.HTTP_409_CONFLICT,
    errors.StaleWrite: status.HTTP_409_CONFLICT,
    errors.KeyReused: status.HTTP_422_UNPROCESSABLE_ENTITY,
    errors.Throttled: status.HTTP_429_TOO_MANY_REQUESTS,
    errors.Unavailable: status.HTTP_503_SERVICE_UNAVAILABLE,
    errors.InProgress: status.HTTP_503_SERVICE_UNAVAILABLE,
}
"""Refusals that reach HTTP. Those of the channels never do."""

RETRY_AFTER_SECONDS = "2"

PUBLIC = "public, max-age=30"
"""How anybody may keep what everybody may read: a change of it shows within seconds."""


class ErrorEntrySerializer(serializers.Serializer[Any]):
    """One thing that is wrong."""

    code = serializers.CharField()
    field = serializers.CharField(allow_blank=True)
    detail = serializers.CharField()


class ErrorSerializer(ErrorEntrySerializer):
    """Every answer above 399."""

    errors = ErrorEntrySerializer(many=True, required=False)  # type: ignore[assignment]
    replayed = serializers.BooleanField(
        required=False, help_text="True when this is the answer that the same call got before."
    )


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the answer to an error raised in a view; anything unexpected is a logged 500."""
    set_rollback()
    answer = _refused(error)
    if answer is not None and answer.status_code == status.HTTP_401_UNAUTHORIZED:
        _challenge(answer, context)
    return answer


def answer_to(error: EventSiteError | ValidationError) -> tuple[int, dict[str, Any]]:
    """Return the status and the body of a refusal, for what is refused within a greater answer."""
    answer = _refused(error)
    assert answer is not None  # noqa: S101 - both kinds have one
    return answer.status_code, answer.data


def unexpected() -> dict[str, str]:
    """Return the body of a 500: what went wrong is in the log, under the correlation id."""
    return {"code": "internal", "field": "", "detail": "Something went wrong on our side."}


def _challenge(answer: Response, context: dict[str, Any]) -> None:
    """Say how the view wants to be called; the framework does so only for its own errors."""
    wanted = context["view"].get_authenticate_header(context["request"])
    if wanted:
        answer["WWW-Authenticate"] = wanted


def _refused(error: Exception) -> Response | None:
    if isinstance(error, EventSiteError):
        return _answer(
            STATUS.get(type(error), status.HTTP_500_INTERNAL_SERVER_ERROR),
            [{"code": error.code, "field": error.field, "detail": error.message}],
            {"Retry-After": _wait(error)} if error.retryable else {},
            {"replayed": True} if error.replayed else {},
        )
    if isinstance(error, ValidationError):
        return _answer(error.status_code, _entries(error.detail))
    if isinstance(error, APIException):
        code = error.default_code if isinstance(error.detail, (dict, list)) else error.detail.code
        entry = {"code": code or "error", "field": "", "detail": str(error.detail)}
        headers = {}
        if wait := getattr(error, "wait", None):
            headers["Retry-After"] = str(int(wait) + 1)
        return _answer(error.status_code, [entry], headers)
    return None


def _wait(error: EventSiteError) -> str:
    return str(error.wait_seconds) if isinstance(error, errors.Throttled) else RETRY_AFTER_SECONDS


def _answer(
    code: int,
    entries: list[dict[str, str]],
    headers: dict[str, str] | None = None,
    more: dict[str, Any] | None = None,
) -> Response:
    body: dict[str, Any] = entries[0] | (more or {})
    if len(entries) > 1:
        body["errors"] = entries
    return Response(body, status=code, headers=headers)


def _entries(detail: Any, path: str = "") -> list[dict[str, str]]:
    """Return DRF's nested errors as a flat list with dotted field names."""
    if isinstance(detail, dict):
        pairs = ((_join(path, key), inner) for key, inner in detail.items())
        return [entry for name, inner in pairs for entry in _entries(inner, name)]
    if isinstance(detail, list):
        nested = any(isinstance(inner, (dict, list)) for inner in detail)
        pairs = ((_join(path, str(n)) if nested else path, inner) for n, inner in enumerate(detail))
        return [entry for name, inner in pairs for entry in _entries(inner, name)]
    code = getattr(detail, "code", "invalid")
    return [
        {"code": "invalid" if code == "parse_error" else code, "field": path, "detail": str(detail)}
    ]


def _join(path: str, key: str) -> str:
    if key == "non_field_errors":
        return path
    return f"{path}.{key}" if path else key
