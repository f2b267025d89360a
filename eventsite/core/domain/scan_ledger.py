"""The ledger of the doors: every scan and every undo, chained per actor by hashes. Pure.

An entry says what was decided, never why in somebody's words and never about whom by name: those
are erased one day, and the chain must hold after that. Changing, taking away or slipping in
anything breaks the hashes from there on; whoever wrote the last hash of a chain down can tell
even if all of it was made anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from eventsite.core.domain.attendance import Attendance
from eventsite.core.domain.scans import Direction, Scan, UndoneScan, Verdict, VerdictCode
from eventsite.core.domain.zones import EVENT_ZONE

BEGINNING = ""
"""What comes before the first entry of a chain."""

RECORDED_WITHIN = timedelta(minutes=2)
"""How long the stream may take to bring a scan to the ledger before it counts as missing."""


class EntryKind(StrEnum):
    SCAN = "scan"
    UNDO = "undo"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanFact:
    """What the ledger says of one scan or undo.

    ``actor`` is a device's id, or ``device:<id>`` and ``staff:<name>`` for who undid something.
    ``at`` is when the guest stood there, ``decided_at`` when it was decided. Of an undo, gate,
    zone and direction are those of the scan that counts no more, ``of_device`` and ``of_scan``,
    and ``passed_at`` is its time; ``code`` is ``ok`` then, for only what let somebody pass is
    undone.
    """

    actor: str
    entry_id: str
    kind: EntryKind = EntryKind.SCAN
    event_id: str
    gate_id: str = ""
    zone_id: str = ""
    direction: Direction = Direction.ENTRY
    at: datetime
    decided_at: datetime
    code: VerdictCode = VerdictCode.OK
    registration_id: str = ""
    offline: bool = False
    forced: bool = False
    payload_hash: str = ""
    of_device: str = ""
    of_scan: str = ""
    passed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanEntry:
    """A fact in its actor's chain: the ``seq``-th, after the entry whose hash is ``prev``."""

    fact: ScanFact
    seq: int
    prev: str
    recorded_at: datetime
    hash: str = ""

    @property
    def right_hash(self) -> str:
        """SHA-256 of the entry before and of what this one says."""
        said = json.dumps(
            [self.seq, _plain(self.recorded_at), *_said(self.fact)],
            separators=(",", ":"),
            ensure_ascii=True,
        )
        return hashlib.sha256(f"{self.prev}\n{said}".encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The end of a chain: how many entries it has, and the hash of the last."""

    seq: int = 0
    hash: str = BEGINNING


class Wrong(StrEnum):
    """What can be wrong with a chain."""

    MISSING = "missing"
    GONE = "gone"
    CHANGED = "changed"
    BROKEN = "broken"
    GAP = "gap"
    CUT = "cut"


FAULTS: Mapping[Wrong, str] = {
    Wrong.MISSING: "the ledger has no entry of this scan",
    Wrong.GONE: "the scan of this entry is gone",
    Wrong.CHANGED: "the scan is not what the ledger says",
    Wrong.BROKEN: "the entry is not what was written",
    Wrong.GAP: "an entry is missing before this one",
    Wrong.CUT: "the chain does not end where it ended",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: what, at which scan or entry, and the particulars."""

    wrong: Wrong
    entry_id: str
    particulars: str = ""


def of_scan(scan: Scan, verdict: Verdict, payload_hash: str) -> ScanFact:
    """Return what the ledger says of a scan."""
    return ScanFact(
        actor=scan.device_id,
        entry_id=scan.scan_id,
        event_id=scan.event_id,
        gate_id=scan.gate_id,
        zone_id=verdict.zone_id,
        direction=scan.direction,
        at=scan.at,
        decided_at=verdict.decided_at,
        code=verdict.code,
        registration_id=verdict.registration_id,
        offline=scan.offline_code is not None,
        forced=bool(scan.forced),
        payload_hash=payload_hash,
    )


def of_undo(undone: UndoneScan) -> ScanFact:
    """Return what the ledger says of an undo, but for what the scan says that it is of."""
    return ScanFact(
        actor=undone.by,
        entry_id=undone.undo_id,
        kind=EntryKind.UNDO,
        event_id=undone.event_id,
        at=undone.undone_at,
        decided_at=undone.undone_at,
        registration_id=undone.registration_id,
        of_device=undone.of_device,
        of_scan=undone.scan_id,
    )


def undoing(fact: ScanFact, undoes: ScanFact) -> ScanFact:
    """Return an undo with what the ledger says of the scan that it is of."""
    return replace(
        fact,
        gate_id=undoes.gate_id,
        zone_id=undoes.zone_id,
        direction=undoes.direction,
        passed_at=undoes.at,
    )


def chained(head: Head, facts: Iterable[ScanFact], recorded_at: datetime) -> list[ScanEntry]:
    """Return facts as the entries that follow ``head``."""
    entries: list[ScanEntry] = []
    for fact in facts:
        entry = ScanEntry(fact=fact, seq=head.seq + 1, prev=head.hash, recorded_at=recorded_at)
        entries.append(replace(entry, hash=entry.right_hash))
        head = Head(seq=entry.seq, hash=entries[-1].hash)
    return entries


def faults(
    entries: Sequence[ScanEntry], head: Head, kept: Iterable[ScanFact], now: datetime
) -> Iterator[Fault]:
    """Yield everything that is wrong with one chain, ``kept`` being the scans themselves."""
    ordered = sorted(entries, key=lambda entry: (entry.seq, entry.fact.entry_id))
    yield from _in_the_chain(ordered, head)
    written = {entry.fact.entry_id: entry.fact for entry in ordered}
    scans = {fact.entry_id: fact for fact in kept}
    for entry_id, fact in written.items():
        if entry_id not in scans:
            yield Fault(Wrong.GONE, entry_id)
        elif differing := _differences(fact, scans[entry_id]):
            yield Fault(Wrong.CHANGED, entry_id, ", ".join(differing))
    for entry_id, fact in scans.items():
        if entry_id not in written and fact.decided_at < now - RECORDED_WITHIN:
            yield Fault(Wrong.MISSING, entry_id)


def _in_the_chain(ordered: Sequence[ScanEntry], head: Head) -> Iterator[Fault]:
    last = Head()
    for entry in ordered:
        if entry.seq != last.seq + 1:
            yield Fault(Wrong.GAP, entry.fact.entry_id, f"{last.seq}, then {entry.seq}")
        if entry.hash != entry.right_hash:
            yield Fault(Wrong.BROKEN, entry.fact.entry_id, f"no. {entry.seq}")
        elif entry.seq == last.seq + 1 and entry.prev != last.hash:
            yield Fault(Wrong.BROKEN, entry.fact.entry_id, f"no. {entry.seq} follows another")
        last = Head(seq=entry.seq, hash=entry.hash)
    if last != head:
        name = ordered[-1].fact.entry_id if ordered else ""
        yield Fault(Wrong.CUT, name, f"{len(ordered)} entries, {head.seq} by its end")


_OF_BOTH = ("event_id", "at", "decided_at", "registration_id", "of_device", "of_scan", "kind")
_OF_SCANS = ("gate_id", "zone_id", "direction", "code", "offline", "payload_hash")


def _differences(written: ScanFact, kept: ScanFact) -> list[str]:
    """Return in what a scan is not what the ledger says.

    That somebody forced it, without the reason any more, is what erasing a guest leaves.
    """
    names = _OF_BOTH + (_OF_SCANS if written.kind is EntryKind.SCAN else ())
    found = [name for name in names if getattr(written, name) != getattr(kept, name)]
    return [*found, "forced"] if kept.forced and not written.forced else found


def _said(fact: ScanFact) -> list[object]:
    """Return a fact as what is hashed: every field, in an order that never changes."""
    return [
        *(fact.actor, fact.entry_id, fact.kind.value, fact.event_id, fact.gate_id, fact.zone_id),
        *(fact.direction.value, _plain(fact.at), _plain(fact.decided_at), fact.code.value),
        *(fact.registration_id, fact.offline, fact.forced, fact.payload_hash),
        *(fact.of_device, fact.of_scan, _plain(fact.passed_at)),
    ]


def _plain(moment: datetime | None) -> str:
    """Return a time as whole microseconds since 1970, which no formatting can change."""
    if moment is None:
        return ""
    return str((moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1))


# -- how many are there ---------------------------------------------------------------------------
def admitted(attendance: Attendance | None) -> bool:
    """Return whether a guest was ever let in."""
    return attendance is not None and attendance.first_entry is not None


def in_the_event(attendance: Attendance | None) -> bool:
    """Return whether a guest is in the event: came in anywhere, and has not left it since."""
    inside = False
    for passage in attendance.valid if attendance else ():
        if passage.direction is Direction.ENTRY:
            inside = True
        elif passage.zone_id == EVENT_ZONE:
            inside = False
    return inside
