"""What a guest told us: particulars, answers, and everything that is kept about them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from eventsite.core.errors import EventSiteError, Invalid
from eventsite.core.services.changing import change_answers, change_guest
from eventsite.core.services.personal_data import erase as take_away
from eventsite.core.services.personal_data import export
from eventsite.core.wiring import stores
from eventsite.personal_words import readable
from eventsite.rest import STATUS
from registration.pages.answers import private
from registration.pages.forms import EraseForm, ParticularsForm
from registration.pages.opening import Opened, done, opened_by, own_page
from registration.pages.questions_form import QuestionsForm

GUEST = "guest"


@private
@require_http_methods(["GET", "HEAD", "POST"])
def particulars(request: HttpRequest, token: str) -> HttpResponse:
    """Show and change who the guest is, and the language and zone that we write in."""
    opened = opened_by(request, token)
    guest, status = opened.registration.guest, 200
    form = ParticularsForm(guest, opened.setup.event, request.POST or None)
    if request.method == "POST":
        status = STATUS[Invalid]
        if form.is_valid():
            changed = replace(guest, **form.particulars())
            try:
                change_guest(stores(), opened.registration, changed, timezone.now())
            except EventSiteError as error:
                form.refuse(error)
                status = STATUS.get(type(error), 500)
            else:
                return done(opened, "changed")
    return own_page(request, opened, "guest/particulars.html", status=status, form=form)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def answers(request: HttpRequest, token: str) -> HttpResponse:
    """Show and change the answers; what only now is asked comes as a second step."""
    opened = opened_by(request, token)
    mine = opened.registration
    questions = opened.setup.questions
    if request.method != "POST":
        form = QuestionsForm.fresh(questions, mine.type_id, mine.answers)
        return own_page(request, opened, "guest/answers.html", form=form)
    form = QuestionsForm.sent(questions, mine.type_id, request.POST)
    if not form.is_valid():
        return _answers(request, opened, form, STATUS[Invalid])
    if form.changed:
        return _answers(request, opened, form)
    try:
        change_answers(stores(), mine, form.answers(), timezone.now())
    except EventSiteError as error:
        form.refuse(error)
        return _answers(request, opened, form, STATUS.get(type(error), 500))
    return done(opened, "answered")


def _answers(
    request: HttpRequest, opened: Opened, form: QuestionsForm, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "changed": form.changed}
    return own_page(request, opened, "guest/answers.html", status=status, **context)


@private
@require_safe
def data(request: HttpRequest, token: str) -> HttpResponse:
    """Everything that is kept about the guest, to be read."""
    opened = opened_by(request, token)
    kept = export(stores(), opened.registration, timezone.now())
    return own_page(request, opened, "guest/data.html", sections=readable(kept, opened.zone))


@private
@require_safe
def data_file(request: HttpRequest, token: str) -> HttpResponse:
    """The same as a file for programs."""
    opened = opened_by(request, token)
    kept = export(stores(), opened.registration, timezone.now())
    response = JsonResponse(kept, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = 'attachment; filename="personal-data.json"'
    return response


@private
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, token: str) -> HttpResponse:
    """Say what goes and what stays, and erase when the guest says that they are sure."""
    opened = opened_by(request, token)
    if opened.registration.erased_at is not None:
        return done(opened, "erased")
    form, status = EraseForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        if form.is_valid():
            take_away(stores(), opened.registration.registration_id, timezone.now(), GUEST)
            return done(opened, "erased")
        status = STATUS[Invalid]
    whole = opened.registration.party_size > 1 and not opened.confirmed and opened.registration.live
    return own_page(
        request, opened, "guest/erase.html", status=status, form=form, whole_party=whole
    )
