"""Changing what a guest told us: particulars and answers."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from eventsite.core.domain.questions import Answers, checked_answers, consents
from eventsite.core.domain.registrations import Guest, Registration, checked_guest
from eventsite.core.errors import NotAllowed
from eventsite.core.log import correlation_id
from eventsite.core.services.registry import Registry

logger = logging.getLogger(__name__)

GUEST = "guest"


def change_guest(
    stores: Registry, registration: Registration, guest: Guest, now: datetime, *, by: str = GUEST
) -> Registration:
    """Store other particulars of a guest; ``registration`` is as it was read.

    Raises Invalid, NotAllowed (erased), StaleWrite, or AlreadyExists when the new address has all
    the registrations of this type that it may have.
    """
    _must_not_be_erased(registration)
    setup = stores.events.setup(registration.event_id)
    optional = not registration.guest.email
    guest = checked_guest(guest, region=setup.event.region, address_optional=optional)
    fresh = _changed(replace(registration, guest=guest), now, by)
    old = registration.guest
    if guest.email.casefold() == old.email.casefold() or not registration.live:
        stored = stores.registrations.save(fresh)
    else:
        limit = setup.type(registration.type_id).per_guest
        stored = stores.registrations.save_address(fresh, old, limit)
    _log("guest changed", stored)
    return stored


def change_answers(
    stores: Registry,
    registration: Registration,
    answers: Answers,
    now: datetime,
    *,
    by: str = GUEST,
) -> Registration:
    """Store other answers; what was agreed to before stays in the log of consents.

    Raises Invalid with ``answers.<question>``, NotAllowed (cancelled or erased), StaleWrite.
    """
    _must_not_be_erased(registration)
    if not registration.live:
        raise NotAllowed("This registration is cancelled.", field="status")
    setup = stores.events.setup(registration.event_id)
    complete = by == GUEST
    given = checked_answers(setup.questions, registration.type_id, answers, complete=complete)
    log = consents(setup.questions, given, registration.consents, now)
    retired = {question.question_id for question in setup.questions if question.retired}
    kept = {name: said for name, said in registration.answers.items() if name in retired}
    fresh = _changed(replace(registration, answers=kept | given, consents=log), now, by)
    stored = stores.registrations.save(fresh)
    _log("answers changed", stored)
    return stored


def _must_not_be_erased(registration: Registration) -> None:
    if registration.erased_at is not None:
        raise NotAllowed("The data of this guest were erased.", field="status")


def _changed(registration: Registration, now: datetime, by: str) -> Registration:
    fresh = correlation_id() or registration.correlation_id
    return replace(registration, changed_at=now, changed_by=by, correlation_id=fresh)


def _log(message: str, registration: Registration) -> None:
    about = {
        "event_id": registration.event_id,
        "registration_id": registration.registration_id,
    }
    logger.info(message, extra=about)
