"""The form of a guest's own answers. Like the party's form, it comes back with what is new."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from django.http import QueryDict

from eventsite.core.domain.questions import Answers, Question, asked_of
from eventsite.core.errors import EventSiteError
from eventsite.refusals import in_words
from registration.pages.forms import RefusableForm
from registration.pages.question_fields import (
    answers_in,
    asked_now,
    check,
    field_name,
    fields_of,
    initial_of,
)

ASKED, SEEN = "asked", "seen"


class QuestionsForm(RefusableForm):
    """The questions that a guest with these answers is asked."""

    def __init__(
        self, questions: Sequence[Question], data: Any = None, sent_as: str = "", **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.questions = questions
        self.sent_as = sent_as
        self.fields.update(fields_of(questions))

    @classmethod
    def fresh(cls, questions: Sequence[Question], type_id: str, answers: Answers) -> QuestionsForm:
        asked = asked_of(questions, type_id, answers)
        return cls(asked, initial=initial_of(asked, answers))

    @classmethod
    def sent(cls, questions: Sequence[Question], type_id: str, data: QueryDict) -> QuestionsForm:
        asked = asked_now(questions, type_id, data)
        new = {each.question_id for each in asked} - set(data.get(ASKED, "").split())
        return cls(asked, data, data.get(SEEN, ""), unasked={field_name(each) for each in new})

    @property
    def asked(self) -> str:
        return " ".join(each.question_id for each in self.questions)

    @property
    def seen(self) -> str:
        """A digest of the questions: what somebody agreed to is what they saw."""
        said = [
            (q.question_id, q.name, q.kind, q.choices, q.required_at_once) for q in self.questions
        ]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]

    @property
    def changed(self) -> bool:
        return self.is_bound and self.sent_as != self.seen

    def is_valid(self) -> bool:
        super().is_valid()
        check(self, self.questions)
        return not self.errors

    def answers(self) -> Answers:
        return answers_in(self, self.questions)

    def refuse(self, error: EventSiteError, words: str = "") -> None:
        question_id = error.field.removeprefix("answers.")
        about = next((q for q in self.questions if q.question_id == question_id), None)
        self.add_error(field_name(question_id) if about else None, words or in_words(error, about))
