"""The shapes of the check-in API: what a device sends, what it is told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers

from eventsite.bodies import TextField
from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.scans import Outcome, Scan, VerdictCode
from eventsite.core.domain.staff import Device, DeviceRight
from eventsite.core.services.doorways import Answer
from eventsite.names import NAME_MAX

CODE_MAX = 4296
"""Characters of a ticket code: all that any QR code can hold. Source: ISO/IEC 18004, table 7.

Whatever a scanner reads gets a verdict; only what no scanner can have read is malformed.
"""

EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
"""No scan is older: the first day that a ticket can name."""


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


class ScanSerializer(serializers.Serializer[Any]):
    """One reading. ``scan_id`` is made by the device, once per reading, and kept for retries."""

    scan_id = ScanIdField()
    gate_id = TextField(max_length=NAME_MAX)
    ticket_code = TextField(max_length=CODE_MAX)
    scanned_at = MomentField()


class FirstAdmissionSerializer(serializers.Serializer[Any]):
    """The admission that came before."""

    at = serializers.DateTimeField()
    gate_id = serializers.CharField()
    gate_name = serializers.CharField()
    device_id = serializers.CharField()


class VerdictSerializer(serializers.Serializer[Any]):
    """The answer to a scan. The names are empty for a ticket that names no guest of the event."""

    scan_id = serializers.UUIDField()
    outcome = serializers.ChoiceField(choices=[o.value for o in Outcome])
    code = serializers.ChoiceField(choices=[c.value for c in VerdictCode])
    says = serializers.CharField(help_text="The verdict in words, for people at the door.")
    guest_name = serializers.CharField(allow_blank=True)
    type_name = serializers.CharField(allow_blank=True)
    registration_id = serializers.CharField(allow_blank=True)
    first = FirstAdmissionSerializer(allow_null=True)
    decided_at = serializers.DateTimeField()
    replayed = serializers.BooleanField(help_text="True when this scan had its verdict before.")


class DeviceEventSerializer(serializers.Serializer[Any]):
    """The event that a device serves. ``zone`` is an IANA time zone, for showing times."""

    event_id = serializers.CharField()
    title = serializers.CharField()
    zone = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class GateSerializer(serializers.Serializer[Any]):
    """A gate at which the device may stand."""

    gate_id = serializers.CharField()
    name = serializers.CharField()


class DeviceStatusSerializer(serializers.Serializer[Any]):
    """What a device needs to know of itself."""

    device_id = serializers.CharField()
    name = serializers.CharField()
    rights = serializers.ListField(
        child=serializers.ChoiceField(choices=[r.value for r in DeviceRight])
    )
    event = DeviceEventSerializer()
    gates = GateSerializer(many=True)
    server_time = serializers.DateTimeField()


def verdict_answer(scan: Scan, answer: Answer, setup: EventSetup) -> dict[str, Any]:
    """Return the fields of VerdictSerializer; a gate that is gone is called by its id."""
    kept = answer.kept
    verdict = kept.verdict
    guest = answer.step.registration if answer.step else None
    types = {kind.type_id: kind.name for kind in setup.types}
    names = {gate.gate_id: gate.name for gate in setup.gates}
    first = verdict.first_at and {
        "at": verdict.first_at,
        "gate_id": verdict.first_gate,
        "gate_name": names.get(verdict.first_gate, verdict.first_gate),
        "device_id": verdict.first_device,
    }
    return {
        "scan_id": scan.scan_id,
        "outcome": verdict.outcome.value,
        "code": verdict.code.value,
        "says": verdict.says,
        "guest_name": guest.guest.name if guest else "",
        "type_name": types.get(guest.type_id, "") if guest else "",
        "registration_id": verdict.registration_id,
        "first": first or None,
        "decided_at": verdict.decided_at,
        "replayed": kept.replayed,
    }


def device_status(device: Device, setup: EventSetup, now: datetime) -> dict[str, Any]:
    """Return the fields of DeviceStatusSerializer."""
    return {
        "device_id": device.device_id,
        "name": device.name,
        "rights": [right.value for right in device.rights],
        "event": setup.event,
        "gates": [gate for gate in setup.gates if not device.gates or gate.gate_id in device.gates],
        "server_time": now,
    }
