"""Questions that guests answer when they register, and what counts as an answer. Pure.

An answer is a tuple of texts whatever the kind: ``("Ada",)``, ``("3",)``, ``("yes",)``,
``("2026-11-21",)``, several choices as several texts. An absent or empty tuple is no answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from eventsite.core.errors import Invalid

TEXT_MAX = 1000
"""Characters of an answer in words: 60 questions of it fit an item of 400 KB four times."""

YES, NO = "yes", "no"

Answers = Mapping[str, tuple[str, ...]]
"""Answers by question id."""


class QuestionKind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    SEVERAL = "several"
    YES_NO = "yes_no"
    DATE = "date"
    CONSENT = "consent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question. ``name`` is its words; of a consent, the exact text agreed to.

    Asked in ``order``, of every ticket type or those in ``type_ids``. With ``when_question`` it
    is asked only if that question's answer has one of ``when_answers``. ``minimum`` and
    ``maximum`` bound a number, or how many of several are chosen. Who has not answered one that
    is for the door (``at_door``) is asked there. Nobody is asked a ``retired`` one any more; what
    was answered stays.
    """

    event_id: str
    question_id: str
    name: str
    kind: QuestionKind
    order: int = 0
    help: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    type_ids: tuple[str, ...] = ()
    when_question: str = ""
    when_answers: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    at_door: bool = False
    retired: bool = False
    version: int = 1

    @property
    def required_at_once(self) -> bool:
        """Whether nobody can register without an answer; the door asks those that it has to."""
        return self.required and not self.at_door

    @property
    def shown(self) -> tuple[str, str, str, tuple[str, ...], bool]:
        """What a guest sees of it: whoever agreed to something else is asked again."""
        needed = self.required_at_once
        return self.question_id, self.name, self.kind.value, self.choices, needed

    def asked(self, type_id: str, answers: Answers) -> bool:
        """Return whether a guest of this type with these answers is asked."""
        if self.retired:
            return False
        if self.type_ids and type_id not in self.type_ids:
            return False
        if not self.when_question:
            return True
        given = answers.get(self.when_question, ())
        return any(answer in self.when_answers for answer in given)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """That a guest agreed, or took it back: the exact text, and when. Never changed."""

    question_id: str
    text: str
    given: bool
    at: datetime


def asked_of(questions: Iterable[Question], type_id: str, answers: Answers) -> tuple[Question, ...]:
    """Return the questions that a guest with these answers is asked, in order.

    A question whose condition is itself not asked is not asked either.
    """
    found: list[Question] = []
    heard: dict[str, tuple[str, ...]] = {}
    for question in sorted(questions, key=lambda each: (each.order, each.question_id)):
        if question.asked(type_id, heard):
            found.append(question)
            heard[question.question_id] = answers.get(question.question_id, ())
    return tuple(found)


def checked_answers(
    questions: Sequence[Question], type_id: str, answers: Answers, *, complete: bool = True
) -> dict[str, tuple[str, ...]]:
    """Return the tidy answers to what is asked; others are dropped when they name a question.

    With ``complete`` every required question must be answered, but for those that the door asks.

    Raises
    ------
    Invalid
        An answer is missing, malformed or to no question; ``field`` is ``answers.<id>``.
    """
    known = {question.question_id for question in questions}
    for question_id in answers:
        if question_id not in known:
            raise Invalid("There is no such question.", field=f"answers.{question_id}")
    kept: dict[str, tuple[str, ...]] = {}
    for question in asked_of(questions, type_id, answers):
        given = tuple(text.strip() for text in answers.get(question.question_id, ()))
        given = tuple(text for text in given if text)
        if given:
            kept[question.question_id] = _checked(question, given)
        no_consent = question.kind is QuestionKind.CONSENT and given != (YES,)
        if complete and question.required_at_once and (not given or no_consent):
            raise _wrong(question, "An answer is needed.")
    return kept


def consents(
    questions: Iterable[Question],
    answers: Answers,
    before: Sequence[Consent],
    now: datetime,
) -> tuple[Consent, ...]:
    """Return the log of consents with what these answers add: only what changed is added."""
    log = list(before)
    for question in questions:
        if question.kind is not QuestionKind.CONSENT or question.retired:
            continue
        last = next((c for c in reversed(log) if c.question_id == question.question_id), None)
        given = answers.get(question.question_id) == (YES,)
        if given != (last is not None and last.given):
            text = question.name if given or last is None else last.text
            log.append(Consent(question_id=question.question_id, text=text, given=given, at=now))
    return tuple(log)


def _checked(question: Question, given: tuple[str, ...]) -> tuple[str, ...]:
    if question.kind is not QuestionKind.SEVERAL and len(given) > 1:
        raise _wrong(question, "One answer is wanted here.")
    match question.kind:
        case QuestionKind.TEXT:
            return (_text(question, given[0]),)
        case QuestionKind.NUMBER:
            return (_number(question, given[0]),)
        case QuestionKind.YES_NO | QuestionKind.CONSENT:
            return (_one_of(question, given[0].lower(), (YES, NO)),)
        case QuestionKind.DATE:
            return (_date(question, given[0]),)
        case _:
            chosen = tuple(_one_of(question, each, question.choices) for each in given)
            return _several(question, tuple(dict.fromkeys(chosen)))


def _text(question: Question, given: str) -> str:
    text = "\n".join(line.rstrip() for line in given.splitlines())
    if len(text) > TEXT_MAX or not text.replace("\n", "").isprintable():
        raise _wrong(question, f"An answer is up to {TEXT_MAX} printable characters.")
    return text


def _number(question: Question, given: str) -> str:
    try:
        number = Decimal(given)
    except InvalidOperation as error:
        raise _wrong(question, "A number is needed.") from error
    if not number.is_finite() or abs(number) >= 10**15:
        raise _wrong(question, "A number is needed.")
    _must_be_within(question, number)
    return f"{number.normalize():f}"


def _several(question: Question, chosen: tuple[str, ...]) -> tuple[str, ...]:
    if question.kind is QuestionKind.SEVERAL:
        _must_be_within(question, Decimal(len(chosen)))
    return chosen


def _must_be_within(question: Question, number: Decimal) -> None:
    low, high = question.minimum, question.maximum
    if (low is not None and number < low) or (high is not None and number > high):
        bounds = f"{'' if low is None else low} to {'' if high is None else high}".strip()
        raise _wrong(question, f"This is {bounds}.")


def _one_of(question: Question, given: str, choices: Sequence[str]) -> str:
    if given not in choices:
        raise _wrong(question, "This is none of the choices.")
    return given


def _date(question: Question, given: str) -> str:
    try:
        return date.fromisoformat(given).isoformat()
    except ValueError as error:
        raise _wrong(question, "A date looks like 2026-11-21.") from error


def _wrong(question: Question, why: str) -> Invalid:
    return Invalid(why, field=f"answers.{question.question_id}")
