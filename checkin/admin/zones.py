"""Zones in the back office: how many are inside, and putting a count right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from checkin.admin.gates import zone_field
from checkin.models import Zone
from eventsite.admin_site import site
from eventsite.core.services.organizing import save_door_part
from eventsite.core.services.overseeing import INSIDE_MAX, correct_count, inside_now
from eventsite.core.wiring import stores
from eventsite.repoadmin.acts import Act, ActsMixin, reasoned
from eventsite.repoadmin.filters import chosen_event
from eventsite.repoadmin.forms import ReasonField
from eventsite.repoadmin.part_admin import PartAdmin
from eventsite.repoadmin.parts import setup_of


class CorrectionForm(forms.Form):
    """What the count should be, and why."""

    inside = forms.IntegerField(
        label="Inside now", min_value=0, max_value=INSIDE_MAX, help_text="As you counted them."
    )
    reason = ReasonField(help_text="Such as: side door was open from 14:00 to 14:20.")


@admin.register(Zone, site=site)
class ZoneAdmin(ActsMixin, PartAdmin):
    """The zones of one event."""

    list_display = ("name", "zone_id", "inside", "part_of")
    sections: Any = (
        (None, ("name", "within")),
        ("How many", ("inside", "emptied_at", "limit", "emptied_daily")),
    )
    told = ("inside", "emptied_at")

    def prepare(self, rows: list[Any]) -> None:
        setup = setup_of(rows[0].event_id) if rows else None
        counts = inside_now(stores(), setup, timezone.now()) if setup else {}
        for row in rows:
            row.inside_now = counts.get(row.zone_id, 0)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if "within" in form.base_fields:
            event_id = obj.event_id if obj else chosen_event(request)
            form.base_fields["within"] = zone_field(
                event_id,
                "Part of",
                "Who is in this zone is counted there too.",
                without=obj.zone_id if obj else "",
            )
        return form

    @admin.display(description="inside")
    def inside(self, row: Any) -> str:
        if not hasattr(row, "inside_now"):
            self.prepare([row])
        return f"{row.inside_now} of {row.limit}" if row.limit is not None else str(row.inside_now)

    @admin.display(description="part of")
    def part_of(self, row: Any) -> str:
        setup = setup_of(row.event_id)
        names = {zone.zone_id: zone.name for zone in setup.zones} if setup else {}
        return names.get(row.within, row.within) or "the event"

    def create(self, request: HttpRequest, row: Any, form: Any) -> Any:
        return save_door_part(stores().events, row.new_part())

    def update(self, request: HttpRequest, row: Any, form: Any) -> Any:
        return save_door_part(stores().events, row.to_domain(), row.domain)

    def get_acts(self) -> Sequence[Act]:
        return (
            Act(
                name="correct",
                label="Correct the count",
                question="How many are inside? The gates go on counting from there.",
                log="Corrected the count.",
                run=_correcting,
                form=CorrectionForm,
            ),
            Act(
                name="empty",
                label="Empty",
                question="Is nobody inside any more? Everybody who came in before now counts"
                " as gone, and may come in again.",
                log="Emptied.",
                run=_emptying,
            ),
        )


def _correcting(request: HttpRequest, row: Any, said: Any) -> str:
    setup = stores().events.fresh_setup(row.event_id)
    why = reasoned(request, said)
    done = correct_count(stores(), setup, row.zone_id, said["inside"], why)
    return f"Corrected from {done.before} to {done.after}."


def _emptying(request: HttpRequest, row: Any, said: Any) -> str:
    emptied = replace(row.domain, emptied_at=timezone.now())
    save_door_part(stores().events, emptied, row.domain)
    return "Emptied. Counting begins at none."
