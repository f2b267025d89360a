"""What reading an agenda file gives, whatever its format: sessions, and entries with a problem."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from eventsite.core.domain.agenda import AgendaSession

SESSION_ID_MAX = 40
ABSTRACT_MAX = 20_000
"""Characters; 80 KB of UTF-8 at worst, so that a session always fits an item of 400 KB."""
SPEAKERS_MAX = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why one entry of a file was left out.

    ``position`` counts the file's entries from 1, ``entry`` is the id that the file gives it and
    ``session_id`` what we make of that; both are empty when the entry has none. ``code`` is
    missing, malformed, too_long or duplicate; ``field`` is the file's own name of what is wrong.
    """

    position: int
    entry: str
    session_id: str
    code: str
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class AgendaFile:
    """Everything that an agenda file says, in its order."""

    sessions: tuple[AgendaSession, ...]
    problems: tuple[Problem, ...]


class Unreadable(Exception):
    """An entry cannot become a session; its reader turns this into a Problem."""

    def __init__(self, code: str, field: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.field = field
        self.message = message


def safe_session_id(given: str) -> str:
    """Return the session id that a file's own id always becomes: 1 to 40 of a-z, 0-9 and hyphen.

    An id that is like this already stays. Any other is made readable and gets eight digits of
    its SHA-256, because "Ab" and "aB" are different ids.
    """
    plain = re.sub(r"[^a-z0-9]+", "-", given.lower()).strip("-")
    if plain == given and len(given) <= SESSION_ID_MAX:
        return given
    ending = hashlib.sha256(given.encode()).hexdigest()[:8]
    room = SESSION_ID_MAX - len(ending) - 1
    return f"{plain[:room].rstrip('-') or 'session'}-{ending}"


def one_line(text: str | None, field: str, limit: int) -> str:
    """Return a text with single spaces. Raises Unreadable when it is longer than ``limit``."""
    line = " ".join((text or "").split())
    if len(line) > limit:
        raise Unreadable("too_long", field, f"{field} has more than {limit} characters.")
    return line


def shortened(text: str) -> str:
    """Return an abstract, cut where it is longer than anybody reads."""
    text = text.strip()
    return text if len(text) <= ABSTRACT_MAX else f"{text[: ABSTRACT_MAX - 1]}…"
