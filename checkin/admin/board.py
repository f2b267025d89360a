"""The live board in the back office: a page that follows what happens at the doors."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response

from checkin.board import shown
from checkin.models import Board
from eventsite.admin_site import site
from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.zones import day_began
from eventsite.core.services import boards, exporting
from eventsite.core.services.ledger_sheets import ScanTable
from eventsite.core.wiring import stores
from eventsite.repoadmin.acts import Act, ActsMixin
from eventsite.repoadmin.export import table_response
from eventsite.repoadmin.options import ReadOnlyMixin, RepositoryAdmin

DAY = "day"
"""In the address: the day that is shown, such as 2026-11-21; without it today."""


class LedgerForm(forms.Form):
    """As which file."""

    ending = forms.ChoiceField(label="File", choices=[("csv", "CSV"), ("xlsx", "Excel (XLSX)")])


@admin.register(Board, site=site)
class BoardAdmin(ActsMixin, ReadOnlyMixin, RepositoryAdmin):
    """A board for each event; there is nothing to change on it."""

    list_display = ("title", "starts_at", "venue")
    search_fields = ("title",)
    search_help_text = "A part of the title or venue"
    actions = ()

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        parts = path("<str:object_id>/parts/", view(self.parts_view), name="checkin_board_parts")
        return [parts, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show the board; its parts follow by a script, or by asking again."""
        row = self._row(request, object_id)
        setup = stores().events.setup(row.pk)
        board = _board(setup, request)
        address = reverse("admin:checkin_board_change", args=[quote(row.pk)])
        asked = request.GET.get(DAY, "")
        context = {
            **self.admin_site.each_context(request),
            "title": "Live board",
            "subtitle": str(row),
            "opts": self.opts,
            "object": row,
            "object_url": address,
            "parts_url": f"{address.removesuffix('change/')}parts/",
            "asked": asked if _asked(asked) else "",
            # Without its zone, or the template would turn it into that of the office.
            "day": board.began.astimezone(ZoneInfo(setup.event.zone)).replace(tzinfo=None),
            "days": _days(setup, board),
            "acts": [
                (act, self.act_address(act.name, row))
                for act in self.get_acts()
                if self.may(request, act)
            ],
            **self._shown(request, board, setup),
        }
        return TemplateResponse(request, "checkin/board.html", context)

    def parts_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Answer the parts alone, or 304 when they are what the page shows already."""
        row = self._row(request, object_id)
        setup = stores().events.setup(row.pk)
        context = self._shown(request, _board(setup, request), setup)
        body = render_to_string("checkin/board_parts.html", context, request).encode()
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        response = HttpResponse(body, headers={"ETag": tag})
        return get_conditional_response(request, etag=tag, response=response) or response

    # -- the ledger ------------------------------------------------------------------------------
    def get_acts(self) -> Sequence[Act]:
        return (
            Act(
                name="ledger",
                label="Export the ledger",
                question="Every scan with its answer, and every undo, in the order in which they"
                " were recorded. Guests stand in it by the ids of their registrations.",
                log="Ledger of the doors exported.",
                run=self._export,
                permission="export",
                form=LedgerForm,
            ),
        )

    def _export(self, request: HttpRequest, row: Any, said: Any) -> HttpResponseBase:
        """Answer the ledger, or have a job write it when it is long."""
        known, now, ending = stores(), timezone.now(), said["ending"]
        if exporting.few_enough(known, row.pk, sheet=exporting.SCANS):
            return table_response(
                f"scans-{row.pk}-{now:%Y%m%d-%H%M}",
                ScanTable.headings,
                exporting.rows(known, row.pk, sheet=exporting.SCANS),
                xlsx=ending == "xlsx",
            )
        by = request.user.get_username()
        job = exporting.ask(known, row.pk, now, asked_by=by, ending=ending, sheet=exporting.SCANS)
        self.message_user(request, "These are many scans: the file is made in the background.")
        return HttpResponseRedirect(
            reverse("admin:registration_job_change", args=[quote(job.job_id)])
        )

    def _row(self, request: HttpRequest, object_id: str) -> Any:
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        return row

    def _shown(
        self, request: HttpRequest, board: boards.Board, setup: EventSetup
    ) -> dict[str, Any]:
        return {
            **shown(board, setup),
            "may_see_conflicts": request.user.has_perm("checkin.view_conflict"),
            "may_see_devices": request.user.has_perm("accounts.view_device"),
        }


def _board(setup: EventSetup, request: HttpRequest) -> boards.Board:
    """Return the board of the day that was asked for."""
    now = timezone.now()
    day = boards.day_to_show(setup.event, now)
    if asked := _asked(request.GET.get(DAY, "")):
        noon = asked.replace(hour=12, tzinfo=ZoneInfo(setup.event.zone))
        day = day_began(noon, setup.event.zone, setup.event.day_start) + timedelta(hours=1)
    return boards.board(stores(), setup, day, now)


def _asked(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d")  # noqa: DTZ007 - it gets the event's zone
    except ValueError:
        return None


def _days(setup: EventSetup, board: boards.Board) -> list[tuple[str, str]]:
    """Return links to the day before and after, as far as the event has them."""
    event, zone = setup.event, ZoneInfo(setup.event.zone)
    found = []
    if board.began > event.starts_at:
        before = (board.began - timedelta(hours=1)).astimezone(zone)
        before = day_began(before, event.zone, event.day_start)
        found.append(("The day before", f"?{DAY}={before:%Y-%m-%d}"))
    if board.ended < min(event.ends_at, board.at):
        after = board.ended.astimezone(zone)
        found.append(("The day after", f"?{DAY}={after:%Y-%m-%d}"))
    return found
