"""Registrations in the back office."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone

from eventsite.admin_site import site
from eventsite.core.domain.applications import Applicant, Application
from eventsite.core.domain.questions import checked_answers
from eventsite.core.domain.registrations import Registration as Fact
from eventsite.core.domain.registrations import RegistrationStatus
from eventsite.core.errors import EventSiteError
from eventsite.core.services.changing import change_answers, change_guest
from eventsite.core.services.drafting import Clearance, Entry
from eventsite.core.services.registering import register
from eventsite.core.services.ticketing import ticket_code, ticket_png
from eventsite.core.wiring import secrets, stores
from eventsite.repoadmin.acts import Act, ActsMixin, staff
from eventsite.repoadmin.filters import EventFilter
from eventsite.repoadmin.options import RepositoryAdmin
from registration.admin.disclosing import DisclosingMixin
from registration.admin.door_acts import door_acts
from registration.admin.registration_acts import acts
from registration.admin.registration_filters import AwaitingFilter, ListingFilter, TypeFilter
from registration.admin.registration_forms import (
    NewRegistrationForm,
    asked_of_staff,
    changed_answers,
    form_with_answers,
)
from registration.admin.registration_panels import RegistrationPanels
from registration.models import Registration
from registration.pages.question_fields import PREFIX, field_name

SOURCE = "office"
ANSWERS = "answers."
"""Before a question's id in the field of a refusal."""


@admin.register(Registration, site=site)
class RegistrationAdmin(DisclosingMixin, ActsMixin, RegistrationPanels, RepositoryAdmin):
    """One event's registrations at a time. Nobody is deleted: places are given back."""

    list_display = ("name", "state", "ticket_type", "email", "registered_at")
    list_filter = (EventFilter, ListingFilter, "status", AwaitingFilter, TypeFilter)
    search_fields = ("name",)
    search_help_text = (
        "The start of a first or last name, a whole e-mail address, or the number on a ticket"
    )
    actions = ("export_csv",)
    export_fields = (
        *("registration_id", "event_id", "type_id", "name", "email", "phone", "locale", "zone"),
        *("channel", "status", "payment", "payment_reference", "code", "external_id"),
        *("registered_at", "source_name"),
    )
    particulars = ("name", "email", "phone", "locale", "zone", "channel")
    facts = (
        *("standing", "ticket", "ticket_type", "group", "line", "paying", "code"),
        *("admitted", "passages", "sign_ups", "requests", "past", "sent"),
        *("event_id", "registered_at", "source_shown", "account_id", "registration_id"),
    )

    # -- permissions -----------------------------------------------------------------------------
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        gone = obj is not None and obj.domain is not None and obj.domain.erased_at is not None
        return not gone and super().has_change_permission(request, obj)

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        return self._may(request, "cancel")

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return self._may(request, "decide")

    def has_pay_permission(self, request: HttpRequest) -> bool:
        return self._may(request, "pay")

    def has_erase_permission(self, request: HttpRequest) -> bool:
        return self._may(request, "erase")

    def has_answers_permission(self, request: HttpRequest) -> bool:
        return self._may(request, "answers")

    def has_block_permission(self, request: HttpRequest) -> bool:
        return self._may(request, "block")

    @staticmethod
    def _may(request: HttpRequest, verb: str) -> bool:
        return bool(request.user.has_perm(f"registration.{verb}_registration"))

    # -- forms -----------------------------------------------------------------------------------
    def get_sections(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            fields = ("place", *self.particulars, "promo_code", "idempotency_key")
            return [(None, {"fields": fields})]
        about = ("event_id", "registered_at", "source_shown", "account_id", "registration_id")
        return [
            ("Now", {"fields": self._now(obj.domain)}),
            ("Guest", {"fields": self.particulars}),
            *self._said(request, obj),
            ("At the event", {"fields": ("admitted", "passages", "sign_ups", "requests")}),
            ("So far", {"fields": ("past", "sent")}),
            ("Record", {"fields": about}),
        ]

    @staticmethod
    def _now(registration: Fact) -> list[str]:
        """Return what is to be told of how a registration stands."""
        in_line = registration.status is RegistrationStatus.WAITLISTED and not registration.offered
        every = {
            "standing": True,
            "ticket": registration.status is RegistrationStatus.CONFIRMED,
            "ticket_type": True,
            "line": in_line,
            "group": bool(registration.party),
            "paying": bool(registration.price),
            "code": bool(registration.code),
        }
        return [name for name, told in every.items() if told]

    def _said(self, request: HttpRequest, row: Any) -> list[Any]:
        """Return the sections of answers and consents, for whoever may see them."""
        if not self.has_answers_permission(request):
            return []
        asked = self._asked(request, row)
        fields = [field_name(each.question_id) for each in asked] or ["answers_given"]
        return [("Answers", {"fields": fields}), ("Consents", {"fields": ("consent_log",)})]

    def _asked(self, request: HttpRequest, row: Any) -> list[Any]:
        """Return the questions whose answers may be changed by whoever asks."""
        may = self.has_change_permission(request, row) and self.has_answers_permission(request)
        if not may or not row.domain.live:
            return []
        return asked_of_staff(stores().events.setup(row.event_id), row.domain)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.facts, "answers_given", "consent_log") if obj else ()

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is None:
            kwargs["form"] = NewRegistrationForm
        else:
            kwargs["form"] = form_with_answers(self._asked(request, obj), obj.domain.answers)
        return super().get_form(request, obj, change=change, **kwargs)

    # -- writes ----------------------------------------------------------------------------------
    def create(self, request: HttpRequest, row: Any, form: Any) -> Any:
        said = form.cleaned_data
        event_id, _, type_id = said["place"].partition(" ")
        applicant = Applicant(type_id=type_id, guest=row.to_guest())
        entry = Entry(
            key=said["idempotency_key"],
            source=SOURCE,
            now=timezone.now(),
            clearance=Clearance.STAFF,
            by=staff(request),
        )
        code = said["promo_code"]
        application = Application(event_id=event_id, applicants=(applicant,), code=code)
        try:
            return register(stores(), application, entry).registration
        except EventSiteError as error:
            error.field = {"code": "promo_code", "type_id": "place"}.get(error.field, error.field)
            raise

    def update(self, request: HttpRequest, row: Any, form: Any) -> Any:
        known, now, by = stores(), timezone.now(), staff(request)
        registration: Fact = replace(row.domain, version=row.version)
        asked = self._asked(request, row)
        answers = changed_answers(form, asked)
        try:
            if answers is not None:  # refused before anything is written
                questions = known.events.setup(row.event_id).questions
                checked_answers(questions, registration.type_id, answers, complete=False)
            if answers is None or set(self.particulars) & set(form.changed_data):
                registration = change_guest(known, registration, row.to_guest(), now, by=by)
            if answers is not None:
                registration = change_answers(known, registration, answers, now, by=by)
        except EventSiteError as error:
            if error.field.startswith(ANSWERS):
                error.field = PREFIX + error.field.removeprefix(ANSWERS)
            raise
        return registration

    # -- acts and pages --------------------------------------------------------------------------
    def get_acts(self) -> Sequence[Act]:
        return (*acts(), *door_acts())

    def get_urls(self) -> list[Any]:
        view, name = self.admin_site.admin_view, "registration_registration"
        return [
            path("<str:object_id>/ticket.png", view(self.ticket_view), name=f"{name}_ticket"),
            *super().get_urls(),
        ]

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
