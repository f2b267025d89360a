"""Badges before the event: all of them, or a ticket type's, as PDF files of 1,000 pages.

In the order of names, as they are laid out on a table. Those that are meant to be handed out are
recorded like any other badge, so that no kiosk prints a second one; whoever has one is left out.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Protocol

from eventsite.core.domain.badges import Face, layout_for
from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.jobs import Job, JobState, Progress
from eventsite.core.domain.registrations import Registration, RegistrationStatus
from eventsite.core.errors import EventSiteError, NotAllowed, NotFound
from eventsite.core.services import jobs
from eventsite.core.services.badges import Order, Prints, face_of, print_badge
from eventsite.core.services.documents.badges_pdf import BATCH, badges_pdf
from eventsite.core.services.jobs import Desk, Shift
from eventsite.core.services.registry import Registry
from eventsite.core.store.badges import Printable
from eventsite.core.store.files import FileStore, badges_file
from eventsite.core.store.secrets import Secrets

logger = logging.getLogger(__name__)

KIND = "print_badges"
PDF_TYPE = "application/pdf"
AT_ONCE = 8
"""Badges recorded at the same time: a thousand take seconds, not a minute."""


class Printing(Registry, Desk, Prints, Protocol):
    """The part of an installation's stores that badges are printed with."""

    @property
    def files(self) -> FileStore: ...
    @property
    def secrets(self) -> Secrets: ...


def ask(
    stores: Printing,
    event_id: str,
    now: datetime,
    *,
    asked_by: str,
    type_id: str = "",
    recorded: bool = True,
    queue: bool = True,
) -> Job:
    """Ask for an event's badges, or those of one ticket type.

    ``recorded`` ones are for handing out; others are a proof, and count for nothing.

    Raises NotFound (no such event or type), NotAllowed (there is no badge to print).
    """
    setup = stores.events.setup(event_id)
    kinds = [setup.type(type_id)] if type_id else setup.types
    if not any(layout_for(setup.badges, kind.type_id) for kind in kinds):
        raise NotAllowed("There is no badge to print.", field="type_id")
    options = {"type_id": type_id, "recorded": "yes" if recorded else ""}
    job = jobs.new_job(KIND, event_id, now, asked_by=asked_by, options=options)
    return jobs.ask(stores, job, queue=queue)


def files(job: Job) -> int:
    """Return how many files a job that is done has made. Raises NotAllowed while it is not."""
    if job.kind != KIND or job.state is not JobState.DONE:
        raise NotAllowed("These badges are not done.", field="state")
    return job.counts.get("files", 0)


def link(stores: Printing, job: Job, number: int) -> str:
    """Return an address where a file (from 1) can be fetched for 15 minutes.

    Raises NotAllowed while the job is not done, or when the file was deleted after its time;
    NotFound when there is no such file.
    """
    if not 1 <= number <= files(job):
        raise NotFound("There is no such file.", field="number")
    key = badges_file(job.job_id, number)
    if stores.files.size(key) is None:
        raise NotAllowed("This file was deleted after its time. Print again.", field="file")
    return stores.files.link(key, f"badges-{job.event_id}-{number:03}.pdf", PDF_TYPE)


def work(stores: Printing, job: Job, shift: Shift) -> Generator[Progress]:
    """Make the files, or go on with them: a thousand badges a slice."""
    number, cursor = json.loads(job.checkpoint) if job.checkpoint else (0, "")
    setup = stores.events.fresh_setup(job.event_id)
    while cursor is not None:
        guests, cursor = _batch(stores, job, cursor)
        faces = list(_faces(stores, job, setup, guests, shift.clock()))
        if faces:
            number += 1
            content = badges_pdf(faces, f"{setup.event.title} {number}")
            stores.files.put(badges_file(job.job_id, number), content, PDF_TYPE)
        yield Progress(
            checkpoint=json.dumps([number, cursor]),
            done=len(guests),
            counts={
                "badges": len(faces),
                "left_out": len(guests) - len(faces),
                "files": int(bool(faces)),
            },
        )


def _batch(stores: Printing, job: Job, cursor: str) -> tuple[list[str], str | None]:
    """Return the ids of the next guests by name, and where those after them begin."""
    confirmed, type_id = RegistrationStatus.CONFIRMED.value, job.options.get("type_id", "")
    walk = stores.registrations.by_name(job.event_id, "", confirmed, type_id=type_id)
    found: list[str] = []
    after: str | None = cursor
    while len(found) < BATCH and after is not None:
        page = stores.registrations.page(walk, BATCH - len(found), after or None)
        found += [each.registration_id for each in page]
        after = page.next
    return found, after


def _faces(
    stores: Printing, job: Job, setup: EventSetup, guests: Iterable[str], now: datetime
) -> Iterator[Face]:
    """Yield the badges of these guests, as they are now; recorded, where that was asked for."""
    known = stores.badges.of_registrations(guests)
    ready = [
        each.registration
        for each in known.values()
        if each.registration is not None and _wanted(each, job, setup)
    ]
    if not job.options.get("recorded"):
        for registration in ready:
            yield face_of(registration, registration.reissue, setup, stores.secrets)
        return
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for face in pool.map(lambda each: _recorded(stores, job, setup, each, now), ready):
            if face is not None:
                yield face


def _wanted(known: Printable, job: Job, setup: EventSetup) -> bool:
    registration, badge = known.registration, known.badge
    if registration is None or registration.status is not RegistrationStatus.CONFIRMED:
        return False  # cancelled since the list was read
    mine = badge is not None and badge.printed(_print_id(job, registration)) is not None
    had = badge is not None and bool(job.options.get("recorded")) and not mine
    return not had and layout_for(setup.badges, registration.type_id) is not None


def _recorded(
    stores: Printing, job: Job, setup: EventSetup, registration: Registration, now: datetime
) -> Face | None:
    """Record one badge; None when somebody else was first, or the guest has gone."""
    order = Order(
        registration_id=registration.registration_id,
        print_id=_print_id(job, registration),
        by=f"staff:{job.asked_by}",
        at=now,
    )
    try:
        done = print_badge(stores, setup, order)
    except EventSiteError as error:
        if error.retryable:
            raise
        about = {"registration_id": registration.registration_id, "code": error.code}
        logger.info("badge left out", extra=about)
        return None
    return face_of(done.registration, done.made.serial, setup, stores.secrets)


def _print_id(job: Job, registration: Registration) -> str:
    """Return an id that is the same when a slice is done again."""
    return f"{job.job_id}.{registration.registration_id}"
