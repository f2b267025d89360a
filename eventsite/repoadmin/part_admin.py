"""The admin over what an event is set up with (ticket types, gates, items)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from eventsite.repoadmin.filters import EventFilter, chosen_event, event_choices
from eventsite.repoadmin.options import RepositoryAdmin
from eventsite.repoadmin.parts import EVENT, PartModel, setup_of


class PartAdmin(RepositoryAdmin):
    """Parts are added and changed, never deleted: tickets, scans and requests name them."""

    model: type[PartModel]
    list_filter = (EventFilter,)
    search_fields = ("name",)
    search_help_text = "A part of the name"
    actions = ()
    kept: tuple[str, ...] = ()
    """Fields that are shown when a part is changed, and that nobody types."""
    told: tuple[str, ...] = ()
    """What the sections say of a part that is there, and of no new one."""
    sections: Any = ()
    """(heading, fields) instead of ``fields``, for parts with many; the id is not named."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields: Any = self.fields
        return (*fields, *self.kept, EVENT) if obj else (EVENT, *fields)

    def get_sections(self, request: HttpRequest, obj: Any = None) -> Any:
        if not self.sections:
            return super().get_sections(request, obj)
        said = [(name, self._said(fields, obj)) for name, fields in self.sections]
        (name, first), *others = [each for each in said if each[1]]
        id_name = self.model.source.id_name
        first = (*first, id_name, *self.kept, EVENT) if obj else (EVENT, id_name, *first)
        return [(name, {"fields": first}), *((name, {"fields": f}) for name, f in others)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (self.model.source.id_name, *self.kept, *self.told, EVENT) if obj else ()

    def _said(self, fields: Any, obj: Any) -> Any:
        return fields if obj else tuple(field for field in fields if field not in self.told)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        return {EVENT: chosen_event(request)} | initial

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Offer the events, and as check boxes the types of the one that is chosen."""
        form = super().get_form(request, obj, change=change, **kwargs)
        fields = form.base_fields
        offered = [] if obj else event_choices()
        setup = setup_of(obj.event_id if obj else chosen_event(request))
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
