"""Registering by API, and asking what became of it. Nobody learns here who is known already."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from eventsite.callers import Caller, CognitoAuthentication
from eventsite.core.domain.attempts import Receipt
from eventsite.core.domain.links import receipt_behind
from eventsite.core.services.mailing_links import send_links
from eventsite.core.services.rushing import standing
from eventsite.core.wiring import secrets, stores
from eventsite.names import known_event_id, known_message_id
from eventsite.schema import KEY_HEADER, refusals
from registration.api.base import UnkeptView
from registration.api.bodies import (
    AddressSerializer,
    ApplicationParser,
    ApplicationSerializer,
    GroupSerializer,
)
from registration.api.serializers import (
    AttemptSerializer,
    MailedSerializer,
    ReceivedSerializer,
    RegisteredGroupSerializer,
    RegisteredSerializer,
)
from registration.applying import NOBODY, Account, Taken, take_in

SOURCE = "api"

LOOK_MIN, LOOK_MAX = 2, 30
"""Seconds until it makes sense to ask again."""

PER_SECOND = 100
"""About how many the queue's workers take in a second: what the time to wait is guessed by."""

ALIKE = (
    "Needs no account. Whoever has not proved the e-mail address is answered 202, in the same "
    "words whether the address is known or not: ids, tokens and links come by mail. In a rush "
    "everybody is answered 202 with `state` queued; `links.status` tells what becomes of it. "
    "With an ID token whose verified address is that of the (first) guest, the answer is 201 "
    "with everything, the registration belongs to the account, and the address may be left out. "
    "The same Idempotency-Key and body again give the first answer again, refusals too, with "
    "`replayed` true."
)


class _RegisteringView(UnkeptView):
    authentication_classes = (CognitoAuthentication,)
    parser_classes = (ApplicationParser,)

    def take(
        self, request: Request, event_id: str, shape: type[serializers.Serializer[Any]]
    ) -> Taken:
        """Check the body's types and hand it over as it came: the queue keeps it so as well."""
        shape(data=request.data).is_valid(raise_exception=True)
        return take_in(
            known_event_id(event_id),
            request.data,
            key=request.headers.get("Idempotency-Key", ""),
            source=SOURCE,
            account=_account(request),
        )


class RegistrationsView(_RegisteringView):
    """The door everybody comes in by."""

    @extend_schema(
        operation_id="register",
        tags=["registrations"],
        summary="Register a guest for an event",
        description=ALIKE,
        auth=[{}, {"id_token": []}],  # type: ignore[list-item]
        parameters=[KEY_HEADER],
        request=ApplicationSerializer,
        responses={
            202: ReceivedSerializer,
            201: RegisteredSerializer,
            200: RegisteredSerializer,
            **refusals(400, 401, 404, 409, 415, 422, 503),
        },
    )
    def post(self, request: Request, event_id: str) -> Response:
        taken = self.take(request, event_id, ApplicationSerializer)
        if not taken.registrations:
            return received(request, taken)
        context = {"request": request, "replayed": taken.replayed}
        answer = RegisteredSerializer(taken.registrations[0], context=context).data
        return _registered(taken, answer, answer["links"]["self"])


class GroupsView(_RegisteringView):
    """The same for up to 20 who come together."""

    @extend_schema(
        operation_id="register_group",
        tags=["registrations"],
        summary="Register up to 20 guests, all or none",
        description=ALIKE,
        auth=[{}, {"id_token": []}],  # type: ignore[list-item]
        parameters=[KEY_HEADER],
        request=GroupSerializer,
        responses={
            202: ReceivedSerializer,
            201: RegisteredGroupSerializer,
            200: RegisteredGroupSerializer,
            **refusals(400, 401, 404, 409, 415, 422, 503),
        },
    )
    def post(self, request: Request, event_id: str) -> Response:
        taken = self.take(request, event_id, GroupSerializer)
        if not taken.registrations:
            return received(request, taken)
        context = {"request": request, "replayed": taken.replayed}
        shown = {"registrations": taken.registrations, "replayed": taken.replayed}
        answer = RegisteredGroupSerializer(shown, context=context).data
        return _registered(taken, answer, answer["registrations"][0]["links"]["self"])


class AttemptView(UnkeptView):
    """The status address that registering answers."""

    @extend_schema(
        operation_id="get_attempt",
        tags=["registrations"],
        summary="Tell what became of a call to register",
        auth=[],
        responses={200: AttemptSerializer, **refusals(401, 503)},
    )
    def get(self, request: Request, receipt: str) -> Response:
        return _outcome(receipt_behind(receipt, secrets().link_keys()))


class QueuedAttemptView(UnkeptView):
    """The same for those whom API Gateway queued by itself: it knows no more than an id."""

    @extend_schema(
        operation_id="get_queued_attempt",
        tags=["registrations"],
        summary="Tell what became of a message in the queue",
        description=(
            "`message_id` is the `correlation_id` that the rush address answered. An id that it "
            "never answered looks queued."
        ),
        auth=[],
        responses={200: AttemptSerializer, **refusals(404, 503)},
    )
    def get(self, request: Request, event_id: str, message_id: str) -> Response:
        asked = known_event_id(event_id), known_message_id(message_id)
        return _outcome(Receipt(event_id=asked[0], attempt_id=asked[1], ahead=-1))


class LinksView(UnkeptView):
    """For guests who lost their mail."""

    @extend_schema(
        operation_id="send_links",
        tags=["registrations"],
        summary="Mail an address the links to all its registrations at an event",
        description="The answer is the same whether there are any.",
        auth=[],
        request=AddressSerializer,
        responses={202: MailedSerializer, **refusals(400, 404, 415, 503)},
    )
    def post(self, request: Request, event_id: str) -> Response:
        asked = AddressSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        event = stores().events.setup(known_event_id(event_id)).event
        send_links(stores(), event.event_id, asked.validated_data["email"], timezone.now())
        return Response({"state": "received"}, status=status.HTTP_202_ACCEPTED)


def received(request: Request, taken: Taken) -> Response:
    """Answer whoever has proved nothing."""
    receipt = taken.receipt
    address = reverse("registration:api-attempt", [taken.token], request=request)
    body = {
        "state": "queued" if taken.queued else "received",
        "status": receipt.told or None,
        "place": receipt.ahead if taken.queued else None,
        "replayed": taken.replayed,
        "links": {"status": address},
    }
    headers = {"Location": address}
    if taken.queued:
        headers["Retry-After"] = str(look_again(receipt.ahead))
    return Response(ReceivedSerializer(body).data, status=status.HTTP_202_ACCEPTED, headers=headers)


def look_again(place: int) -> int:
    """Return in how many seconds somebody with so many before them should ask again."""
    return min(max(LOOK_MIN, place // PER_SECOND), LOOK_MAX)


def _registered(taken: Taken, answer: Any, address: str) -> Response:
    if taken.replayed:
        return Response(answer)
    return Response(answer, status=status.HTTP_201_CREATED, headers={"Location": address})


def _outcome(receipt: Receipt) -> Response:
    if receipt.told:
        return Response(AttemptSerializer({"state": "received", "status": receipt.told}).data)
    now = standing(stores(), receipt)
    if now.answer is None or now.answer.event_id != receipt.event_id:
        body = {"state": "queued", "place": now.place}
        wait = {"Retry-After": str(look_again(now.place))}
        return Response(AttemptSerializer(body).data, headers=wait)
    told = now.answer
    if told.told:
        return Response(AttemptSerializer({"state": "received", "status": told.told}).data)
    refused = {"code": told.code, "detail": told.message, "field": told.field}
    return Response(AttemptSerializer({"state": "refused", **refused}).data)


def _account(request: Request) -> Account:
    caller = request.user
    if not isinstance(caller, Caller) or not caller.email_verified:
        return NOBODY
    return Account(account_id=caller.account_id, proved_email=caller.email)
