"""Rows of a plan of an import, and of what came of it: one line of JSON each. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from eventsite.core.domain.registrations import Guest, Registration


class Outcome(StrEnum):
    """What a row would do, and what came of it."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    LEFT_OUT = "left_out"
    CONFLICT = "conflict"
    ERROR = "error"
    CREATED = "created"
    SOLD_OUT = "sold_out"
    REMOVED = "removed"
    RESTORED = "restored"
    KEPT = "kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """One row of a plan, or of what came of it.

    ``registration_id`` is of the registration that is changed, or will be made; ``version`` what
    it had. ``changes`` has before and after by field. ``code``, ``about`` (a field) and ``reason``
    say why a row does nothing. ``live`` is how many live registrations of the type the address had.
    """

    number: int
    line: int
    outcome: Outcome
    code: str = ""
    about: str = ""
    reason: str = ""
    registration_id: str = ""
    version: int = 0
    type_id: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    locale: str = ""
    reference: str = ""
    settled: bool = True
    live: int = 0
    answers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)

    def to_line(self) -> bytes:
        """Return the row as a line of JSON, without what is empty."""
        said = {name: value for name, value in asdict(self).items() if value or name == "settled"}
        if self.settled:
            del said["settled"]
        return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> PlanRow:
        said: dict[str, Any] = json.loads(line)
        said["outcome"] = Outcome(said["outcome"])
        for name in ("answers", "changes"):
            said[name] = {key: tuple(texts) for key, texts in said.get(name, {}).items()}
        return cls(**said)

    @property
    def guest(self) -> Guest:
        return Guest(name=self.name, email=self.email, phone=self.phone, locale=self.locale)

    def of(self, outcome: Outcome, code: str = "", about: str = "", reason: str = "") -> PlanRow:
        """Return the row with what came of it."""
        return replace(self, outcome=outcome, code=code, about=about, reason=reason)


def merged(registration: Registration, row: PlanRow) -> tuple[Guest, dict[str, tuple[str, ...]]]:
    """Return a guest and their answers with what a row says of them; what it is silent on stays."""
    guest = replace(
        registration.guest,
        name=row.name,
        email=row.email,
        phone=row.phone or registration.guest.phone,
        locale=row.locale or registration.guest.locale,
    )
    return guest, {**registration.answers, **row.answers}


def changes_of(row: PlanRow, registration: Registration) -> dict[str, tuple[str, str]]:
    """Return what a row would change, as before and after by field."""
    guest, answers = merged(registration, row)
    found: dict[str, tuple[str, str]] = {}
    for name in ("name", "email", "phone", "locale"):
        before, after = getattr(registration.guest, name), getattr(guest, name)
        if before != after and not (name == "email" and before.casefold() == after.casefold()):
            found[name] = (before, after)
    for question_id, given in answers.items():
        before = registration.answers.get(question_id, ())
        if before != given:
            found[f"answers.{question_id}"] = (", ".join(before), ", ".join(given))
    return found


def counted(rows: Iterable[PlanRow]) -> dict[str, int]:
    """Return how many rows have which outcome, and how many new ones which ticket type."""
    found: Counter[str] = Counter()
    for row in rows:
        found[row.outcome.value] += 1
        if row.outcome is Outcome.NEW:
            found[f"new:{row.type_id}"] += 1
    return dict(found)
