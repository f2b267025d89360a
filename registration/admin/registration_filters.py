"""What a list of registrations is narrowed to, and in which order it comes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from eventsite.core.errors import NotFound
from eventsite.core.wiring import stores
from eventsite.names import known_event_id
from eventsite.repoadmin.filters import ChosenFilter, event_choices
from registration.admin.registration_words import AWAITED
from registration.sources import BY_NAME, HELD, IN_LINE, NEWEST


class ListingFilter(ChosenFilter):
    """In which order: each is an index of its own."""

    title = "order"
    parameter_name = "listing"

    def options(self, request: HttpRequest) -> Iterable[tuple[str, str]]:
        return (
            (NEWEST, "Newest first"),
            (BY_NAME, "By name"),
            (IN_LINE, "Waiting list, in order"),
            (HELD, "Held places, by deadline"),
        )


class AwaitingFilter(admin.SimpleListFilter):
    """What pending registrations wait for."""

    title = "what it waits for"
    parameter_name = "awaiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(each.value, label) for each, label in AWAITED.items()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(awaiting=self.value()) if self.value() else queryset


class TypeFilter(admin.SimpleListFilter):
    """The ticket types of the chosen event."""

    title = "ticket type"
    parameter_name = "type_id"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        event_id = request.GET.get("event_id") or next((e for e, _ in event_choices()), "")
        try:
            setup = stores().events.setup(known_event_id(event_id))
        except NotFound:
            return []
        return [(kind.type_id, kind.name) for kind in setup.types]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(type_id=self.value()) if self.value() else queryset
