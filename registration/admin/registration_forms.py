"""The forms about a registration: a new one, its answers, a payment, erasing."""

from __future__ import annotations

import secrets as random_secrets
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone

from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.questions import Answers, Question
from eventsite.core.domain.registrations import Registration
from eventsite.core.services.deciding import REFERENCE_MAX
from eventsite.core.wiring import stores
from eventsite.repoadmin.filters import event_choices
from registration.admin.choices import languages, zones_or_none
from registration.pages.question_fields import PREFIX, answers_in, fields_of, initial_of

CODE_MAX = 64


def places() -> list[tuple[str, Any]]:
    """Return what can be registered for: ticket types under the events still to end."""
    found: list[tuple[str, Any]] = [("", "Choose an event and a ticket")]
    now = timezone.now()
    for event_id, title in event_choices():
        setup = stores().events.setup(event_id)
        if setup.event.ends_at >= now:
            kinds = [
                (
                    f"{event_id} {kind.type_id}",
                    f"{kind.name} (hidden)" if kind.hidden else kind.name,
                )
                for kind in setup.types
            ]
            found.append((title, kinds))
    return found


class GuestForm(forms.ModelForm):  # type: ignore[type-arg]
    """A guest's particulars; language and zone are ones that exist."""

    email = forms.EmailField(label="E-mail address", required=False)
    zone = forms.ChoiceField(label="Time zone", choices=zones_or_none, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "locale" in self.fields:
            self.fields["locale"] = forms.ChoiceField(
                label="Language", choices=languages(self.instance.locale), initial="en"
            )


class NewRegistrationForm(GuestForm):
    """A registration made by staff; sent twice, it registers once."""

    place = forms.ChoiceField(label="Ticket", choices=places)
    promo_code = forms.CharField(label="Promo code", required=False, max_length=CODE_MAX)
    idempotency_key = forms.CharField(
        widget=forms.HiddenInput, initial=lambda: random_secrets.token_urlsafe(16), max_length=64
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].help_text = "A guest without one gets no mail: show the ticket here."


class PaymentForm(forms.Form):
    """Under which reference money came or went."""

    reference = forms.CharField(
        label="Reference",
        max_length=REFERENCE_MAX,
        help_text="What the payment system calls it, such as INV-2027-014.",
    )


class ErasingForm(forms.Form):
    """That it is meant."""

    sure = forms.BooleanField(label="I know that this cannot be undone")


# -- answers ------------------------------------------------------------------------------------
def asked_of_staff(setup: EventSetup, registration: Registration) -> list[Question]:
    """Return the questions whose answers can be changed: of the ticket type, whatever else."""
    types = registration.type_id
    return [
        each
        for each in setup.questions
        if not each.retired and (not each.type_ids or types in each.type_ids)
    ]


def form_with_answers(questions: list[Question], answers: Answers) -> type[GuestForm]:
    """Return the form of a guest with a field for each question, none of them required."""
    fields = fields_of(questions)
    for question in questions:
        field = fields[PREFIX + question.question_id]
        field.required = False
        field.help_text = _help(question)
        if type(field) is forms.ChoiceField:
            _offer_as_list(field, answers.get(question.question_id, ()))
    begin = initial_of(questions, answers)

    def start(self: Any, *args: Any, **kwargs: Any) -> None:
        GuestForm.__init__(self, *args, **kwargs)
        self.initial |= begin

    return type("AnswersForm", (GuestForm,), {**fields, "__init__": start})


def _offer_as_list(field: forms.ChoiceField, given: Sequence[str]) -> None:
    """Make the field a list, with no answer, and with what was answered when it was a choice."""
    offered: list[tuple[str, Any]] = [each for each in list(field.choices) if each[0]]  # type: ignore[arg-type]
    gone = [(each, each) for each in given if each not in dict(offered)]
    field.widget = forms.Select()
    field.choices = [("", "No answer"), *offered, *gone]


def changed_answers(form: Any, questions: list[Question]) -> Answers | None:
    """Return the answers in a form, None when nobody touched them."""
    if not any(name.startswith(PREFIX) for name in form.changed_data):
        return None
    return answers_in(form, questions)


def _help(question: Question) -> str:
    if not question.when_question:
        return question.help
    when = f"Asked only if {question.when_question} is {' or '.join(question.when_answers)}."
    return f"{question.help} {when}".strip()
