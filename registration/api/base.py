"""What the views of this door share: who may call, what a body may be, how answers are kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from eventsite.callers import CognitoAuthentication, GuestLinkAuthentication
from eventsite.core.errors import EventSiteError, Invalid
from eventsite.rest import ErrorSerializer
from registration.api import schemes  # noqa: F401 - names the callers in the schema

BODY_MAX = 16 * 1024
"""Bytes of a body; the largest honest one has about 2,000."""

KEY_HEADER = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="1 to 128 printable characters; the same again registers only once.",
)


class StrictParser(JSONParser):
    """JSON in UTF-8, of a bounded size; nesting that no parser survives is malformed as well."""

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        raw = stream.read(BODY_MAX + 1)
        if len(raw) > BODY_MAX:
            raise Invalid(f"A body has at most {BODY_MAX} bytes.", field="body")
        try:
            return json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise ParseError("The body is not JSON.", code="invalid") from error


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


class PublicView(APIView):
    """For everybody, without a credential."""

    authentication_classes: Any = ()
    permission_classes: Any = ()
    parser_classes = (StrictParser,)


class GuestView(PublicView):
    """For a guest's link or account; the view asks for ``own_registration``. Never kept."""

    authentication_classes: Any = (GuestLinkAuthentication, CognitoAuthentication)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer["Cache-Control"] = "no-store"
        return answer


def refusals(*codes: int) -> dict[Any, Any]:
    """Return the error answers of an operation, for the schema."""
    return {(code, "application/json"): ErrorSerializer for code in codes}


def in_body(error: EventSiteError, part: str, names: frozenset[str]) -> EventSiteError:
    """Return the error with its field as the caller wrote it: email -> guest.email."""
    if error.field in names:
        error.field = f"{part}.{error.field}"
    return error
