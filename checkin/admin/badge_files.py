"""Badges of a whole event as PDF: asked for as a job, fetched file by file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.admin.models import CHANGE
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from checkin.models import BadgeLayout
from eventsite.core.domain.badges import layout_for
from eventsite.core.domain.jobs import Job
from eventsite.core.errors import EventSiteError, NotFound
from eventsite.core.services import printing_badges
from eventsite.core.services.documents.badges_pdf import BATCH
from eventsite.core.wiring import stores
from eventsite.repoadmin import audit
from eventsite.repoadmin.filters import event_choices
from eventsite.repoadmin.part_admin import PartAdmin

if TYPE_CHECKING:
    _Base = PartAdmin
else:
    _Base = object

EXPORT = "registration.export_registration"
"""Who may have all guests on paper: whoever may have them as a table."""


def whose() -> list[tuple[str, Any]]:
    """Return whose badges can be printed: ticket types with a badge, under their events."""
    found: list[tuple[str, Any]] = []
    for event_id, title in event_choices():
        setup = stores().events.setup(event_id)
        kinds = [
            (f"{event_id} {kind.type_id}", kind.name)
            for kind in setup.types
            if layout_for(setup.badges, kind.type_id)
        ]
        if kinds:
            found.append((title, [(f"{event_id} ", "All ticket types"), *kinds]))
    return found


class BadgeJobForm(forms.Form):
    """Whose badges, and whether they are meant to be handed out."""

    whose = forms.ChoiceField(label="Guests", choices=whose)
    recorded = forms.BooleanField(
        label="To be handed out",
        required=False,
        initial=True,
        help_text="Kiosks print no badge for these guests any more, and whoever has one already"
        " is left out. Without this it is a proof that counts for nothing.",
    )


def _note(request: HttpRequest, job: Job, words: str) -> None:
    """Write into the history of the badges that are printed who did what with them."""
    setup = stores().events.setup(job.event_id)
    type_id = job.options.get("type_id", "")
    kinds = [type_id] if type_id else [kind.type_id for kind in setup.types]
    layouts = {each for kind in kinds if (each := layout_for(setup.badges, kind))}
    for layout in sorted(layouts, key=lambda each: each.layout_id):
        audit.record(request, BadgeLayout.from_domain(layout), CHANGE, words)


class BadgeFilesMixin(_Base):
    """Pages beside the layouts: ask for the badges of an event, and fetch them."""

    change_list_template = "checkin/badges/change_list.html"

    def get_urls(self) -> list[Any]:
        def view(page: Any) -> Any:
            return self.admin_site.admin_view(page)

        name = "checkin_badgelayout"
        return [
            path("print/", view(self.print_view), name=f"{name}_print"),
            path("files/<str:job_id>/", view(self.files_view), name=f"{name}_files"),
            path("files/<str:job_id>/<int:number>/", view(self.file_view), name=f"{name}_file"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        offered = {"may_print_all": request.user.has_perm(EXPORT)}
        return super().changelist_view(request, offered | (extra_context or {}))

    def print_view(self, request: HttpRequest) -> HttpResponseBase:
        """Ask for the badges of an event or of one ticket type."""
        if not request.user.has_perm(EXPORT):
            raise PermissionDenied
        if request.method != "POST":
            begin = f"{request.GET.get('event_id', '')} "
            return self._asking(request, BadgeJobForm(initial={"whose": begin, "recorded": True}))
        form = BadgeJobForm(request.POST)
        if form.is_valid():
            try:
                return self._asked(request, **form.cleaned_data)
            except EventSiteError as error:
                form.add_error(None, error.message)
        return self._asking(request, form)

    def _asked(self, request: HttpRequest, *, whose: str, recorded: bool) -> HttpResponse:
        event_id, _, type_id = whose.partition(" ")
        job = printing_badges.ask(
            stores(),
            event_id,
            timezone.now(),
            asked_by=request.user.get_username(),
            type_id=type_id,
            recorded=recorded,
        )
        what = "Badges asked for as PDF." if recorded else "A proof asked for as PDF."
        _note(request, job, what)
        self.message_user(request, "The badges are made in the background.")
        return HttpResponseRedirect(reverse("admin:registration_job_change", args=[job.job_id]))

    def files_view(self, request: HttpRequest, job_id: str) -> HttpResponseBase:
        """List the files that a job has made; one file is fetched at once."""
        job = self._job(request, job_id)
        try:
            count = printing_badges.files(job)
        except EventSiteError as error:
            return self._back(request, job_id, error)
        addresses = [
            (number, reverse("admin:checkin_badgelayout_file", args=[job_id, number]))
            for number in range(1, count + 1)
        ]
        context = {"job": job, "files": addresses, "counts": job.counts, "batch": BATCH}
        return self._page(request, "Badges as PDF", "checkin/badges/files.html", context)

    def file_view(self, request: HttpRequest, job_id: str, number: int) -> HttpResponse:
        """Lead to one file; the link works for a quarter of an hour."""
        job = self._job(request, job_id)
        try:
            address = printing_badges.link(stores(), job, number)
        except EventSiteError as error:
            return self._back(request, job_id, error)
        _note(request, job, f"Badges downloaded as PDF, file {number}.")
        answer = HttpResponseRedirect(address)
        answer["Cache-Control"] = "no-store"
        return answer

    def _job(self, request: HttpRequest, job_id: str) -> Job:
        if not request.user.has_perm(EXPORT):
            raise PermissionDenied
        try:
            return stores().jobs.get(job_id)
        except NotFound as error:
            raise Http404 from error

    def _back(self, request: HttpRequest, job_id: str, error: EventSiteError) -> HttpResponse:
        self.message_user(request, error.message, messages.ERROR)
        return HttpResponseRedirect(reverse("admin:registration_job_change", args=[job_id]))

    def _asking(self, request: HttpRequest, form: forms.Form) -> HttpResponse:
        context = {"form": form, "batch": BATCH}
        return self._page(request, "Badges as PDF", "checkin/badges/print.html", context)

    def _page(
        self, request: HttpRequest, title: str, template: str, more: dict[str, Any]
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            **more,
        }
        response = TemplateResponse(request, template, context)
        response["Cache-Control"] = "no-store"
        return response
