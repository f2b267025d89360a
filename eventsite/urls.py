"""Addresses: the doors that this process has open."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.urls import URLPattern, URLResolver, include, path
from django.utils.module_loading import autodiscover_modules

from eventsite.api_docs import api_docs


def healthz(request: HttpRequest) -> JsonResponse:
    """Answer that this process runs; asks nothing of AWS."""
    return JsonResponse({"status": "ok"})


def api_schema(request: HttpRequest) -> HttpResponseBase:
    """Answer the OpenAPI schema; its generator is imported only for who asks."""
    from drf_spectacular.views import SpectacularJSONAPIView

    return SpectacularJSONAPIView.as_view()(request)


def _office() -> list[URLPattern | URLResolver]:
    from eventsite.admin_site import site

    autodiscover_modules("admin", register_to=site)
    return [path("admin/", site.urls)]


def _rest() -> list[URLPattern | URLResolver]:
    return [
        path("api/schema/", api_schema, name="api-schema"),
        path("api/docs/", api_docs, name="api-docs"),
        path("", include("registration.urls")),
        path("", include("checkin.urls")),
        path("", include("requests_app.urls")),
    ]


urlpatterns: list[URLPattern | URLResolver] = [path("healthz", healthz, name="healthz")]
if settings.DOORS in ("all", "office"):
    urlpatterns += _office()
if settings.DOORS in ("all", "rest"):
    urlpatterns += _rest()

handler400 = "eventsite.error_pages.bad_request"
handler403 = "eventsite.error_pages.forbidden"
handler404 = "eventsite.error_pages.not_found"
handler500 = "eventsite.error_pages.server_error"
