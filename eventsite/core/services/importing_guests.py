"""Importing guests: upload a file, plan, look, apply, and undo while that is possible.

    uploading -> planning -> planned -> applying -> applied -> undoing -> undone
                          -> unreadable -> planning again, with other choices

Each step that takes time is a job; this module asks for them and never waits.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import replace
from datetime import datetime

from eventsite.core.domain.csv_files import ENCODINGS, SEPARATORS, SIZE_MAX
from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.guest_columns import Target
from eventsite.core.domain.guest_files import ANSWER
from eventsite.core.domain.guest_imports import (
    LEAVE_OUT,
    UNUSED,
    FileFormat,
    GuestImport,
    ImportOptions,
    ImportState,
)
from eventsite.core.domain.jobs import Job
from eventsite.core.errors import AlreadyExists, Invalid, NotAllowed, NotFound
from eventsite.core.services import jobs
from eventsite.core.services.import_lists import Importing, delete_lists
from eventsite.core.services.planning_imports import settle
from eventsite.core.store.files import import_piece

logger = logging.getLogger(__name__)

PIECE_MAX = 4 * 1024 * 1024
"""Bytes of one piece. Source: a Lambda's payload is 6 MB, and base64 takes a third of it."""

PIECES_MAX = 64
NAME_MAX = 100
_STOPPED = "This was stopped. Plan it again."


def begin(
    stores: Importing, event_id: str, filename: str, now: datetime, *, asked_by: str
) -> GuestImport:
    """Store a new import, to which the file can be uploaded. Raises NotFound: no such event."""
    stores.events.get(event_id)
    name = " ".join(filename.replace("\\", "/").rpartition("/")[2].split())
    name = "".join(c for c in name if c.isprintable())[:NAME_MAX]
    started = GuestImport(
        import_id=secrets.token_hex(12),
        event_id=event_id,
        filename=name or "guests.csv",
        asked_by=asked_by,
        created_at=now,
    )
    return stores.imports.add(started)


def put_piece(stores: Importing, import_id: str, number: int, body: bytes) -> None:
    """Store one piece of an import's file, counted from 0; again replaces it.

    Raises NotFound, NotAllowed (it was uploaded already), Invalid (too big, or too many).
    """
    if not 0 <= number < PIECES_MAX:
        raise Invalid(f"A file has at most {PIECES_MAX} pieces.", field="number")
    if not 0 < len(body) <= PIECE_MAX:
        raise Invalid(f"A piece has 1 to {PIECE_MAX} bytes.", field="file")
    guest_import = stores.imports.get(import_id)
    if guest_import.state is not ImportState.UPLOADING:
        raise NotAllowed("This file was uploaded already.", field="state")
    stores.files.put(import_piece(import_id, number), body)


def uploaded(
    stores: Importing,
    import_id: str,
    pieces: int,
    options: ImportOptions,
    now: datetime,
    *,
    asked_by: str,
    queue: bool = True,
) -> GuestImport:
    """Close the upload and ask for the plan; a second time changes nothing.

    Raises NotFound, Invalid (a piece is missing, or the file is too big).
    """
    guest_import = stores.imports.get(import_id)
    if guest_import.state is not ImportState.UPLOADING:
        return guest_import
    if not 1 <= pieces <= PIECES_MAX:
        raise Invalid(f"A file has 1 to {PIECES_MAX} pieces.", field="file")
    sizes = [stores.files.size(import_piece(import_id, n)) for n in range(pieces)]
    size = sum(each or 0 for each in sizes)
    if None in sizes:
        raise Invalid("A part of the file has not arrived. Upload it again.", field="file")
    if size > SIZE_MAX:
        raise Invalid(f"A file has at most {SIZE_MAX // 1024 // 1024} MB.", field="file")
    whole = replace(guest_import, pieces=pieces, size=size)
    return _planning(stores, whole, options, now, asked_by, queue=queue)


def plan_again(
    stores: Importing,
    import_id: str,
    options: ImportOptions,
    now: datetime,
    *,
    asked_by: str,
    queue: bool = True,
) -> GuestImport:
    """Ask for another plan of the same file.

    Raises NotFound, NotAllowed (it was applied already), Invalid, StaleWrite.
    """
    guest_import = stores.imports.get(import_id)
    state, job = guest_import.state, job_of(stores, guest_import)
    failed = state is ImportState.PLANNING and job is not None and not job.open
    if state not in (ImportState.PLANNED, ImportState.UNREADABLE) and not failed:
        raise NotAllowed("Only a plan that was not applied can be made again.", field="state")
    _must_have_files(guest_import)
    return _planning(stores, guest_import, options, now, asked_by, queue=queue)


def apply(
    stores: Importing,
    import_id: str,
    now: datetime,
    *,
    asked_by: str,
    mails: bool = False,
    queue: bool = True,
) -> GuestImport:
    """Ask for a plan to be applied; with ``mails`` new guests are sent their tickets.

    Raises NotFound, NotAllowed, StaleWrite.
    """
    guest_import = stores.imports.get(import_id)
    if guest_import.state is not ImportState.PLANNED:
        raise NotAllowed("There is no plan to apply.", field="state")
    _must_have_files(guest_import)
    options = replace(guest_import.options, mails=mails)
    chosen = replace(guest_import, state=ImportState.APPLYING, options=options)
    return _asked(stores, chosen, "apply_import", now, asked_by, queue=queue)


def undo(
    stores: Importing, import_id: str, now: datetime, *, asked_by: str, queue: bool = True
) -> GuestImport:
    """Ask for an import to be undone, also one that was stopped half-way.

    Raises NotFound, NotAllowed (too late, or still being applied), StaleWrite.
    """
    guest_import = stores.imports.get(import_id)
    if not guest_import.undoable(now):
        raise NotAllowed("This import cannot be undone, or not any more.", field="state")
    _must_have_files(guest_import)
    if guest_import.state is ImportState.APPLYING and stores.jobs.get(guest_import.job_id).open:
        raise NotAllowed("This is being applied. Stop it first.", field="state")
    chosen = replace(guest_import, state=ImportState.UNDOING)
    return _asked(stores, chosen, "undo_import", now, asked_by, queue=queue)


def stop(stores: Importing, import_id: str, now: datetime) -> None:
    """Stop what is being done; what was done stays. Raises NotFound, NotAllowed, StaleWrite."""
    guest_import = stores.imports.get(import_id)
    if not guest_import.job_id:
        raise NotAllowed("Nothing is being done.", field="state")
    stores.jobs.cancel(guest_import.job_id, now)
    if guest_import.state is ImportState.PLANNING:
        settle(
            stores,
            guest_import,
            lambda seen: replace(seen, state=ImportState.UNREADABLE, plan=(), cause=_STOPPED),
        )


def go_on(stores: Importing, import_id: str, now: datetime, *, queue: bool = True) -> Job:
    """Let what failed or was stopped go on. Raises NotFound, NotAllowed, StaleWrite."""
    guest_import = stores.imports.get(import_id)
    if not guest_import.job_id:
        raise NotAllowed("Nothing was begun.", field="state")
    _must_have_files(guest_import)
    return jobs.go_on(stores, guest_import.job_id, now, queue=queue)


def forget(stores: Importing, import_id: str) -> GuestImport:
    """Delete an import's file and lists, with all personal data in them; it stays as it is.

    It cannot be applied or undone any more. Raises NotFound, NotAllowed (it is under way).
    """
    guest_import = stores.imports.get(import_id)
    job = job_of(stores, guest_import)
    if job is not None and job.open:
        raise NotAllowed("This is under way. Stop it first.", field="state")
    delete_lists(stores.files, guest_import)
    return stores.imports.save(replace(guest_import, pieces=0))


def job_of(stores: Importing, guest_import: GuestImport) -> Job | None:
    """Return the job that brought an import to its state, or does so now."""
    try:
        return stores.jobs.get(guest_import.job_id) if guest_import.job_id else None
    except NotFound:
        return None


def checked_options(options: ImportOptions, setup: EventSetup) -> ImportOptions:
    """Return the options. Raises Invalid with the field that names nothing that is there."""
    if options.format and options.format not in {each.value for each in FileFormat}:
        raise Invalid("There is no such format.", field="format")
    if options.encoding and options.encoding not in ENCODINGS:
        raise Invalid("There is no such encoding.", field="encoding")
    if options.separator and options.separator not in SEPARATORS.values():
        raise Invalid("This is no separator.", field="separator")
    types = {kind.type_id for kind in setup.types}
    for chosen in (options.default_type, *options.types.values()):
        if chosen and chosen != LEAVE_OUT and chosen not in types:
            raise Invalid(f"This event has no ticket type {chosen!r}.", field="types")
    targets = {target.value for target in Target} | {UNUSED}
    targets |= {ANSWER + question.question_id for question in setup.questions}
    for target in options.columns.values():
        if target and target not in targets and target.partition("=")[0] not in targets:
            raise Invalid(f"A column cannot mean {target!r}.", field="columns")
    return options


def _planning(
    stores: Importing,
    guest_import: GuestImport,
    options: ImportOptions,
    now: datetime,
    asked_by: str,
    *,
    queue: bool,
) -> GuestImport:
    setup = stores.events.fresh_setup(guest_import.event_id)
    chosen = replace(
        guest_import,
        state=ImportState.PLANNING,
        options=checked_options(options, setup),
        round=guest_import.round + 1,
        plan=(),
        cause="",
    )
    return _asked(stores, chosen, "plan_import", now, asked_by, queue=queue)


def _asked(
    stores: Importing,
    guest_import: GuestImport,
    kind: str,
    now: datetime,
    asked_by: str,
    *,
    queue: bool,
) -> GuestImport:
    """Store an import in its next state and ask for its job, both or neither."""
    job = jobs.new_job(
        kind,
        guest_import.event_id,
        now,
        asked_by=asked_by,
        job_id=guest_import.job_id,
        subject=guest_import.import_id,
    )
    try:
        jobs.ask(stores, job, [stores.imports.saving(guest_import)], queue=queue)
    except AlreadyExists as again:
        raise NotAllowed("This was asked for already.", field="state") from again
    return replace(guest_import, version=guest_import.version + 1)


def _must_have_files(guest_import: GuestImport) -> None:
    if not guest_import.pieces:
        raise NotAllowed("The files of this import were deleted.", field="file")
