"""A guest's own registration: seeing, changing and ending it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from eventsite.callers import Caller, CognitoAuthentication, own_registration
from eventsite.core.domain.applications import read_answers
from eventsite.core.domain.questions import Answers, checked_answers
from eventsite.core.domain.registrations import (
    ChannelKind,
    Guest,
    Registration,
    RegistrationStatus,
)
from eventsite.core.errors import BadToken, EventSiteError
from eventsite.core.services import deciding
from eventsite.core.services.changing import change_answers, change_guest
from eventsite.core.services.mailing_links import send_again
from eventsite.core.services.personal_data import erase, export
from eventsite.core.wiring import Stores, stores
from eventsite.names import known_registration_id
from eventsite.schema import refusals
from registration.api.base import GuestView
from registration.api.bodies import ApplicationParser, ChangeSerializer
from registration.api.serializers import (
    MailedSerializer,
    MeSerializer,
    OwnRegistrationSerializer,
    RegistrationSerializer,
)
from registration.applying import as_sent

Step = Callable[[Stores, str, datetime], Registration]


class RegistrationView(GuestView):
    """A guest's own registration."""

    parser_classes = (ApplicationParser,)

    @extend_schema(
        operation_id="get_registration",
        tags=["registrations"],
        summary="Show a guest's own registration",
        responses={200: OwnRegistrationSerializer, **refusals(401, 403, 404, 503)},
    )
    def get(self, request: Request, registration_id: str) -> Response:
        registration = own_registration(request, known_registration_id(registration_id))
        page = stores().registrations.guest_page(registration.registration_id)
        context = {"request": request, "page": page, "ahead": _ahead(registration)}
        return Response(OwnRegistrationSerializer(registration, context=context).data)

    @extend_schema(
        operation_id="change_registration",
        tags=["registrations"],
        summary="Change a guest's particulars, answers, or both",
        request=ChangeSerializer,
        responses={200: RegistrationSerializer, **refusals(400, 401, 403, 404, 409, 415, 503)},
    )
    def patch(self, request: Request, registration_id: str) -> Response:
        registration = own_registration(request, known_registration_id(registration_id))
        change = ChangeSerializer(data=request.data)
        change.is_valid(raise_exception=True)
        wanted = change.validated_data
        seen = replace(registration, version=wanted.get("version", registration.version))
        answers = read_answers(wanted["answers"]) if "answers" in wanted else None
        try:
            stored = _changed(seen, wanted.get("guest"), answers)
        except EventSiteError as error:
            raise as_sent(error) from error
        return _shown(request, stored)


class _StepView(GuestView):
    """One thing that a guest does; done again it changes nothing."""

    def step(self, request: Request, registration_id: str, take: Step) -> Response:
        registration = own_registration(request, known_registration_id(registration_id))
        return _shown(request, take(stores(), registration.registration_id, timezone.now()))


class CancelView(_StepView):
    """Giving a place back."""

    @extend_schema(
        operation_id="cancel_registration",
        tags=["registrations"],
        summary="Cancel a registration, or decline the place that it is offered",
        description="Until all of a group are confirmed, this is for all of them.",
        request=None,
        responses={200: RegistrationSerializer, **refusals(401, 403, 404, 409, 503)},
    )
    def post(self, request: Request, registration_id: str) -> Response:
        return self.step(request, registration_id, deciding.cancel)


class ConfirmEmailView(_StepView):
    """Saying that the address is right, by having got the mail."""

    @extend_schema(
        operation_id="confirm_email",
        tags=["registrations"],
        summary="Confirm the e-mail address that the link was sent to",
        request=None,
        responses={200: RegistrationSerializer, **refusals(401, 403, 404, 409, 503)},
    )
    def post(self, request: Request, registration_id: str) -> Response:
        return self.step(request, registration_id, deciding.confirm_email)


class AcceptOfferView(_StepView):
    """Taking the place that came free."""

    @extend_schema(
        operation_id="accept_offer",
        tags=["registrations"],
        summary="Accept the place that the waiting list offers",
        description="To decline it, cancel.",
        request=None,
        responses={200: RegistrationSerializer, **refusals(401, 403, 404, 409, 503)},
    )
    def post(self, request: Request, registration_id: str) -> Response:
        return self.step(request, registration_id, deciding.accept_offer)


class ResendView(GuestView):
    """The mail once more."""

    @extend_schema(
        operation_id="resend",
        tags=["registrations"],
        summary="Mail the guest's link and ticket again, at most every ten minutes",
        request=None,
        responses={202: MailedSerializer, **refusals(401, 403, 404, 409, 503)},
    )
    def post(self, request: Request, registration_id: str) -> Response:
        registration = own_registration(request, known_registration_id(registration_id))
        send_again(stores(), registration, timezone.now())
        return Response({"state": "received"}, status=status.HTTP_202_ACCEPTED)


class DataView(GuestView):
    """Everything that is kept about a guest."""

    @extend_schema(
        operation_id="get_personal_data",
        tags=["registrations"],
        summary="Give everything that is kept about a guest",
        responses={200: OpenApiTypes.OBJECT, **refusals(401, 403, 404, 503)},
    )
    def get(self, request: Request, registration_id: str) -> Response:
        registration = own_registration(request, known_registration_id(registration_id))
        return Response(export(stores(), registration, timezone.now()))


class EraseView(GuestView):
    """Taking the person out of it, for good."""

    @extend_schema(
        operation_id="erase_personal_data",
        tags=["registrations"],
        summary="Erase a guest's personal data; a live registration is cancelled",
        description="Until all of a group are confirmed, the places of all of them are gone.",
        request=None,
        responses={200: RegistrationSerializer, **refusals(401, 403, 404, 503)},
    )
    def post(self, request: Request, registration_id: str) -> Response:
        registration = own_registration(request, known_registration_id(registration_id))
        stored = erase(stores(), registration.registration_id, timezone.now(), deciding.GUEST)
        return _shown(request, stored)


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


def _changed(
    registration: Registration, given: dict[str, Any] | None, answers: Answers | None
) -> Registration:
    """Store particulars and then answers; answers that would be refused stop both."""
    known, now = stores(), timezone.now()
    if answers is not None and given is not None:
        questions = known.events.setup(registration.event_id).questions
        checked_answers(questions, registration.type_id, answers)
    if given is not None:
        registration = change_guest(known, registration, _guest(given, registration.guest), now)
    if answers is not None:
        registration = change_answers(known, registration, answers, now)
    return registration


def _guest(given: dict[str, Any], before: Guest) -> Guest:
    fields = dict(given)
    if "channel" in fields:
        fields["channel"] = ChannelKind(fields["channel"])
    return replace(before, **fields)


def _ahead(registration: Registration) -> int | None:
    """Return how many wait before a guest who waits; None for all others."""
    if registration.status is not RegistrationStatus.WAITLISTED or registration.offered:
        return None
    return stores().registrations.ahead(registration)[0]


def _shown(request: Request, registration: Registration) -> Response:
    return Response(RegistrationSerializer(registration, context={"request": request}).data)
