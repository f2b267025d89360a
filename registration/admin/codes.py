"""Promo codes in the back office."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from eventsite.admin_site import site
from eventsite.core.services.filling import left_of
from eventsite.core.services.organizing import save_code
from eventsite.core.store.stock import code_stock
from eventsite.core.wiring import stores
from eventsite.repoadmin.part_admin import PartAdmin
from eventsite.repoadmin.parts import setup_of
from registration.models import PromoCode


@admin.register(PromoCode, site=site)
class PromoCodeAdmin(PartAdmin):
    """The promo codes of one event."""

    list_display = ("code", "name", "uses", "for_types", "percent_off", "opens", "good_until")
    search_fields = ("code",)
    search_help_text = "A part of the code or its name"
    sections: Any = (
        (None, ("name", "limit")),
        ("What it is good for", ("type_ids", "percent_off", "unlocks")),
        ("When it is good", (("good_from", "good_until"),)),
    )
    kept = ("uses",)

    def prepare(self, rows: list[Any]) -> None:
        setup = setup_of(rows[0].event_id) if rows else None
        whats = [code_stock(row.code) for row in rows if row.limit is not None]
        left = left_of(stores(), setup, whats) if setup else {}
        for row in rows:
            row.left = left.get(code_stock(row.code))

    @admin.display(description="unlocks", boolean=True)
    def opens(self, row: Any) -> bool:
        return bool(row.unlocks)

    @admin.display(description="uses left")
    def uses(self, row: Any) -> str:
        if row.limit is None:
            return "no limit"
        if not hasattr(row, "left"):
            self.prepare([row])
        return f"{row.left} of {row.domain.limit}"

    def create(self, request: HttpRequest, row: Any, form: Any) -> Any:
        return save_code(stores().events, row.new_part())

    def update(self, request: HttpRequest, row: Any, form: Any) -> Any:
        return save_code(stores().events, row.to_domain(), row.domain)
