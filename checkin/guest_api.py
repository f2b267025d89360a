"""Searching for guests at the door, for who comes without a ticket."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from eventsite.callers import DeviceAuthentication, DeviceMay, device_of
from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.registrations import Registration, RegistrationStatus
from eventsite.core.domain.staff import DeviceRight
from eventsite.core.services.doorways import standing_of
from eventsite.core.services.searching import search
from eventsite.core.wiring import stores
from eventsite.schema import refusals

PAGE = 20
"""Guests of one page: what fits a phone without much scrolling."""


class FoundGuestSerializer(serializers.Serializer[Any]):
    """A guest, with just what people at a door need to tell them apart."""

    registration_id = serializers.CharField()
    name = serializers.CharField()
    type_id = serializers.CharField()
    type_name = serializers.CharField()
    status = serializers.ChoiceField(choices=[s.value for s in RegistrationStatus])
    inside = serializers.BooleanField()
    first_at = serializers.DateTimeField(allow_null=True, help_text="When they were let in first.")


class FoundGuestsSerializer(serializers.Serializer[Any]):
    """A page of guests by name."""

    guests = FoundGuestSerializer(many=True)
    next = serializers.CharField(allow_null=True, help_text="The cursor of the next page.")


class GuestsView(APIView):
    """Guests of the device's event."""

    authentication_classes = (DeviceAuthentication,)
    permission_classes = (DeviceMay.to(DeviceRight.SEARCH),)

    @extend_schema(
        operation_id="search_guests",
        tags=["check-in"],
        summary="Find guests by name, e-mail address or ticket number",
        description=(
            "At least two characters: the beginning of a first or last name, a whole e-mail "
            "address, or the number on a ticket. Of several words the last begins the last name. "
            "Only guests of the device's event are found."
        ),
        parameters=[
            OpenApiParameter("query", str, required=True),
            OpenApiParameter("cursor", str, description="Of the page before."),
        ],
        responses={200: FoundGuestsSerializer, **refusals(400, 401, 403, 503)},
    )
    def get(self, request: Request) -> Response:
        event_id = device_of(request).event_id
        found = search(
            stores().registrations,
            event_id,
            request.query_params.get("query", ""),
            PAGE,
            request.query_params.get("cursor") or None,
        )
        setup = stores().events.setup(event_id)
        body = {"guests": _shown(found.items, setup), "next": found.next}
        return Response(FoundGuestsSerializer(body).data, headers={"Cache-Control": "no-store"})


def _shown(guests: Sequence[Registration], setup: EventSetup) -> list[dict[str, Any]]:
    attended = stores().scans.attendances([guest.registration_id for guest in guests])
    names = {kind.type_id: kind.name for kind in setup.types}
    now, shown = timezone.now(), []
    for guest in guests:
        mine = attended.get(guest.registration_id)
        entry = mine.first_entry if mine else None
        shown.append(
            {
                "registration_id": guest.registration_id,
                "name": guest.guest.name,
                "type_id": guest.type_id,
                "type_name": names.get(guest.type_id, guest.type_id),
                "status": guest.status.value,
                "inside": bool(mine and standing_of(setup, mine, now).inside),
                "first_at": entry.at if entry else None,
            }
        )
    return shown
