"""What every door says alike in the API's schema: who calls, with which key, how it is refused."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiParameter

from eventsite.callers import GUEST_HEADER
from eventsite.rest import ErrorSerializer

KEY_HEADER = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="1 to 128 printable characters; the same again acts only once.",
)


def refusals(*codes: int) -> dict[Any, Any]:
    """Return the error answers of an operation."""
    return {(code, "application/json"): ErrorSerializer for code in codes}


class CallerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How a caller proves who it is; the generator finds each subclass by itself."""

    definition: ClassVar[dict[str, str]] = {}

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return self.definition


class GuestLinkScheme(CallerScheme):  # type: ignore[no-untyped-call]
    target_class = "eventsite.callers.GuestLinkAuthentication"
    name = "guest_token"
    definition = {
        "type": "apiKey",
        "in": "header",
        "name": GUEST_HEADER,
        "description": "The token of a guest's signed link. Opens one registration.",
    }


class CognitoScheme(CallerScheme):  # type: ignore[no-untyped-call]
    target_class = "eventsite.callers.CognitoAuthentication"
    name = "id_token"
    definition = {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An ID token of the guests' Cognito user pool.",
    }


class DeviceScheme(CallerScheme):  # type: ignore[no-untyped-call]
    target_class = "eventsite.callers.DeviceAuthentication"
    name = "device"
    definition = {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": (
            "`Device <device_id>.<secret>`, as given for the device's one-time code. A program "
            "may send `Bearer <access token>` of an app client instead; see docs/devices.md."
        ),
    }
