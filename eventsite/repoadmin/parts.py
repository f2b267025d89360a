"""What an event is set up with (ticket types, gates, items) in the admin, one event at a time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest, QueryDict

from eventsite.core.domain.events import EventSetup, Part, id_of
from eventsite.core.domain.setups import NAME_MAX
from eventsite.core.errors import NotFound
from eventsite.core.wiring import stores
from eventsite.repoadmin.filters import EventFilter, event_choices
from eventsite.repoadmin.models import RepositoryModel
from eventsite.repoadmin.options import RepositoryAdmin
from eventsite.repoadmin.sources import SmallSource, UnsupportedLookup

EVENT = "event_id"
_EVENT_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_CHANGELIST_FILTERS = "_changelist_filters"
"""Where the admin's links to a form keep the list's filters."""


def setup_of(event_id: str) -> EventSetup | None:
    """Return an event's setup as it is now; None for what cannot be, or is not, an event."""
    if not _EVENT_ID.fullmatch(event_id):
        return None
    try:
        return stores().events.fresh_setup(event_id)
    except NotFound:
        return None


class PartSource(SmallSource[Part]):
    """The parts of one kind of one event: one Query. A key is ``<event>~<part>``."""

    lookups = frozenset({EVENT})
    orders = ("name", "-name")
    searched = ("name",)

    def __init__(self, kind: type[Part], id_name: str) -> None:
        self.kind = kind
        self.id_name = id_name

    def every(self, where: Mapping[str, Any]) -> Iterable[Part]:
        if EVENT not in where:
            raise UnsupportedLookup("parts are listed one event at a time")
        return self._of(str(where[EVENT]))

    def key(self, obj: Part) -> str:
        return f"{obj.event_id}~{id_of(obj)[1]}"

    def fetch(self, keys: Sequence[str]) -> list[Part]:
        found: dict[str, Part] = {}
        for event_id in dict.fromkeys(key.partition("~")[0] for key in keys):
            found |= {self.key(part): part for part in self._of(event_id)}
        return [found[key] for key in keys if key in found]

    def _of(self, event_id: str) -> list[Part]:
        setup = setup_of(event_id)
        return [part for part in setup.parts if isinstance(part, self.kind)] if setup else []


class PartModel(RepositoryModel):
    """What all parts have. Subclasses give a PartSource and the field that it names as the id."""

    source: ClassVar[PartSource]

    key = models.CharField(primary_key=True, max_length=130, editable=False)
    event_id = models.CharField("event", max_length=64)
    name = models.CharField(max_length=NAME_MAX)
    version = models.PositiveIntegerField(default=1)

    class Meta(RepositoryModel.Meta):
        abstract = True

    def __str__(self) -> str:
        return str(self.name)

    @classmethod
    def key_of(cls, obj: Any) -> str:
        return cls.source.key(obj)


class PartAdmin(RepositoryAdmin):
    """Parts are added and changed, never deleted: tickets, scans and requests name them."""

    model: type[PartModel]
    list_filter = (EventFilter,)
    search_fields = ("name",)
    search_help_text = "A part of the name"
    actions = ()
    kept: tuple[str, ...] = ()
    """Fields that are shown when a part is changed, and that nobody types."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields: Any = self.fields
        return (*fields, *self.kept, EVENT) if obj else (EVENT, *fields)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (self.model.source.id_name, *self.kept, EVENT) if obj else ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        return {EVENT: _chosen(request, event_choices())} | initial

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Offer the events, and as check boxes the types of the one that is chosen."""
        form = super().get_form(request, obj, change=change, **kwargs)
        fields = form.base_fields
        offered = [] if obj else event_choices()
        setup = setup_of(obj.event_id if obj else _chosen(request, offered))
        if EVENT in fields:
            if setup and setup.event.event_id not in dict(offered):
                offered.append((setup.event.event_id, setup.event.title))
            fields[EVENT] = forms.ChoiceField(label="Event", choices=offered)
        if "type_ids" in fields:
            fields["type_ids"] = forms.MultipleChoiceField(
                label="Ticket types",
                choices=[(kind.type_id, kind.name) for kind in setup.types] if setup else [],
                widget=forms.CheckboxSelectMultiple,
                required=False,
                help_text=f"Of {setup.event.title}; none means all." if setup else "",
            )
        return form

    @admin.display(description="ticket types")
    def for_types(self, row: Any) -> str:
        return ", ".join(row.type_ids) or "all"


def _chosen(request: HttpRequest, offered: list[tuple[str, str]]) -> str:
    """Return the event that a new part is for: what was sent, else the list's, else the first."""
    listed = QueryDict(request.GET.get(_CHANGELIST_FILTERS, ""))
    for said in (request.POST, request.GET, listed):
        if event_id := said.get(EVENT):
            return str(event_id)
    return next((event_id for event_id, _ in offered), "")
