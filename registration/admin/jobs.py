"""Jobs in the back office, and exports of guests: at once, or as a job with a link."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html

from eventsite.admin_site import site
from eventsite.core.domain.jobs import JobState
from eventsite.core.domain.registrations import RegistrationStatus
from eventsite.core.errors import EventSiteError
from eventsite.core.services import exporting, jobs
from eventsite.core.wiring import stores
from eventsite.repoadmin import audit
from eventsite.repoadmin.acts import Act, ActsMixin
from eventsite.repoadmin.export import table_response
from eventsite.repoadmin.filters import EventFilter, event_choices
from eventsite.repoadmin.options import ReadOnlyMixin, RepositoryAdmin
from registration.job_models import Job
from registration.models import Event

EXPORT = "export_guests"
BADGES = "print_badges"


class ExportForm(forms.Form):
    """Which guests, as which file."""

    event_id = forms.ChoiceField(label="Event", choices=event_choices)
    status = forms.ChoiceField(
        label="Status",
        required=False,
        choices=[("", "All"), *((s.value, s.value.capitalize()) for s in RegistrationStatus)],
    )
    ending = forms.ChoiceField(label="File", choices=[("csv", "CSV"), ("xlsx", "Excel (XLSX)")])
    bom = forms.BooleanField(
        label="CSV for Excel",
        required=False,
        initial=True,
        help_text="Marks the file as UTF-8, which Excel needs and some programs dislike.",
    )


@admin.register(Job, site=site)
class JobAdmin(ActsMixin, ReadOnlyMixin, RepositoryAdmin):
    """One event's jobs. Nobody adds or changes one here: they are asked for where they belong."""

    list_display = ("__str__", "state", "far", "asked_by", "created_at")
    list_filter = (EventFilter,)
    fields = (
        *("kind", "event_id", "state", "far", "result", "cause", "file"),
        *("asked_by", "created_at", "started_at", "finished_at", "job_id"),
    )
    readonly_fields = fields
    actions = ()
    change_list_template = "imports/jobs.html"

    def has_run_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("registration.change_job"))

    def may_export(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("registration.export_registration"))

    # -- what is shown -----------------------------------------------------------------------------
    @admin.display(description="progress")
    def far(self, row: Any) -> str:
        job = row.domain
        return f"{job.done} of {job.total}" if job.total else str(job.done or "-")

    @admin.display(description="result")
    def result(self, row: Any) -> str:
        counts = {name: n for name, n in row.domain.counts.items() if ":" not in name}
        return ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items())

    @admin.display(description="file")
    def file(self, row: Any) -> str:
        if row.kind not in (EXPORT, BADGES) or row.state != JobState.DONE:
            return "-"
        if row.kind == BADGES:
            address = reverse("admin:checkin_badgelayout_files", args=[row.pk])
            return format_html('<a href="{}">Files</a> (kept for 30 days)', address)
        address = reverse("admin:registration_job_download", args=[row.pk])
        return format_html('<a href="{}">Download</a> (kept for 30 days)', address)

    # -- acts --------------------------------------------------------------------------------------
    def get_acts(self) -> Sequence[Act]:
        return (
            Act(
                name="cancel",
                label="Cancel",
                question="The job ends after what is under way. What was done stays.",
                log="Cancelled.",
                run=self._cancel,
                permission="run",
                fits=lambda row: row.domain.open,
            ),
            Act(
                name="go-on",
                label="Go on",
                question="The job goes on where it stopped. Nothing is done twice.",
                log="Went on.",
                run=self._go_on,
                permission="run",
                fits=lambda row: row.state in (JobState.FAILED, JobState.CANCELLED),
            ),
        )

    def _cancel(self, request: HttpRequest, row: Any, said: Any) -> str:
        stores().jobs.cancel(row.pk, timezone.now())
        return "Cancelled."

    def _go_on(self, request: HttpRequest, row: Any, said: Any) -> str:
        jobs.go_on(stores(), row.pk, timezone.now())
        return "It goes on."

    # -- exports -----------------------------------------------------------------------------------
    def get_urls(self) -> list[Any]:
        def wrapped(view: Any) -> Any:
            return self.admin_site.admin_view(view)

        name = "registration_job"
        return [
            path("export/", wrapped(self.export_view), name=f"{name}_export"),
            path("<str:object_id>/download/", wrapped(self.download_view), name=f"{name}_download"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        offered = {"may_export": self.may_export(request)}
        return super().changelist_view(request, offered | (extra_context or {}))

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """Send an event's guests as a table, or have a job make it when they are many."""
        if not self.may_export(request):
            raise PermissionDenied
        if request.method != "POST":
            form = ExportForm(initial={"event_id": request.GET.get("event_id", ""), "bom": True})
            return self._export_page(request, form)
        form = ExportForm(request.POST)
        if not form.is_valid():
            return self._export_page(request, form)
        try:
            return self._exported(request, **form.cleaned_data)
        except EventSiteError as error:
            form.add_error(None, error.message)
            return self._export_page(request, form)

    def _exported(
        self, request: HttpRequest, *, event_id: str, status: str, ending: str, bom: bool
    ) -> HttpResponseBase:
        known, now = stores(), timezone.now()
        setup = known.events.setup(event_id)
        event = Event.from_domain(setup.event)
        if exporting.few_enough(known, event_id, status):
            audit.record(request, event, CHANGE, f"Guests exported as {ending}.")
            return table_response(
                f"guests-{event_id}-{now:%Y%m%d-%H%M}",
                exporting.Table(setup).headings,
                exporting.rows(known, event_id, status),
                xlsx=ending == "xlsx",
                bom=bom,
            )
        job = exporting.ask(
            known,
            event_id,
            now,
            asked_by=request.user.get_username(),
            ending=ending,
            status=status,
            bom=bom,
        )
        audit.record(request, event, CHANGE, f"Export of guests as {ending} asked for.")
        self.message_user(request, "These are many guests: the file is made in the background.")
        return HttpResponseRedirect(self.page_of(Job.from_domain(job)))

    def download_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Lead to the file of an export; the link works for a quarter of an hour."""
        row = self.get_object(request, unquote(object_id))
        if not self.may_export(request):
            raise PermissionDenied
        if row is None:
            return self._get_obj_does_not_exist_redirect(  # type: ignore[attr-defined,no-any-return]
                request, self.opts, object_id
            )
        try:
            address = exporting.link(stores(), row.domain)
        except EventSiteError as error:
            self.message_user(request, error.message, messages.ERROR)
            return HttpResponseRedirect(self.page_of(row))
        audit.record(request, row, CHANGE, "Downloaded.")
        answer = HttpResponseRedirect(address)
        answer["Cache-Control"] = "no-store"
        return answer

    def _export_page(self, request: HttpRequest, form: ExportForm) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "Export guests",
            "opts": self.opts,
            "form": form,
            "at_once": exporting.AT_ONCE_MAX,
        }
        return TemplateResponse(request, "imports/export.html", context)
