"""What a device sends of a scan, and of undoing one; read into the heart's words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from rest_framework import serializers

from checkin.verdict_answers import DIRECTIONS, VERDICT_CODES
from eventsite.bodies import TextField
from eventsite.core.domain.events import EventSetup, Gate, GateDirection
from eventsite.core.domain.questions import TEXT_MAX
from eventsite.core.domain.reasons import REASON, checked_reason
from eventsite.core.domain.scans import Direction, Scan, VerdictCode, clock_ahead_ms
from eventsite.core.domain.staff import Device, DeviceRight
from eventsite.core.errors import Forbidden
from eventsite.core.log import correlation_id
from eventsite.names import NAME_MAX

CODE_MAX = 4296
"""Characters of a ticket code: all that any QR code can hold. Source: ISO/IEC 18004, table 7.

Whatever a scanner reads gets a verdict; only what no scanner can have read is malformed.
"""

EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
"""No scan is older: the first day that a ticket can name."""

BATCH_MAX = 500
"""Scans of one upload: each takes some 15 ms, and API Gateway waits 29 s."""

ANSWERS_MAX = 50
CHOICES_MAX = 100
AHEAD_MAX = timedelta(days=3650)
"""A clock that is further off is not wrong but broken: its scans are not corrected."""


class ScanIdField(serializers.UUIDField):
    """A UUID in text; DRF alone would take any whole number."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return str(super().to_internal_value(data))


class MomentField(serializers.DateTimeField):
    """An ISO 8601 time with its offset from UTC, not before ``EARLIEST``."""

    default_error_messages = {
        "naive": "A time needs its offset from UTC, as in 2026-11-21T12:00:00Z.",
        "too_early": "No scan is that old.",
    }

    def to_internal_value(self, value: Any) -> datetime:
        if not isinstance(value, str):
            self.fail("invalid", format="ISO 8601")
        return super().to_internal_value(value)

    def enforce_timezone(self, value: datetime) -> datetime:
        if value.utcoffset() is None:
            self.fail("naive")
        try:
            moment = value.astimezone(UTC)
        except OverflowError:
            self.fail("too_early")
        if moment < EARLIEST:
            self.fail("too_early")
        return moment


class AnswersField(serializers.DictField):
    """Answers by question id, each a list of texts."""

    child = serializers.ListField(
        child=TextField(max_length=TEXT_MAX, allow_blank=True), max_length=CHOICES_MAX
    )

    def to_internal_value(self, data: Any) -> dict[str, tuple[str, ...]]:
        if isinstance(data, dict) and len(data) > ANSWERS_MAX:
            raise serializers.ValidationError(f"At most {ANSWERS_MAX} answers.", code="invalid")
        given = super().to_internal_value(data)
        return {key: tuple(texts) for key, texts in given.items()}


class ScanSerializer(serializers.Serializer[Any]):
    """One reading. ``scan_id`` is made by the device, once per reading, and kept for retries.

    The guest is named by ``ticket_code``, or by ``registration_id`` after a search.
    """

    scan_id = ScanIdField()
    gate_id = TextField(max_length=NAME_MAX)
    ticket_code = TextField(max_length=CODE_MAX, required=False)
    registration_id = serializers.RegexField(
        r"^[0-9a-f]{16}$", required=False, help_text="Needs the right to search."
    )
    scanned_at = MomentField(help_text="By the device's own clock.")
    sent_at = MomentField(
        required=False,
        help_text="The device's clock now: what it is wrong by is taken off `scanned_at`.",
    )
    direction = serializers.ChoiceField(
        choices=DIRECTIONS,
        required=False,
        help_text="The gate's own where it has one; entry where guests pass both ways.",
    )
    session_id = TextField(
        max_length=200, required=False, help_text="At gates where guests check in to sessions."
    )
    force_reason = TextField(
        min_length=REASON.start,
        max_length=REASON.stop - 1,
        required=False,
        help_text="Overrules a refusal; needs the right to force.",
    )
    answers = AnswersField(required=False, help_text="To the questions of `needs_answers`.")
    offline_code = serializers.ChoiceField(
        choices=VERDICT_CODES,
        required=False,
        help_text="The verdict that the device gave while it had no answer.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("ticket_code" in attrs) == ("registration_id" in attrs):
            raise serializers.ValidationError(
                {"ticket_code": "Either a ticket_code or a registration_id."}, code="invalid"
            )
        return attrs


class BatchSerializer(serializers.Serializer[Any]):
    """What a device has scanned, in its order; each scan is judged for itself."""

    sent_at = MomentField(required=False)
    scans = serializers.ListField(child=serializers.DictField(), min_length=1, max_length=BATCH_MAX)


class UndoSerializer(serializers.Serializer[Any]):
    """Why a scan is to count no more. ``undo_id`` is made by the device and kept for retries."""

    undo_id = ScanIdField()
    reason = TextField(min_length=REASON.start, max_length=REASON.stop - 1)
    device_id = TextField(
        max_length=64, required=False, help_text="Whose scan it is; the caller's if not said."
    )


def scan_of(
    said: dict[str, Any], device: Device, setup: EventSetup, now: datetime, sent_at: Any = None
) -> Scan:
    """Return the scan of validated fields.

    Raises
    ------
    Forbidden
        The device lacks the right for what the scan wants.
    Invalid
        The reason is none.
    """
    _must_be_allowed(said, device)
    sent_at = said.get("sent_at") or sent_at
    if sent_at and abs(now - sent_at) > AHEAD_MAX:
        sent_at = None
    return Scan(
        device_id=device.device_id,
        scan_id=said["scan_id"],
        event_id=device.event_id,
        gate_id=said["gate_id"],
        ticket_code=said.get("ticket_code", ""),
        registration_id=said.get("registration_id", ""),
        scanned_at=said["scanned_at"],
        clock_ahead_ms=clock_ahead_ms(now, sent_at),
        direction=_direction(said, setup),
        session_id=said.get("session_id", ""),
        forced=checked_reason(said["force_reason"], "force_reason")
        if said.get("force_reason")
        else "",
        answers=said.get("answers", {}),
        offline_code=VerdictCode(said["offline_code"]) if said.get("offline_code") else None,
        correlation_id=correlation_id(),
    )


def _must_be_allowed(said: dict[str, Any], device: Device) -> None:
    for name, right in (
        ("registration_id", DeviceRight.SEARCH),
        ("force_reason", DeviceRight.FORCE),
    ):
        if said.get(name) and right not in device.rights:
            raise Forbidden(f"This device has no right to {right.value}.", field=name)


def _direction(said: dict[str, Any], setup: EventSetup) -> Direction:
    gate: Gate | None = next((g for g in setup.gates if g.gate_id == said["gate_id"]), None)
    if gate and gate.direction is not GateDirection.BOTH:
        if said.get("direction", gate.direction.value) != gate.direction.value:
            raise Forbidden("Guests do not pass this gate that way.", field="direction")
        return Direction(gate.direction.value)
    return Direction(said.get("direction", Direction.ENTRY.value))
