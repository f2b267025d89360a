"""A device's own calls: getting its credential, telling its status and being told what it needs."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from checkin.device_status import device_status
from checkin.serializers import (
    DeviceStatusSerializer,
    EnrolledSerializer,
    EnrolmentSerializer,
    ReportSerializer,
)
from eventsite.callers import DeviceAuthentication, address_of, device_of
from eventsite.core.domain.scans import clock_ahead_ms
from eventsite.core.domain.staff import Device, DeviceReport, Printer
from eventsite.core.services.enrolling import redeem
from eventsite.core.wiring import secrets, stores
from eventsite.schema import refusals

UNKEPT = {"Cache-Control": "no-store"}


class DeviceView(APIView):
    """The device behind the credential."""

    authentication_classes = (DeviceAuthentication,)
    permission_classes = ()

    @extend_schema(
        operation_id="device_status",
        tags=["check-in"],
        summary="Tell a device what it needs to work",
        responses={200: DeviceStatusSerializer, **refusals(401, 404, 429, 503)},
    )
    def get(self, request: Request) -> Response:
        return _told(device_of(request), {})

    @extend_schema(
        operation_id="report_device_status",
        tags=["check-in"],
        summary="Tell how the device is, and get what it needs to work",
        description=(
            "Devices call this every 15 seconds. It renews the lease; organizers see who did not "
            "call for a minute as offline."
        ),
        request=ReportSerializer,
        responses={200: DeviceStatusSerializer, **refusals(400, 401, 404, 415, 429, 503)},
    )
    def post(self, request: Request) -> Response:
        device = device_of(request)
        said = ReportSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        return _told(device, said.validated_data)


class EnrolmentsView(APIView):
    """Credentials for one-time codes."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(
        operation_id="enrol_device",
        tags=["check-in"],
        summary="Get a device's credential for its one-time code",
        description=(
            "A code is worth one credential, for 15 minutes; a credential that the device had "
            "before ends with it. When the answer gets lost, ask for another code. Ten wrong "
            "codes from one address in 15 minutes, and it has to wait (429)."
        ),
        request=EnrolmentSerializer,
        responses={201: EnrolledSerializer, **refusals(400, 401, 415, 429, 503)},
    )
    def post(self, request: Request) -> Response:
        asked = EnrolmentSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        device, credential = redeem(
            stores(), said["code"], address_of(request), timezone.now(), said["client"]
        )
        answer = {"device_id": device.device_id, "credential": credential}
        return Response(answer, status=status.HTTP_201_CREATED, headers=UNKEPT)


def _told(device: Device, said: dict[str, Any]) -> Response:
    """Keep what the device said, if it said anything, and tell it what it needs."""
    now = timezone.now()
    ahead_ms = clock_ahead_ms(now, said.get("sent_at"))
    told = device_status(stores(), secrets(), device, now, ahead_ms)
    if said:
        report = DeviceReport(
            device_id=device.device_id,
            event_id=device.event_id,
            seen_at=now,
            clock_ahead_ms=ahead_ms,
            gate_id=said["gate_id"],
            to_sync=said["to_sync"],
            roster_at=said["roster_at"],
            printer=Printer(said["printer"]),
            app=said["app"],
        )
        stores().device_reports.keep(report)
    return Response(DeviceStatusSerializer(told).data, headers=UNKEPT)
