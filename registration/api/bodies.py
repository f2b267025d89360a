"""Bodies that callers of the registration API send. What they hold is decided by the heart."""

from __future__ import annotations

import re
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from eventsite import names
from eventsite.bodies import StrictParser, TextField, WholeField
from eventsite.core.domain.addresses import EMAIL_MAX
from eventsite.core.domain.applications import PARTY_MAX
from eventsite.core.domain.names import NAME_MAX
from eventsite.core.domain.registrations import ChannelKind, Payment
from eventsite.core.services.deciding import REFERENCE_MAX

CHANNELS = [kind.value for kind in ChannelKind]
SETTLED = [Payment.PAID.value, Payment.REFUNDED.value]
PHONE_MAX = 40
LOCALE_MAX = 16
ZONE_MAX = 64
PUSH_TOKEN_MAX = 512
CODE_MAX = 64

_ECHOED = re.compile(rf"[A-Za-z0-9_.-]{{1,{names.NAME_MAX}}}")
"""Names of the caller's that an answer may repeat."""


class ApplicationParser(StrictParser):
    """Has room for a group of 20 with long answers, and leaves the queue some for escapes."""

    body_max = 64 * 1024


class Shape(serializers.Serializer[Any]):
    """An object whose every field is known."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := sorted(map(str, data.keys() - self.fields))):
            field = unknown[0] if _ECHOED.fullmatch(unknown[0]) else "non_field_errors"
            raise serializers.ValidationError({field: ["This field is not known."]})
        return super().to_internal_value(data)


class GuestSerializer(Shape):
    """A guest's particulars."""

    name = TextField(max_length=NAME_MAX)
    email = TextField(max_length=EMAIL_MAX)
    phone = TextField(
        max_length=PHONE_MAX,
        allow_blank=True,
        required=False,
        help_text="E.164, or as it is dialled in the event's country; or empty.",
    )
    locale = TextField(max_length=LOCALE_MAX, required=False, help_text="Such as en or pt-BR.")
    zone = TextField(
        max_length=ZONE_MAX,
        allow_blank=True,
        required=False,
        help_text="IANA time zone for messages to this guest; empty for the event's.",
    )
    channel = serializers.ChoiceField(
        choices=CHANNELS, required=False, help_text="How to tell the guest; tickets go by e-mail."
    )
    push_token = TextField(max_length=PUSH_TOKEN_MAX, allow_blank=True, required=False)


class ApplicantGuestSerializer(GuestSerializer):
    """The guest of an application; with an ID token the e-mail address may be left out."""

    email = TextField(max_length=EMAIL_MAX, required=False)


class MemberGuestSerializer(GuestSerializer):
    """A guest of a group: without an e-mail address they have that of the first."""

    email = TextField(max_length=EMAIL_MAX, required=False, allow_blank=True)


class WalkInGuestSerializer(MemberGuestSerializer):
    """A guest at the door, who may give no e-mail address."""


@extend_schema_field(
    {
        "type": "object",
        "description": "By question id: a text, a number, true or false, or a list of texts.",
        "additionalProperties": {
            "oneOf": [
                {"type": "string"},
                {"type": "number"},
                {"type": "boolean"},
                {"type": "array", "items": {"type": "string"}},
            ]
        },
    }
)
class AnswersField(serializers.Field[Any, Any, Any, Any]):
    """Answers by question id; the heart decides whether they are any."""

    default_error_messages = {
        "invalid": "An object of answers by question id is needed.",
        "unknown": "There is no such question.",
        "answer": "An answer is a text, a number, true or false, or a list of texts.",
    }

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.fail("invalid")
        for question_id, answer in data.items():
            if not _ECHOED.fullmatch(question_id):
                raise serializers.ValidationError(self.error_messages["unknown"])
            several = isinstance(answer, list) and all(isinstance(each, str) for each in answer)
            if not several and not isinstance(answer, str | int | float | bool):
                message = self.error_messages["answer"]
                raise serializers.ValidationError({question_id: [message]})
        return dict(data)

    def to_representation(self, value: Any) -> Any:
        return value


class ApplicationSerializer(Shape):
    """Who wants which place."""

    type_id = TextField(max_length=names.NAME_MAX)
    guest = ApplicantGuestSerializer()
    answers = AnswersField(required=False)
    code = TextField(max_length=CODE_MAX, allow_blank=True, required=False)


class MemberSerializer(Shape):
    """One of a group."""

    type_id = TextField(max_length=names.NAME_MAX)
    guest = MemberGuestSerializer()
    answers = AnswersField(required=False)


class GroupSerializer(Shape):
    """A group: all get places or none. The first guest speaks for all and has an address."""

    guests = serializers.ListField(child=MemberSerializer(), min_length=1, max_length=PARTY_MAX)
    code = TextField(max_length=CODE_MAX, allow_blank=True, required=False)


class WalkInSerializer(Shape):
    """Somebody at the door."""

    type_id = TextField(max_length=names.NAME_MAX, help_text="Any type, also a hidden one.")
    guest = WalkInGuestSerializer()
    answers = AnswersField(required=False)
    code = TextField(max_length=CODE_MAX, allow_blank=True, required=False)


class GuestChangeSerializer(GuestSerializer):
    """Particulars to change; what is left out stays."""

    name = TextField(max_length=NAME_MAX, required=False)
    email = TextField(max_length=EMAIL_MAX, required=False)


class ChangeSerializer(Shape):
    """What to change; with ``version`` only if nobody changed anything since it was read."""

    guest = GuestChangeSerializer(required=False)
    answers = AnswersField(
        required=False, help_text="All answers; a question that is left out has none any more."
    )
    version = WholeField(min_value=1, max_value=2**31, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not {"guest", "answers"} & attrs.keys():
            raise serializers.ValidationError(
                {"guest": ["Something to change is needed."]}, "required"
            )
        return attrs


class AddressSerializer(Shape):
    """An e-mail address."""

    email = TextField(max_length=EMAIL_MAX)


class PaymentSerializer(Shape):
    """What became of a payment, in the words of the payment system."""

    registration_id = TextField(max_length=16)
    payment = serializers.ChoiceField(choices=SETTLED)
    reference = TextField(max_length=REFERENCE_MAX, help_text="The payment system's own.")
