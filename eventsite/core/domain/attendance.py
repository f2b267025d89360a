"""What happened to one guest at the doors, and what follows from it. Pure.

An attendance is a set of facts: passages through gates, undone ones, settled conflicts, a block.
Where the guest is, and what contradicts what, is computed from the set in the order of time
(``standing``), never from the order in which facts arrived. So uploads of devices that were
offline end in the same state whichever comes first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from eventsite.core.domain.scans import Direction
from eventsite.core.domain.zones import EVENT_ZONE

ENTRIES_MAX = 500
"""Entries of one guest. With the exits these are 1,000 passages of 175 bytes, half of the 400 KB
that an item has. Source: DynamoDB quotas."""

TWICE = "twice"
"""Why there is a conflict: let in although inside. Other reasons are verdict codes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """That a guest passed a gate. ``at`` is the scan's time by our clock.

    ``zone_id`` is the zone behind the gate; of a session's zone ``within`` is the gate's own.
    ``offline`` is that the device decided alone;
    ``despite`` the refusal that the registration itself would have got then, such as
    ``cancelled``.
    """

    device_id: str
    scan_id: str
    gate_id: str
    zone_id: str = EVENT_ZONE
    within: str = EVENT_ZONE
    direction: Direction = Direction.ENTRY
    at: datetime
    forced: bool = False
    offline: bool = False
    despite: str = ""

    @property
    def order(self) -> tuple[datetime, str, str]:
        return self.at, self.device_id, self.scan_id

    @property
    def scan(self) -> tuple[str, str]:
        return self.device_id, self.scan_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """That a passage counts no more."""

    undo_id: str
    device_id: str
    scan_id: str
    by: str
    at: datetime
    reason: str

    @property
    def scan(self) -> tuple[str, str]:
        return self.device_id, self.scan_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """That a guest is not to be let in until an organizer says otherwise."""

    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """That a person looked at a conflict, and what they found."""

    conflict_id: str
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """In which shard of a zone's count a guest is, since the zone was last ``emptied``."""

    shard: int
    emptied: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendance:
    """Everything that happened to one registration at the doors; ``version`` counts writes.

    Passages are in order of time. ``type_id`` is the guest's ticket type, whose rules bind them.
    ``counted`` is what the zones' counts have of this guest.
    """

    event_id: str
    registration_id: str
    type_id: str = ""
    passages: tuple[Passage, ...] = ()
    undos: tuple[Undo, ...] = ()
    settled: tuple[Settled, ...] = ()
    block: Block | None = None
    counted: dict[str, Counted] = field(default_factory=dict)
    correlation_id: str = ""
    version: int = 0

    @property
    def valid(self) -> tuple[Passage, ...]:
        """The passages that count, in order of time."""
        undone = {undo.scan for undo in self.undos}
        return tuple(p for p in self.passages if p.scan not in undone)

    @property
    def first_entry(self) -> Passage | None:
        """The earliest entry that counts: since then the guest is admitted."""
        return next((p for p in self.valid if p.direction is Direction.ENTRY), None)

    @property
    def reasons(self) -> tuple[str, ...]:
        """What staff wrote about this guest."""
        block = (self.block.reason,) if self.block else ()
        said = (*(u.reason for u in self.undos), *(s.reason for s in self.settled), *block)
        return tuple(filter(None, said))

    def without_words(self) -> Attendance:
        """Return the attendance without what staff wrote: who, what and when stay."""
        return replace(
            self,
            undos=tuple(replace(undo, reason="") for undo in self.undos),
            settled=tuple(replace(settled, reason="") for settled in self.settled),
            block=replace(self.block, reason="") if self.block else None,
        )

    def has(self, device_id: str, scan_id: str) -> bool:
        return any(p.scan == (device_id, scan_id) for p in self.passages)

    def passing(self, passage: Passage) -> Attendance:
        """Return the attendance with a passage more; the same one twice is one."""
        if self.has(*passage.scan):
            return self
        passages = sorted((*self.passages, passage), key=lambda p: p.order)
        return replace(self, passages=tuple(passages))

    def undoing(self, undo: Undo) -> Attendance:
        """Return the attendance with a passage undone. Every undo is kept: each has a reason."""
        if any((each.by, each.undo_id) == (undo.by, undo.undo_id) for each in self.undos):
            return self
        undos = sorted((*self.undos, undo), key=lambda each: (each.at, each.by, each.undo_id))
        return replace(self, undos=tuple(undos))

    def settling(self, settled: Settled) -> Attendance:
        """Return the attendance with a conflict settled; what was settled before stays so."""
        if any(s.conflict_id == settled.conflict_id for s in self.settled):
            return self
        return replace(self, settled=(*self.settled, settled))


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two passages that contradict each other, or one that should not have been.

    ``reason`` is ``twice``, or the code of the refusal that the guest should have got. ``second``
    is None when there is only one passage. ``settled`` is what a person said of it.
    """

    conflict_id: str
    event_id: str
    registration_id: str
    zone_id: str
    reason: str
    first: Passage
    second: Passage | None = None
    settled: Settled | None = None

    @property
    def open(self) -> bool:
        return self.settled is None

    @property
    def at(self) -> datetime:
        return (self.second or self.first).at


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """What the fold needs to know of an event, for one guest.

    ``chain`` returns the zones that an entry leads into, the event first. ``emptied`` returns
    since when a zone counts who is in it, as of a moment. ``begins_anew`` says whether an entry
    at the second passage's gate does not care where the guest was at the first, because that was
    another day.
    """

    chain: Callable[[Passage], tuple[str, ...]]
    emptied: Callable[[str, datetime], datetime]
    begins_anew: Callable[[Passage, Passage], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a guest is: the zones around them, the innermost last; empty is outside.

    ``since`` is the passage that brought them there, ``entries`` all entries that count.
    """

    inside: tuple[str, ...] = ()
    since: Passage | None = None
    entries: tuple[Passage, ...] = ()
    conflicts: tuple[Conflict, ...] = ()

    def entered(self, zone_id: str) -> Passage | None:
        """Return the last entry into a zone."""
        return next((p for p in reversed(self.entries) if p.zone_id == zone_id), None)


def standing(attendance: Attendance, doors: Doors, now: datetime) -> Standing:
    """Return where a guest is at ``now`` and what contradicts what: a fold over the passages."""
    inside: tuple[str, ...] = ()
    last: Passage | None = None
    entries: list[Passage] = []
    conflicts: list[Conflict] = []
    for passage in attendance.valid:
        still = _still(inside, last, doors, passage.at)
        if passage.direction is Direction.ENTRY:
            if last and passage.zone_id in still and not doors.begins_anew(last, passage):
                before = _entry_into(entries, passage.zone_id, doors) or last
                if not passage.forced:
                    conflicts.append(_conflict(attendance, TWICE, before, passage))
            entries.append(passage)
            inside = doors.chain(passage)
        else:
            inside = _outside_of(passage.zone_id, still)
        if passage.despite and passage.direction is Direction.ENTRY:
            conflicts.append(_conflict(attendance, passage.despite, passage, None))
        last = passage
    return Standing(
        inside=_still(inside, last, doors, now),
        since=last,
        entries=tuple(entries),
        conflicts=tuple(conflicts),
    )


def _still(
    inside: tuple[str, ...], last: Passage | None, doors: Doors, moment: datetime
) -> tuple[str, ...]:
    """Return the zones that somebody is still in, who was ``inside`` when they were last seen."""
    for depth, zone_id in enumerate(inside):
        if zone_id != EVENT_ZONE and last and last.at < doors.emptied(zone_id, moment):
            return inside[:depth]
    return inside


def _outside_of(zone_id: str, inside: tuple[str, ...]) -> tuple[str, ...]:
    return inside[: inside.index(zone_id)] if zone_id in inside else inside


def _entry_into(entries: list[Passage], zone_id: str, doors: Doors) -> Passage | None:
    """Return the last entry that led into a zone, be it into one within it."""
    return next((p for p in reversed(entries) if zone_id in doors.chain(p)), None)


def _conflict(
    attendance: Attendance, reason: str, first: Passage, second: Passage | None
) -> Conflict:
    named = [attendance.registration_id, reason, *first.scan, *(second.scan if second else ())]
    conflict_id = hashlib.sha256("\x00".join(named).encode()).hexdigest()[:16]
    found = next((s for s in attendance.settled if s.conflict_id == conflict_id), None)
    return Conflict(
        conflict_id=conflict_id,
        event_id=attendance.event_id,
        registration_id=attendance.registration_id,
        zone_id=(second or first).zone_id,
        reason=reason,
        first=first,
        second=second,
        settled=found,
    )
