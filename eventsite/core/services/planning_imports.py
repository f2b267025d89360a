"""Planning an import: compare a file with the registrations, part by part; nothing is changed."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import replace
from itertools import islice

from eventsite.core.domain.csv_files import FileRefused
from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.guest_files import GuestRow, Sheet, look, must_be_enough, rows
from eventsite.core.domain.guest_imports import FileShape, GuestImport, ImportState
from eventsite.core.domain.import_plans import Decider, Tally
from eventsite.core.domain.import_rows import Outcome, PlanRow, counted
from eventsite.core.domain.jobs import Job, Progress
from eventsite.core.domain.registrations import Registration
from eventsite.core.errors import Invalid, StaleWrite
from eventsite.core.services.import_lists import (
    PART_ROWS,
    Importing,
    opened,
    plan_name,
    read_part,
    write_part,
)
from eventsite.core.services.jobs import Shift

logger = logging.getLogger(__name__)

LABELS_MAX = 100
"""Names of tickets in the file that the organizer is shown, to choose for."""

AtAddress = dict[tuple[str, str], tuple[Registration, ...]]
"""Registrations by address, in one case, and ticket type."""


def work(stores: Importing, job: Job, shift: Shift) -> Generator[Progress]:
    """Make the plan of an import, or go on with it. What is wrong with its file is said in it."""
    guest_import = stores.imports.get(job.subject)
    if guest_import.state is not ImportState.PLANNING or guest_import.job_id != job.job_id:
        return
    setup = stores.events.fresh_setup(guest_import.event_id)
    shape: FileShape | None = None
    try:
        open_file = lambda: opened(stores.files, guest_import)  # noqa: E731
        sheet = look(open_file, guest_import.options, setup.questions)
        shape = sheet.shape
        must_be_enough(sheet)
        yield from _parts(stores, guest_import, setup, sheet, job)
    except (FileRefused, Invalid) as error:
        why = error.message
        settle(
            stores,
            guest_import,
            lambda seen: replace(
                seen, state=ImportState.UNREADABLE, shape=shape, plan=(), cause=why
            ),
        )
        logger.info("file refused", extra={"import_id": guest_import.import_id})


def _parts(
    stores: Importing, guest_import: GuestImport, setup: EventSetup, sheet: Sheet, job: Job
) -> Generator[Progress]:
    """Plan what has not been planned yet, and settle the plan."""
    import_id, listing = guest_import.import_id, plan_name(guest_import)
    decider = Decider(setup, guest_import, sheet.profile.format)
    tallies: list[dict[str, int]] = json.loads(job.checkpoint or "[]")
    total = sum(1 for _ in rows(sheet)) if job.total is None else job.total
    every, tally, labels = rows(sheet), Tally(), dict[str, None]()
    for number in range(len(tallies)):
        for planned in read_part(stores.files, import_id, listing, number):
            tally.note(planned)
        _note_labels(labels, islice(every, PART_ROWS))
    while chunk := list(islice(every, PART_ROWS)):
        _note_labels(labels, chunk)
        part = _planned(stores, decider, chunk, tally)
        write_part(stores.files, import_id, listing, len(tallies), part)
        tallies.append(counted(part))
        yield Progress(
            checkpoint=json.dumps(tallies), done=len(chunk), total=total, counts=tallies[-1]
        )
    shape = replace(sheet.shape, labels=tuple(labels))
    settle(
        stores,
        guest_import,
        lambda seen: replace(
            seen, state=ImportState.PLANNED, shape=shape, plan=tuple(tallies), cause=""
        ),
    )


def _planned(
    stores: Importing, decider: Decider, chunk: Sequence[GuestRow], tally: Tally
) -> list[PlanRow]:
    """Return what some rows would do; reads what is known of all of them at once."""
    drafts = [decider.drafted(row) for row in chunk]
    event_id = decider.setup.event.event_id
    asked = [each for each in drafts if each.outcome is not Outcome.ERROR]
    known = stores.registrations.externals(event_id, {d.reference for d in asked if d.reference})
    unknown = [
        each for each in asked if each.outcome is Outcome.NEW and each.reference not in known
    ]
    there = at_addresses(stores, event_id, unknown)
    return [
        decider.decided(
            draft,
            known.get(draft.reference),
            there.get((draft.email.casefold(), draft.type_id), ()),
            tally,
        )
        for draft in drafts
    ]


def at_addresses(stores: Importing, event_id: str, rows: Iterable[PlanRow]) -> AtAddress:
    """Return who has the addresses of these rows, for the ticket type that each row wants."""
    by_type: dict[str, dict[str, None]] = {}
    for row in rows:
        by_type.setdefault(row.type_id, {})[row.email.casefold()] = None
    found: AtAddress = {}
    for type_id, emails in by_type.items():
        read = stores.registrations.of_addresses(event_id, list(emails), [type_id])
        found |= {(email, type_id): registrations for email, registrations in read.items()}
    return found


def settle(
    stores: Importing, guest_import: GuestImport, change: Callable[[GuestImport], GuestImport]
) -> None:
    """Bring an import to its next state, unless it is not in this one any more."""
    while True:
        seen = stores.imports.get(guest_import.import_id)
        if (seen.state, seen.round) != (guest_import.state, guest_import.round):
            return
        try:
            stores.imports.save(change(seen))
        except StaleWrite:
            continue
        return


def _note_labels(labels: dict[str, None], chunk: Iterable[GuestRow]) -> None:
    for row in chunk:
        if row.ticket and len(labels) < LABELS_MAX:
            labels[row.ticket[:200]] = None
