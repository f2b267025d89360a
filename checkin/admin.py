"""Gates in the back office."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from checkin.models import Gate
from eventsite.admin_site import site
from eventsite.core.domain import events as domain
from eventsite.core.services.organizing import save_gate
from eventsite.core.wiring import stores
from eventsite.repoadmin.part_admin import PartAdmin


@admin.register(Gate, site=site)
class GateAdmin(PartAdmin):
    """The gates of one event."""

    list_display = ("name", "gate_id", "for_types")
    fields = ("gate_id", "name", "type_ids")

    def create(self, request: HttpRequest, row: Any, form: Any) -> Any:
        return save_gate(stores().events, domain.Gate(**row.values()))

    def update(self, request: HttpRequest, row: Any, form: Any) -> Any:
        return save_gate(stores().events, row.to_domain(), row.domain)
