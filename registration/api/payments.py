"""What a payment system tells: that a price was paid, or given back."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from eventsite.core.domain.registrations import Payment
from eventsite.core.domain.signatures import verify
from eventsite.core.errors import NotFound
from eventsite.core.services.deciding import record_payment
from eventsite.core.wiring import secrets, stores
from eventsite.names import known_event_id, known_registration_id
from eventsite.schema import refusals
from registration.api.base import UnkeptView
from registration.api.bodies import PaymentSerializer
from registration.api.serializers import SettledSerializer

BY = "payment"
"""Who changed a registration, in its history."""

SIGNATURE = "Eventsite-Signature"


class PaymentsView(UnkeptView):
    """The payment system of an event, known by its signature."""

    @extend_schema(
        operation_id="record_payment",
        tags=["registrations"],
        summary="Record that a price was paid or refunded",
        description=(
            "Signed with the event's payment key; see docs/webhooks.md. Again changes nothing. "
            "Money that comes too late is recorded too; the answer's `status` is then cancelled."
        ),
        auth=[],
        parameters=[
            OpenApiParameter(
                SIGNATURE,
                str,
                OpenApiParameter.HEADER,
                required=True,
                description="`t=<seconds>,v1=<hex HMAC-SHA256 of '<t>.<body>'>`",
            )
        ],
        request=PaymentSerializer,
        responses={200: SettledSerializer, **refusals(400, 401, 404, 409, 415, 503)},
    )
    def post(self, request: Request, event_id: str) -> Response:
        now, raw = timezone.now(), request._request.body  # before it is parsed: it is signed so
        keys = secrets().payment_keys(known_event_id(event_id))
        verify(request.headers.get(SIGNATURE, ""), raw, keys, now)
        told = PaymentSerializer(data=request.data)
        told.is_valid(raise_exception=True)
        given = told.validated_data
        registration_id = known_registration_id(given["registration_id"])
        known = stores()
        if known.registrations.get(registration_id).event_id != event_id:
            raise NotFound("There is no such registration.", field="registration_id")
        settled = record_payment(
            known, registration_id, Payment(given["payment"]), given["reference"], now, BY
        )
        return Response(SettledSerializer(settled).data)
