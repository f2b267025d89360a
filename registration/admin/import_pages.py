"""What the page of an import shows: how far it is, what was planned, what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.utils import timezone

from eventsite.core.domain.csv_files import SEPARATORS
from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.guest_imports import GuestImport, ImportState, total_of
from eventsite.core.domain.import_rows import Outcome, PlanRow
from eventsite.core.domain.jobs import Job, JobState
from eventsite.core.errors import NotFound
from eventsite.core.services.import_lists import (
    RESULT,
    UNDONE,
    is_there,
    page_of,
    plan_name,
    tallies,
)
from eventsite.core.services.importing_guests import job_of
from eventsite.core.store.stock import type_stock
from eventsite.core.wiring import stores
from registration.admin.import_forms import FORMATS, meaning_of

PER_PAGE = 50

STATES = {
    ImportState.UPLOADING: "The file has not arrived whole.",
    ImportState.PLANNING: "The file is being compared with the registrations.",
    ImportState.UNREADABLE: "The file could not be read.",
    ImportState.PLANNED: "Planned. Nothing has been changed yet.",
    ImportState.APPLYING: "The plan is being applied.",
    ImportState.APPLIED: "Applied.",
    ImportState.UNDOING: "The import is being undone.",
    ImportState.UNDONE: "Undone.",
}
OUTCOMES = {
    Outcome.NEW: "new",
    Outcome.CHANGED: "changed",
    Outcome.SAME: "same",
    Outcome.LEFT_OUT: "left out",
    Outcome.CONFLICT: "conflict",
    Outcome.ERROR: "error",
    Outcome.CREATED: "registered",
    Outcome.SOLD_OUT: "sold out",
    Outcome.REMOVED: "removed",
    Outcome.RESTORED: "put back",
    Outcome.KEPT: "kept",
}
PROBLEMS = (
    *(Outcome.ERROR, Outcome.CONFLICT, Outcome.LEFT_OUT),
    *(Outcome.SOLD_OUT, Outcome.KEPT),
)
"""Outcomes of rows that did not do what they say: what the download is of."""

LISTS = {"plan": "Plan", RESULT: "Result", UNDONE: "Undone"}


class Choice(NamedTuple):
    """A link that shows rows of one outcome, or of one list."""

    label: str
    url: str
    chosen: bool


class Places(NamedTuple):
    """How many new guests of a ticket type there are, and how many places are left."""

    name: str
    new: int
    left: int | None
    short: int


class Situation(NamedTuple):
    """How an import stands: its job, whether its files are there, and so what can be done."""

    found: GuestImport
    job: Job | None
    files: bool

    @property
    def going(self) -> bool:
        return self.job is not None and self.job.open

    @property
    def failed(self) -> bool:
        return self.job is not None and self.job.state in (JobState.FAILED, JobState.CANCELLED)

    @property
    def may_plan(self) -> bool:
        stuck = self.failed and self.found.state is ImportState.PLANNING
        return self.files and (
            stuck or self.found.state in (ImportState.PLANNED, ImportState.UNREADABLE)
        )

    @property
    def may_apply(self) -> bool:
        return self.files and self.found.state is ImportState.PLANNED

    @property
    def may_go_on(self) -> bool:
        return self.files and self.failed and self.found.state is not ImportState.UNREADABLE

    @property
    def may_undo(self) -> bool:
        return self.files and not self.going and self.found.undoable(timezone.now())

    @property
    def may_forget(self) -> bool:
        return self.files and not self.going


def situation(row: Any) -> Situation:
    """Return how the import of a row stands, read once a row."""
    if not hasattr(row, "situation"):
        found: GuestImport = row.domain
        files = bool(found.pieces) and is_there(stores().files, found)
        row.situation = Situation(found, job_of(stores(), found), files)
    stands: Situation = row.situation
    return stands


def page(row: Any, setup: EventSetup, query: Any) -> dict[str, Any]:
    """Return the context of an import's page; ``query`` says which rows."""
    stands = situation(row)
    found = stands.found
    listing, outcome = _asked(found, query)
    context = {
        "progress": progress(found, stands.job),
        "stands": stands,
        "facts": list(_facts(found, setup)),
        "notes": found.shape.notes if found.shape else (),
        "columns": _columns(found),
        "planned": total_of(found.plan),
        "places": _places(found, setup) if found.state is ImportState.PLANNED else [],
    }
    if stands.files and found.plan:
        context |= _rows(found, setup, listing, outcome, query.get("from", ""))
    return context


def progress(found: GuestImport, job: Job | None) -> dict[str, Any]:
    """Return how far an import is: what the page says, and what its script asks for."""
    going = job is not None and job.open
    done = f"{job.done} of {job.total or '?'} rows" if job and (job.done or job.total) else ""
    return {
        "state": found.state.value,
        "words": STATES[found.state],
        "going": going,
        "percent": job.percent if job else None,
        "done": done,
        "cause": job.cause if job and not going else "",
        "waits": job.cause if job and going else "",
    }


def list_name(found: GuestImport, listing: str) -> str:
    """Return the name under which a list is kept."""
    return plan_name(found) if listing == "plan" else listing


def _asked(found: GuestImport, query: Any) -> tuple[str, Outcome | None]:
    there = [name for name in LISTS if any(tallies(found, name))]
    listing = query.get("list", "")
    if listing not in there:
        listing = there[-1] if there else "plan"
    try:
        return listing, Outcome(query["outcome"])
    except (KeyError, ValueError):
        return listing, None


def _facts(found: GuestImport, setup: EventSetup) -> Iterator[tuple[str, Any]]:
    yield "Event", setup.event.title
    yield "Uploaded", found.created_at
    yield "By", found.asked_by
    yield "Size", f"{found.size / 1024:.0f} KB"
    if found.shape:
        shape, named = found.shape, {sign: name for name, sign in SEPARATORS.items()}
        how = f"{shape.encoding}, {named.get(shape.separator, shape.separator)} between columns"
        yield "Read as", f"{FORMATS[shape.format]}, {how}"  # type: ignore[index]
    if found.state is not ImportState.PLANNED and found.options.mails:
        yield "Mails", "New guests are sent their tickets."


def _columns(found: GuestImport) -> list[tuple[str, str]]:
    shape = found.shape
    return [(c.heading, meaning_of(c.target)) for c in shape.columns] if shape else []


def _places(found: GuestImport, setup: EventSetup) -> list[Places]:
    """Return per ticket type what the plan would take and what is left now."""
    known = stores()
    planned = total_of(found.plan)
    taken = []
    for kind in setup.types:
        if new := planned.get(f"new:{kind.type_id}", 0):
            limited = kind.capacity is not None
            left = known.stock.left(setup.event, type_stock(kind.type_id)) if limited else None
            taken.append(Places(kind.name, new, left, 0 if left is None else max(0, new - left)))
    return taken


def _rows(
    found: GuestImport, setup: EventSetup, listing: str, outcome: Outcome | None, cursor: str
) -> dict[str, Any]:
    """Return one page of a list, and the ways to the others."""
    names = {kind.type_id: kind.name for kind in setup.types}
    try:
        shown = page_of(stores().files, found, list_name(found, listing), outcome, PER_PAGE, cursor)
    except NotFound:
        return {"rows": [], "lists": [], "outcomes": []}

    def url(**asked: str) -> str:
        return "?" + urlencode({name: value for name, value in asked.items() if value}) + "#rows"

    kept = {"list": listing, "outcome": outcome or ""}
    counts = total_of(tallies(found, listing))
    return {
        "listing": listing,
        "rows": [_shown(row, names) for row in shown],
        "lists": [
            Choice(label, url(list=name), name == listing)
            for name, label in LISTS.items()
            if any(tallies(found, name))
        ],
        "outcomes": [
            Choice("all", url(list=listing), outcome is None),
            *(
                Choice(f"{counts[o]} {OUTCOMES[o]}", url(list=listing, outcome=o), o is outcome)
                for o in OUTCOMES
                if counts.get(o)
            ),
        ],
        "next_url": url(**kept, **{"from": shown.next}) if shown.next else "",
        "previous_url": url(**kept, **{"from": shown.previous}) if shown.previous else "",
        "problems": any(counts.get(each) for each in PROBLEMS),
    }


def _shown(row: PlanRow, types: dict[str, str]) -> dict[str, Any]:
    return {
        "row": row,
        "outcome": OUTCOMES[row.outcome],
        "ticket": types.get(row.type_id, row.type_id),
        "changes": [
            (name.removeprefix("answers."), before or "—", after or "—")
            for name, (before, after) in row.changes.items()
        ],
    }
