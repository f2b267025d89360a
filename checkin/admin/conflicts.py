"""Conflicts at the doors in the back office: look at both scans, settle, undo one of them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from checkin.admin.naming import GuestColumnMixin, device_names
from checkin.board_models import STATES
from checkin.models import Conflict
from eventsite.admin_site import site
from eventsite.core.domain.attendance import Passage
from eventsite.core.domain.scans import Direction
from eventsite.core.services.overseeing import settle, undo_scan
from eventsite.core.wiring import stores
from eventsite.repoadmin.acts import Act, ActsMixin, reasoned
from eventsite.repoadmin.filters import ChosenFilter, EventFilter
from eventsite.repoadmin.forms import ReasonField
from eventsite.repoadmin.options import ReadOnlyMixin, RepositoryAdmin
from eventsite.repoadmin.parts import setup_of


class StateFilter(ChosenFilter):
    """Guests with something to look at, or those with whom that is done."""

    title, parameter_name = "state", "state"

    def options(self, request: HttpRequest) -> list[tuple[str, str]]:
        return [(value, str(label)) for value, label in STATES.items()]


class SettlingForm(forms.Form):
    """What was found."""

    reason = ReasonField(
        label="What was it?", help_text="Such as: came back for the coat, let in by hand."
    )


class UndoingForm(forms.Form):
    """Which of the scans counts no more, and why."""

    which = forms.ChoiceField(
        label="Which scan", choices=[("second", "The later one"), ("first", "The earlier one")]
    )
    reason = ReasonField()


@admin.register(Conflict, site=site)
class ConflictAdmin(GuestColumnMixin, ActsMixin, ReadOnlyMixin, RepositoryAdmin):
    """The conflicts of one event; nobody makes or deletes one, somebody settles it."""

    list_display = ("what", "guest", "earlier", "later", "state")
    list_display_links = ("what",)
    list_filter = (EventFilter, StateFilter)
    fields = ("what", "guest", "earlier", "later", "state", "found", "event_id")
    readonly_fields = fields
    actions = ()

    def has_settle_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("checkin.settle_conflict"))

    # -- what is shown ---------------------------------------------------------------------------
    def prepare(self, rows: list[Any]) -> None:
        """Read the names of the guests, gates and devices of a page at once."""
        super().prepare(rows)
        setup = setup_of(rows[0].event_id) if rows else None
        gates = {gate.gate_id: gate.name for gate in setup.gates} if setup else {}
        passages = (each for row in rows for each in (row.domain.first, row.domain.second))
        devices = device_names(passage.device_id for passage in passages if passage)
        for row in rows:
            row.gate_names, row.device_names = gates, devices
            row.zone = ZoneInfo(setup.event.zone if setup else "UTC")

    @admin.display(description="what")
    def what(self, row: Any) -> str:
        return str(row)

    @admin.display(description="earlier scan")
    def earlier(self, row: Any) -> str:
        return self._passage(row, row.domain.first)

    @admin.display(description="later scan")
    def later(self, row: Any) -> str:
        return self._passage(row, row.domain.second)

    @admin.display(description="what was found")
    def found(self, row: Any) -> str:
        settled = row.domain.settled
        if settled is None:
            return "-"
        self.prepared(row)
        when = _time(settled.at.astimezone(row.zone))
        who = settled.by.partition(":")[2] or settled.by
        return f"{settled.reason or '(erased)'} ({who}, {when})"

    def _passage(self, row: Any, passage: Passage | None) -> str:
        if passage is None:
            return "-"
        self.prepared(row)
        gate = row.gate_names.get(passage.gate_id, passage.gate_id)
        way = "in" if passage.direction is Direction.ENTRY else "out"
        notes = ["decided offline"] if passage.offline else []
        notes += ["forced"] if passage.forced else []
        when = _time(passage.at.astimezone(row.zone))
        words = f"{when}, {way} at {gate}, {row.device_names[passage.device_id]}"
        return f"{words} ({', '.join(notes)})" if notes else words

    # -- acts ------------------------------------------------------------------------------------
    def get_acts(self) -> Sequence[Act]:
        return (
            Act(
                name="settle",
                label="Settle",
                question="What was found? The conflict goes from the list and from the devices;"
                " the scans stay as they are.",
                log="Settled.",
                run=_settling,
                permission="settle",
                fits=_open,
                form=SettlingForm,
                many="Settle the chosen conflicts",
                done="%d settled.",
            ),
            Act(
                name="undo",
                label="Undo a scan",
                question="A scan that is undone counts no more: not for where the guest is, and"
                " not in the numbers. It stays on record.",
                log="Undid a scan.",
                run=self._undoing,
                permission="settle",
                fits=_open,
                form=UndoingForm,
                grave=True,
            ),
        )

    def _undoing(self, request: HttpRequest, row: Any, said: Any) -> HttpResponseBase:
        """Undo one of the scans, and show the list: the conflict may be none any more."""
        setup = stores().events.fresh_setup(row.event_id)
        conflict = row.domain
        chosen = conflict.first if said["which"] == "first" else conflict.second or conflict.first
        why = reasoned(request, said)
        undo_scan(stores(), setup, str(uuid.uuid4()), chosen.scan, why)
        self.message_user(request, "Undone: the scan counts no more.", messages.SUCCESS)
        listed = reverse("admin:checkin_conflict_changelist")
        return HttpResponseRedirect(f"{listed}?event_id={row.event_id}")


def _time(moment: datetime) -> str:
    """Return a time of the event's zone, which it names: the rest of the office has UTC."""
    return f"{moment.day} {moment:%b, %H:%M:%S %Z}"


def _open(row: Any) -> bool:
    return bool(row.domain.open)


def _settling(request: HttpRequest, row: Any, said: Any) -> str:
    setup = stores().events.fresh_setup(row.event_id)
    why = reasoned(request, said)
    settle(stores(), setup, row.registration_id, row.domain.conflict_id, why)
    return "Settled."
