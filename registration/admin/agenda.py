"""The programme in the back office."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from eventsite.admin_site import site
from eventsite.core.domain import agenda as domain
from eventsite.core.wiring import stores
from eventsite.repoadmin.filters import EventFilter, event_choices
from eventsite.repoadmin.options import RepositoryAdmin
from registration.models import AgendaSession
from registration.sources import days_of


class DayFilter(admin.SimpleListFilter):
    """The days of the chosen event's programme, in the event's zone."""

    title = "day"
    parameter_name = "day"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        events = [event_id for event_id, _ in event_choices()]
        event_id = request.GET.get("event_id") or next(iter(events), "")
        return [(f"{day}", f"{day:%a} {day.day} {day:%b}") for day in days_of(event_id)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(day=self.value()) if self.value() else queryset


class SessionForm(forms.ModelForm):  # type: ignore[type-arg]
    """A session; a new one says at which event."""

    event_id = forms.ChoiceField(label="Event", choices=event_choices)


@admin.register(AgendaSession, site=site)
class AgendaSessionAdmin(RepositoryAdmin):
    """One event's programme at a time."""

    list_display = ("title", "starts_at", "room", "track", "cancelled")
    list_filter = (EventFilter, DayFilter, "cancelled")
    search_fields = ("title",)
    search_help_text = "A part of the title or subtitle"
    export_fields = ("session_id", "title", "starts_at", "ends_at", "room", "track", "cancelled")
    fields: ClassVar[Any] = (
        ("title", "subtitle"),
        ("starts_at", "ends_at"),
        ("room", "track", "language"),
        "capacity",
        "abstract",
        "cancelled",
    )

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.fields, "session_id", "event_id") if obj else ("event_id", *self.fields)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("session_id", "event_id") if obj else ()

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is None:
            kwargs["form"] = SessionForm
        return super().get_form(request, obj, change=change, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # a session is cancelled, so that its guests can be told

    def create(self, request: HttpRequest, row: Any, form: Any) -> Any:
        chosen = {"session_id": f"s{secrets.token_hex(4)}", "version": 1}
        session = domain.checked_session(domain.AgendaSession(**(row.values() | chosen)))
        stores().agenda.add(session)
        return session

    def update(self, request: HttpRequest, row: Any, form: Any) -> Any:
        seen = replace(row.domain, version=row.version)
        return stores().agenda.save(domain.checked_session(row.to_domain()), seen)
