"""ModelAdmin over a repository."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin import ShowFacets
from django.contrib.admin.models import ADDITION, CHANGE, DELETION
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.contrib.admin.views.main import PAGE_VAR
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from eventsite.core.errors import EventSiteError
from eventsite.repoadmin import audit
from eventsite.repoadmin.changelist import RepositoryChangeList
from eventsite.repoadmin.export import csv_response
from eventsite.repoadmin.forms import VERSION, NamedDateTime, refusing, version_field
from eventsite.repoadmin.models import RepositoryModel

if TYPE_CHECKING:
    _Admin = admin.ModelAdmin[Any]
else:
    _Admin = object

_REFUSAL = "_repository_refusal"


class _Refused(Exception):
    """Carries a refusal from the save to the form."""

    def __init__(self, error: EventSiteError) -> None:
        self.error = error


class RepositoryAdminMixin(_Admin):
    """Lists from a source, writes through ``create``, ``update`` and ``remove``.

    Those three raise EventSiteError to refuse; nothing else may be written before they do.
    A refusal comes back as a form error on ``error.field`` (or above the form) with the typed
    values kept. The audit trail is written after the act.
    """

    list_per_page = 50
    show_facets = ShowFacets.NEVER
    show_full_result_count = False
    actions: Any = ("export_csv",)
    export_fields: tuple[str, ...] = ()
    """Columns of the CSV export; all fields when empty."""
    row_limit = 5000
    """Rows that one action or export may touch in a request; more belongs into a job."""

    # -- writes: what a concrete admin provides --------------------------------------------------
    def create(self, request: HttpRequest, row: Any, form: Any) -> Any:
        """Write a new object from ``row`` and ``form.cleaned_data``; return the domain object."""
        raise NotImplementedError

    def update(self, request: HttpRequest, row: Any, form: Any) -> Any:
        """Write ``row`` back, on condition of ``row.version``; return the domain object."""
        raise NotImplementedError

    def remove(self, request: HttpRequest, row: Any) -> None:
        """Delete the object."""
        raise NotImplementedError

    # -- reads -----------------------------------------------------------------------------------
    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[RepositoryChangeList]:
        return RepositoryChangeList

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        self.prepare(list(changelist.result_list))
        return changelist

    def prepare(self, rows: list[Any]) -> None:
        """Read at once what the columns of a page of rows need; each row can keep its part."""

    def get_ordering(self, request: HttpRequest) -> Any:
        return self.ordering or self.model.source.orders[:1]

    def get_sortable_by(self, request: HttpRequest) -> Any:
        """Return the columns that have an index in both directions."""
        orders = set(self.model.source.orders)
        columns = self.get_list_display(request)
        return [column for column in columns if {by := self._order_of(column), f"-{by}"} <= orders]

    def _order_of(self, column: Any) -> Any:
        """Return what a column is ordered by: its ``@admin.display(ordering=...)`` or itself."""
        shown = getattr(self, column, None) if isinstance(column, str) else column
        return getattr(shown, "admin_order_field", column)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        if from_field is not None and from_field != self.model._meta.pk.name:
            return None
        try:
            return self.get_queryset(request).get(pk=object_id)
        except self.model.DoesNotExist:
            return None

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        return (queryset.search(search_term) if search_term else queryset), False

    # -- forms -----------------------------------------------------------------------------------
    def _has_version(self) -> bool:
        try:
            return bool(self.model._meta.get_field(VERSION))
        except FieldDoesNotExist:
            return False

    def get_sections(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the fieldsets; overridden instead of ``get_fieldsets``."""
        return super().get_fieldsets(request, obj)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Add the hidden version to forms that will be saved."""
        fieldsets = list(self.get_sections(request, obj))
        if not obj or not self._has_version() or not self.has_change_permission(request, obj):
            return fieldsets
        if VERSION in flatten_fieldsets(fieldsets):
            return fieldsets
        *before, (name, options) = fieldsets
        return [*before, (name, {**options, "fields": [*options["fields"], VERSION]})]

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == VERSION:
            return version_field()
        if isinstance(db_field, models.DateTimeField):
            kwargs.setdefault("widget", NamedDateTime(db_field.verbose_name))
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        error = getattr(request, _REFUSAL, None)
        return refusing(form, error) if error else form

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except _Refused as refused:  # run the view again: this time the form does not validate
            setattr(request, _REFUSAL, refused.error)
            return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        try:
            write = self.update if change else self.create
            saved = write(request, obj, form)
        except EventSiteError as error:
            raise _Refused(error) from error
        if saved is not None:
            obj.domain, obj.pk = saved, self.model.key_of(saved)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing: there are no relations."""

    # -- deleting --------------------------------------------------------------------------------
    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.remove(request, obj)
        audit.record(request, obj, DELETION)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for row in queryset:
            self.delete_model(request, row)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        rows = list(objs)
        names = [f"{capfirst(self.opts.verbose_name)}: {row}" for row in rows]
        missing = set() if self.has_delete_permission(request) else {self.opts.verbose_name}
        return names, {self.opts.verbose_name_plural: len(rows)}, missing, []

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        try:
            return super().delete_view(request, object_id, extra_context)
        except EventSiteError as error:
            self.message_user(request, error.message, messages.ERROR)
            row = self.get_object(request, unquote(object_id))
            return self.response_post_save_change(request, row)

    def response_action(self, request: HttpRequest, queryset: Any, *args: Any, **kw: Any) -> Any:
        try:
            return super().response_action(request, queryset.bounded(self.row_limit), *args, **kw)
        except EventSiteError as error:
            self.message_user(request, error.message, messages.ERROR)
            return None

    def acting(self, request: HttpRequest, rows: Any, act: Any, said: str, *, log: str = "") -> int:
        """Run ``act(row)`` on each row of an action: each success in the history, each refusal
        told to the user, the number done in ``said`` (with ``%d``). Returns that number.
        """
        done = 0
        for row in rows:
            try:
                act(row)
            except EventSiteError as error:
                self.message_user(request, f"{row}: {error.message}", messages.WARNING)
            else:
                audit.record(request, row, CHANGE, log or said % 1)
                done += 1
        if done:
            self.message_user(request, said % done, messages.SUCCESS)
        return done

    # -- audit trail -----------------------------------------------------------------------------
    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        audit.record(request, obj, ADDITION, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        audit.record(request, obj, CHANGE, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """Nothing: the admin calls this before it deletes; delete_model records the fact."""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        if row is None:
            return self._get_obj_does_not_exist_redirect(  # type: ignore[attr-defined,no-any-return]
                request, self.opts, object_id
            )
        entries = audit.history(row)
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "title": _("Change history: %s") % row,
            "subtitle": None,
            "action_list": Paginator(entries, max(len(entries), 1)).page(1),
            "page_range": [1],
            "page_var": PAGE_VAR,
            "pagination_required": False,
            "module_name": str(capfirst(self.opts.verbose_name_plural)),
            "object": row,
            "opts": self.opts,
            "preserved_filters": self.get_preserved_filters(request),
            **(extra_context or {}),
        }
        template = self.object_history_template or "admin/object_history.html"
        return TemplateResponse(request, template, context)

    # -- export ----------------------------------------------------------------------------------
    def has_export_permission(self, request: HttpRequest) -> bool:
        opts = self.opts
        return bool(request.user.has_perm(f"{opts.app_label}.export_{opts.model_name}"))

    @admin.action(description="Export to CSV", permissions=["export"])
    def export_csv(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        names = self.export_fields or [field.name for field in self.opts.concrete_fields]
        return csv_response(str(self.opts.model_name), names, queryset)


class ReadOnlyMixin(_Admin):
    """Rows that no form adds, changes or deletes; a class overrides what it does allow."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class RepositoryAdmin(RepositoryAdminMixin, admin.ModelAdmin):  # type: ignore[type-arg]
    """The admin class that doors derive from."""

    model: type[RepositoryModel]
