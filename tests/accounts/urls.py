"""The office alone, without the doors."""

from __future__ import annotations

from django.urls import path

import eventsite.accounts.admin  # noqa: F401
from eventsite.admin_site import site

urlpatterns = [path("admin/", site.urls)]
handler400 = "eventsite.error_pages.bad_request"
handler403 = "eventsite.error_pages.forbidden"
