"""Rules in the back office: each shown as the sentence that people at the door are told."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from checkin.models import Rule
from eventsite.admin_site import site
from eventsite.core.domain.rules import in_words
from eventsite.core.services.organizing import save_door_part
from eventsite.core.wiring import stores
from eventsite.repoadmin.filters import chosen_event
from eventsite.repoadmin.part_admin import PartAdmin
from eventsite.repoadmin.parts import setup_of


@admin.register(Rule, site=site)
class RuleAdmin(PartAdmin):
    """The rules of one event."""

    list_display = ("name", "sentence", "active")
    sections: Any = (
        (None, ("name", "active", "sentence")),
        ("Whom it binds", ("gate_ids", "type_ids")),
        ("When it is open", (("opens_at", "closes_at"), ("daily_from", "daily_until"))),
        ("How often", (("entries", "entries_per_day"), "reentry")),
    )

    told = ("sentence",)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if "gate_ids" in form.base_fields:
            setup = setup_of(obj.event_id if obj else chosen_event(request))
            form.base_fields["gate_ids"] = forms.MultipleChoiceField(
                label="Gates",
                choices=[(gate.gate_id, gate.name) for gate in setup.gates] if setup else [],
                widget=forms.CheckboxSelectMultiple,
                required=False,
                help_text="None means all.",
            )
        return form

    @admin.display(description="rule")
    def sentence(self, row: Any) -> str:
        setup = setup_of(row.event_id)
        if setup is None:
            return "-"
        gates = {gate.gate_id: gate.name for gate in setup.gates}
        types = {kind.type_id: kind.name for kind in setup.types}
        return in_words(row.domain, gates, types, setup.event.zone)

    def create(self, request: HttpRequest, row: Any, form: Any) -> Any:
        return save_door_part(stores().events, row.new_part())

    def update(self, request: HttpRequest, row: Any, form: Any) -> Any:
        return save_door_part(stores().events, row.to_domain(), row.domain)
