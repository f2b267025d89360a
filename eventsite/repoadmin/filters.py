"""Filters for lists that live in one partition at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest, QueryDict

from eventsite.core.domain.events import EventSetup
from eventsite.core.wiring import stores
from eventsite.repoadmin.parts import setup_of

EVENTS_OFFERED = 50
"""Events in the filter, the latest first; older ones are reached from the list of events."""
_KEPT = "_filter_options"
_CHANGELIST_FILTERS = "_changelist_filters"
"""Where the admin's links to a form keep the list's filters."""


class ChosenFilter(admin.SimpleListFilter):
    """A filter that always has one value: DynamoDB reads one partition at a time.

    Subclasses set ``title`` and ``parameter_name`` (also the source's lookup) and give
    ``options``; the first option is chosen until the user chooses another.
    """

    def options(self, request: HttpRequest) -> Iterable[tuple[str, str]]:
        """Return (value, label) pairs; read once per request."""
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        kept: dict[type, list[tuple[Any, str]]] = request.__dict__.setdefault(_KEPT, {})
        if type(self) not in kept:
            kept[type(self)] = list(self.options(request))
        return kept[type(self)]

    def has_output(self) -> bool:
        return True  # or the admin would leave it out, and the list without its partition

    def value(self) -> str | None:
        chosen = super().value()
        if chosen:
            return chosen
        return str(self.lookup_choices[0][0]) if self.lookup_choices else None

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        return (choice for n, choice in enumerate(super().choices(changelist)) if n)  # no "All"

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value()
        name = self.parameter_name
        return queryset.filter(**{str(name): value}) if value else queryset.none()


def event_choices() -> list[tuple[str, str]]:
    """Return (event_id, title) of the latest events, for filters and forms."""
    return [(event.event_id, event.title) for event in stores().events.page(EVENTS_OFFERED)]


def chosen_event(request: HttpRequest) -> str:
    """Return the event that something new is for: what was sent, else the list's, else the first.

    What was sent is what the form's field ``event_id`` says.
    """
    listed = QueryDict(request.GET.get(_CHANGELIST_FILTERS, ""))
    for said in (request.POST, request.GET, listed):
        if event_id := said.get(EventFilter.parameter_name):
            return str(event_id)
    return next((event_id for event_id, _ in event_choices()), "")


class EventFilter(ChosenFilter):
    """One event at a time, the latest first."""

    title = "event"
    parameter_name = "event_id"

    def options(self, request: HttpRequest) -> list[tuple[str, str]]:
        return event_choices()

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        """Offer an older event as well when the address names it."""
        offered = super().lookups(request, model_admin)
        asked = request.GET.get(str(self.parameter_name), "")
        if asked and asked not in {value for value, _ in offered}:
            return [*offered, (asked, asked)]
        return offered


class PartFilter(ChosenFilter):
    """One part of the chosen event at a time. Subclasses give ``of_setup``."""

    def of_setup(self, setup: EventSetup) -> Iterable[tuple[str, str]]:
        """Return (value, label) pairs."""
        raise NotImplementedError

    def options(self, request: HttpRequest) -> Iterable[tuple[str, str]]:
        setup = setup_of(chosen_event(request))
        return self.of_setup(setup) if setup else ()

    def value(self) -> str | None:
        """What the event has not gives way to the first that it has: the event was changed."""
        chosen = super().value()
        offered = [str(name) for name, _ in self.lookup_choices]
        return chosen if chosen in offered else next(iter(offered), None)
