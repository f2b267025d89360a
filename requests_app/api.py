"""The guest request REST API: guests ask, stations see what waits and hand it over."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from eventsite.callers import (
    CognitoAuthentication,
    DeviceAuthentication,
    DeviceMayFulfil,
    GuestLinkAuthentication,
    device_of,
    own_registration,
)
from eventsite.core.domain.requests import GuestRequest, RequestStatus
from eventsite.core.domain.staff import Device
from eventsite.core.errors import NotFound, StaleWrite
from eventsite.core.services.requesting import Wish, ask, fulfil
from eventsite.core.wiring import stores
from eventsite.names import known_event_id, known_registration_id, known_request_id
from eventsite.rest import PUBLIC
from eventsite.schema import KEY_HEADER, refusals
from requests_app.serializers import (
    AskedSerializer,
    CatalogueSerializer,
    FulfilledSerializer,
    StationQueueSerializer,
    WishSerializer,
)
from requests_app.stations import known_station_id

PAGE_SIZE = 50
"""Requests on one page of a station's queue: more than one person hands out in an hour."""


class RegistrationRequestsView(APIView):
    """What one guest asks for."""

    authentication_classes = (GuestLinkAuthentication, CognitoAuthentication)
    permission_classes = ()

    @extend_schema(
        operation_id="ask_for_item",
        tags=["guest requests"],
        summary="Ask for an item of the catalogue",
        parameters=[KEY_HEADER],
        request=WishSerializer,
        responses={
            201: AskedSerializer,
            200: AskedSerializer,
            **refusals(400, 401, 403, 404, 409, 415, 422, 503),
        },
    )
    def post(self, request: Request, registration_id: str) -> Response:
        registration = own_registration(request, known_registration_id(registration_id))
        wish = WishSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        known = stores()
        asked = ask(
            known.events,
            known.registrations,
            known.requests,
            Wish(registration_id=registration.registration_id, **wish.validated_data),
            idempotency_key=request.headers.get("Idempotency-Key", ""),
            now=timezone.now(),
        )
        answer = AskedSerializer(asked.request, context={"replayed": asked.replayed})
        code = status.HTTP_200_OK if asked.replayed else status.HTTP_201_CREATED
        return Response(answer.data, status=code)


class ItemsView(APIView):
    """The catalogue of an event, for everybody."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(
        operation_id="list_items",
        tags=["guest requests"],
        summary="List what can be asked for at an event",
        auth=[],
        responses={200: CatalogueSerializer, **refusals(404, 503)},
    )
    def get(self, request: Request, event_id: str) -> Response:
        setup = stores().events.setup(known_event_id(event_id))
        return Response(CatalogueSerializer(setup).data, headers={"Cache-Control": PUBLIC})


class StationRequestsView(APIView):
    """The queue of a station."""

    authentication_classes = (DeviceAuthentication,)
    permission_classes = (DeviceMayFulfil,)

    @extend_schema(
        operation_id="list_waiting_requests",
        tags=["guest requests"],
        summary="List the requests that wait at a station, oldest first",
        parameters=[OpenApiParameter("cursor", str, description="`next` of the page before.")],
        responses={200: StationQueueSerializer, **refusals(400, 401, 403, 404, 503)},
    )
    def get(self, request: Request, station_id: str) -> Response:
        device = device_of(request)
        station_id = known_station_id(stores().events.setup(device.event_id), station_id)
        cursor = request.query_params.get("cursor") or None
        page = stores().requests.open_at(device.event_id, station_id, PAGE_SIZE, cursor)
        queue = {"station_id": station_id, "page": page, "server_time": timezone.now()}
        return Response(StationQueueSerializer(queue).data, headers={"Cache-Control": "no-store"})


class FulfilView(APIView):
    """Handing a request over."""

    authentication_classes = (DeviceAuthentication,)
    permission_classes = (DeviceMayFulfil,)

    @extend_schema(
        operation_id="fulfil_request",
        tags=["guest requests"],
        summary="Mark a request as handed over",
        description=(
            "By the same device again: the same answer. After somebody else: 409 `not_allowed`."
        ),
        request=None,
        responses={200: FulfilledSerializer, **refusals(401, 403, 404, 409, 503)},
    )
    def post(self, request: Request, request_id: str) -> Response:
        done = _handed_over(device_of(request), known_request_id(request_id))
        return Response(FulfilledSerializer(done).data)


def _handed_over(device: Device, request_id: str) -> GuestRequest:
    """Fulfil a request of the device's event; again by the same device changes nothing.

    Raises NotFound, NotAllowed (somebody else closed it) or StaleWrite.
    """
    known = stores().requests.get(request_id)
    if known.event_id != device.event_id:
        raise NotFound("There is no such request.", field="request_id")
    if _is_done_by(device, known):
        return known
    try:
        return fulfil(stores().requests, request_id, by=device.device_id, now=timezone.now())
    except StaleWrite:  # somebody came first: perhaps this device's own other try
        known = stores().requests.get(request_id)
        if _is_done_by(device, known):
            return known
        known.must_be_waiting()
        raise


def _is_done_by(device: Device, request: GuestRequest) -> bool:
    return request.status is RequestStatus.FULFILLED and request.fulfilled_by == device.device_id
