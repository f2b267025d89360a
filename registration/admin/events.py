"""Events in the back office."""

from __future__ import annotations

from typing import Any, ClassVar
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from eventsite.admin_site import site
from eventsite.core.domain import events as domain
from eventsite.core.services.organizing import checked_event, new_number
from eventsite.core.wiring import stores
from eventsite.repoadmin.options import RepositoryAdmin
from registration.models import Event


def _zones() -> list[tuple[str, str]]:
    return [(name, name) for name in sorted(available_timezones() | {"UTC"})]


class EventForm(forms.ModelForm):  # type: ignore[type-arg]
    """An event; its zone is one that exists."""

    zone = forms.ChoiceField(
        label="Time zone",
        choices=_zones,
        initial="UTC",
        help_text="In which guests see times.",
    )


@admin.register(Event, site=site)
class EventAdmin(RepositoryAdmin):
    """An event is changed here; its number in tickets is drawn once."""

    form = EventForm
    list_display = ("title", "event_id", "starts_at", "ends_at", "venue")
    search_fields = ("title",)
    search_help_text = "A part of the title, venue or id"
    fields: ClassVar[Any] = (
        "event_id",
        "title",
        ("starts_at", "ends_at"),
        "zone",
        "venue",
        "description",
        "locale",
        "reminder_minutes",
    )
    actions = ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.fields, "number") if obj else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("event_id", "number") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # what guests hold in their hand names this event

    def create(self, request: HttpRequest, row: Any, form: Any) -> Any:
        values = row.values() | {"version": 1, "number": new_number()}
        return stores().events.add(checked_event(domain.Event(**values)))

    def update(self, request: HttpRequest, row: Any, form: Any) -> Any:
        return stores().events.save(checked_event(row.to_domain()))
