"""What the registration API answers about events and their programme."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from eventsite.core.domain.questions import QuestionKind
from registration.availability import Left, Offer, Sale

SALES = [sale.value for sale in Sale]
LEFTS = [left.value for left in Left]
QUESTION_KINDS = [kind.value for kind in QuestionKind]

Shape = serializers.Serializer[Any]


class TicketTypeSerializer(Shape):
    """A kind of place, as it can be had now."""

    type_id = serializers.CharField(source="kind.type_id")
    name = serializers.CharField(source="kind.name")
    limited = serializers.SerializerMethodField(help_text="True when its places can run out.")
    sale = serializers.ChoiceField(
        choices=SALES, help_text="open: register; waitlist: register and wait for a place."
    )
    left = serializers.ChoiceField(choices=LEFTS)
    sale_from = serializers.DateTimeField(source="kind.sale_from", allow_null=True)
    sale_until = serializers.DateTimeField(source="kind.sale_until", allow_null=True)
    valid_from = serializers.DateTimeField(source="kind.valid_from", allow_null=True)
    price = serializers.IntegerField(help_text="In minor units, with the promo code.")
    full_price = serializers.IntegerField(source="kind.price", help_text="Without one.")
    currency = serializers.CharField(source="kind.currency", help_text="ISO 4217, or empty.")
    approval = serializers.BooleanField(
        source="kind.approval", help_text="True when an organizer decides who may come."
    )
    per_guest = serializers.IntegerField(
        source="kind.per_guest", allow_null=True, help_text="How many one address may have."
    )

    def get_limited(self, offer: Offer) -> bool:
        return offer.kind.capacity is not None


class QuestionSerializer(Shape):
    """A question to guests. ``name`` is its words; of a consent, the exact text agreed to."""

    question_id = serializers.CharField()
    kind = serializers.ChoiceField(choices=QUESTION_KINDS)
    name = serializers.CharField()
    help = serializers.CharField()
    required = serializers.BooleanField()  # type: ignore[assignment]
    choices = serializers.ListField(child=serializers.CharField())
    type_ids = serializers.ListField(
        child=serializers.CharField(), help_text="Empty: guests of every type are asked."
    )
    when_question = serializers.CharField(
        help_text="Asked only if that question's answer is one of `when_answers`; or empty."
    )
    when_answers = serializers.ListField(child=serializers.CharField())
    minimum = serializers.IntegerField(allow_null=True)
    maximum = serializers.IntegerField(allow_null=True)


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
    region = serializers.CharField(
        source="event.region",
        help_text="Country of phone numbers without a country code, or empty.",
    )
    confirm_email = serializers.BooleanField(
        source="event.confirm_email", help_text="True when guests must confirm their address."
    )
    group_max = serializers.IntegerField(help_text="Guests that can register in one call.")
    types = TicketTypeSerializer(many=True)
    questions = QuestionSerializer(many=True)


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
