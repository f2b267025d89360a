"""A guest's documents: the ticket as picture and PDF, and calendar entries."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request

from eventsite.callers import own_registration
from eventsite.names import known_registration_id
from eventsite.schema import refusals
from registration import documents
from registration.api.base import GuestView
from registration.documents import Document


class AnyAccept(BaseContentNegotiation):
    """Documents for whoever may have them, JSON for refusals, whatever the caller accepts."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> Any:
        return renderers[0], renderers[0].media_type


class _DocumentView(GuestView):
    content_negotiation_class = AnyAccept

    def document(self, request: Request, registration_id: str, make: Document) -> HttpResponse:
        registration = own_registration(request, known_registration_id(registration_id))
        return make(registration)


class TicketPngView(_DocumentView):
    """As a PNG."""

    @extend_schema(
        operation_id="get_ticket_png",
        tags=["registrations"],
        summary="Show the ticket's QR code as a PNG, 392 pixels square",
        responses={(200, "image/png"): OpenApiTypes.BINARY, **refusals(401, 403, 404, 409, 503)},
    )
    def get(self, request: Request, registration_id: str) -> HttpResponse:
        return self.document(request, registration_id, documents.png)


class TicketSvgView(_DocumentView):
    """As an SVG."""

    @extend_schema(
        operation_id="get_ticket_svg",
        tags=["registrations"],
        summary="Show the ticket's QR code as an SVG of any size",
        responses={(200, "image/svg+xml"): OpenApiTypes.STR, **refusals(401, 403, 404, 409, 503)},
    )
    def get(self, request: Request, registration_id: str) -> HttpResponse:
        return self.document(request, registration_id, documents.svg)


class TicketPdfView(_DocumentView):
    """To print."""

    @extend_schema(
        operation_id="get_ticket_pdf",
        tags=["registrations"],
        summary="Give the ticket as a PDF page, in the guest's language",
        responses={
            (200, "application/pdf"): OpenApiTypes.BINARY,
            **refusals(401, 403, 404, 409, 503),
        },
    )
    def get(self, request: Request, registration_id: str) -> HttpResponse:
        return self.document(request, registration_id, documents.pdf)


class CalendarView(_DocumentView):
    """For the guest's calendar."""

    @extend_schema(
        operation_id="get_calendar",
        tags=["registrations"],
        summary="Give the event and the sessions signed up for as calendar entries",
        responses={(200, "text/calendar"): OpenApiTypes.STR, **refusals(401, 403, 404, 503)},
    )
    def get(self, request: Request, registration_id: str) -> HttpResponse:
        return self.document(request, registration_id, documents.calendar)
