"""The access patterns of scans, attendances and the zones' counts."""

from __future__ import annotations

from eventsite.core.store.pattern import Pattern

_ATTENDANCE = "REG#<registration> / ADM#EVENT"
_COUNT = "ZONE#<event>#<zone>#<shard> / <emptied>"

DOOR_PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        "a guest at the door",
        "ScanRepository.at_the_door",
        "REG#<registration> / REG, ADM#EVENT, SIGN#<session>, BADGE; office: DEVICE#<device> / -",
        "1 r each, 2 r with the device",
    ),
    Pattern(
        "what happened to many at the doors",
        "ScanRepository.attendances",
        _ATTENDANCE,
        "1 r each, 100 a call",
    ),
    Pattern(
        "which registrations changed since a moment",
        "RosterRepository.changes",
        "LEDGERS#<event> / <hour>, LEDGER#<event>#<hour>#<bucket> / <time>#..",
        "0.5 r a 4 KB and bucket",
    ),
    Pattern("a scan and its verdict", "ScanRepository.kept", "SCAN#<device> / <scan>", "1 r"),
    Pattern(
        "let in or out, once",
        "ScanRepository.admit",
        f"SCAN#<device> / <scan>; {_ATTENDANCE}; {_COUNT}; REG#<registration> / REG",
        "2 t; 1 t a zone entered or left; 1 t with answers, 2 i",
    ),
    Pattern("keep a refusal, once", "ScanRepository.refuse", "SCAN#<device> / <scan>", "1 w, 1 i"),
    Pattern(
        "let a scan count no more",
        "ScanRepository.undo",
        f"SCAN#<who> / <undo>; {_ATTENDANCE}; {_COUNT}",
        "2 t; 1 t a zone",
    ),
    Pattern(
        "block a guest, settle a conflict, add a passage to a scan that was answered",
        "ScanRepository.change",
        f"{_ATTENDANCE}; {_COUNT}",
        "1 t; 1 t a zone; 1 i with a conflict",
    ),
    Pattern(
        "who is where they cannot be",
        "ScanRepository.conflicts",
        "by_queue: CONFLICTS#<event> / open#<time>#<registration>, settled#..",
        "0.5 r a 4 KB",
    ),
    Pattern(
        "how many are in each zone",
        "OccupancyRepository.inside",
        _COUNT,
        "1 r a shard, 100 a call",
    ),
    Pattern(
        "what each shard of a zone has, all at one moment",
        "OccupancyRepository.levels",
        _COUNT,
        "2 r a shard",
    ),
    Pattern(
        "put a zone's count right",
        "OccupancyRepository.correct",
        f"FIXES#<event> / <time>#<zone>; {_COUNT}",
        "2 r a shard; 1 t, 1 t a shard",
    ),
    Pattern(
        "what was put right, newest first",
        "OccupancyRepository.corrections",
        "FIXES#<event> / <time>#<zone>",
        "0.5 r a 4 KB",
    ),
)
