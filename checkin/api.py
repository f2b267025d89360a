"""The check-in REST API: scans get verdicts, devices learn what they may do."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from checkin.serializers import (
    DeviceStatusSerializer,
    ScanSerializer,
    VerdictSerializer,
    device_status,
    verdict_answer,
)
from eventsite.bodies import StrictParser
from eventsite.callers import DeviceAuthentication, DeviceMayScan, device_of
from eventsite.core.domain.scans import Scan
from eventsite.core.services.checking_in import check_in
from eventsite.core.services.doorways import Post
from eventsite.core.wiring import secrets, stores
from eventsite.schema import refusals


class ScanParser(StrictParser):
    """Has room for the longest ticket code with every character escaped."""

    body_max = 64 * 1024


class ScansView(APIView):
    """Scans of tickets."""

    authentication_classes = (DeviceAuthentication,)
    permission_classes = (DeviceMayScan,)
    parser_classes = (ScanParser,)

    @extend_schema(
        operation_id="scan_ticket",
        tags=["check-in"],
        summary="Scan a ticket and get the verdict on it",
        description=(
            "The event is the device's. The same scan again gives its first verdict, with "
            "`replayed` true, so a device may repeat a scan until it has an answer. A refusal "
            "is an answer (200); see `code`."
        ),
        request=ScanSerializer,
        responses={
            200: VerdictSerializer,
            **refusals(400, 401, 403, 404, 415, 422, 503),
        },
    )
    def post(self, request: Request) -> Response:
        device = device_of(request)
        asked = ScanSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        scan = Scan(device_id=device.device_id, event_id=device.event_id, **asked.validated_data)
        setup = stores().events.setup(device.event_id)
        post = Post(
            books=stores(), setup=setup, device=device, secrets=secrets(), now=timezone.now()
        )
        return Response(VerdictSerializer(verdict_answer(scan, check_in(post, scan), setup)).data)


class DeviceView(APIView):
    """The device behind the credential."""

    authentication_classes = (DeviceAuthentication,)
    permission_classes = ()

    @extend_schema(
        operation_id="device_status",
        tags=["check-in"],
        summary="Tell a device its name, event, gates and rights, and the time",
        responses={200: DeviceStatusSerializer, **refusals(401, 404, 503)},
    )
    def get(self, request: Request) -> Response:
        device = device_of(request)
        setup = stores().events.setup(device.event_id)
        status = device_status(device, setup, timezone.now())
        return Response(DeviceStatusSerializer(status).data, headers={"Cache-Control": "no-store"})
