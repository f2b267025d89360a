"""How a verdict is told to a device."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from eventsite.core.domain.attendance import Conflict, Passage
from eventsite.core.domain.badges import layout_for
from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.questions import QuestionKind
from eventsite.core.domain.registrations import Registration
from eventsite.core.domain.scans import Direction, Outcome, Scan, VerdictCode
from eventsite.core.domain.verdicts import open_questions
from eventsite.core.services.doorways import Answer
from eventsite.rest import ErrorEntrySerializer

VERDICT_CODES = [(code.value, code.value) for code in VerdictCode]
DIRECTIONS = [(direction.value, direction.value) for direction in Direction]


class PassageSerializer(serializers.Serializer[Any]):
    """One passage of a gate."""

    at = serializers.DateTimeField()
    gate_id = serializers.CharField()
    gate_name = serializers.CharField()
    device_id = serializers.CharField()


class DoorQuestionSerializer(serializers.Serializer[Any]):
    """A question that is asked at the door."""

    question_id = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=[kind.value for kind in QuestionKind])
    help = serializers.CharField()
    required = serializers.BooleanField()  # type: ignore[assignment]
    choices = serializers.ListField(child=serializers.CharField())
    minimum = serializers.IntegerField(allow_null=True)
    maximum = serializers.IntegerField(allow_null=True)


class ConflictSerializer(serializers.Serializer[Any]):
    """Two passages that contradict each other, or one that should not have been."""

    conflict_id = serializers.CharField()
    registration_id = serializers.CharField()
    zone_id = serializers.CharField()
    reason = serializers.CharField(help_text="`twice`, or the verdict code that was due.")
    first = PassageSerializer()
    second = PassageSerializer(allow_null=True)


class VerdictSerializer(serializers.Serializer[Any]):
    """The answer to a scan. The names are empty for a ticket that names no guest of the event."""

    scan_id = serializers.UUIDField()
    outcome = serializers.ChoiceField(choices=[o.value for o in Outcome])
    code = serializers.ChoiceField(choices=VERDICT_CODES)
    says = serializers.CharField(help_text="The verdict in words, for people at the door.")
    rule = serializers.CharField(help_text="The rule that refused, in words; or empty.")
    guest_name = serializers.CharField()
    type_name = serializers.CharField()
    registration_id = serializers.CharField()
    direction = serializers.ChoiceField(choices=DIRECTIONS)
    zone_id = serializers.CharField()
    first = PassageSerializer(allow_null=True)
    questions = DoorQuestionSerializer(many=True)
    conflict = ConflictSerializer(allow_null=True)
    badge = serializers.BooleanField(help_text="True when a badge is to be printed now.")
    scanned_at = serializers.DateTimeField(help_text="When it was scanned, by our clock.")
    decided_at = serializers.DateTimeField()
    replayed = serializers.BooleanField(help_text="True when this scan had its verdict before.")


class BatchEntrySerializer(serializers.Serializer[Any]):
    """The answer to one scan of an upload: a verdict, or what is wrong with it."""

    scan_id = serializers.CharField()
    status = serializers.IntegerField(help_text="As if the scan had been sent alone.")
    verdict = VerdictSerializer(allow_null=True)
    error = ErrorEntrySerializer(allow_null=True)


class BatchAnswerSerializer(serializers.Serializer[Any]):
    """One answer for each scan, in the order of the upload."""

    answers = BatchEntrySerializer(many=True)


class UndoneSerializer(serializers.Serializer[Any]):
    """That a scan counts no more."""

    undo_id = serializers.UUIDField()
    scan_id = serializers.CharField()
    device_id = serializers.CharField()
    undone_at = serializers.DateTimeField()
    replayed = serializers.BooleanField()


def verdict_answer(scan: Scan, answer: Answer, setup: EventSetup) -> dict[str, Any]:
    """Return the fields of VerdictSerializer, as they are: a serializer would copy each of them."""
    verdict, guest = answer.kept.verdict, answer.step.registration if answer.step else None
    types = {kind.type_id: kind.name for kind in setup.types}
    incomplete = verdict.code is VerdictCode.NEEDS_ANSWERS
    return {
        "scan_id": scan.scan_id,
        "outcome": verdict.outcome.value,
        "code": verdict.code.value,
        "says": verdict.says,
        "rule": verdict.rule,
        "guest_name": guest.guest.name if guest else "",
        "type_name": types.get(guest.type_id, "") if guest else "",
        "registration_id": verdict.registration_id,
        "direction": verdict.direction.value,
        "zone_id": verdict.zone_id,
        "first": _first(answer, setup),
        "questions": question_answers(setup, guest) if incomplete and guest else [],
        "conflict": conflict_answer(answer.conflicts[0], setup) if answer.conflicts else None,
        "badge": _badge_due(answer, scan, setup, guest),
        "scanned_at": scan.at,
        "decided_at": verdict.decided_at,
        "replayed": answer.kept.replayed,
    }


def question_answers(setup: EventSetup, guest: Registration) -> list[Any]:
    asked = open_questions(setup, guest)
    return list(DoorQuestionSerializer(asked, many=True).data)


def conflict_answer(conflict: Conflict, setup: EventSetup) -> dict[str, Any]:
    """Return the fields of ConflictSerializer; a gate that is gone is called by its id."""
    return {
        "conflict_id": conflict.conflict_id,
        "registration_id": conflict.registration_id,
        "zone_id": conflict.zone_id,
        "reason": conflict.reason,
        "first": _passage(conflict.first, setup),
        "second": _passage(conflict.second, setup) if conflict.second else None,
    }


def _first(answer: Answer, setup: EventSetup) -> dict[str, Any] | None:
    verdict = answer.kept.verdict
    if verdict.first_at is None:
        return None
    return _told(verdict.first_at, verdict.first_gate, verdict.first_device, setup)


def _passage(passage: Passage, setup: EventSetup) -> dict[str, Any]:
    return _told(passage.at, passage.gate_id, passage.device_id, setup)


def _told(at: Any, gate_id: str, device_id: str, setup: EventSetup) -> dict[str, Any]:
    names = {gate.gate_id: gate.name for gate in setup.gates}
    name = names.get(gate_id, gate_id)
    return {"at": at, "gate_id": gate_id, "gate_name": name, "device_id": device_id}


def _badge_due(answer: Answer, scan: Scan, setup: EventSetup, guest: Registration | None) -> bool:
    """Return whether this gate prints a badge for the guest now."""
    verdict, step = answer.kept.verdict, answer.step
    if verdict.outcome is not Outcome.ADMITTED or verdict.direction is Direction.EXIT:
        return False
    gates = {gate.gate_id: gate for gate in setup.gates}
    if guest is None or step is None or step.badge_printed or not gates[scan.gate_id].badges:
        return False
    layout = layout_for(setup.badges, guest.type_id)
    return layout is not None and layout.on_admission
