"""What staff can do about a guest at the doors: block, unblock, let a scan count no more."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from eventsite.core.domain.attendance import Attendance
from eventsite.core.errors import NotAllowed
from eventsite.core.services.overseeing import block, unblock, undo_scan
from eventsite.core.wiring import stores
from eventsite.repoadmin.acts import Act, reasoned
from eventsite.repoadmin.forms import ReasonField


class ReasonForm(forms.Form):
    """Why."""

    reason = ReasonField(help_text="Kept with who you are and the time.")


def door_acts() -> Sequence[Act]:
    return (_block, _unblock, _undo)


def attendance_of(row: Any) -> Attendance | None:
    """Return what happened to a guest at the doors; read once for a page."""
    if not hasattr(row, "attended"):
        row.attended = stores().scans.attendances([row.pk]).get(row.pk)
    return row.attended  # type: ignore[no-any-return]


def _blocked(row: Any) -> bool:
    attended = attendance_of(row)
    return bool(attended and attended.block)


def _admitted(row: Any) -> bool:
    attended = attendance_of(row)
    return bool(attended and attended.valid)


def _blocking(request: HttpRequest, row: Any, said: Any) -> str:
    setup = stores().events.setup(row.event_id)
    block(stores(), setup, row.domain, reasoned(request, said))
    return "Blocked. No gate lets this guest in; devices that are offline learn of it later."


def _unblocking(request: HttpRequest, row: Any, said: Any) -> str:
    unblock(stores(), stores().events.setup(row.event_id), row.domain, timezone.now())
    return "Unblocked."


def _undoing(request: HttpRequest, row: Any, said: Any) -> str:
    attended = attendance_of(row)
    if not attended or not attended.valid:
        raise NotAllowed("Nothing is left to undo.")
    setup, last = stores().events.setup(row.event_id), attended.valid[-1]
    undo_scan(stores(), setup, str(uuid.uuid4()), last.scan, reasoned(request, said))
    return "Undone. The last scan counts no more."


_block = Act(
    name="block",
    label="Block",
    question=lambda row: f"Keep {row} out, until somebody unblocks? The place stays theirs.",
    log="Blocked.",
    run=_blocking,
    permission="block",
    fits=lambda row: row.domain.live and not _blocked(row),
    form=ReasonForm,
)
_unblock = Act(
    name="unblock",
    label="Unblock",
    question=lambda row: f"Let {row} in again?",
    log="Unblocked.",
    run=_unblocking,
    permission="block",
    fits=_blocked,
)
_undo = Act(
    name="undo-scan",
    label="Undo the last scan",
    question="The last passage of a gate counts no more. Nothing is deleted.",
    log="Last scan undone.",
    run=_undoing,
    permission="block",
    fits=_admitted,
    form=ReasonForm,
)
