"""Registering by API, and a guest's own registration."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from eventsite.callers import Caller, CognitoAuthentication, own_registration
from eventsite.core.domain.links import guest_token
from eventsite.core.domain.registrations import ChannelKind, Guest, Registration
from eventsite.core.errors import BadToken, EventSiteError, Invalid
from eventsite.core.services.registering import (
    Application,
    Registered,
    cancel,
    change_guest,
    register,
)
from eventsite.core.wiring import secrets, stores
from eventsite.names import known_event_id, known_registration_id
from eventsite.schema import KEY_HEADER, refusals
from registration.api.base import GuestView, in_body
from registration.api.serializers import (
    GUEST_FIELDS,
    ApplicationSerializer,
    ChangeSerializer,
    MeSerializer,
    OwnRegistrationSerializer,
    RegisteredSerializer,
    RegistrationSerializer,
)

SOURCE = "api"


class RegistrationsView(GuestView):
    """The door everybody comes in by."""

    authentication_classes = (CognitoAuthentication,)

    @extend_schema(
        operation_id="register",
        tags=["registrations"],
        summary="Register a guest for an event",
        description=(
            "Needs no account. With an ID token the registration belongs to the account, and "
            "the e-mail address may be left out. The same Idempotency-Key and body again give "
            "the first answer again, with `replayed` true and 200."
        ),
        auth=[{}, {"id_token": []}],  # type: ignore[list-item]
        parameters=[KEY_HEADER],
        request=ApplicationSerializer,
        responses={
            201: RegisteredSerializer,
            200: RegisteredSerializer,
            **refusals(400, 401, 404, 409, 415, 422, 503),
        },
    )
    def post(self, request: Request, event_id: str) -> Response:
        given = ApplicationSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        registered = self._register(request, known_event_id(event_id), given.validated_data)
        registration = registered.registration
        token = guest_token(registration.registration_id, secrets().link_keys())
        context = {"request": request, "guest_token": token, "replayed": registered.replayed}
        answer = RegisteredSerializer(registration, context=context).data
        if registered.replayed:
            return Response(answer)
        location = {"Location": answer["links"]["self"]}
        return Response(answer, status=status.HTTP_201_CREATED, headers=location)

    def _register(self, request: Request, event_id: str, given: dict[str, Any]) -> Registered:
        account = request.user if isinstance(request.user, Caller) else Caller()
        fields = {"email": account.email} | given["guest"]
        if not fields["email"]:
            raise Invalid("An e-mail address is needed.", field="guest.email")
        known = stores()
        try:
            return register(
                known.events,
                known.registrations,
                Application(
                    event_id=event_id,
                    type_id=given["type_id"],
                    guest=_guest(fields),
                    account_id=account.account_id,
                ),
                idempotency_key=request.headers.get("Idempotency-Key", ""),
                source=SOURCE,
                now=timezone.now(),
            )
        except EventSiteError as error:
            raise in_body(error, "guest", GUEST_FIELDS) from error


class RegistrationView(GuestView):
    """A guest's own registration."""

    @extend_schema(
        operation_id="get_registration",
        tags=["registrations"],
        summary="Show a guest's own registration",
        responses={200: OwnRegistrationSerializer, **refusals(401, 403, 404, 503)},
    )
    def get(self, request: Request, registration_id: str) -> Response:
        registration = own_registration(request, known_registration_id(registration_id))
        page = stores().registrations.guest_page(registration.registration_id)
        context = {"request": request, "page": page}
        return Response(OwnRegistrationSerializer(registration, context=context).data)

    @extend_schema(
        operation_id="change_guest",
        tags=["registrations"],
        summary="Change a guest's particulars",
        request=ChangeSerializer,
        responses={200: RegistrationSerializer, **refusals(400, 401, 403, 404, 409, 415, 503)},
    )
    def patch(self, request: Request, registration_id: str) -> Response:
        registration = own_registration(request, known_registration_id(registration_id))
        change = ChangeSerializer(data=request.data)
        change.is_valid(raise_exception=True)
        seen = change.validated_data.get("version", registration.version)
        guest = _guest(change.validated_data["guest"], registration.guest)
        try:
            stored = change_guest(
                stores().registrations, replace(registration, version=seen), guest
            )
        except EventSiteError as error:
            raise in_body(error, "guest", GUEST_FIELDS) from error
        return _shown(request, stored)


class CancelView(GuestView):
    """Giving a place back."""

    @extend_schema(
        operation_id="cancel_registration",
        tags=["registrations"],
        summary="Cancel a registration and give its place back",
        request=None,
        responses={200: RegistrationSerializer, **refusals(401, 403, 404, 409, 503)},
    )
    def post(self, request: Request, registration_id: str) -> Response:
        registration = own_registration(request, known_registration_id(registration_id))
        return _shown(request, cancel(stores().registrations, registration.registration_id))


class MeView(GuestView):
    """The account behind an ID token."""

    authentication_classes = (CognitoAuthentication,)

    @extend_schema(
        operation_id="get_me",
        tags=["registrations"],
        summary="Tell which account an ID token stands for",
        responses={200: MeSerializer, **refusals(401, 503)},
    )
    def get(self, request: Request) -> Response:
        if not isinstance(request.user, Caller):
            raise BadToken("An ID token is needed.", field="Authorization")
        return Response(MeSerializer(request.user).data)


def _guest(given: dict[str, Any], before: Guest | None = None) -> Guest:
    fields = dict(given)
    if "channel" in fields:
        fields["channel"] = ChannelKind(fields["channel"])
    return replace(before, **fields) if before else Guest(**fields)


def _shown(request: Request, registration: Registration) -> Response:
    return Response(RegistrationSerializer(registration, context={"request": request}).data)
