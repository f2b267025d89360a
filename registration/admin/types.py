"""Ticket types in the back office."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format

from eventsite.admin_site import site
from eventsite.core.domain.money import decimals, major_units
from eventsite.core.domain.setups import AMOUNT_MAX
from eventsite.core.services.filling import left_of
from eventsite.core.services.organizing import add_type, save_type
from eventsite.core.store.stock import type_stock
from eventsite.core.wiring import stores
from eventsite.repoadmin.part_admin import PartAdmin
from eventsite.repoadmin.parts import setup_of
from registration.models import TicketType


class TypeForm(forms.ModelForm):  # type: ignore[type-arg]
    """A ticket type; its price is written as people write it, such as 12.50."""

    price = forms.DecimalField(
        label="Price",
        required=False,
        min_value=Decimal(0),
        decimal_places=4,
        max_digits=12,
        help_text="Such as 12.50. Empty is free. It is recorded, not charged.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = self.instance
        if "price" in self.fields and not row._state.adding:
            self.initial["price"] = major_units(row.price, row.currency) if row.price else None

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).strip().upper()

    def clean(self) -> dict[str, Any]:
        """Turn the price into minor units of its currency."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "price" not in self.fields or "price" in self.errors:
            return cleaned
        price, currency = cleaned.get("price") or Decimal(0), cleaned.get("currency") or ""
        minor = price.scaleb(decimals(currency))
        if minor != minor.to_integral_value():
            self.add_error("price", f"{currency or 'It'} has {decimals(currency)} decimals.")
        elif minor > AMOUNT_MAX:
            self.add_error("price", "This is too much.")
        else:
            cleaned["price"] = int(minor)
        return cleaned


@admin.register(TicketType, site=site)
class TicketTypeAdmin(PartAdmin):
    """The ticket types of one event; their numbers in tickets are drawn when they are added."""

    form = TypeForm
    list_display = ("name", "type_id", "number", "price_shown", "places", "left", "sale")
    kept = ("number",)
    sections: Any = (
        (None, ("name",)),
        ("Places", ("capacity", "per_guest", "waitlist")),
        ("Sale", (("sale_from", "sale_until"), ("price", "currency"), "approval", "hidden")),
        ("At the door", ("valid_from",)),
    )

    def prepare(self, rows: list[Any]) -> None:
        setup = setup_of(rows[0].event_id) if rows else None
        whats = [type_stock(row.type_id) for row in rows if row.capacity is not None]
        left = left_of(stores(), setup, whats) if setup else {}
        for row in rows:
            row.left = left.get(type_stock(row.type_id))

    # -- columns -------------------------------------------------------------------------------
    @admin.display(description="capacity")
    def places(self, row: Any) -> str:
        return "no limit" if row.capacity is None else str(row.capacity)

    @admin.display(description="left")
    def left(self, row: Any) -> str:
        return "" if row.capacity is None or row.left is None else str(row.left)

    @admin.display(description="price")
    def price_shown(self, row: Any) -> str:
        return price_of(row.price, row.currency)

    @admin.display(description="sale")
    def sale(self, row: Any) -> str:
        return sale_state(row.domain)

    # -- writes --------------------------------------------------------------------------------
    def create(self, request: HttpRequest, row: Any, form: Any) -> Any:
        return add_type(stores().events, row.new_part(number=0))

    def update(self, request: HttpRequest, row: Any, form: Any) -> Any:
        return save_type(stores().events, row.to_domain(), row.domain)


def price_of(amount: int, currency: str) -> str:
    """Return an amount in minor units as people read it."""
    return f"{major_units(amount, currency)} {currency}" if amount else "free"


def sale_state(kind: Any) -> str:
    """Return in words whether a type is on sale, and to whom."""
    now = timezone.now()
    if kind.sale_from and now < kind.sale_from:
        state = f"from {date_format(kind.sale_from, 'DATETIME_FORMAT')}"
    elif kind.sale_until and now >= kind.sale_until:
        state = "over"
    elif kind.sale_until:
        state = f"until {date_format(kind.sale_until, 'DATETIME_FORMAT')}"
    else:
        state = "open"
    return f"{state}, hidden" if kind.hidden else state
