"""Events and their programme, for everybody."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from django.http import HttpResponseBase, HttpResponseNotModified
from django.utils import timezone
from django.utils.cache import get_conditional_response
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from eventsite.core.domain.applications import PARTY_MAX
from eventsite.core.domain.events import EventSetup
from eventsite.core.wiring import stores
from eventsite.names import known_event_id
from eventsite.rest import PUBLIC
from eventsite.schema import refusals
from registration import availability
from registration.api.base import PublicView
from registration.api.event_serializers import AgendaSerializer, EventSerializer
from registration.times import day_of, zone_of


class EventView(PublicView):
    """One event."""

    @extend_schema(
        operation_id="get_event",
        tags=["events"],
        summary="Tell about an event, its ticket types and its questions",
        auth=[],
        parameters=[
            OpenApiParameter(
                "code",
                str,
                description="A promo code: shows the types that it unlocks, and its prices.",
            )
        ],
        responses={200: EventSerializer, **refusals(404, 409, 503)},
    )
    def get(self, request: Request, event_id: str) -> Response:
        setup = stores().events.setup(known_event_id(event_id))
        typed = request.query_params.get("code", "")
        body = EventSerializer(_event(setup, typed)).data
        return Response(body, headers={"Cache-Control": "no-store" if typed else PUBLIC})


class AgendaView(PublicView):
    """The programme."""

    @extend_schema(
        operation_id="get_agenda",
        tags=["events"],
        summary="List the sessions of an event, or of one day",
        auth=[],
        parameters=[
            OpenApiParameter("day", str, description="YYYY-MM-DD, in the event's zone."),
            OpenApiParameter(
                "If-None-Match", str, OpenApiParameter.HEADER, description="An ETag had before."
            ),
        ],
        responses={
            200: AgendaSerializer,
            304: OpenApiResponse(description="Nothing changed since that ETag."),
            **refusals(400, 404, 503),
        },
    )
    def get(self, request: Request, event_id: str) -> HttpResponseBase:
        asked = request.query_params.get("day")
        day = day_of(asked) if asked is not None else None
        body = _agenda(known_event_id(event_id), day)
        etag = f'"{hashlib.sha256(JSONRenderer().render(body)).hexdigest()[:32]}"'
        headers = {"Cache-Control": PUBLIC, "ETag": etag}
        kept = get_conditional_response(request._request, etag=etag)
        if kept is not None and kept.status_code == status.HTTP_304_NOT_MODIFIED:
            return HttpResponseNotModified(headers=headers)
        return Response(body, headers=headers)


def _event(setup: EventSetup, typed: str) -> dict[str, Any]:
    """Return what is public; of types that stay hidden not even the id."""
    now = timezone.now()
    offers = availability.offers(setup, now, availability.good_code(setup, typed, now))
    shown = {offer.kind.type_id for offer in offers}
    questions = [
        replace(question, type_ids=tuple(each for each in question.type_ids if each in shown))
        for question in availability.questions_for(setup, shown)
    ]
    return {
        "event": setup.event,
        "types": offers,
        "questions": questions,
        "group_max": PARTY_MAX,
    }


def _agenda(event_id: str, day: Any) -> Any:
    known = stores()
    event = known.events.setup(event_id).event
    zone = zone_of(event)
    dated = [(s.starts_at.astimezone(zone).date(), s) for s in known.agenda.of_event(event_id)]
    agenda = {
        "event_id": event_id,
        "zone": event.zone,
        "day": day,
        "days": sorted({start for start, _ in dated}),
        "sessions": [session for start, session in dated if day in (None, start)],
    }
    return AgendaSerializer(agenda).data
