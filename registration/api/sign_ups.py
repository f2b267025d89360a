"""A guest's sign-ups for agenda sessions."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from eventsite.callers import own_registration
from eventsite.core.services.signing_up import sign_off, sign_up
from eventsite.core.wiring import stores
from eventsite.names import known_registration_id, known_session_id
from eventsite.schema import refusals
from registration.api.base import GuestView
from registration.api.serializers import SignUpSerializer


class SignUpView(GuestView):
    """That a guest wants to be at a session; either call may be repeated."""

    @extend_schema(
        operation_id="sign_up",
        tags=["registrations"],
        summary="Sign a guest up for a session",
        request=None,
        responses={200: SignUpSerializer, **refusals(401, 403, 404, 409, 503)},
    )
    def put(self, request: Request, registration_id: str, session_id: str) -> Response:
        registration = own_registration(request, known_registration_id(registration_id))
        wanted = known_session_id(session_id)
        session = sign_up(stores().agenda, registration, wanted, timezone.now())
        shown = {"registration_id": registration.registration_id, "session": session}
        return Response(SignUpSerializer(shown).data)

    @extend_schema(
        operation_id="sign_off",
        tags=["registrations"],
        summary="Take a sign-up back",
        responses={204: OpenApiResponse(description="Gone."), **refusals(401, 403, 404, 503)},
    )
    def delete(self, request: Request, registration_id: str, session_id: str) -> Response:
        registration = own_registration(request, known_registration_id(registration_id))
        sign_off(stores().agenda, registration, known_session_id(session_id))
        return Response(status=status.HTTP_204_NO_CONTENT)
