"""The roster in the check-in REST API: what devices keep to decide alone."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from checkin.scan_bodies import MomentField
from eventsite.callers import DeviceAuthentication, DeviceMayScan, device_of
from eventsite.core.domain.attendance import Passage
from eventsite.core.domain.rosters import RosterRecord, Standing
from eventsite.core.services.rosters import roster
from eventsite.core.wiring import secrets, stores
from eventsite.schema import refusals

SHAPE_MAX = 64
TAG = 8
"""Characters of a scan's id that tell a device which of its own scans a passage is."""

_PASSAGE = "unix seconds, gate, zone, zone around a session's, direction, start of the scan's id"


class RosterRecordSerializer(serializers.Serializer[Any]):
    """One registration, which only its ticket opens. ``docs/roster.md`` has every byte."""

    k = serializers.CharField(help_text="base64url: what stands for the registration.")
    s = serializers.ChoiceField(
        choices=[each.value for each in Standing],
        help_text="With `gone` there is nothing else: forget the record.",
    )
    t = serializers.IntegerField(help_text="Number of the ticket type.", required=False)
    r = serializers.IntegerField(help_text="Reissue counter of the valid ticket.", required=False)
    q = serializers.BooleanField(
        help_text="Whether a question is to be asked at the door.", required=False
    )
    a = serializers.ListField(
        allow_null=True, help_text=f"The latest entry: {_PASSAGE}.", required=False
    )
    p = serializers.ListField(
        help_text="Every passage in order of time, each like `a`; absent when there is only `a`.",
        required=False,
    )
    n = serializers.CharField(help_text="base64url: the nonce.", required=False)
    c = serializers.CharField(
        help_text="base64url: AES-256-GCM of name and badge lines.", required=False
    )


class RosterSerializer(serializers.Serializer[Any]):
    """A page of the roster. Send ``roster_at`` of the first page as ``since`` next time."""

    records = RosterRecordSerializer(many=True)
    next = serializers.CharField(allow_null=True, help_text="The next cursor.")
    roster_at = serializers.DateTimeField()
    full = serializers.BooleanField(
        help_text="Pages of the whole roster: what is in none of them is to be forgotten."
    )
    shape = serializers.CharField(
        help_text="Send it with `since`: if it changed, the whole roster comes."
    )


class WantedSerializer(serializers.Serializer[Any]):
    """What a device asks for."""

    cursor = serializers.CharField(required=False)
    since = MomentField(required=False)
    shape = serializers.CharField(required=False, max_length=SHAPE_MAX)


class RosterView(APIView):
    """The registrations of the device's event."""

    authentication_classes = (DeviceAuthentication,)
    permission_classes = (DeviceMayScan,)

    @extend_schema(
        operation_id="read_roster",
        tags=["check-in"],
        summary="Read what a device needs to decide alone, or what changed in it",
        description=(
            "Without `since` the whole roster, 1,000 records a page. With `since` what changed, "
            "unless `full` says otherwise. Records name nobody: see `docs/roster.md`."
        ),
        parameters=[
            OpenApiParameter("cursor", str, description="`next` of the page before."),
            OpenApiParameter("since", datetime, description="A `roster_at` got before."),
            OpenApiParameter("shape", str, description="The `shape` got with it."),
        ],
        responses={200: RosterSerializer, **refusals(400, 401, 403, 404, 503)},
    )
    def get(self, request: Request) -> Response:
        device = device_of(request)
        wanted = WantedSerializer(data=request.query_params.dict())
        wanted.is_valid(raise_exception=True)
        asked = wanted.validated_data
        setup = stores().events.setup(device.event_id)
        page = roster(
            stores(),
            setup,
            secrets(),
            timezone.now(),
            cursor=asked.get("cursor"),
            since=asked.get("since"),
            known_shape=asked.get("shape", ""),
        )
        answer = {
            # Not through the serializer: it takes ten times as long as making the records.
            "records": [record_fields(record) for record in page.records],
            "next": page.next,
            "roster_at": serializers.DateTimeField().to_representation(page.at),
            "full": page.full,
            "shape": page.shape,
        }
        return Response(answer, headers={"Cache-Control": "no-store"})


def record_fields(record: RosterRecord) -> dict[str, Any]:
    """Return a record as it goes to devices: short names, as there are 100,000 of them."""
    key = {"k": _text(record.key), "s": record.standing.value}
    if record.standing is Standing.GONE:
        return key
    fields: dict[str, Any] = key | {
        "t": record.type_number,
        "r": record.reissue,
        "q": record.asked,
        "a": _passage(record.last_entry) if record.last_entry else None,
        "n": _text(record.nonce),
        "c": _text(record.sealed),
    }
    if record.passages:
        fields["p"] = [_passage(each) for each in record.passages]
    return fields


def _passage(passage: Passage) -> list[Any]:
    at = round(passage.at.timestamp(), 3)
    where = [passage.gate_id, passage.zone_id, passage.within]
    return [at, *where, passage.direction.value, passage.scan_id[:TAG]]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
