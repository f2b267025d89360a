"""Staff accounts in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest

from eventsite.accounts.forms import SignInForm, StaffChangeForm, StaffCreationForm
from eventsite.accounts.models import StaffUser
from eventsite.admin_site import site
from eventsite.core.wiring import stores
from eventsite.repoadmin.options import RepositoryAdminMixin

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
