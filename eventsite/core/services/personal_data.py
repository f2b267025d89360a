"""Personal data: give a guest everything that is kept about them, or take it away.

Erasing keeps what counts. A live registration is cancelled first, with its unconfirmed party,
so that its place goes to whoever waits; then the person is taken out of it. Every step may be
repeated, so a call that died half-way is made up for by the next one.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from eventsite.core.domain.personal_data import account, erased
from eventsite.core.domain.registrations import Cause, Registration
from eventsite.core.errors import NotAllowed, StaleWrite, Unavailable
from eventsite.core.services.deciding import cancel
from eventsite.core.services.registry import Registry
from eventsite.core.store.agenda import AgendaRepository
from eventsite.core.store.ledger import LedgerRepository
from eventsite.core.store.personal import PersonalRepository

logger = logging.getLogger(__name__)

TRIES = 8
"""Of erasing a registration that others change at the same moment."""


class Archive(Registry, Protocol):
    """The part of an installation's stores that knows about one guest."""

    @property
    def agenda(self) -> AgendaRepository: ...
    @property
    def ledger(self) -> LedgerRepository: ...
    @property
    def personal(self) -> PersonalRepository: ...


def export(stores: Archive, registration: Registration, now: datetime) -> dict[str, Any]:
    """Return everything that is kept about a guest, as JSON; ``sections`` makes it readable.

    Raises NotFound.
    """
    kept = stores.personal.belongings(registration.registration_id)
    facts = stores.ledger.of_registration(registration.registration_id)
    setup = stores.events.setup(registration.event_id)
    programme = stores.agenda.of_event(registration.event_id) if kept.sign_ups else ()
    return account(replace(kept, history=facts), setup, programme, now)


def erase(stores: Archive, registration_id: str, now: datetime, by: str) -> Registration:
    """Take the person out of a registration, for good; a second time changes nothing.

    Raises
    ------
    NotFound
        No such registration.
    Unavailable
        It changed again and again meanwhile, or the table did not answer; safe to repeat.
    """
    for _ in range(TRIES):
        registration = stores.registrations.get(registration_id)
        if registration.erased_at is not None:
            stores.personal.forget_traces(registration_id)
            return registration
        try:
            if registration.live:
                registration = cancel(stores, registration_id, now, by=by, cause=Cause.ERASED)
            stored = _erased(stores, registration, now, by)
        except (StaleWrite, NotAllowed):
            continue  # somebody changed or cancelled it at this moment
        told = {"event_id": stored.event_id, "registration_id": registration_id}
        logger.info("personal data erased", extra=told)
        return stored
    raise Unavailable("This registration is being changed at this moment; try again.")


def _erased(stores: Archive, registration: Registration, now: datetime, by: str) -> Registration:
    """Take everything away before the registration forgets where it is, and again afterwards.

    Before, so that nothing is left when this dies; afterwards, for what came in between.
    """
    personal, registration_id = stores.personal, registration.registration_id
    personal.forget_attempts(registration.event_id, registration.guest.email)
    personal.forget_traces(registration_id)
    stored = personal.erase(registration, erased(registration, now, by))
    personal.forget_traces(registration_id)
    return stored
