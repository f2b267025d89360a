"""Badges over the REST API: a device records one and gets what stands on it."""

from __future__ import annotations

import base64
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from checkin.scan_api import ScanParser
from checkin.scan_bodies import CODE_MAX, ScanIdField
from checkin.serializers import LayoutSerializer
from eventsite.bodies import TextField, WholeField
from eventsite.callers import DeviceAuthentication, DeviceMay, device_of
from eventsite.core.domain.badge_prints import PrintFormat
from eventsite.core.domain.badges import Face
from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.reasons import REASON
from eventsite.core.domain.staff import DeviceRight
from eventsite.core.services.badges import Order, Printed, face_of, print_badge, shown_ticket
from eventsite.core.services.documents.badges_pdf import badges_pdf
from eventsite.core.services.documents.badges_zpl import DOTS, badge_zpl
from eventsite.core.wiring import secrets, stores
from eventsite.names import NAME_MAX
from eventsite.schema import refusals


class BadgeOrderSerializer(serializers.Serializer[Any]):
    """Whose badge: exactly one of ``registration_id`` and ``ticket_code``."""

    print_id = ScanIdField(help_text="Made by the device, once a badge, and kept for retries.")
    registration_id = TextField(max_length=NAME_MAX, required=False)
    ticket_code = TextField(max_length=CODE_MAX, required=False)
    reason = TextField(
        max_length=REASON.stop - 1,
        required=False,
        default="",
        allow_blank=True,
        help_text="Why another, when the guest has one: the ticket before is then revoked.",
    )
    format = serializers.ChoiceField(
        choices=[each.value for each in PrintFormat], default=PrintFormat.DATA.value
    )
    dpi = WholeField(required=False, default=203, help_text="Of a label printer: 203 or 300.")

    def validate_dpi(self, value: int) -> int:
        if value not in DOTS:
            raise serializers.ValidationError("A label printer has 203 or 300 dpi.")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("registration_id" in attrs) == ("ticket_code" in attrs):
            raise serializers.ValidationError(
                {"registration_id": "Exactly one of registration_id and ticket_code."}
            )
        return attrs


class BadgeSerializer(serializers.Serializer[Any]):
    """A badge: what stands on it, and as a page or a label where that was asked for."""

    registration_id = serializers.CharField()
    serial = serializers.IntegerField()
    first = serializers.BooleanField()
    replayed = serializers.BooleanField(help_text="True when this print_id was recorded before.")
    layout = LayoutSerializer()
    lines = serializers.DictField(child=serializers.CharField(allow_blank=True))
    says = serializers.CharField(help_text="The badge's own name, such as 9F3A-C1D2·0.")
    ticket_code = serializers.CharField()
    pdf = serializers.CharField(required=False, help_text="Base64; when it was asked for.")
    zpl = serializers.CharField(required=False, help_text="When it was asked for.")


class BadgesView(APIView):
    """Badges of guests."""

    authentication_classes = (DeviceAuthentication,)
    permission_classes = (DeviceMay.to(DeviceRight.BADGE),)
    parser_classes = (ScanParser,)

    @extend_schema(
        operation_id="print_badge",
        tags=["check-in"],
        summary="Record a guest's badge and get what stands on it",
        description=(
            "A guest's first badge is given once, whoever asks at the same moment. Another needs "
            "a `reason` (409 `not_allowed` without), and revokes the ticket of the one before. "
            "The same `print_id` again gives the same badge, in any format."
        ),
        request=BadgeOrderSerializer,
        responses={
            200: BadgeSerializer,
            **refusals(400, 401, 403, 404, 409, 415, 422, 503),
        },
    )
    def post(self, request: Request) -> Response:
        device = device_of(request)
        asked = BadgeOrderSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        setup = stores().events.setup(device.event_id)
        done = print_badge(stores(), setup, _order(said, setup, f"device:{device.device_id}"))
        face = face_of(done.registration, done.made.serial, setup, secrets())
        answer = BadgeSerializer(_answer(done, face, said)).data
        return Response(answer, headers={"Cache-Control": "no-store"})


def _order(said: dict[str, Any], setup: EventSetup, by: str) -> Order:
    registration_id, reissue = said.get("registration_id", ""), None
    if "ticket_code" in said:
        ticket = shown_ticket(said["ticket_code"], setup, secrets())
        registration_id, reissue = ticket.registration_id, ticket.reissue
    return Order(
        registration_id=registration_id,
        print_id=said["print_id"],
        by=by,
        at=timezone.now(),
        reason=said["reason"],
        format=PrintFormat(said["format"]),
        reissue=reissue,
    )


def _answer(done: Printed, face: Face, said: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "registration_id": done.registration.registration_id,
        "serial": done.made.serial,
        "first": done.first,
        "replayed": done.replayed,
        "layout": face.layout,
        "lines": face.lines,
        "says": face.serial,
        "ticket_code": face.code,
    }
    if said["format"] == PrintFormat.PDF:
        answer["pdf"] = base64.b64encode(badges_pdf([face])).decode()
    elif said["format"] == PrintFormat.ZPL:
        answer["zpl"] = badge_zpl(face, said["dpi"])
    return answer
