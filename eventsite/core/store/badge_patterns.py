"""The access patterns of badges."""

from __future__ import annotations

from eventsite.core.store.pattern import Pattern

BADGE_PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        "what has to be known before a badge is printed",
        "BadgeRepository.of",
        "REG#<registration> / REG, BADGE; PRINT#<event>#<hash of print> / -",
        "3 r",
    ),
    Pattern(
        "many registrations with their badges",
        "BadgeRepository.of_registrations",
        "REG#<registration> / REG, BADGE, of each",
        "2 r each, 50 a call",
    ),
    Pattern(
        "the first badge of a guest, once",
        "BadgeRepository.first",
        "PRINT#<event>#<hash of print> / -; REG#<registration> / BADGE, REG;"
        " PRINTED#<event> / <hour>",
        "3 t, 1 i; first of an hour in a process: 1 w",
    ),
    Pattern(
        "a later badge, and the ticket replaced",
        "BadgeRepository.again",
        "as above",
        "3 t, 3 i",
    ),
    Pattern(
        "badges that were printed, newest first",
        "BadgeRepository.log",
        "PRINTED#<event> / <hour>, then by_time:"
        " PRINTS#<event>#<hour>#<bucket> / <time>#<registration>#<serial>, merged",
        "0.5 r a 4 KB and bucket",
    ),
    Pattern("a page of them", "BadgeRepository.page", "as above", "as above"),
)
