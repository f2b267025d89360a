"""An organizer's questions as fields of a form, and what was typed as answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from eventsite.core.domain.questions import (
    NO,
    TEXT_MAX,
    YES,
    Answers,
    Question,
    QuestionKind,
    asked_of,
    checked_answers,
)
from eventsite.core.errors import Invalid
from eventsite.refusals import in_words

PREFIX = "q."
"""Before a question's id in the name of its field: no other field has a dot."""

RADIOS_MAX = 8
"""Choices that are shown all at once; more go into a list that opens."""

NUMBER_MAX = 40

LONG_TEXT = 3
"""Lines of a text answer that are seen at once."""


class NumberField(forms.CharField):
    """A number as text; a comma may stand for the point, as it does in most languages."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput({"inputmode": "decimal"})
        super().__init__(max_length=NUMBER_MAX, widget=widget, **kwargs)

    def to_python(self, value: Any) -> str:
        return pointed(super().to_python(value) or "")


def pointed(text: str) -> str:
    """Return a number with a decimal point."""
    return text.replace(",", ".") if text.count(",") == 1 and "." not in text else text


def field_name(question_id: str) -> str:
    return PREFIX + question_id


def fields_of(questions: Iterable[Question]) -> dict[str, forms.Field]:
    """Return a field for each question, by name, in this order."""
    return {field_name(each.question_id): _field(each) for each in questions}


def typed(
    questions: Iterable[Question], data: Mapping[str, Any], prefix: str = ""
) -> dict[str, tuple[str, ...]]:
    """Return what was typed for these questions, tidy where it is an answer, else as it is."""
    found = {}
    for question in questions:
        name = f"{prefix}{field_name(question.question_id)}"
        texts = data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])
        given = tuple(text.strip() for text in texts if text.strip())
        if question.kind is QuestionKind.NUMBER:
            given = tuple(map(pointed, given))
        try:
            found.update(_checked(question, given))
        except Invalid:
            found[question.question_id] = given
    return {name: given for name, given in found.items() if given}


def asked_now(
    questions: Sequence[Question], type_id: str, data: Mapping[str, Any], prefix: str = ""
) -> tuple[Question, ...]:
    """Return the questions that somebody who typed this is asked, in order."""
    return asked_of(questions, type_id, typed(questions, data, prefix))


def check(form: forms.Form, questions: Iterable[Question]) -> None:
    """Put what the heart has against an answer at its field."""
    for question in questions:
        name = field_name(question.question_id)
        if name in form.cleaned_data and name not in form.errors:
            try:
                _checked(question, as_answer(form.cleaned_data[name]))
            except Invalid as error:
                form.add_error(name, in_words(error, question))


def answers_in(form: forms.Form, questions: Iterable[Question]) -> dict[str, tuple[str, ...]]:
    """Return the answers in a valid form."""
    found = {
        each.question_id: as_answer(form.cleaned_data.get(field_name(each.question_id)))
        for each in questions
    }
    return {question_id: given for question_id, given in found.items() if given}


def as_answer(value: Any) -> tuple[str, ...]:
    """Return what a field holds as an answer; nothing is an empty tuple."""
    if isinstance(value, bool):
        return (YES,) if value else ()
    if isinstance(value, list | tuple):
        return tuple(str(each) for each in value)
    return (str(value),) if value not in (None, "") else ()


def initial_of(questions: Iterable[Question], answers: Answers) -> dict[str, Any]:
    """Return answers as what their fields begin with."""
    found: dict[str, Any] = {}
    for question in questions:
        given = answers.get(question.question_id, ())
        name = field_name(question.question_id)
        if question.kind is QuestionKind.SEVERAL:
            found[name] = list(given)
        elif question.kind is QuestionKind.CONSENT:
            found[name] = given == (YES,)
        else:
            found[name] = given[0] if given else ""
    return found


def _checked(question: Question, given: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return the answer as it is stored, whoever is asked and when. Raises Invalid."""
    alone = replace(question, type_ids=(), when_question="", required=False)
    return checked_answers([alone], "", {question.question_id: given} if given else {})


def _field(question: Question) -> forms.Field:
    about: dict[str, Any] = {
        "label": question.name,
        "help_text": question.help,
        "required": question.required_at_once,
    }
    match question.kind:
        case QuestionKind.NUMBER:
            return NumberField(**about)
        case QuestionKind.DATE:
            return forms.CharField(max_length=10, widget=forms.DateInput({"type": "date"}), **about)
        case QuestionKind.CONSENT:
            missing = {"required": _("This is needed to register.")}
            return forms.BooleanField(error_messages=missing, **about)
        case QuestionKind.YES_NO:
            choices = [(YES, _("Yes")), (NO, _("No"))]
            return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **about)
        case QuestionKind.CHOICE:
            return _choice(question, about)
        case QuestionKind.SEVERAL:
            return forms.MultipleChoiceField(
                choices=[(each, each) for each in question.choices],
                widget=forms.CheckboxSelectMultiple,
                **about,
            )
        case _:
            return forms.CharField(
                max_length=TEXT_MAX, widget=forms.Textarea({"rows": LONG_TEXT}), **about
            )


def _choice(question: Question, about: dict[str, Any]) -> forms.Field:
    choices: list[tuple[str, Any]] = [(each, each) for each in question.choices]
    if len(choices) <= RADIOS_MAX:
        if not question.required_at_once:
            choices.append(("", _("No answer")))
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **about)
    return forms.ChoiceField(choices=[("", _("Please choose")), *choices], **about)
