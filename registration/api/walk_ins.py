"""Walk-ins: a device at the door registers somebody on the spot."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from eventsite.callers import DeviceAuthentication, DeviceMay, device_of
from eventsite.core.domain.applications import read_application
from eventsite.core.domain.registrations import Registration, RegistrationStatus
from eventsite.core.domain.staff import DeviceRight
from eventsite.core.errors import EventSiteError, Forbidden
from eventsite.core.services.drafting import Clearance, Entry
from eventsite.core.services.registering import Registered, register
from eventsite.core.services.ticketing import ticket_code
from eventsite.core.wiring import secrets, stores
from eventsite.names import known_event_id
from eventsite.schema import KEY_HEADER, refusals
from registration.api.base import UnkeptView
from registration.api.bodies import ApplicationParser, WalkInSerializer
from registration.api.serializers import WalkedInSerializer
from registration.applying import as_sent

SOURCE = "walk_in"


class WalkInsView(UnkeptView):
    """People who come without a ticket."""

    authentication_classes = (DeviceAuthentication,)
    permission_classes = (DeviceMay.to(DeviceRight.WALK_IN),)
    parser_classes = (ApplicationParser,)

    @extend_schema(
        operation_id="register_walk_in",
        tags=["registrations"],
        summary="Register somebody at the door",
        description=(
            "For devices with the right `walk_in`. Sells what is not on sale to the public, asks "
            "for no answers and no e-mail address, and takes places that others wait for; it "
            "never oversells. The same Idempotency-Key and body again give the first answer "
            "again, with `replayed` true and 200."
        ),
        parameters=[KEY_HEADER],
        request=WalkInSerializer,
        responses={
            201: WalkedInSerializer,
            200: WalkedInSerializer,
            **refusals(400, 401, 403, 404, 409, 415, 422, 503),
        },
    )
    def post(self, request: Request, event_id: str) -> Response:
        device = device_of(request)
        if known_event_id(event_id) != device.event_id:
            raise Forbidden("This device is at another event.", field="event_id")
        WalkInSerializer(data=request.data).is_valid(raise_exception=True)
        application = read_application(event_id, request.data, address_optional=True)
        entry = Entry(
            key=request.headers.get("Idempotency-Key", ""),
            source=SOURCE,
            now=timezone.now(),
            clearance=Clearance.STAFF,
            by=f"device:{device.device_id}",
        )
        try:
            done = register(stores(), application, entry)
        except EventSiteError as error:
            raise as_sent(error) from error
        return _answer(done)


def _answer(done: Registered) -> Response:
    registration = done.registration
    context = {"ticket_code": _code(registration), "replayed": done.replayed}
    body = WalkedInSerializer(registration, context=context).data
    return Response(body, status=status.HTTP_200_OK if done.replayed else status.HTTP_201_CREATED)


def _code(registration: Registration) -> str | None:
    """Return the ticket's code; nobody has one who is still to pay."""
    if registration.status is not RegistrationStatus.CONFIRMED:
        return None
    setup = stores().events.setup(registration.event_id)
    return ticket_code(registration, setup, secrets())
