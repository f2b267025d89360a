"""Uploading a file with guests: whole, or by a small script in slices."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.models import ADDITION
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from eventsite.core.domain.guest_imports import ImportOptions
from eventsite.core.errors import EventSiteError
from eventsite.core.services import importing_guests as importing
from eventsite.core.wiring import stores
from eventsite.repoadmin import audit
from eventsite.repoadmin.options import RepositoryAdmin
from registration.admin.import_forms import UploadForm
from registration.job_models import GuestImport

SLICE_BYTES = 2 * 1024 * 1024


class UploadAdmin(RepositoryAdmin):
    """The admin's add page as an upload.

    The script sends slices to the three addresses below, each as often as it takes; without it
    the form is sent as it is.
    """

    def get_urls(self) -> list[Any]:
        def wrapped(view: Any) -> Any:
            return self.admin_site.admin_view(require_POST(view))

        name = "registration_guestimport"
        return [
            path("upload/", wrapped(self.begin_view), name=f"{name}_begin"),
            path(
                "upload/<str:import_id>/<int:number>/",
                wrapped(self.piece_view),
                name=f"{name}_piece",
            ),
            path("upload/<str:import_id>/", wrapped(self.uploaded_view), name=f"{name}_uploaded"),
            *super().get_urls(),
        ]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        initial = {"event_id": request.GET.get("event_id", "")}
        if request.method != "POST":
            return self._upload_page(request, UploadForm(initial=initial))
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._upload_page(request, form)
        file = form.cleaned_data["file"]
        try:
            begun = self._begun(request, form.cleaned_data["event_id"], file.name)
            importing.put_piece(stores(), begun.import_id, 0, file.read())
            self._uploaded(request, begun.import_id, 1, form.cleaned_data["format"])
        except EventSiteError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
            return self._upload_page(request, form)
        return HttpResponseRedirect(page_of(begun.import_id))

    # -- for the script: answers are JSON ----------------------------------------------------------
    def begin_view(self, request: HttpRequest) -> HttpResponse:
        """Begin an import; answer where its slices go, and where to say that all are there."""
        event_id, name = request.POST.get("event_id", ""), request.POST.get("filename", "")

        def begin() -> dict[str, Any]:
            import_id = self._begun(request, event_id, name).import_id
            base = "admin:registration_guestimport"
            return {
                "pieces": reverse(f"{base}_piece", args=[import_id, 0]).removesuffix("0/"),
                "uploaded": reverse(f"{base}_uploaded", args=[import_id]),
                "slice_bytes": SLICE_BYTES,
            }

        return self._answered(request, begin)

    def piece_view(self, request: HttpRequest, import_id: str, number: int) -> HttpResponse:
        """Take one slice; again replaces it."""

        def take() -> dict[str, Any]:
            importing.put_piece(stores(), import_id, number, request.body)
            return {}

        return self._answered(request, take)

    def uploaded_view(self, request: HttpRequest, import_id: str) -> HttpResponse:
        """Close the upload and ask for the plan; answer where it is shown."""
        pieces, chosen = request.POST.get("pieces", ""), request.POST.get("format", "")

        def close() -> dict[str, Any]:
            self._uploaded(request, import_id, int(pieces) if pieces.isdecimal() else 0, chosen)
            return {"page": page_of(import_id)}

        return self._answered(request, close)

    def _answered(self, request: HttpRequest, act: Any) -> HttpResponse:
        if not self.has_add_permission(request):
            return JsonResponse({"detail": "You may not import guests."}, status=403)
        try:
            return JsonResponse(act())
        except EventSiteError as error:
            status = 503 if error.retryable else 400
            return JsonResponse({"code": error.code, "detail": error.message}, status=status)

    def _begun(self, request: HttpRequest, event_id: str, filename: str) -> Any:
        user = request.user.get_username()
        return importing.begin(stores(), event_id, filename, timezone.now(), asked_by=user)

    def _uploaded(self, request: HttpRequest, import_id: str, pieces: int, chosen: str) -> None:
        options, user = ImportOptions(format=chosen), request.user.get_username()
        now = timezone.now()
        done = importing.uploaded(stores(), import_id, pieces, options, now, asked_by=user)
        audit.record(request, GuestImport.from_domain(done), ADDITION, "Uploaded.")

    def _upload_page(self, request: HttpRequest, form: UploadForm) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "Import guests",
            "opts": self.opts,
            "form": form,
            "begin_url": reverse("admin:registration_guestimport_begin"),
        }
        return TemplateResponse(request, "imports/upload.html", context)


def page_of(import_id: str) -> str:
    """Return the address of an import's page."""
    return reverse("admin:registration_guestimport_change", args=[import_id])
