"""What the views of this door share: who may call, and how answers are kept."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from eventsite.callers import CognitoAuthentication, GuestLinkAuthentication


class PublicView(APIView):
    """For everybody, without a credential."""

    authentication_classes: Any = ()
    permission_classes: Any = ()


class UnkeptView(PublicView):
    """Its answers are for the caller alone and never kept."""

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer["Cache-Control"] = "no-store"
        return answer


class GuestView(UnkeptView):
    """For a guest's link or account; the view asks for ``own_registration``."""

    authentication_classes: Any = (GuestLinkAuthentication, CognitoAuthentication)
