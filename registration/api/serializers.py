"""The shapes of the registration API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.reverse import reverse

from eventsite import names
from eventsite.bodies import TextField, WholeField
from eventsite.core.config import config
from eventsite.core.domain.events import TicketType
from eventsite.core.domain.names import NAME_MAX
from eventsite.core.domain.registrations import (
    EMAIL_MAX,
    ChannelKind,
    Registration,
    RegistrationStatus,
)
from eventsite.core.services.ticketing import guest_link
from eventsite.core.wiring import secrets

CHANNELS = [kind.value for kind in ChannelKind]
STATUSES = [status.value for status in RegistrationStatus]
PHONE_MAX = 40
LOCALE_MAX = 16
PUSH_TOKEN_MAX = 512

Shape = serializers.Serializer[Any]


class GuestSerializer(Shape):
    """A guest's particulars."""

    name = TextField(max_length=NAME_MAX)
    email = TextField(max_length=EMAIL_MAX)
    phone = TextField(
        max_length=PHONE_MAX, allow_blank=True, required=False, help_text="E.164, or empty."
    )
    locale = TextField(max_length=LOCALE_MAX, required=False, help_text="Such as en or pt-BR.")
    channel = serializers.ChoiceField(
        choices=CHANNELS, required=False, help_text="How to tell the guest; tickets go by e-mail."
    )
    push_token = TextField(max_length=PUSH_TOKEN_MAX, allow_blank=True, required=False)


GUEST_FIELDS = frozenset(GuestSerializer().fields)


class ApplicantSerializer(GuestSerializer):
    """The guest of an application; with an ID token the e-mail address may be left out."""

    email = TextField(max_length=EMAIL_MAX, required=False)


class ApplicationSerializer(Shape):
    """Who wants which place."""

    type_id = TextField(max_length=names.NAME_MAX)
    guest = ApplicantSerializer()


class GuestChangeSerializer(GuestSerializer):
    """Particulars to change; what is left out stays."""

    name = TextField(max_length=NAME_MAX, required=False)
    email = TextField(max_length=EMAIL_MAX, required=False)


class ChangeSerializer(Shape):
    """Other particulars; with ``version`` only if nobody changed them since it was read."""

    guest = GuestChangeSerializer()
    version = WholeField(min_value=1, max_value=2**31, required=False)


class LinksSerializer(Shape):
    """Where everything of one registration is; ``page`` is the guest's own and needs no header."""

    self = serializers.URLField()
    page = serializers.URLField()
    ticket_png = serializers.URLField()
    ticket_svg = serializers.URLField()


class RegistrationSerializer(Shape):
    """A registration as its guest sees it."""

    registration_id = serializers.CharField()
    event_id = serializers.CharField()
    type_id = serializers.CharField()
    status = serializers.ChoiceField(choices=STATUSES)
    registered_at = serializers.DateTimeField()
    version = serializers.IntegerField()
    guest = GuestSerializer()
    links = serializers.SerializerMethodField()

    @extend_schema_field(LinksSerializer)
    def get_links(self, registration: Registration) -> dict[str, str]:
        request, arguments = self.context["request"], [registration.registration_id]
        return {
            "self": reverse("registration:api-registration", arguments, request=request),
            "page": guest_link(registration.registration_id, secrets(), config().public_url),
            "ticket_png": reverse("registration:api-ticket-png", arguments, request=request),
            "ticket_svg": reverse("registration:api-ticket-svg", arguments, request=request),
        }


@extend_schema_serializer(component_name="RegistrationWithSignUps")
class OwnRegistrationSerializer(RegistrationSerializer):
    """A registration with what its guest signed up for."""

    sign_ups = serializers.SerializerMethodField(help_text="Ids of agenda sessions.")
    admitted_at = serializers.SerializerMethodField(help_text="When the guest was let in.")

    def get_sign_ups(self, registration: Registration) -> list[str]:
        return [sign_up.session_id for sign_up in self.context["page"].sign_ups]

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_admitted_at(self, registration: Registration) -> Any:
        admission = self.context["page"].admission
        return admission and serializers.DateTimeField().to_representation(admission.admitted_at)


class RegisteredSerializer(RegistrationSerializer):
    """The answer to registering."""

    guest_token = serializers.SerializerMethodField(
        help_text="Opens this registration without an account: send it as X-Guest-Token."
    )
    replayed = serializers.SerializerMethodField(
        help_text="True when the same call was answered before."
    )

    def get_guest_token(self, registration: Registration) -> str:
        return str(self.context["guest_token"])

    def get_replayed(self, registration: Registration) -> bool:
        return bool(self.context["replayed"])


class TicketTypeSerializer(Shape):
    """A kind of place."""

    type_id = serializers.CharField()
    name = serializers.CharField()
    limited = serializers.SerializerMethodField(help_text="True when its places can run out.")
    valid_from = serializers.DateTimeField(allow_null=True)

    def get_limited(self, kind: TicketType) -> bool:
        return kind.capacity is not None


class EventSerializer(Shape):
    """An event, for everybody. ``zone`` is the IANA time zone that its times are shown in."""

    event_id = serializers.CharField(source="event.event_id")
    title = serializers.CharField(source="event.title")
    description = serializers.CharField(source="event.description")
    starts_at = serializers.DateTimeField(source="event.starts_at")
    ends_at = serializers.DateTimeField(source="event.ends_at")
    zone = serializers.CharField(source="event.zone")
    venue = serializers.CharField(source="event.venue")
    locale = serializers.CharField(source="event.locale")
    types = TicketTypeSerializer(many=True)


class SessionSerializer(Shape):
    """A talk or slot in the programme. ``language`` is an ISO 639 code or empty."""

    session_id = serializers.CharField()
    title = serializers.CharField()
    subtitle = serializers.CharField()
    abstract = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    room = serializers.CharField()
    track = serializers.CharField()
    language = serializers.CharField()
    speakers = serializers.ListField(child=serializers.CharField())
    cancelled = serializers.BooleanField()


class AgendaSerializer(Shape):
    """The programme of an event, or of one of its days, by start."""

    event_id = serializers.CharField()
    zone = serializers.CharField()
    day = serializers.DateField(allow_null=True)
    days = serializers.ListField(child=serializers.DateField(), help_text="In the event's zone.")
    sessions = SessionSerializer(many=True)


class SignUpSerializer(Shape):
    """That a guest signed up for a session."""

    registration_id = serializers.CharField()
    session = SessionSerializer()


class MeSerializer(Shape):
    """The account behind an ID token."""

    account_id = serializers.CharField()
    email = serializers.CharField()
