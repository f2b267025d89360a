"""What other systems write into a cell for an answer, in our words. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from eventsite.core.domain.guest_columns import plain
from eventsite.core.domain.guest_files import ANSWER
from eventsite.core.domain.questions import NO, YES, Question, QuestionKind

_YES = frozenset(("yes", "y", "true", "1", "x", "ja", "wahr", "oui", "vrai", "sí", "si", "✓"))
_NO = frozenset(("no", "n", "false", "0", "nein", "falsch", "non", "faux"))
_GERMAN_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_BETWEEN = re.compile(r"\s*[;,|\n]\s*")


def answers_in(
    cells: Mapping[str, str], questions: Iterable[Question]
) -> dict[str, tuple[str, ...]]:
    """Return the answers that a row's cells give, by question; ``cells`` are by their target."""
    found: dict[str, tuple[str, ...]] = {}
    for question in questions:
        target = ANSWER + question.question_id
        if said := cells.get(target):
            found[question.question_id] = _answer(question, said)
            continue
        # Each choice has a column of its own: in those that are ticked, it is chosen.
        ticked = (c for c in question.choices if plain(cells.get(f"{target}={c}", "")) in _YES)
        if chosen := tuple(ticked):
            found[question.question_id] = chosen
    return found


def _answer(question: Question, said: str) -> tuple[str, ...]:
    match question.kind:
        case QuestionKind.YES_NO | QuestionKind.CONSENT:
            word = plain(said)
            return (YES if word in _YES else NO if word in _NO else said,)
        case QuestionKind.DATE:
            return (_date(said),)
        case QuestionKind.CHOICE:
            return (_choice(said, question.choices),)
        case QuestionKind.SEVERAL:
            return _several(said, question.choices)
        case _:
            return (said,)


def _date(said: str) -> str:
    """Return a date with the year first. Only dots say for certain which number is the day."""
    german = _GERMAN_DATE.fullmatch(said)
    if not german:
        return said
    day, month, year = german.groups()
    return f"{year}-{int(month):02}-{int(day):02}"


def _choice(said: str, choices: Sequence[str]) -> str:
    return next((choice for choice in choices if plain(choice) == plain(said)), said)


def _several(said: str, choices: Sequence[str]) -> tuple[str, ...]:
    """Return the choices in a list; a choice may have the sign in it that stands between them."""
    longest_first = sorted(choices, key=len, reverse=True)
    found: list[str] = []
    left = said.strip()
    while left:
        for choice in longest_first:
            rest = left[len(choice) :]
            if left[: len(choice)].casefold() == choice.casefold() and (
                not rest or _BETWEEN.match(rest)
            ):
                found.append(choice)
                break
        else:
            one, _, _ = _BETWEEN.sub("\n", left).partition("\n")
            rest = left[len(one) :]
            if one:
                found.append(_choice(one, choices))
        left = _BETWEEN.sub("", rest, count=1) if _BETWEEN.match(rest) else rest
    return tuple(found)
