"""Printing a guest's badge in the back office: one act on the page of a registration."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from eventsite.core.domain.badge_prints import PrintFormat
from eventsite.core.domain.badges import layout_for
from eventsite.core.domain.registrations import RegistrationStatus
from eventsite.core.services.badges import Order, face_of, print_badge
from eventsite.core.services.documents.badges_pdf import badges_pdf
from eventsite.core.wiring import secrets, stores
from eventsite.repoadmin.acts import Act, staff
from eventsite.repoadmin.forms import ReasonField


class BadgeForm(forms.Form):
    """Why another badge, where there is one; sent twice, it is the same badge."""

    reason = ReasonField(
        required=False,
        min_length=None,
        help_text="Needed when the guest has a badge. The one before, and the ticket that was"
        " mailed, then open no gate any more.",
    )
    print_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


def _has_badge(row: Any) -> bool:
    registration = row.domain
    if registration.status is not RegistrationStatus.CONFIRMED:
        return False
    setup = stores().events.setup(registration.event_id)
    return layout_for(setup.badges, registration.type_id) is not None


def _printing(request: HttpRequest, row: Any, said: Any) -> HttpResponse:
    setup = stores().events.setup(row.event_id)
    order = Order(
        registration_id=row.pk,
        print_id=str(said["print_id"]),
        by=staff(request),
        at=timezone.now(),
        reason=said["reason"],
        format=PrintFormat.PDF,
    )
    done = print_badge(stores(), setup, order)
    face = face_of(done.registration, done.made.serial, setup, secrets())
    answer = HttpResponse(badges_pdf([face], face.serial), content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="badge.pdf"'
    answer["Cache-Control"] = "no-store"
    return answer


BADGE = Act(
    name="badge",
    label="Print badge",
    question=lambda row: f"A page with the badge of {row}. Kiosks then print no first one.",
    log="Badge printed.",
    run=_printing,
    fits=_has_badge,
    form=BadgeForm,
)
