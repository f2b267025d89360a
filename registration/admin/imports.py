"""Imports of guests in the back office: upload, plan, look, apply, undo."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone

from eventsite.admin_site import site
from eventsite.core.domain.guest_imports import GuestImport as Import
from eventsite.core.domain.guest_imports import total_of
from eventsite.core.errors import EventSiteError
from eventsite.core.services import importing_guests as importing
from eventsite.core.services.import_lists import rows_of
from eventsite.core.wiring import stores
from eventsite.repoadmin import audit
from eventsite.repoadmin.acts import Act, ActsMixin
from eventsite.repoadmin.export import table_response
from eventsite.repoadmin.filters import EventFilter
from registration.admin.import_forms import ReadingForm
from registration.admin.import_pages import (
    LISTS,
    OUTCOMES,
    PROBLEMS,
    list_name,
    page,
    progress,
    situation,
)
from registration.admin.uploads import UploadAdmin, page_of
from registration.job_models import GuestImport

_HEADINGS = ("line", "outcome", "code", "field", "reason", "name", "email", "ticket", "reference")


@admin.register(GuestImport, site=site)
class GuestImportAdmin(ActsMixin, UploadAdmin):
    """One event's imports. None is deleted: its files can be, and the list says what was done."""

    list_display = ("filename", "stands", "created_at", "asked_by")
    list_filter = (EventFilter,)
    actions = ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="state")
    def stands(self, row: Any) -> str:
        found: Import = row.domain
        last = next((each for each in (found.undone, found.result, found.plan) if any(each)), ())
        counts = total_of(last)
        told = [f"{counts[o]} {OUTCOMES[o]}" for o in OUTCOMES if counts.get(o)]
        return f"{found.state.value}: {', '.join(told)}" if told else found.state.value

    # -- the page of one import --------------------------------------------------------------------
    def get_urls(self) -> list[Any]:
        def wrapped(view: Any, name: str, ending: str) -> Any:
            admin_view = self.admin_site.admin_view(partial(self._of_one, view=view))
            return path(f"<str:object_id>/{ending}", admin_view, name=self._url_name(name))

        return [
            wrapped(self._plan, "plan", "plan/"),
            wrapped(self._apply, "apply", "apply/"),
            wrapped(self._progress, "progress", "progress/"),
            wrapped(self._problems, "problems", "problems.csv"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> Any:
        return self._of_one(request, object_id, view=self._shown)

    def _of_one(self, request: HttpRequest, object_id: str, view: Any) -> HttpResponseBase:
        row = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        if row is None:
            return self._get_obj_does_not_exist_redirect(  # type: ignore[attr-defined,no-any-return]
                request, self.opts, object_id
            )
        answer: HttpResponseBase = view(request, row)
        return answer

    def _shown(self, request: HttpRequest, row: Any, form: Any = None) -> HttpResponse:
        found: Import = row.domain
        setup = stores().events.fresh_setup(found.event_id)
        context = {
            **self.admin_site.each_context(request),
            **page(row, setup, request.GET),
            "title": f"Import of {row}",
            "opts": self.opts,
            "object": row,
            "found": found,
            "may_act": self.has_change_permission(request, row),
        }
        if situation(row).may_plan:
            context["form"] = form or ReadingForm(found, setup)
        context["acts"] = [
            (act.label, self.act_address(act.name, row))
            for act in self.get_acts()
            if context["may_act"] and act.fits(row)
        ]
        response = TemplateResponse(request, "imports/page.html", context)
        response["Cache-Control"] = "no-store"
        return response

    def _progress(self, request: HttpRequest, row: Any) -> HttpResponse:
        found: Import = row.domain
        answer = JsonResponse(progress(found, importing.job_of(stores(), found)))
        answer["Cache-Control"] = "no-store"
        return answer

    def _problems(self, request: HttpRequest, row: Any) -> HttpResponseBase:
        """Answer the rows that did not do what they say, as a table."""
        asked = request.GET.get("list", "")
        listing = asked if asked in LISTS else "plan"
        audit.record(request, row, CHANGE, f"Problems of the {listing} downloaded.")
        found = list_name(row.domain, listing)
        rows = (
            (r.line, r.outcome.value, r.code, r.about, r.reason, r.name, r.email, r.type_id,
             r.reference)
            for r in rows_of(stores().files, row.domain, found, PROBLEMS)
        )  # fmt: skip
        return table_response(f"problems-{row.pk}", _HEADINGS, rows)

    # -- what can be done --------------------------------------------------------------------------
    def _plan(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Plan again, as chosen."""
        setup = stores().events.fresh_setup(row.event_id)
        form = ReadingForm(row.domain, setup, request.POST)
        self._must_act(request, row)
        if not form.is_valid():
            return self._shown(request, row, form)
        options, user = form.options(), request.user.get_username()
        return self._done(
            request,
            row,
            lambda now: importing.plan_again(stores(), row.pk, options, now, asked_by=user),
            "Planned again.",
        )

    def _apply(self, request: HttpRequest, row: Any) -> HttpResponse:
        self._must_act(request, row)
        mails, user = request.POST.get("mails") == "on", request.user.get_username()
        return self._done(
            request,
            row,
            lambda now: importing.apply(stores(), row.pk, now, asked_by=user, mails=mails),
            "Applied, with mails." if mails else "Applied.",
        )

    def _done(self, request: HttpRequest, row: Any, act: Any, log: str) -> HttpResponse:
        try:
            act(timezone.now())
        except EventSiteError as error:
            self.message_user(request, error.message, messages.ERROR)
        else:
            audit.record(request, row, CHANGE, log)
        return HttpResponseRedirect(page_of(row.pk))

    def _must_act(self, request: HttpRequest, row: Any) -> None:
        if request.method != "POST" or not self.has_change_permission(request, row):
            raise PermissionDenied

    def get_acts(self) -> Sequence[Act]:
        return (
            Act(
                name="stop",
                label="Stop",
                question="What is being done stops after the rows under way. What was done stays, "
                "and can be undone.",
                log="Stopped.",
                run=self._stop,
                fits=lambda row: situation(row).going,
            ),
            Act(
                name="go-on",
                label="Go on",
                question="It goes on where it stopped. Nothing is done twice.",
                log="Went on.",
                run=self._go_on,
                fits=lambda row: situation(row).may_go_on,
            ),
            Act(
                name="undo",
                label="Undo the import",
                question="Guests that this import made are removed, and their places are free. "
                "Guests that it changed are put back as they were. Whoever has done something "
                "since stays as they are, and is listed.",
                log="Undone.",
                run=self._undo,
                fits=lambda row: situation(row).may_undo,
            ),
            Act(
                name="forget",
                label="Delete the files",
                question="The uploaded file and the lists of rows are deleted now, instead of "
                "after 30 days. Guests stay as they are. The import can then not be applied or "
                "undone any more.",
                log="Files deleted.",
                run=self._forget,
                fits=lambda row: situation(row).may_forget,
            ),
        )

    def _stop(self, request: HttpRequest, row: Any, said: Any) -> str:
        importing.stop(stores(), row.pk, timezone.now())
        return "Stopped."

    def _go_on(self, request: HttpRequest, row: Any, said: Any) -> str:
        importing.go_on(stores(), row.pk, timezone.now())
        return "It goes on."

    def _undo(self, request: HttpRequest, row: Any, said: Any) -> str:
        user = request.user.get_username()
        importing.undo(stores(), row.pk, timezone.now(), asked_by=user)
        return "The import is being undone."

    def _forget(self, request: HttpRequest, row: Any, said: Any) -> str:
        importing.forget(stores(), row.pk)
        return "The files are deleted."
