"""Staff accounts and devices in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from eventsite.accounts.forms import DeviceForm, SignInForm, StaffChangeForm, StaffCreationForm
from eventsite.accounts.models import Device, StaffUser
from eventsite.admin_site import site
from eventsite.core.domain.staff import DeviceRight
from eventsite.core.services.devices import enrol
from eventsite.core.wiring import stores
from eventsite.repoadmin.filters import EventFilter
from eventsite.repoadmin.options import RepositoryAdmin, RepositoryAdminMixin

site.login_form = SignInForm  # here and not in admin_site, which must not know the accounts


@admin.register(StaffUser, site=site)
class StaffAdmin(RepositoryAdminMixin, UserAdmin):  # type: ignore[type-arg]
    """UserAdmin for its password page; the rest is the repository's. Owners only: see roles."""

    form, add_form = StaffChangeForm, StaffCreationForm
    list_display = ("username", "name", "email", "roles_held", "is_active", "last_login")
    list_filter = ("is_active", "is_superuser")
    search_fields = ("username",)
    filter_horizontal = ()
    readonly_fields = ("last_login",)
    ordering = None
    fieldsets = (
        (None, {"fields": ("username", "name", "email", "last_login")}),
        ("Access", {"fields": ("is_active", "roles")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "name", "email", "roles", "password1", "password2")}),
    )
    actions = ()

    @admin.display(description="roles")
    def roles_held(self, row: Any) -> str:
        return str(row.role_names)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*super().get_readonly_fields(request, obj), *(("username",) if obj else ()))

    def create(self, request: HttpRequest, row: Any, form: Any) -> Any:
        row.set_password(form.cleaned_data["password1"])
        row.save(force_insert=True)
        return row.domain

    def update(self, request: HttpRequest, row: Any, form: Any) -> Any:
        row.save()
        return row.domain

    def remove(self, request: HttpRequest, row: Any) -> None:
        stores().staff.delete(row.pk)


@admin.register(Device, site=site)
class DeviceAdmin(RepositoryAdmin):
    """Devices are enrolled and revoked, never edited: a new purpose is a new credential."""

    form = DeviceForm
    list_display = ("name", "gate_names", "right_names", "enrolled_at", "revoked_at")
    list_filter = (EventFilter,)
    actions = ("revoke",)
    fields = ("event_id", "name", "gates", "rights")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return self.fields
        shown = ("name", "event_id", "gate_names", "right_names", "enrolled_at", "revoked_at")
        return ("device_id", *shown)

    @admin.display(description="gates")
    def gate_names(self, row: Any) -> str:
        return ", ".join(row.gates) or "every gate"

    @admin.display(description="rights")
    def right_names(self, row: Any) -> str:
        return ", ".join(row.rights)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("accounts.revoke_device"))

    def create(self, request: HttpRequest, row: Any, form: Any) -> Any:
        given = form.cleaned_data
        rights = [DeviceRight(right) for right in given["rights"]]
        device, row.credential = enrol(
            stores().devices,
            given["event_id"],
            given["name"],
            given["gates"],
            rights,
            timezone.now(),
        )
        return device

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        only_save = {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().add_view(request, form_url, only_save | (extra_context or {}))

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> Any:
        """Show the credential in this one answer: it goes into no message, cookie or log."""
        context = {
            **self.admin_site.each_context(request),
            "title": "Device enrolled",
            "opts": self.opts,
            "device": obj,
            "credential": obj.credential,
        }
        response: HttpResponse = TemplateResponse(request, "accounts/enrolled.html", context)
        response["Cache-Control"] = "no-store"
        return response

    @admin.action(description="Revoke", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: Any) -> None:
        now = timezone.now()
        self.acting(
            request,
            queryset,
            lambda row: stores().devices.revoke(row.pk, now),
            "%d revoked.",
            log="Revoked.",
        )
