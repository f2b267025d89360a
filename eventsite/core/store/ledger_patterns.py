"""The access patterns of the ledger of the doors, and of what is counted there."""

from __future__ import annotations

from eventsite.core.store.pattern import Pattern

_ENTRIES = "CHAIN#<actor> / <scan>"
_HEAD = "CHAIN#<actor> / HEAD"
_TALLY = "TALLY#<event>#<bucket> / <quarter>#<gate>#<actor>"
_LOG = (
    "SCANLOGS#<event> / <hour>;"
    " by_time: SCANLOG#<event>#<hour>#<bucket> / <recorded>#<actor>#<number>"
)
_COUNTS = "COUNTS#<event>#<bucket> / -"

LEDGER_PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        "chain scans of one actor and count them, once; by the stream",
        "ScanLedgerRepository.append",
        f"{_ENTRIES}, HEAD; {_TALLY}; SCANLOGS#<event> / <hour>; ACTORS#<event> / <actor>",
        "1 t, 1 i a scan; 1 t a batch; 1 t a batch, gate and quarter; 2 w a process",
    ),
    Pattern(
        "that something happened to a guest at the doors which is no scan",
        "ScanLedgerRepository.touch",
        "TOUCHED#<registration> / -",
        "1 w, 2 i",
    ),
    Pattern(
        "the scan that an undo is of",
        "ScanLedgerRepository.scanned",
        "SCAN#<device> / <scan>",
        "1 r",
    ),
    Pattern("where a chain ends", "ScanLedgerRepository.head", _HEAD, "1 r"),
    Pattern("a chain", "ScanLedgerRepository.of_actor", _ENTRIES, "1 r a 4 KB"),
    Pattern(
        "the scans that it is of", "ScanLedgerRepository.kept", "SCAN#<actor> / *", "1 r a 4 KB"
    ),
    Pattern(
        "who has a chain", "ScanLedgerRepository.actors", "ACTORS#<event> / <actor>", "1 r a 4 KB"
    ),
    Pattern(
        "every scan of an event, as recorded",
        "ScanLedgerRepository.of_event",
        _LOG,
        "0.5 r a 4 KB, hour and bucket (4)",
    ),
    Pattern("some of them", "ScanLedgerRepository.page", _LOG, "as above"),
    Pattern("how many there are", "ScanLedgerRepository.count", _LOG, "as above"),
    Pattern(
        "who passed, was undone or blocked since a moment",
        "ScanLedgerRepository.passed",
        _LOG,
        "as above",
    ),
    Pattern("the same, each once", "ScanLedgerRepository.registrations_since", _LOG, "as above"),
    Pattern(
        "what was counted at the gates",
        "TallyRepository.of_event",
        _TALLY,
        "0.5 r a 4 KB and bucket (8)",
    ),
    Pattern(
        "how many guests are expected, admitted and inside",
        "TallyRepository.counts",
        _COUNTS,
        "4 r, kept 5 s",
    ),
    Pattern(
        "count guests, once; by the stream",
        "TallyRepository.count",
        f"COUNTED#<registration> / <item>; {_COUNTS}",
        "1 t a guest, 1 t a batch and bucket",
    ),
)
