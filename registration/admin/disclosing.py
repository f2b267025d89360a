"""Giving out what is kept about a guest: a page to read and print, and a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path, reverse
from django.utils import timezone

from eventsite.core.services.personal_data import export
from eventsite.core.wiring import stores
from eventsite.personal_words import readable
from eventsite.repoadmin.acts import ActsMixin

if TYPE_CHECKING:
    _Base = ActsMixin
else:
    _Base = object


class DisclosingMixin(_Base):
    """Both pages are for who may export and see answers; the history says that it was done."""

    def has_answers_permission(self, request: HttpRequest) -> bool:
        raise NotImplementedError

    def links(self, request: HttpRequest, row: Any) -> list[tuple[str, str]]:
        if not self._may_disclose(request):
            return super().links(request, row)
        address = reverse("admin:registration_registration_data", args=[row.pk])
        return [*super().links(request, row), ("Personal data", address)]

    def get_urls(self) -> list[Any]:
        view, name = self.admin_site.admin_view, "registration_registration_data"
        return [
            path("<str:object_id>/data/", view(self.data_view), name=name),
            path("<str:object_id>/data.json", view(self.data_file_view), name=f"{name}_file"),
            *super().get_urls(),
        ]

    def _may_disclose(self, request: HttpRequest) -> bool:
        return self.has_export_permission(request) and self.has_answers_permission(request)

    def _disclosed(self, request: HttpRequest, object_id: str, log: str) -> tuple[Any, Any]:
        if not self._may_disclose(request):
            raise PermissionDenied
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        data = export(stores(), row.domain, timezone.now())
        self.log_change(request, row, log)
        return row, data

    def data_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show everything that is kept about a guest, to be read and printed."""
        row, data = self._disclosed(request, object_id, "Personal data shown.")
        file = reverse("admin:registration_registration_data_file", args=[row.pk])
        more = {"sections": readable(data), "file": file}
        return self.shown(request, row, "Personal data", "office/personal_data.html", **more)

    def data_file_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Answer the same as a file, for the guest or for another program."""
        row, data = self._disclosed(request, object_id, "Personal data downloaded.")
        answer = JsonResponse(data, json_dumps_params={"indent": 2, "ensure_ascii": False})
        answer["Content-Disposition"] = f'attachment; filename="personal-data-{row.pk}.json"'
        answer["Cache-Control"] = "no-store"
        return answer
