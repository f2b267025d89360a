"""What the views of this door share: who may call, and how answers are kept."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from eventsite.callers import CognitoAuthentication, GuestLinkAuthentication
from eventsite.core.errors import EventSiteError


class PublicView(APIView):
    """For everybody, without a credential."""

    authentication_classes: Any = ()
    permission_classes: Any = ()


class GuestView(PublicView):
    """For a guest's link or account; the view asks for ``own_registration``. Never kept."""

    authentication_classes: Any = (GuestLinkAuthentication, CognitoAuthentication)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer["Cache-Control"] = "no-store"
        return answer


def in_body(error: EventSiteError, part: str, names: frozenset[str]) -> EventSiteError:
    """Return the error with its field as the caller wrote it: email -> guest.email."""
    if error.field in names:
        error.field = f"{part}.{error.field}"
    return error
