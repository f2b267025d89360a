"""What the registration API answers about registrations and attempts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.reverse import reverse

from eventsite.core.config import config
from eventsite.core.domain.links import guest_token
from eventsite.core.domain.registrations import (
    Awaited,
    Cause,
    Payment,
    Registration,
    RegistrationStatus,
)
from eventsite.core.services.ticketing import guest_link
from eventsite.core.wiring import secrets
from registration.api.bodies import CHANNELS
from registration.api.event_serializers import SessionSerializer

STATUSES = [status.value for status in RegistrationStatus]
AWAITED = [each.value for each in Awaited]
PAYMENTS = [payment.value for payment in Payment]
CAUSES = [cause.value for cause in Cause]
STATES = ["received", "queued", "refused"]

Shape = serializers.Serializer[Any]


class ShownGuestSerializer(Shape):
    """A guest's particulars."""

    name = serializers.CharField()
    email = serializers.CharField(
        allow_blank=True, help_text="Empty for some who came by the door."
    )
    phone = serializers.CharField(allow_blank=True, help_text="E.164, or empty.")
    locale = serializers.CharField()
    zone = serializers.CharField(allow_blank=True, help_text="Empty for the event's.")
    channel = serializers.ChoiceField(choices=CHANNELS)
    push_token = serializers.CharField(allow_blank=True)


class ConsentSerializer(Shape):
    """That a guest agreed to this text, or took it back, and when."""

    question_id = serializers.CharField()
    text = serializers.CharField()
    given = serializers.BooleanField()
    at = serializers.DateTimeField()


class BareRegistrationSerializer(Shape):
    """A registration, without the ways to it."""

    registration_id = serializers.CharField()
    event_id = serializers.CharField()
    type_id = serializers.CharField()
    status = serializers.ChoiceField(choices=STATUSES)
    awaiting = serializers.ListField(
        child=serializers.ChoiceField(choices=AWAITED), help_text="What a pending one waits for."
    )
    held_until = serializers.DateTimeField(
        allow_null=True,
        help_text="Until then the place is held, or offered if the status is waitlisted.",
    )
    lapsed = serializers.SerializerMethodField(help_text="True when that time is over.")
    cause = serializers.ChoiceField(
        choices=CAUSES, allow_null=True, help_text="Why it was cancelled."
    )
    registered_at = serializers.DateTimeField()
    version = serializers.IntegerField()
    guest = ShownGuestSerializer()
    answers = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()), help_text="By question id."
    )
    consents = ConsentSerializer(many=True)
    party = serializers.ListField(
        child=serializers.CharField(), help_text="Ids of a group, the one who registered it first."
    )
    code = serializers.CharField(help_text="The promo code that was used, or empty.")
    price = serializers.IntegerField(help_text="In minor units of the currency.")
    currency = serializers.CharField(help_text="ISO 4217, or empty where there is no price.")
    payment = serializers.ChoiceField(choices=PAYMENTS)
    payment_reference = serializers.CharField()

    def get_lapsed(self, registration: Registration) -> bool:
        return registration.lapsed(timezone.now())


class LinksSerializer(Shape):
    """Where everything of one registration is; ``page`` is the guest's own and needs no header."""

    self = serializers.URLField()
    page = serializers.URLField()
    ticket_png = serializers.URLField()
    ticket_svg = serializers.URLField()
    ticket_pdf = serializers.URLField()
    calendar = serializers.URLField()


class RegistrationSerializer(BareRegistrationSerializer):
    """A registration as its guest sees it."""

    links = serializers.SerializerMethodField()

    @extend_schema_field(LinksSerializer)
    def get_links(self, registration: Registration) -> dict[str, str]:
        request, arguments = self.context["request"], [registration.registration_id]

        def to(name: str) -> str:
            return str(reverse(f"registration:api-{name}", arguments, request=request))

        return {
            "self": to("registration"),
            "page": guest_link(registration.registration_id, secrets(), config().public_url),
            "ticket_png": to("ticket-png"),
            "ticket_svg": to("ticket-svg"),
            "ticket_pdf": to("ticket-pdf"),
            "calendar": to("calendar"),
        }


@extend_schema_serializer(component_name="RegistrationWithSignUps")
class OwnRegistrationSerializer(RegistrationSerializer):
    """A registration with what its guest signed up for."""

    ahead = serializers.SerializerMethodField(
        help_text="How many are before this guest on the waiting list, up to 1,000."
    )
    sign_ups = serializers.SerializerMethodField(help_text="Ids of agenda sessions.")
    admitted_at = serializers.SerializerMethodField(help_text="When the guest was let in.")

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_ahead(self, registration: Registration) -> int | None:
        ahead: int | None = self.context["ahead"]
        return ahead

    def get_sign_ups(self, registration: Registration) -> list[str]:
        return [sign_up.session_id for sign_up in self.context["page"].sign_ups]

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_admitted_at(self, registration: Registration) -> Any:
        admission = self.context["page"].admission
        return admission and serializers.DateTimeField().to_representation(admission.at)


class RegisteredSerializer(RegistrationSerializer):
    """The answer to registering, for a caller who has proved the guest's address."""

    guest_token = serializers.SerializerMethodField(
        help_text="Opens this registration without an account: send it as X-Guest-Token."
    )
    replayed = serializers.SerializerMethodField(
        help_text="True when the same call was answered before."
    )

    def get_guest_token(self, registration: Registration) -> str:
        return guest_token(registration.registration_id, secrets().link_keys())

    def get_replayed(self, registration: Registration) -> bool:
        return bool(self.context["replayed"])


class RegisteredGroupSerializer(Shape):
    """The answer to registering a group, the first of whom has proved the address."""

    registrations = RegisteredSerializer(many=True)
    replayed = serializers.BooleanField()


class StatusLinksSerializer(Shape):
    """Where to ask what became of it."""

    status = serializers.URLField()


class ReceivedSerializer(Shape):
    """The answer to registering, for whoever has proved nothing: the same for every address."""

    state = serializers.ChoiceField(choices=STATES[:2])
    status = serializers.ChoiceField(
        choices=STATUSES, allow_null=True, help_text="What a new registration is now."
    )
    place = serializers.IntegerField(
        allow_null=True, help_text="About how many are before this one in the queue."
    )
    replayed = serializers.BooleanField()
    links = StatusLinksSerializer()


class AttemptSerializer(Shape):
    """What became of a call: taken in, still in the queue, or refused and why."""

    state = serializers.ChoiceField(choices=STATES)
    status = serializers.ChoiceField(choices=STATUSES, required=False)
    place = serializers.IntegerField(
        required=False, help_text="About how many are before this one in the queue."
    )
    code = serializers.CharField(required=False, help_text="As in the error of a direct call.")
    detail = serializers.CharField(required=False)
    field = serializers.CharField(required=False, allow_blank=True)

    def to_representation(self, instance: Mapping[str, Any]) -> dict[str, Any]:
        return dict(instance)


class MailedSerializer(Shape):
    """That the call was understood. Whether a mail goes out is not told."""

    state = serializers.ChoiceField(choices=STATES[:1])


class SettledSerializer(Shape):
    """How a registration stands after a payment; cancelled, when money came too late."""

    registration_id = serializers.CharField()
    status = serializers.ChoiceField(choices=STATUSES)
    payment = serializers.ChoiceField(choices=PAYMENTS)
    payment_reference = serializers.CharField()


class WalkedInSerializer(BareRegistrationSerializer):
    """A registration made at the door, with its ticket."""

    ticket_code = serializers.SerializerMethodField(
        help_text="What to scan or print; null unless it is confirmed."
    )
    replayed = serializers.SerializerMethodField()

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_ticket_code(self, registration: Registration) -> str | None:
        code: str | None = self.context["ticket_code"]
        return code

    def get_replayed(self, registration: Registration) -> bool:
        return bool(self.context["replayed"])


class SignUpSerializer(Shape):
    """That a guest signed up for a session."""

    registration_id = serializers.CharField()
    session = SessionSerializer()


class MeSerializer(Shape):
    """The account behind an ID token."""

    account_id = serializers.CharField()
    email = serializers.CharField()
