"""Questions in the back office: what guests are asked, in which order, of whom."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from eventsite.admin_site import site
from eventsite.core.domain.questions import NO, YES, QuestionKind
from eventsite.core.domain.questions import Question as QuestionFact
from eventsite.core.services.organizing import save_question
from eventsite.core.wiring import stores
from eventsite.repoadmin.filters import chosen_event
from eventsite.repoadmin.forms import LinesField
from eventsite.repoadmin.part_admin import PartAdmin
from eventsite.repoadmin.parts import setup_of
from registration.models import Question

CONSENT_HELP = (
    "Of a consent, the exact text that guests agree to. Changing the words does not change what"
    " guests agreed to: each has the text of that day in their log."
)


class QuestionForm(forms.ModelForm):  # type: ignore[type-arg]
    """A question; several things are written one a line."""

    name = forms.CharField(
        label="Question",
        widget=forms.Textarea({"rows": 2, "class": "vLargeTextField"}),
        help_text=CONSENT_HELP,
    )
    choices = LinesField(
        label="Choices",
        required=False,
        widget=forms.Textarea({"rows": 5, "class": "vLargeTextField"}),
        help_text="One a line, for questions with choices.",
    )
    when_answers = LinesField(
        label="Answered with",
        required=False,
        widget=forms.Textarea({"rows": 3, "class": "vLargeTextField"}),
        help_text="One a line: any of these answers. Of yes or no, and of consents: yes.",
    )

    def clean_when_answers(self) -> list[str]:
        """Let people write Yes where the answer is yes."""
        given: list[str] = self.cleaned_data["when_answers"]
        return [
            text.lower() if text.lower() in (YES, NO) and text not in self._choices() else text
            for text in given
        ]

    def _choices(self) -> list[str]:
        return list(self.cleaned_data.get("choices") or ())


@admin.register(Question, site=site)
class QuestionAdmin(PartAdmin):
    """The questions of one event. None is deleted: answers name it. It is retired."""

    form = QuestionForm
    list_display = ("words", "order", "kind", "of_guests", "required", "state")
    search_help_text = "A part of the words"
    sections: Any = (
        (None, ("name", "kind", "help", "required")),
        ("Choices and bounds", ("choices", ("minimum", "maximum"))),
        (
            "Who is asked, and when",
            ("type_ids", "order", "when_question", "when_answers", "at_door"),
        ),
    )

    def get_sections(self, request: HttpRequest, obj: Any = None) -> Any:
        sections = super().get_sections(request, obj)
        if obj:
            sections.append(("No longer needed", {"fields": ("retired",)}))
        return sections

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        fields = form.base_fields
        if "when_question" in fields:
            event_id = obj.event_id if obj else chosen_event(request)
            others = _others(event_id, obj.domain if obj else None)
            asked = [(each.question_id, f"{each.order}: {each.name}") for each in others]
            fields["when_question"] = forms.ChoiceField(
                label="Only after",
                choices=[("", "Always asked"), *asked],
                required=False,
                help_text="A question that is asked before this one.",
            )
        return form

    # -- columns -------------------------------------------------------------------------------
    @admin.display(description="question", ordering="name")
    def words(self, row: Any) -> str:
        return row.name if len(row.name) <= 80 else f"{row.name[:79]}…"

    @admin.display(description="asked of")
    def of_guests(self, row: Any) -> str:
        types = ", ".join(row.type_ids) or "all"
        if not row.when_question:
            return types
        return f"{types}; if {row.when_question} is {', '.join(row.when_answers)}"

    @admin.display(description="asked", boolean=True)
    def state(self, row: Any) -> bool:
        return not row.retired

    # -- writes --------------------------------------------------------------------------------
    def create(self, request: HttpRequest, row: Any, form: Any) -> Any:
        return save_question(stores().events, row.new_part())

    def update(self, request: HttpRequest, row: Any, form: Any) -> Any:
        saved = save_question(stores().events, row.to_domain(), row.domain)
        if saved.kind is QuestionKind.CONSENT and saved.name != row.domain.name:
            self.message_user(
                request,
                "Guests who agreed before agreed to the old words; their log says so.",
            )
        return saved


def _others(event_id: str, question: QuestionFact | None) -> list[QuestionFact]:
    """Return what a question can be asked after: what is asked, and what was chosen once."""
    setup = setup_of(event_id)
    me, chosen = (question.question_id, question.when_question) if question else ("", "")
    return [
        each
        for each in (setup.questions if setup else ())
        if each.question_id != me and (not each.retired or each.question_id == chosen)
    ]
