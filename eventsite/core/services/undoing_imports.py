"""Undoing an import: take away what it made and put back what it changed, where nobody has acted.

A guest who has been let in, has signed up or asked for something, or whose data anybody has
changed since, stays as they are and is reported.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from eventsite.core.domain.guest_imports import GuestImport, ImportState
from eventsite.core.domain.import_rows import Outcome, PlanRow, counted
from eventsite.core.domain.jobs import Job, Progress
from eventsite.core.domain.registrations import Registration
from eventsite.core.errors import AlreadyExists, InProgress, NotFound, StaleWrite
from eventsite.core.log import correlation_id
from eventsite.core.services.import_lists import (
    RESULT,
    UNDONE,
    Importing,
    plan_name,
    read_part,
    write_part,
)
from eventsite.core.services.import_writes import at_once, persistently, save_guest
from eventsite.core.services.jobs import Shift
from eventsite.core.services.lining_up import offer_places
from eventsite.core.services.planning_imports import settle
from eventsite.core.store.imports import Before

_SINCE = "Changed since: by the guest, by staff, or by another import."


def work(stores: Importing, job: Job, shift: Shift) -> Generator[Progress]:
    """Undo an import, or go on with it. Raises InProgress while it may still be being applied."""
    guest_import = stores.imports.get(job.subject)
    if guest_import.state is not ImportState.UNDOING:
        return
    _must_be_over(stores, guest_import, shift.clock())
    import_id, listing = guest_import.import_id, plan_name(guest_import)
    tallies: list[dict[str, int]] = json.loads(job.checkpoint or "[]")
    total = sum(part.get("new", 0) + part.get("changed", 0) for part in guest_import.plan)
    for number in range(len(tallies), len(guest_import.plan)):
        rows = read_part(stores.files, import_id, listing, number)
        wanted = [row for row in rows if row.outcome in (Outcome.NEW, Outcome.CHANGED)]
        done = _Part.of(stores, guest_import, number, wanted, shift.clock()).undone(wanted)
        write_part(stores.files, import_id, UNDONE, number, done)
        tallies.append(counted(done))
        yield Progress(
            checkpoint=json.dumps(tallies), done=len(wanted), total=total, counts=tallies[-1]
        )
    offer_places(stores, guest_import.event_id, shift.clock())
    settle(
        stores,
        guest_import,
        lambda seen: replace(seen, state=ImportState.UNDONE, undone=tuple(tallies)),
    )


def _must_be_over(stores: Importing, guest_import: GuestImport, now: datetime) -> None:
    """A worker hears that its job was cancelled only when its slice ends: wait for that."""
    try:
        applying = stores.jobs.get(f"{guest_import.import_id}.apply")
    except NotFound:
        return
    if applying.finished_at is None or (not guest_import.applied_at and now < applying.due_at):
        raise InProgress("The import is still being applied; it is undone in a moment.")


@dataclass(frozen=True, slots=True)
class _Part:
    """Some rows about to be undone, with what is there now and what was applied."""

    stores: Importing
    guest_import: GuestImport
    now: datetime
    there: Mapping[str, Registration]
    befores: Mapping[str, Before]
    applied: Mapping[int, Outcome]

    @classmethod
    def of(
        cls,
        stores: Importing,
        guest_import: GuestImport,
        number: int,
        rows: Sequence[PlanRow],
        now: datetime,
    ) -> _Part:
        changed = [row.registration_id for row in rows if row.outcome is Outcome.CHANGED]
        try:
            results = read_part(stores.files, guest_import.import_id, RESULT, number)
        except NotFound:  # applying was stopped before this part was noted, perhaps within it
            results = []
        return cls(
            stores,
            guest_import,
            now,
            stores.registrations.of_ids(row.registration_id for row in rows),
            stores.befores.of_registrations(changed, guest_import.import_id),
            {row.number: row.outcome for row in results},
        )

    def undone(self, rows: Sequence[PlanRow]) -> list[PlanRow]:
        """Undo the rows, some at a time; return what came of those that had done anything."""
        done = at_once(self._undone, rows)
        return [row for row in done if row.outcome not in (Outcome.NEW, Outcome.CHANGED)]

    def _undone(self, row: PlanRow) -> PlanRow:
        act = self._taken_away if row.outcome is Outcome.NEW else self._put_back
        return persistently(partial(act, row))

    def _taken_away(self, row: PlanRow) -> PlanRow:
        """Remove what a row made; what it did not make is returned as it was planned."""
        registration = self.there.get(row.registration_id)
        if registration is None:
            made = self.applied.get(row.number) is Outcome.CREATED
            return row.of(Outcome.REMOVED) if made else row
        if registration.changed_by != self.guest_import.by:
            return row.of(Outcome.KEPT, "changed_since", "", _SINCE)
        if why := self._acted(row.registration_id):
            return row.of(Outcome.KEPT, "acted_since", "", why)
        not_in = self.stores.befores.not_admitted(row.registration_id)
        try:
            self.stores.registrations.remove(registration, extra=[not_in])
        except StaleWrite:
            return row.of(Outcome.KEPT, "changed_since", "", _SINCE)
        except AlreadyExists:  # the check said no
            return row.of(Outcome.KEPT, "acted_since", "", "Was let in at this moment.")
        return row.of(Outcome.REMOVED)

    def _acted(self, registration_id: str) -> str:
        """Return what a guest has done since they were imported, in words."""
        try:
            page = self.stores.registrations.guest_page(registration_id)
        except NotFound:
            return ""
        if page.attendance is not None:
            return "Has been let in."
        if page.sign_ups:
            return "Has signed up for a session."
        return "Has asked for something." if page.requests else ""

    def _put_back(self, row: PlanRow) -> PlanRow:
        """Put back what a row changed; what it did not change is returned as it was planned."""
        before = self.befores.get(row.registration_id)
        registration = self.there.get(row.registration_id)
        if before is None:
            changed = self.applied.get(row.number) is Outcome.CHANGED
            return row.of(Outcome.RESTORED) if changed else row
        if registration is None or registration.version != before.changed_to:
            return row.of(Outcome.KEPT, "changed_since", "", _SINCE)
        fresh = replace(
            before.registration,
            version=registration.version,
            changed_at=self.now,
            correlation_id=correlation_id(),
        )
        try:
            save_guest(self.stores, fresh, registration, [self.stores.befores.forgetting(before)])
        except StaleWrite:
            return row.of(Outcome.KEPT, "changed_since", "", _SINCE)
        except AlreadyExists as refusal:
            return row.of(Outcome.KEPT, "limit_reached", "email", refusal.message)
        return row.of(Outcome.RESTORED)
