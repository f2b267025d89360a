"""Ticket types in the back office."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from eventsite.admin_site import site
from eventsite.core.domain import events as domain
from eventsite.core.services.organizing import add_type, save_type
from eventsite.core.wiring import stores
from eventsite.repoadmin.part_admin import PartAdmin
from registration.models import TicketType


@admin.register(TicketType, site=site)
class TicketTypeAdmin(PartAdmin):
    """The ticket types of one event; their numbers in tickets are drawn when they are added."""

    list_display = ("name", "type_id", "number", "places", "valid_from")
    fields = ("type_id", "name", "capacity", "valid_from")
    kept = ("number",)

    @admin.display(description="capacity")
    def places(self, row: Any) -> str:
        return "no limit" if row.capacity is None else str(row.capacity)

    def create(self, request: HttpRequest, row: Any, form: Any) -> Any:
        return add_type(stores().events, domain.TicketType(number=0, **row.values()))

    def update(self, request: HttpRequest, row: Any, form: Any) -> Any:
        return save_type(stores().events, row.to_domain(), row.domain)
