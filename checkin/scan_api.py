"""The check-in REST API: scans get verdicts, one by one or many at once, and can be undone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from checkin.scan_bodies import BatchSerializer, ScanSerializer, UndoSerializer, scan_of
from checkin.verdict_answers import (
    BatchAnswerSerializer,
    UndoneSerializer,
    VerdictSerializer,
    verdict_answer,
)
from eventsite.bodies import StrictParser
from eventsite.callers import (
    DeviceAuthentication,
    DeviceMay,
    DeviceMayScan,
    device_of,
)
from eventsite.core.domain.scans import Scan
from eventsite.core.domain.staff import DeviceRight
from eventsite.core.errors import EventSiteError
from eventsite.core.services.checking_in import check_in
from eventsite.core.services.doorways import Answer, Post
from eventsite.core.services.merging import merge
from eventsite.core.services.overseeing import Reasoned, undo_scan
from eventsite.core.wiring import secrets, stores
from eventsite.rest import answer_to
from eventsite.schema import refusals


class ScanParser(StrictParser):
    """Has room for the longest ticket code with every character escaped."""

    body_max = 64 * 1024


class BatchParser(StrictParser):
    """Has room for 500 scans with answers; a function's call takes 6 MB."""

    body_max = 4 * 1024 * 1024


class ScansView(APIView):
    """Scans of tickets."""

    authentication_classes = (DeviceAuthentication,)
    reads_device_again = True
    permission_classes = (DeviceMayScan,)
    parser_classes = (ScanParser,)

    @extend_schema(
        operation_id="scan_ticket",
        tags=["check-in"],
        summary="Scan a ticket and get the verdict on it",
        description=(
            "The event is the device's. The same scan again gives its first verdict, with "
            "`replayed` true, so a device may repeat a scan until it has an answer. A refusal "
            "is an answer (200); see `code`. After `needs_answers` the device asks, and scans "
            "again under a new `scan_id` with `answers`. A device that decided alone because "
            "nobody answered sends the same scan with `offline_code`."
        ),
        request=ScanSerializer,
        responses={
            200: VerdictSerializer,
            **refusals(400, 401, 403, 404, 415, 422, 503),
        },
    )
    def post(self, request: Request) -> Response:
        asked = ScanSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        post = post_of(request, remembered=True)
        scan = scan_of(asked.validated_data, post.device, post.setup, post.now)
        answer = _judged(post, scan)
        return Response(verdict_answer(scan, answer, post.setup))


class BatchView(APIView):
    """Many scans at once, of a device that was offline."""

    authentication_classes = (DeviceAuthentication,)
    permission_classes = (DeviceMayScan,)
    parser_classes = (BatchParser,)

    @extend_schema(
        operation_id="upload_scans",
        tags=["check-in"],
        summary="Upload what was scanned offline",
        description=(
            "Each scan is judged for itself, in the order given, and answered as if it had been "
            "sent alone: `status` is the HTTP status, with a verdict or an error. The order of "
            "uploads does not matter: passages are sorted by the time at which they were scanned."
        ),
        request=BatchSerializer,
        responses={200: BatchAnswerSerializer, **refusals(400, 401, 403, 404, 415, 503)},
    )
    def post(self, request: Request) -> Response:
        asked = BatchSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        post, sent_at = post_of(request), asked.validated_data.get("sent_at")
        answers = [_entry(post, said, sent_at) for said in asked.validated_data["scans"]]
        return Response({"answers": answers})


class UndoView(APIView):
    """Undoing a scan."""

    authentication_classes = (DeviceAuthentication,)
    permission_classes = (DeviceMay.to(DeviceRight.FORCE),)
    parser_classes = (StrictParser,)

    @extend_schema(
        operation_id="undo_scan",
        tags=["check-in"],
        summary="Let a scan that admitted somebody count no more",
        description=(
            "Nothing is deleted: undoing is a new fact with a reason. The verdict of the scan "
            "stays what it was. The same undo again changes nothing."
        ),
        request=UndoSerializer,
        responses={
            200: UndoneSerializer,
            **refusals(400, 401, 403, 404, 409, 415, 422, 503),
        },
    )
    def post(self, request: Request, scan_id: str) -> Response:
        asked = UndoSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        said, post = asked.validated_data, post_of(request)
        device_id = said.get("device_id") or post.device.device_id
        act = Reasoned(by=f"device:{post.device.device_id}", at=post.now, reason=said["reason"])
        done, replayed = undo_scan(
            stores(), post.setup, said["undo_id"], (device_id, str(scan_id)), act
        )
        body = {
            "undo_id": done.undo_id,
            "scan_id": done.scan_id,
            "device_id": done.of_device,
            "undone_at": done.undone_at,
            "replayed": replayed,
        }
        return Response(UndoneSerializer(body).data)


def post_of(request: Request, *, remembered: bool = False) -> Post:
    """Return the post of the device that calls. Raises BadDevice, NotFound."""
    device = device_of(request)
    return Post(
        books=stores(),
        setup=stores().events.setup(device.event_id),
        device=device,
        secrets=secrets(),
        now=timezone.now(),
        remembered=remembered,
    )


def _judged(post: Post, scan: Scan) -> Answer:
    return merge(post, scan) if scan.offline_code else check_in(post, scan)


def _entry(post: Post, said: dict[str, Any], sent_at: datetime | None) -> dict[str, Any]:
    """Return the answer to one scan of an upload; what is wrong with it is its own matter.

    Raises what is retryable: the device sends the whole upload again.
    """
    entry: dict[str, Any] = {"scan_id": str(said.get("scan_id", ""))[:64]}
    try:
        asked = ScanSerializer(data=said)
        asked.is_valid(raise_exception=True)
        scan = scan_of(asked.validated_data, post.device, post.setup, post.now, sent_at)
        told = verdict_answer(scan, _judged(post, scan), post.setup)
    except (EventSiteError, ValidationError) as error:
        if getattr(error, "retryable", False):
            raise
        code, body = answer_to(error)
        return entry | {"status": code, "verdict": None, "error": body}
    return entry | {"status": status.HTTP_200_OK, "verdict": told, "error": None}
