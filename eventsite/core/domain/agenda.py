"""The programme: agenda sessions and guests' sign-ups for them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from eventsite.core.errors import Invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaSession:
    """A talk or slot in the programme. ``session_id`` is stable over re-imports.

    ``language`` is an ISO 639 code or empty; ``speakers`` are public names. ``capacity`` is how
    many may be checked in at once, None for no limit.
    """

    event_id: str
    session_id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    room: str = ""
    track: str = ""
    language: str = ""
    subtitle: str = ""
    abstract: str = ""
    speakers: tuple[str, ...] = ()
    capacity: int | None = None
    cancelled: bool = False
    version: int = 1

    @property
    def session_key(self) -> str:
        """The session's name over all events."""
        return f"{self.event_id}#{self.session_id}"


def checked_session(session: AgendaSession) -> AgendaSession:
    """Return the session. Raises Invalid when it does not end after it starts."""
    if session.ends_at <= session.starts_at:
        raise Invalid("A session ends after it starts.", field="ends_at")
    return session


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUp:
    """That a guest wants to be at a session."""

    event_id: str
    session_id: str
    registration_id: str
    signed_up_at: datetime
    correlation_id: str = ""
