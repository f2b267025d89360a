"""Signing up for agenda sessions, and off again."""

from __future__ import annotations

from datetime import datetime

from eventsite.core.domain.agenda import AgendaSession, SignUp
from eventsite.core.domain.registrations import Registration, RegistrationStatus
from eventsite.core.errors import NotAllowed
from eventsite.core.log import correlation_id
from eventsite.core.store.agenda import AgendaRepository


def sign_up(
    agenda: AgendaRepository, registration: Registration, session_id: str, now: datetime
) -> AgendaSession:
    """Sign a guest up for a session; again changes nothing.

    Raises
    ------
    NotFound
        The event has no such session.
    NotAllowed
        The registration is not confirmed, or the session is cancelled or over.
    """
    session = agenda.get(registration.event_id, session_id)
    if registration.status is not RegistrationStatus.CONFIRMED:
        raise NotAllowed("Only confirmed guests can sign up.", field="registration_id")
    if session.cancelled or session.ends_at <= now:
        raise NotAllowed("This session is cancelled or over.", field="session_id")
    agenda.sign_up(
        SignUp(
            event_id=session.event_id,
            session_id=session.session_id,
            registration_id=registration.registration_id,
            signed_up_at=now,
            correlation_id=correlation_id(),
        )
    )
    return session


def sign_off(agenda: AgendaRepository, registration: Registration, session_id: str) -> None:
    """Take a guest's sign-up back; again changes nothing."""
    agenda.sign_off(registration.registration_id, session_id)
