"""Chaining: bring what happened at the doors from the table's stream into the ledger, and count it.

The stream gives a change at least once, each item's in order. Everything here is safe to repeat.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from eventsite.core.domain.attendance import Attendance
from eventsite.core.domain.registrations import Registration, RegistrationStatus
from eventsite.core.domain.scan_ledger import (
    EntryKind,
    ScanFact,
    admitted,
    in_the_event,
    undoing,
)
from eventsite.core.store.scan_ledger import AT_ONCE, ScanLedgerRepository
from eventsite.core.store.tallies import Mark, TallyRepository

DOORS, GUESTS = "doors", "guests"
"""Whose versions a mark counts by: those of the attendance, and of the registration."""


class LedgerBooks(Protocol):
    """The part of an installation's stores that the ledger of the doors is kept in."""

    @property
    def scan_ledger(self) -> ScanLedgerRepository: ...
    @property
    def tallies(self) -> TallyRepository: ...


@dataclass(frozen=True, slots=True)
class DoorChanges:
    """What one change, or all of a batch, means for the ledger and the counters.

    ``touched`` are event and registration of guests to whom something happened without a scan.
    """

    facts: tuple[ScanFact, ...] = ()
    marks: tuple[Mark, ...] = ()
    touched: tuple[tuple[str, str], ...] = ()

    def __add__(self, other: DoorChanges) -> DoorChanges:
        return DoorChanges(
            self.facts + other.facts, self.marks + other.marks, self.touched + other.touched
        )


def scanned(fact: ScanFact) -> DoorChanges:
    """Return what a new scan or undo means."""
    return DoorChanges(facts=(fact,))


def registered(before: Registration | None, after: Registration | None) -> DoorChanges:
    """Return what a change of a registration means: whether one more is expected, or one less."""
    shown = after or before
    change = _expected(after) - _expected(before)
    if shown is None or not change:
        return DoorChanges()
    # A registration that was taken away has no version any more: it was the one after the last.
    version = after.version if after else shown.version + 1
    return DoorChanges(
        marks=(
            Mark(
                event_id=shown.event_id,
                registration_id=shown.registration_id,
                by=GUESTS,
                version=version,
                changes={"expected": change},
            ),
        )
    )


def attended(before: Attendance | None, after: Attendance | None) -> DoorChanges:
    """Return what a change of an attendance means: who was let in, who is inside, who to look at.

    Most changes come with a scan or an undo, which the ledger has. Blocks do not, and neither
    does what follows from a device that decided alone about a scan that was answered already.
    """
    if after is None:
        return DoorChanges()
    changes = {
        "admitted": admitted(after) - admitted(before),
        "inside": in_the_event(after) - in_the_event(before),
    }
    mark = Mark(
        event_id=after.event_id,
        registration_id=after.registration_id,
        by=DOORS,
        version=after.version,
        changes={name: number for name, number in changes.items() if number},
    )
    return DoorChanges(
        marks=(mark,) if mark.changes else (),
        touched=((after.event_id, after.registration_id),) if _unseen(before, after) else (),
    )


def chain(books: LedgerBooks, changes: DoorChanges, now: datetime) -> None:
    """Store what changes mean: entries in the chains of their actors, counts, who to look at.

    Raises Unavailable; then all of it is to be tried again.
    """
    by_actor: dict[str, list[ScanFact]] = {}
    for fact in changes.facts:
        by_actor.setdefault(fact.actor, []).append(_completed(books, fact))
    for actor, facts in by_actor.items():
        for part in _parts(facts):
            books.scan_ledger.append(actor, part, now)
    books.tallies.count(changes.marks)
    for event_id, registration_id in dict.fromkeys(changes.touched):
        books.scan_ledger.touch(event_id, registration_id, now)


def _completed(books: LedgerBooks, fact: ScanFact) -> ScanFact:
    """Return an undo with the gate of the scan that it is of; a scan as it is."""
    if fact.kind is not EntryKind.UNDO:
        return fact
    found = books.scan_ledger.scanned(fact.of_device, fact.of_scan)
    return undoing(fact, found) if found else fact


def _parts(facts: Sequence[ScanFact]) -> list[Sequence[ScanFact]]:
    return [facts[start : start + AT_ONCE] for start in range(0, len(facts), AT_ONCE)]


def _expected(registration: Registration | None) -> bool:
    return registration is not None and registration.status is RegistrationStatus.CONFIRMED


def _unseen(before: Attendance | None, after: Attendance) -> bool:
    """Return whether something changed that may be in no scan."""
    old = before or replace(after, passages=(), undos=(), block=None)
    new = [p for p in after.passages if not old.has(*p.scan)]
    return old.block != after.block or old.undos != after.undos or any(p.offline for p in new)
