"""What is asked of whom, and what counts as an answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eventsite.core.domain.questions import (
    Consent,
    Question,
    QuestionKind,
    asked_of,
    checked_answers,
    consents,
)
from eventsite.core.domain.setups import checked_question
from eventsite.core.errors import Invalid
from tests.builders import NOON, a_setup


def ask(kind="text", question_id="q", **changes):
    fields = {"event_id": "demo", "question_id": question_id, "name": "What?"}
    return Question(**(fields | {"kind": QuestionKind(kind)} | changes))


@pytest.mark.parametrize(
    ("question", "given", "kept"),
    [
        (ask(), (" Ada \n  and  you ",), ("Ada\n  and  you",)),
        (ask(), ("  ",), None),
        (ask("number"), ("3.50",), ("3.5",)),
        (ask("number"), ("1e3",), ("1000",)),
        (ask("yes_no"), ("YES",), ("yes",)),
        (ask("date"), ("2026-11-21",), ("2026-11-21",)),
        (ask("choice", choices=("a", "b")), ("b",), ("b",)),
        (ask("several", choices=("a", "b")), ("b", "a", "b"), ("b", "a")),
    ],
)
def test_answers_are_kept_tidy(question, given, kept):
    answers = checked_answers([question], "general", {"q": given})
    assert answers == ({"q": kept} if kept else {})


@pytest.mark.parametrize(
    ("question", "given"),
    [
        (ask(required=True), ()),
        (ask(required=True), (" ",)),
        (ask(), ("x" * 1001,)),
        (ask(), ("a\x00b",)),
        (ask(), ("one", "two")),
        (ask("number"), ("many",)),
        (ask("number"), ("nan",)),
        (ask("number"), ("1e400",)),
        (ask("number", minimum=2), ("1",)),
        (ask("number", maximum=2), ("2.5",)),
        (ask("yes_no"), ("perhaps",)),
        (ask("date"), ("21.11.2026",)),
        (ask("choice", choices=("a",)), ("b",)),
        (ask("several", choices=("a", "b"), maximum=1), ("a", "b")),
        (ask("consent", required=True), ("no",)),
    ],
)
def test_what_is_no_answer_names_its_question(question, given):
    with pytest.raises(Invalid) as refusal:
        checked_answers([question], "general", {"q": given})
    assert refusal.value.field == "answers.q"


def test_an_answer_to_no_question_is_refused():
    with pytest.raises(Invalid) as refusal:
        checked_answers([ask()], "general", {"other": ("x",)})
    assert refusal.value.field == "answers.other"


def test_a_question_is_asked_of_its_types_and_when_its_condition_holds():
    lunch = ask("yes_no", "lunch", order=1)
    diet = ask(
        "choice",
        "diet",
        order=2,
        choices=("all", "vegan"),
        when_question="lunch",
        when_answers=("yes",),
    )
    nuts = ask("text", "nuts", order=3, when_question="diet", when_answers=("vegan",))
    crew = ask("text", "shift", order=4, type_ids=("crew",))
    every = (crew, nuts, diet, lunch)

    def ids(type_id, **answers):
        return [q.question_id for q in asked_of(every, type_id, answers)]

    assert ids("general") == ["lunch"]
    assert ids("crew", lunch=("no",), diet=("vegan",)) == ["lunch", "shift"]
    assert ids("general", lunch=("yes",), diet=("vegan",)) == ["lunch", "diet", "nuts"]


def test_what_is_not_asked_is_neither_needed_nor_kept():
    lunch = ask("yes_no", "lunch", order=1)
    diet = ask("text", "diet", order=2, required=True, when_question="lunch", when_answers=("yes",))
    given = {"lunch": ("no",), "diet": ("vegan",)}
    assert checked_answers([lunch, diet], "general", given) == {"lunch": ("no",)}
    with pytest.raises(Invalid):
        checked_answers([lunch, diet], "general", {"lunch": ("yes",)})


def test_staff_may_leave_questions_open():
    assert checked_answers([ask(required=True)], "general", {}, complete=False) == {}


def test_a_consent_is_kept_with_its_words_and_time_and_never_changed():
    photos = ask("consent", "photos", name="You may take my picture.")
    given = consents([photos], {"photos": ("yes",)}, (), NOON)
    assert given == (
        Consent(question_id="photos", text="You may take my picture.", given=True, at=NOON),
    )
    reworded = replace(photos, name="You may film me.")
    assert consents([reworded], {"photos": ("yes",)}, given, NOON) == given
    withdrawn = consents([reworded], {"photos": ("no",)}, given, NOON)
    assert withdrawn[0] == given[0]
    assert (withdrawn[1].given, withdrawn[1].text) == (False, "You may take my picture.")


@pytest.mark.parametrize(
    ("question", "field"),
    [
        (ask(question_id="a b"), "question_id"),
        (ask(name=" "), "name"),
        (ask("choice"), "choices"),
        (ask("text", choices=("a",)), "choices"),
        (ask("number", minimum=3, maximum=2), "maximum"),
        (ask(when_question="later", when_answers=("x",)), "when_question"),
        (ask(order=9, when_question="first"), "when_answers"),
        (ask(order=9, when_question="first", when_answers=("no such",)), "when_answers"),
        (ask(type_ids=("vip",)), "type_ids"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(question, field):
    first = ask("choice", "first", order=1, choices=("a", "b"))
    later = ask("text", "later", order=99)
    with pytest.raises(Invalid) as refusal:
        checked_question(question, a_setup(questions=(first, later)))
    assert refusal.value.field == field


def test_a_question_that_others_wait_for_stays_before_them():
    first = ask("choice", "first", order=1, choices=("a", "b"))
    second = ask("text", "second", order=2, when_question="first", when_answers=("a",))
    setup = a_setup(questions=(first, second))
    assert checked_question(replace(second, order=5), setup).order == 5
    with pytest.raises(Invalid) as refusal:
        checked_question(replace(first, order=3), setup)
    assert refusal.value.field == "order"


def test_nobody_is_asked_a_retired_question_and_a_consent_to_it_stands():
    old = ask("consent", "old", required=True, retired=True)
    depends = ask(question_id="z", required=True, when_question="old", when_answers=("yes",))
    assert asked_of([old, depends], "general", {"old": ("yes",)}) == ()
    assert checked_answers([old, depends], "general", {}) == {}
    given = Consent(question_id="old", text="What?", given=True, at=NOON)
    assert consents([old], {}, (given,), NOON) == (given,)
