"""How guests prove who they are, in the words of the API's schema."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from eventsite.callers import GUEST_HEADER


class GuestLinkScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "eventsite.callers.GuestLinkAuthentication"
    name = "guest_token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": GUEST_HEADER,
            "description": "The token of a guest's signed link. Opens one registration.",
        }


class CognitoScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "eventsite.callers.CognitoAuthentication"
    name = "id_token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "An ID token of the guests' Cognito user pool.",
        }
