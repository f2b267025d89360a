"""Gates in the back office."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from checkin.models import Gate
from eventsite.admin_site import site
from eventsite.core.domain.rules import in_words
from eventsite.core.services.organizing import save_gate
from eventsite.core.wiring import stores
from eventsite.repoadmin.filters import chosen_event
from eventsite.repoadmin.part_admin import PartAdmin
from eventsite.repoadmin.parts import setup_of


def zone_field(event_id: str, label: str, help_text: str, without: str = "") -> forms.ChoiceField:
    """Return a choice of an event's zones, the event as a whole first."""
    setup = setup_of(event_id)
    zones = [z for z in setup.zones if z.zone_id != without] if setup else []
    return forms.ChoiceField(
        label=label,
        required=False,
        help_text=help_text,
        choices=[("", "The event as a whole"), *((z.zone_id, z.name) for z in zones)],
    )


@admin.register(Gate, site=site)
class GateAdmin(PartAdmin):
    """The gates of one event."""

    list_display = ("name", "gate_id", "direction", "behind", "for_types")
    sections: Any = (
        (None, ("name", "direction", "zone_id")),
        ("Whom it lets in", ("type_ids", "rules_here")),
        ("Sessions", ("sessions", "room", "signed_up_only")),
        ("Badges", ("badges",)),
    )
    told = ("rules_here",)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if "zone_id" in form.base_fields:
            event_id = obj.event_id if obj else chosen_event(request)
            form.base_fields["zone_id"] = zone_field(
                event_id, "Zone behind it", "Who passes is counted there."
            )
        return form

    @admin.display(description="zone")
    def behind(self, row: Any) -> str:
        setup = setup_of(row.event_id)
        names = {zone.zone_id: zone.name for zone in setup.zones} if setup else {}
        return names.get(row.zone_id, row.zone_id) or "the event"

    @admin.display(description="rules here")
    def rules_here(self, row: Any) -> str:
        """The rules that bind here, in words; they are changed on their own pages."""
        setup = setup_of(row.event_id)
        if setup is None:
            return "-"
        gates = {gate.gate_id: gate.name for gate in setup.gates}
        types = {kind.type_id: kind.name for kind in setup.types}
        here = [
            f"{rule.name} ({in_words(rule, gates, types, setup.event.zone)})"
            for rule in setup.rules
            if rule.active and (not rule.gate_ids or row.gate_id in rule.gate_ids)
        ]
        return ". ".join(here) or "None: one entry, and again after leaving."

    def create(self, request: HttpRequest, row: Any, form: Any) -> Any:
        return save_gate(stores().events, row.new_part())

    def update(self, request: HttpRequest, row: Any, form: Any) -> Any:
        return save_gate(stores().events, row.to_domain(), row.domain)
