"""Applying an import: do what the plan showed, row by row, and nothing else.

Each row is one atomic write on condition of what the plan saw, so it does not matter what
happened since, how often a row is done, or how many are done at once. The registration that a
row makes has an id that follows from the import and the row.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from eventsite.core.domain.applications import Applicant, Application
from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.guest_imports import GuestImport, ImportState
from eventsite.core.domain.import_rows import Outcome, PlanRow, counted, merged
from eventsite.core.domain.jobs import Job, Progress
from eventsite.core.domain.questions import Answers, checked_answers, consents
from eventsite.core.domain.registrations import Awaited, Payment, Registration
from eventsite.core.errors import (
    AlreadyExists,
    AlreadyRegistered,
    EventSiteError,
    LimitReached,
    SoldOut,
    StaleWrite,
)
from eventsite.core.log import correlation_id
from eventsite.core.services.deciding import REFERENCE_MAX, record_payment
from eventsite.core.services.drafting import Clearance, Entry
from eventsite.core.services.import_lists import (
    RESULT,
    Importing,
    plan_name,
    read_part,
    write_part,
)
from eventsite.core.services.import_writes import at_once, persistently, save_guest
from eventsite.core.services.jobs import Shift
from eventsite.core.services.planning_imports import AtAddress, at_addresses, settle
from eventsite.core.services.registering import register
from eventsite.core.store.imports import Before


def work(stores: Importing, job: Job, shift: Shift) -> Generator[Progress]:
    """Apply the plan of an import, or go on with it."""
    guest_import = stores.imports.get(job.subject)
    if guest_import.state is not ImportState.APPLYING:
        return
    import_id, listing = guest_import.import_id, plan_name(guest_import)
    tallies: list[dict[str, int]] = json.loads(job.checkpoint or "[]")
    for number in range(len(tallies), len(guest_import.plan)):
        rows = read_part(stores.files, import_id, listing, number)
        wanted = [row for row in rows if row.outcome in (Outcome.NEW, Outcome.CHANGED)]
        done = _Part.of(stores, guest_import, wanted, shift.clock()).applied(wanted)
        write_part(stores.files, import_id, RESULT, number, done)
        tallies.append(counted(done))
        total = sum(part.get("new", 0) + part.get("changed", 0) for part in guest_import.plan)
        yield Progress(
            checkpoint=json.dumps(tallies), done=len(wanted), total=total, counts=tallies[-1]
        )
    now = shift.clock()
    settle(
        stores,
        guest_import,
        lambda seen: replace(
            seen, state=ImportState.APPLIED, result=tuple(tallies), applied_at=now
        ),
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """Some rows about to be applied, with what was there when they were read again."""

    stores: Importing
    guest_import: GuestImport
    setup: EventSetup
    now: datetime
    there: Mapping[str, Registration]
    befores: Mapping[str, Before]
    at_address: AtAddress

    @classmethod
    def of(
        cls, stores: Importing, guest_import: GuestImport, rows: Sequence[PlanRow], now: datetime
    ) -> _Part:
        event_id = guest_import.event_id
        changed = [row.registration_id for row in rows if row.outcome is Outcome.CHANGED]
        new = [row for row in rows if row.outcome is Outcome.NEW]
        return cls(
            stores,
            guest_import,
            stores.events.fresh_setup(event_id),
            now,
            stores.registrations.of_ids(row.registration_id for row in rows),
            stores.befores.of_registrations(changed, guest_import.import_id),
            at_addresses(stores, event_id, new),
        )

    def applied(self, rows: Sequence[PlanRow]) -> list[PlanRow]:
        """Do the rows, some at a time, and return what came of each."""
        return at_once(self._applied, rows)

    def _applied(self, row: PlanRow) -> PlanRow:
        return persistently(
            partial(self._made if row.outcome is Outcome.NEW else self._changed, row)
        )

    # -- new guests -------------------------------------------------------------------------------
    def _made(self, row: PlanRow) -> PlanRow:
        registration = self.there.get(row.registration_id)
        if registration is None and self._others_at(row) > row.live:
            since = "This address has registered here since the plan was made."
            return row.of(Outcome.CONFLICT, "registered_meanwhile", "email", since)
        try:
            if registration is None:
                registration = self._registered(row)
            self._settle_payment(row, registration)
        except SoldOut as refusal:
            return row.of(Outcome.SOLD_OUT, refusal.code, "ticket", refusal.message)
        except (AlreadyRegistered, LimitReached) as refusal:
            return row.of(Outcome.CONFLICT, "limit_reached", "email", refusal.message)
        except AlreadyExists as refusal:
            return row.of(Outcome.CONFLICT, "registered_meanwhile", "reference", refusal.message)
        except EventSiteError as refusal:
            if refusal.retryable:
                raise
            return row.of(Outcome.ERROR, refusal.code, refusal.field, refusal.message)
        return row.of(Outcome.CREATED)

    def _registered(self, row: PlanRow) -> Registration:
        locale = row.locale or self.setup.event.locale
        guest = replace(row.guest, locale=locale)
        applicant = Applicant(type_id=row.type_id, guest=guest, answers=row.answers)
        entry = Entry(
            key=f"{self.guest_import.import_id}.{row.number}",
            source=self.guest_import.source,
            now=self.now,
            clearance=Clearance.IMPORT,
            by=self.guest_import.by,
            registration_ids=(row.registration_id,),
            external_ids=(row.reference,) if row.reference else (),
        )
        application = Application(event_id=self.guest_import.event_id, applicants=(applicant,))
        return register(self.stores, application, entry).registration

    def _settle_payment(self, row: PlanRow, registration: Registration) -> None:
        """Record that a guest who is settled there owes nothing here."""
        if row.settled and Awaited.PAYMENT in registration.awaiting:
            reference = (row.reference or self.guest_import.by)[:REFERENCE_MAX]
            args = (registration.registration_id, Payment.PAID, reference, self.now)
            record_payment(self.stores, *args, by=self.guest_import.by)

    def _others_at(self, row: PlanRow) -> int:
        """Return how many of an address are live that this import did not make."""
        found = self.at_address.get((row.email.casefold(), row.type_id), ())
        return sum(each.live and each.changed_by != self.guest_import.by for each in found)

    # -- guests who are known ---------------------------------------------------------------------
    def _changed(self, row: PlanRow) -> PlanRow:
        registration = self.there.get(row.registration_id)
        if registration is None:
            return row.of(Outcome.CONFLICT, "gone", "", "This registration is gone.")
        if row.registration_id in self.befores:
            return row.of(Outcome.CHANGED)
        since = "Changed here since the plan was made."
        if registration.version != row.version:
            return row.of(Outcome.CONFLICT, "changed_meanwhile", "", since)
        try:
            self._save(row, registration)
        except StaleWrite:
            return row.of(Outcome.CONFLICT, "changed_meanwhile", "", since)
        except AlreadyExists as refusal:
            return row.of(Outcome.CONFLICT, "limit_reached", "email", refusal.message)
        except EventSiteError as refusal:
            if refusal.retryable:
                raise
            return row.of(Outcome.ERROR, refusal.code, refusal.field, refusal.message)
        return row.of(Outcome.CHANGED)

    def _save(self, row: PlanRow, registration: Registration) -> None:
        """Write the change, and in the same transaction what was before."""
        guest, answers = merged(registration, row)
        answers = _answers(self.setup, registration, answers)
        fresh = replace(
            registration,
            guest=guest,
            answers=answers,
            consents=consents(self.setup.questions, answers, registration.consents, self.now),
            changed_at=self.now,
            changed_by=self.guest_import.by,
            correlation_id=correlation_id(),
        )
        before = Before(
            registration=registration,
            import_id=self.guest_import.import_id,
            changed_to=registration.version + 1,
        )
        save_guest(
            self.stores, fresh, registration, [self.stores.befores.keeping(before, self.now)]
        )


def _answers(
    setup: EventSetup, registration: Registration, answers: Answers
) -> dict[str, tuple[str, ...]]:
    """Return the answers as they are stored; to questions that are gone, they stay."""
    known = {question.question_id for question in setup.questions}
    asked = {name: given for name, given in answers.items() if name in known}
    gone = {name: given for name, given in answers.items() if name not in known}
    return gone | checked_answers(setup.questions, registration.type_id, asked, complete=False)
