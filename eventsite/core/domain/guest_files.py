"""Files with guests: what each column means, and the rows one by one. Pure.

What a system's export looks like is in ``eventbrite``, ``pretix`` and ``plain_guests``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from eventsite.core.domain import csv_files, eventbrite, plain_guests, pretix
from eventsite.core.domain.csv_files import FileRefused, Open, Record
from eventsite.core.domain.guest_columns import Profile, RowState, Target, plain
from eventsite.core.domain.guest_imports import UNUSED, Column, FileShape, ImportOptions
from eventsite.core.domain.questions import Question
from eventsite.core.errors import Invalid

PROFILES: tuple[Profile, ...] = (eventbrite.PROFILE, pretix.PROFILE, plain_guests.PROFILE)
"""The formats that are known; the last one takes what the others do not."""

COLUMNS_MAX = 500
HEADING_MAX = 200

ANSWER = "answer:"
"""Target of a column with answers: this and the question's id, and ``=<choice>`` where each
choice has a column of its own."""

EN_DASH = " \u2013 "
_DASHES = (EN_DASH, " - ", ": ")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """Why a row cannot be read: a code, the field it is about, and a sentence."""

    code: str
    field: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestRow:
    """One row as the file has it. ``answers`` are texts by target of their column."""

    number: int
    line: int
    name: str = ""
    email: str = ""
    phone: str = ""
    locale: str = ""
    ticket: str = ""
    reference: str = ""
    state: RowState = RowState.COMING
    answers: dict[str, str] = field(default_factory=dict)
    problem: RowProblem | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that was looked at: how it is written, and what its columns mean."""

    open_file: Open
    profile: Profile
    shape: FileShape

    @property
    def targets(self) -> list[str]:
        return [column.target for column in self.shape.columns]

    def has(self, target: str) -> bool:
        return target in self.targets


def look(open_file: Open, options: ImportOptions, questions: Sequence[Question]) -> Sheet:
    """Return what a file is taken for. Raises FileRefused when it is no table."""
    encoding = options.encoding or csv_files.encoding_of(open_file)
    if encoding not in csv_files.ENCODINGS:
        raise Invalid("There is no such encoding.", field="encoding")
    separator = options.separator or csv_files.separator_of(open_file, encoding, _known)
    if separator not in csv_files.SEPARATORS.values():
        raise Invalid("This is no separator.", field="separator")
    text = csv_files.lines(open_file, encoding)
    first = next(csv_files.records(text, separator), None)
    if first is None:
        raise FileRefused("This file is empty.")
    if first.problem:
        raise FileRefused(f"The headings cannot be read. {first.problem}")
    if len(first.cells) > COLUMNS_MAX:
        raise FileRefused(f"A file has at most {COLUMNS_MAX} columns.")
    labels = _labels(first.cells)
    profile = _profile(labels, options.format)
    targets = [
        options.columns.get(label) or profile.headings.get(_bare(label)) or _asked(label, questions)
        for label in labels
    ]
    columns = tuple(
        Column(heading=label, target="" if target == UNUSED else target)
        for label, target in zip(labels, targets, strict=True)
    )
    shape = FileShape(
        format=profile.format,
        encoding=encoding,
        separator=separator,
        columns=columns,
        notes=tuple(_notes(columns, options, encoding)),
    )
    return Sheet(open_file, profile, shape)


def must_be_enough(sheet: Sheet) -> None:
    """Raises FileRefused when the columns do not say who a guest is and where to reach them."""
    if not any(sheet.has(t) for t in (Target.NAME, Target.FIRST_NAME, Target.LAST_NAME)):
        raise FileRefused("No column is taken for the guests' names. Choose one.")
    if not any(sheet.has(t) for t in (Target.EMAIL, Target.ORDER_EMAIL)):
        raise FileRefused("No column is taken for the guests' e-mail addresses. Choose one.")


def rows(sheet: Sheet) -> Iterator[GuestRow]:
    """Yield the rows of a file, numbered from 1. Raises FileRefused when it goes on for ever."""
    text = csv_files.lines(sheet.open_file, sheet.shape.encoding)
    found = csv_files.records(text, sheet.shape.separator)
    targets = sheet.targets
    for record in found:
        if record.number > 1:
            yield _row(sheet.profile, targets, record)


def _row(profile: Profile, targets: Sequence[str], record: Record) -> GuestRow:
    number, line = record.number - 1, record.line

    def bad(code: str, name: str, reason: str) -> GuestRow:
        problem = RowProblem(code=code, field=name, reason=reason)
        return GuestRow(number=number, line=line, problem=problem)

    if record.problem:
        return bad("malformed", "", record.problem)
    if any(record.cells[len(targets) :]):
        return bad("malformed", "", "This row has more cells than there are headings.")
    cells: dict[str, str] = {}
    for target, cell in zip(targets, record.cells, strict=False):
        if target and cell:
            cells.setdefault(target, cell)
    said = plain(cells.get(Target.STATUS, ""))
    state = profile.states.get(said)
    if state is None:
        known = ", ".join(sorted(text for text in profile.states if text))
        return bad("unknown_status", "status", f"The status {said!r} is none of: {known}.")
    if cells.get(Target.QUANTITY, "1") not in ("1", "1.0", "1,0"):
        several = "This row stands for several tickets. Export one row for each guest."
        return bad("several", "quantity", several)
    return GuestRow(
        number=number,
        line=line,
        name=_name(cells),
        email=cells.get(Target.EMAIL) or cells.get(Target.ORDER_EMAIL, ""),
        phone=cells.get(Target.PHONE) or cells.get(Target.ORDER_PHONE, ""),
        locale=cells.get(Target.LOCALE, ""),
        ticket=_joined(EN_DASH, cells, Target.TICKET, Target.VARIATION),
        reference=profile.reference(cells),
        state=state,
        answers={target: cell for target, cell in cells.items() if target.startswith(ANSWER)},
    )


def _name(cells: Mapping[str, str]) -> str:
    whole = cells.get(Target.NAME, "")
    parts = _joined(" ", cells, Target.FIRST_NAME, Target.LAST_NAME)
    return whole or parts or cells.get(Target.ORDER_NAME, "")


def _joined(between: str, cells: Mapping[str, str], *targets: str) -> str:
    return between.join(cells[target] for target in targets if target in cells)


def _known(heading: str) -> bool:
    return any(plain(heading) in profile.headings for profile in PROFILES)


def _labels(cells: Sequence[str]) -> list[str]:
    """Return a name of its own for each column: of those with the same heading, a numbered one."""
    labels: list[str] = []
    met: dict[str, int] = {}
    for n, cell in enumerate(cells, 1):
        label = " ".join(cell.split())[:HEADING_MAX] or f"column {n}"
        met[plain(label)] = again = met.get(plain(label), 0) + 1
        labels.append(f"{label} ({again})" if again > 1 else label)
    return labels


def _bare(label: str) -> str:
    """Return a label's heading in plain letters, without its number."""
    text, _, ending = label.rpartition(" (")
    return plain(text if ending.rstrip(")").isdigit() else label)


def _profile(labels: Sequence[str], chosen: str) -> Profile:
    headings = {_bare(label) for label in labels}
    for profile in PROFILES:
        if chosen == profile.format or (not chosen and profile.fits(headings)):
            return profile
    raise Invalid("There is no such format.", field="format")


def _asked(label: str, questions: Sequence[Question]) -> str:
    """Return the target of a column whose heading is a question's id or its words."""
    heading = _bare(label)
    for question in questions:
        if heading in (plain(question.question_id), plain(question.name)):
            return ANSWER + question.question_id
        for choice in question.choices:
            if any(heading == plain(question.name + dash + choice) for dash in _DASHES):
                return f"{ANSWER}{question.question_id}={choice}"
    return ""


def _notes(columns: Sequence[Column], options: ImportOptions, encoding: str) -> Iterator[str]:
    """Yield what the organizer should know about how the file was read."""
    if not options.encoding and encoding in ("windows-1252", "latin-1"):
        yield f"The file is not UTF-8; it was read as {encoding}. Look at names with accents."
    targets = [column.target for column in columns if column.target]
    for target in dict.fromkeys(t for t in targets if targets.count(t) > 1):
        names = " and ".join(f"“{c.heading}”" for c in columns if c.target == target)
        yield f"{names} mean the same here; the first that is not empty counts."
    keyed = {Target.REFERENCE, Target.BARCODE} & set(targets)
    if not keyed and not {Target.ORDER, Target.POSITION} <= set(targets):
        yield "No column tells tickets apart: guests are found again by address and ticket type."
    if Target.TICKET not in targets:
        yield "No column names the tickets."
