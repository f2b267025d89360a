"""Registrations in the back office."""

from __future__ import annotations

import secrets as random_secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join

from eventsite.admin_site import site
from eventsite.core.domain.registrations import RegistrationStatus
from eventsite.core.services.registering import Application, cancel, change_guest, register
from eventsite.core.services.ticketing import ticket_code, ticket_png
from eventsite.core.wiring import secrets, stores
from eventsite.repoadmin.filters import ChosenFilter, EventFilter, event_choices
from eventsite.repoadmin.options import RepositoryAdmin
from registration.models import Registration
from registration.sources import BY_NAME, NEWEST

SOURCE = "office"


class ListingFilter(ChosenFilter):
    """In which order: each is an index of its own."""

    title = "order"
    parameter_name = "listing"

    def options(self, request: HttpRequest) -> Iterable[tuple[str, str]]:
        return ((NEWEST, "Newest first"), (BY_NAME, "By name"))


def places() -> list[tuple[str, Any]]:
    """Return what can be registered for: ticket types under the events still to end."""
    found: list[tuple[str, Any]] = [("", "Choose an event and a ticket")]
    now = timezone.now()
    for event_id, title in event_choices():
        setup = stores().events.setup(event_id)
        if setup.event.ends_at >= now:
            kinds = [(f"{event_id} {kind.type_id}", kind.name) for kind in setup.types]
            found.append((title, kinds))
    return found


class NewRegistrationForm(forms.ModelForm):  # type: ignore[type-arg]
    """A registration made by staff; sent twice, it registers once."""

    place = forms.ChoiceField(label="Ticket", choices=places)
    idempotency_key = forms.CharField(
        widget=forms.HiddenInput, initial=lambda: random_secrets.token_urlsafe(16), max_length=64
    )


@admin.register(Registration, site=site)
class RegistrationAdmin(RepositoryAdmin):
    """One event's registrations at a time. Nobody is deleted: places are given back."""

    list_display = ("name", "status", "ticket_type", "email", "registered_at")
    list_filter = (EventFilter, ListingFilter, "status")
    search_fields = ("name",)
    search_help_text = "The start of a name, or a whole e-mail address"
    actions = ("cancel_places", "export_csv")
    export_fields = (
        "registration_id",
        "event_id",
        "type_id",
        "name",
        "email",
        "phone",
        "locale",
        "channel",
        "status",
        "registered_at",
        "source_name",
    )
    particulars = ("name", "email", "phone", "locale", "channel")
    facts = (
        "ticket",
        "status",
        "ticket_type",
        "event_id",
        "registered_at",
        "source_name",
        "account_id",
        "registration_id",
        "admitted",
        "sign_ups",
        "requests",
    )

    # -- forms ---------------------------------------------------------------------------------
    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [(None, {"fields": ("place", *self.particulars, "idempotency_key")})]
        return super().get_fieldsets(request, obj)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.particulars, *self.facts)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.facts if obj else ()

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is None:
            kwargs["form"] = NewRegistrationForm
        return super().get_form(request, obj, change=change, **kwargs)

    # -- writes --------------------------------------------------------------------------------
    def create(self, request: HttpRequest, row: Any, form: Any) -> Any:
        event_id, _, type_id = form.cleaned_data["place"].partition(" ")
        known = stores()
        done = register(
            known.events,
            known.registrations,
            Application(event_id=event_id, type_id=type_id, guest=row.to_guest()),
            idempotency_key=form.cleaned_data["idempotency_key"],
            source=SOURCE,
            now=timezone.now(),
        )
        return done.registration

    def update(self, request: HttpRequest, row: Any, form: Any) -> Any:
        seen = replace(row.domain, version=row.version)
        return change_guest(stores().registrations, seen, row.to_guest())

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("registration.cancel_registration"))

    @admin.action(description="Cancel selected registrations", permissions=["cancel"])
    def cancel_places(self, request: HttpRequest, queryset: Any) -> None:
        self.acting(
            request,
            queryset,
            lambda row: cancel(stores().registrations, row.pk),
            "%d cancelled.",
            log="Cancelled.",
        )

    # -- what is shown ---------------------------------------------------------------------------
    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.ticket_view)
        name = "registration_registration_ticket"
        return [path("<str:object_id>/ticket.png", view, name=name), *super().get_urls()]

    def ticket_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Answer the ticket's QR code."""
        row = self.get_object(request, object_id)
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        if row is None or row.status != RegistrationStatus.CONFIRMED:
            raise Http404
        setup = stores().events.setup(row.event_id)
        code = ticket_code(row.domain, setup, secrets())
        return HttpResponse(
            ticket_png(code), content_type="image/png", headers={"Cache-Control": "no-store"}
        )

    def ticket(self, row: Any) -> str:
        if row.status != RegistrationStatus.CONFIRMED:
            return "No ticket: this registration is not confirmed."
        address = reverse("admin:registration_registration_ticket", args=[row.pk])
        return format_html('<img src="{}" width="220" height="220" alt="QR code">', address)

    @admin.display(description="ticket type")
    def ticket_type(self, row: Any) -> str:
        types = stores().events.setup(row.event_id).types
        return next((kind.name for kind in types if kind.type_id == row.type_id), row.type_id)

    def admitted(self, row: Any) -> str:
        admission = _page(row).admission
        if admission is None:
            return "Not yet"
        return f"{_when(admission.admitted_at)}, {admission.gate_id}"

    @admin.display(description="signed up for")
    def sign_ups(self, row: Any) -> str:
        titles = {s.session_id: s.title for s in stores().agenda.of_event(row.event_id)}
        signed = _page(row).sign_ups
        names = [(titles.get(each.session_id, each.session_id),) for each in signed]
        return format_html_join("", "<div>{}</div>", names) or "Nothing"

    @admin.display(description="asked for")
    def requests(self, row: Any) -> str:
        asked = [
            (each.quantity, each.item_name, each.status.value, _when(each.requested_at))
            for each in _page(row).requests
        ]
        return format_html_join("", "<div>{} &times; {}: {} ({})</div>", asked) or "Nothing"


def _when(moment: datetime) -> str:
    """Return a time as the lists write it, in UTC."""
    return str(date_format(moment, "DATETIME_FORMAT"))


def _page(row: Any) -> Any:
    """Return everything of a registration, read once per row."""
    if not hasattr(row, "guest_page"):
        row.guest_page = stores().registrations.guest_page(row.pk)
    return row.guest_page
