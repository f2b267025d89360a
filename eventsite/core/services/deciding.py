"""Deciding what becomes of a registration: confirm, approve, pay, accept, give back.

Until all of a party are confirmed, what happens to one happens to all of them. Doing a thing that
is done already changes nothing and is no error, except giving a place back a second time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

from eventsite.core.domain.events import Event
from eventsite.core.domain.progress import (
    accepted,
    awaited_on_accepting,
    awaited_together,
    fulfilled,
    must_hold,
    paid,
    refunded,
)
from eventsite.core.domain.registrations import (
    Awaited,
    Cause,
    Payment,
    Registration,
    RegistrationStatus,
)
from eventsite.core.errors import EventSiteError, HoldExpired, Invalid, NotAllowed, StaleWrite
from eventsite.core.log import correlation_id
from eventsite.core.services.lining_up import offer_places
from eventsite.core.services.registry import Registry

logger = logging.getLogger(__name__)

REFERENCE_MAX = 120
GUEST = "guest"

Change = Callable[[Registration], Registration]


def confirm_email(stores: Registry, registration_id: str, now: datetime) -> Registration:
    """Confirm that the address is the guest's: they came by the link that was mailed there.

    Raises NotFound, NotAllowed (cancelled), HoldExpired (too late), StaleWrite.
    """
    return _fulfil(stores, registration_id, Awaited.EMAIL, now, GUEST)


def approve(stores: Registry, registration_id: str, now: datetime, by: str) -> Registration:
    """Let a guest in whose ticket type needs approval. Raises as ``confirm_email``."""
    return _fulfil(stores, registration_id, Awaited.APPROVAL, now, by)


def turn_down(stores: Registry, registration_id: str, now: datetime, by: str) -> Registration:
    """Refuse a guest who waits for approval; the place is free again.

    Raises NotFound, NotAllowed (does not wait for approval), StaleWrite.
    """
    registration = stores.registrations.get(registration_id)
    if Awaited.APPROVAL not in registration.awaiting:
        raise NotAllowed("This registration does not wait for approval.", field="status")
    return _end(stores, registration, Cause.NOT_APPROVED, now, by)


def accept_offer(stores: Registry, registration_id: str, now: datetime) -> Registration:
    """Take the place that the waiting list offers.

    Raises NotFound, NotAllowed (no offer), HoldExpired (too late), StaleWrite.
    """
    registration = stores.registrations.get(registration_id)
    if registration.status in (RegistrationStatus.CONFIRMED, RegistrationStatus.PENDING):
        return registration
    setup = stores.events.setup(registration.event_id)
    party = stores.registrations.party(registration) if registration.party else (registration,)
    awaiting = awaited_together(
        awaited_on_accepting(each, setup.event, setup.type(each.type_id)) for each in party
    )
    return _move(
        stores,
        registration,
        lambda each: accepted(each, setup.event, awaiting, now),
        now,
        GUEST,
        "offer accepted",
    )


def record_payment(
    stores: Registry,
    registration_id: str,
    payment: Payment,
    reference: str,
    now: datetime,
    by: str,
) -> Registration:
    """Record that a price was paid or given back, under the payment system's reference.

    Money that comes too late is recorded as well; the place is gone then, and the answer says so.

    Raises
    ------
    Invalid
        The reference is no 1 to 120 printable characters, or the state is neither.
    NotFound, StaleWrite
        No such registration; changed meanwhile.
    NotAllowed
        No payment is due, nothing was paid, or it was paid under another reference.
    """
    reference = reference.strip()
    if not 1 <= len(reference) <= REFERENCE_MAX or not reference.isprintable():
        raise Invalid(f"A reference has 1 to {REFERENCE_MAX} characters.", field="reference")
    if payment not in (Payment.PAID, Payment.REFUNDED):
        raise Invalid("A payment is paid or refunded.", field="payment")
    registration = stores.registrations.get(registration_id)
    if registration.payment is payment:
        if payment is Payment.PAID and registration.payment_reference != reference:
            raise NotAllowed("This was paid under another reference.", field="reference")
        return registration
    event = stores.events.setup(registration.event_id).event
    if payment is Payment.REFUNDED:
        refund = partial(refunded, reference=reference)
        return _move(stores, registration, refund, now, by, "refund recorded")
    paid(registration, reference)  # refuses where nothing is due, whatever the others owe
    settle = partial(_settled, reference=reference, event=event, now=now)
    settled = _move(stores, registration, settle, now, by, "payment recorded")
    if not settled.live:
        logger.warning("paid too late: the place is gone", extra=_about(settled))
    return settled


def _settled(each: Registration, *, reference: str, event: Event, now: datetime) -> Registration:
    """Return one of a party that is paid for; some of it may cost nothing."""
    done = each if each.payment is Payment.NONE else paid(each, reference)
    if Awaited.PAYMENT not in each.awaiting:
        return done
    try:
        return fulfilled(done, event, Awaited.PAYMENT, now)
    except HoldExpired:
        return done.cancelled(Cause.HOLD_EXPIRED)


def cancel(
    stores: Registry,
    registration_id: str,
    now: datetime,
    *,
    by: str = GUEST,
    cause: Cause = Cause.GUEST,
) -> Registration:
    """Give a place back, or a whole party's while it is not confirmed; once.

    Raises NotFound, NotAllowed (cancelled already) or StaleWrite (changed meanwhile).
    """
    registration = stores.registrations.get(registration_id)
    if registration.offered and cause is Cause.GUEST:
        cause = Cause.DECLINED
    return _end(stores, registration, cause, now, by)


def _fulfil(
    stores: Registry, registration_id: str, what: Awaited, now: datetime, by: str
) -> Registration:
    registration = stores.registrations.get(registration_id)
    if registration.live and what not in registration.awaiting:
        return registration
    event = stores.events.setup(registration.event_id).event
    if registration.live:
        must_hold(registration, now)
    return _move(
        stores,
        registration,
        lambda each: fulfilled(each, event, what, now) if what in each.awaiting else each,
        now,
        by,
        f"{what.value} came",
    )


def _end(
    stores: Registry, registration: Registration, cause: Cause, now: datetime, by: str
) -> Registration:
    had = dict(registration.places)
    ended = _move(stores, registration, lambda each: each.cancelled(cause), now, by, "cancelled")
    if had:
        try:
            offer_places(stores, ended.event_id, now)
        except EventSiteError as error:  # the place is given back; the next sweep offers it
            logger.warning("places not offered yet", extra=_about(ended) | {"code": error.code})
    return ended


def _move(
    stores: Registry,
    registration: Registration,
    change: Change,
    now: datetime,
    by: str,
    message: str,
) -> Registration:
    """Change a registration, or its party while that is not confirmed; return its new state."""
    change(registration)  # refuses before anything else is read
    before: tuple[Registration, ...] = (registration,)
    if registration.status in (RegistrationStatus.PENDING, RegistrationStatus.WAITLISTED):
        before = stores.registrations.party(registration)
        if registration not in before:  # what is right for it may not be so for the others now
            raise StaleWrite("Somebody else changed this registration after it was read.")
    after = tuple(
        replace(
            change(each),
            changed_at=now,
            changed_by=by,
            correlation_id=correlation_id() or each.correlation_id,
        )
        for each in before
    )
    for stored in (moved := stores.registrations.move(before, after)):
        logger.info(message, extra=_about(stored))
    mine = (each for each in moved if each.registration_id == registration.registration_id)
    return next(mine)


def _about(registration: Registration) -> dict[str, str]:
    return {
        "event_id": registration.event_id,
        "registration_id": registration.registration_id,
        "status": registration.status.value,
    }
