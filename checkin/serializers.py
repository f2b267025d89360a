"""What a device tells of itself, and what it is told: the shapes."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from checkin.scan_bodies import MomentField
from checkin.verdict_answers import ConflictSerializer, DoorQuestionSerializer
from eventsite.bodies import TextField, WholeField
from eventsite.core.domain.events import GateDirection
from eventsite.core.domain.staff import DeviceRight, Printer
from eventsite.core.services.enrolling import CLIENT_MAX, CODE_MAX
from eventsite.names import NAME_MAX

APP_MAX = 80
TO_SYNC_MAX = 10_000_000


GATE_DIRECTIONS = [(direction.value, direction.value) for direction in GateDirection]


class TextsField(serializers.ListField):
    """A list of texts. One instance for each field: DRF lets two names of one take the last."""

    child = serializers.CharField()


class EnrolmentSerializer(serializers.Serializer[Any]):
    """A one-time code. ``client`` is what the device says that it is."""

    code = TextField(max_length=CODE_MAX)
    client = TextField(max_length=CLIENT_MAX, required=False, default="", allow_blank=True)


class EnrolledSerializer(serializers.Serializer[Any]):
    """What the device keeps: it is not told again."""

    device_id = serializers.CharField()
    credential = serializers.CharField()


class ReportSerializer(serializers.Serializer[Any]):
    """What a device tells of itself."""

    sent_at = MomentField(required=False, allow_null=True, help_text="By the device's clock.")
    gate_id = TextField(max_length=NAME_MAX, required=False, default="", allow_blank=True)
    to_sync = WholeField(
        required=False, default=0, min_value=0, max_value=TO_SYNC_MAX, help_text="Unsent scans."
    )
    roster_at = MomentField(required=False, allow_null=True, default=None)
    printer = serializers.ChoiceField(
        choices=[p.value for p in Printer], required=False, default=Printer.NONE.value
    )
    app = TextField(max_length=APP_MAX, required=False, default="", allow_blank=True)


class DeviceEventSerializer(serializers.Serializer[Any]):
    """The event that a device serves. ``zone`` is an IANA time zone, for showing times."""

    event_id = serializers.CharField()
    number = serializers.IntegerField(help_text="The event's name in tickets.")
    title = serializers.CharField()
    zone = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    day_start = serializers.CharField(help_text="When a day of the event begins, such as 04:00.")
    locale = serializers.CharField()


class PinSerializer(serializers.Serializer[Any]):
    """PBKDF2 with SHA-256 of the digits that open a kiosk's settings."""

    salt = serializers.CharField(help_text="base64")
    iterations = serializers.IntegerField()
    hash = serializers.CharField(help_text="base64")


class DoorTypeSerializer(serializers.Serializer[Any]):
    """A ticket type. ``colour`` is its badge's, or empty."""

    type_id = serializers.CharField()
    number = serializers.IntegerField(help_text="The type's name in tickets.")
    name = serializers.CharField()
    valid_from = serializers.DateTimeField(allow_null=True)
    colour = serializers.CharField(allow_blank=True)


class GateSerializer(serializers.Serializer[Any]):
    """A gate at which the device may stand."""

    gate_id = serializers.CharField()
    name = serializers.CharField()
    direction = serializers.ChoiceField(choices=GATE_DIRECTIONS)
    type_ids = TextsField()
    zone_id = serializers.CharField(allow_blank=True, help_text="Empty for the event.")
    sessions = serializers.BooleanField()
    room = serializers.CharField(allow_blank=True)
    signed_up_only = serializers.BooleanField()
    badges = serializers.BooleanField(help_text="Whether badges are printed here on admission.")
    rules = serializers.ListField(child=serializers.CharField(), help_text="In words.")


class ZoneSerializer(serializers.Serializer[Any]):
    """A zone, and how many are in it."""

    zone_id = serializers.CharField()
    name = serializers.CharField()
    within = serializers.CharField(allow_blank=True)
    limit = serializers.IntegerField(allow_null=True)
    inside = serializers.IntegerField()
    emptied_daily = serializers.BooleanField()
    emptied_at = serializers.DateTimeField(allow_null=True)


class RuleSerializer(serializers.Serializer[Any]):
    """A rule at the doors that is in force. Empty lists mean all."""

    rule_id = serializers.CharField()
    name = serializers.CharField()
    gate_ids = TextsField()
    type_ids = TextsField()
    opens_at = serializers.DateTimeField(allow_null=True)
    closes_at = serializers.DateTimeField(allow_null=True)
    daily_from = serializers.CharField(allow_blank=True)
    daily_until = serializers.CharField(allow_blank=True)
    entries = serializers.IntegerField(allow_null=True)
    entries_per_day = serializers.IntegerField(allow_null=True)
    reentry = serializers.BooleanField()
    active = serializers.BooleanField()


class StatusQuestionSerializer(DoorQuestionSerializer):
    """A question for the door, and of whom it is asked."""

    type_ids = TextsField()
    when_question = serializers.CharField(allow_blank=True)
    when_answers = TextsField()


class LayoutSerializer(serializers.Serializer[Any]):
    """What a badge shows, in millimetres; see docs/badges.md."""

    layout_id = serializers.CharField()
    name = serializers.CharField()
    type_ids = TextsField()
    width_mm = serializers.IntegerField()
    height_mm = serializers.IntegerField()
    colour = serializers.CharField()
    lines = TextsField()
    show_code = serializers.BooleanField()
    on_admission = serializers.BooleanField()


class DoorSessionSerializer(serializers.Serializer[Any]):
    """A session that guests may check in to about now."""

    session_id = serializers.CharField()
    title = serializers.CharField()
    room = serializers.CharField(allow_blank=True)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    capacity = serializers.IntegerField(allow_null=True)


class CountsSerializer(serializers.Serializer[Any]):
    """How many guests were let in at all, and are inside now."""

    admitted = serializers.IntegerField()
    inside = serializers.IntegerField()


class DeviceStatusSerializer(serializers.Serializer[Any]):
    """What a device needs to know to work, and to go on alone until ``lease_until``."""

    device_id = serializers.CharField()
    name = serializers.CharField()
    rights = serializers.ListField(
        child=serializers.ChoiceField(choices=[r.value for r in DeviceRight])
    )
    server_time = serializers.DateTimeField()
    clock_ahead_ms = serializers.IntegerField(help_text="Our clock minus the device's.")
    lease_until = serializers.DateTimeField(help_text="Offline for longer, it stops working.")
    event = DeviceEventSerializer()
    pin = PinSerializer(allow_null=True)
    keys = serializers.DictField(
        child=serializers.CharField(), help_text="Ed25519 public keys by slot, base64url."
    )
    types = DoorTypeSerializer(many=True)
    gates = GateSerializer(many=True)
    zones = ZoneSerializer(many=True)
    rules = RuleSerializer(many=True)
    questions = StatusQuestionSerializer(many=True)
    layouts = LayoutSerializer(many=True)
    sessions = DoorSessionSerializer(many=True)
    conflicts = ConflictSerializer(many=True, help_text="Open ones of its gates.")
    counts = CountsSerializer()
