"""The ticket of a registration, as a picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request

from eventsite.callers import own_registration
from eventsite.core.services.ticketing import ticket_code, ticket_png, ticket_svg
from eventsite.core.wiring import secrets, stores
from eventsite.names import known_registration_id
from eventsite.schema import refusals
from registration.api.base import GuestView


class AnyAccept(BaseContentNegotiation):
    """Pictures for whoever may have them, JSON for refusals, whatever the caller accepts."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> Any:
        return renderers[0], renderers[0].media_type


class _TicketView(GuestView):
    content_negotiation_class = AnyAccept

    def picture(
        self, request: Request, registration_id: str, draw: Callable[[str], bytes], kind: str
    ) -> HttpResponse:
        registration = own_registration(request, known_registration_id(registration_id))
        setup = stores().events.setup(registration.event_id)
        code = ticket_code(registration, setup, secrets())
        return HttpResponse(draw(code), content_type=kind)


class TicketPngView(_TicketView):
    """As a PNG."""

    @extend_schema(
        operation_id="get_ticket_png",
        tags=["registrations"],
        summary="Show the ticket's QR code as a PNG, 392 pixels square",
        responses={
            (200, "image/png"): OpenApiTypes.BINARY,
            **refusals(401, 403, 404, 409, 503),
        },
    )
    def get(self, request: Request, registration_id: str) -> HttpResponse:
        return self.picture(request, registration_id, ticket_png, "image/png")


class TicketSvgView(_TicketView):
    """As an SVG."""

    @extend_schema(
        operation_id="get_ticket_svg",
        tags=["registrations"],
        summary="Show the ticket's QR code as an SVG of any size",
        responses={
            (200, "image/svg+xml"): OpenApiTypes.STR,
            **refusals(401, 403, 404, 409, 503),
        },
    )
    def get(self, request: Request, registration_id: str) -> HttpResponse:
        return self.picture(request, registration_id, ticket_svg, "image/svg+xml")
