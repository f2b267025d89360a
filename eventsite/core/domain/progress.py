"""What may happen to a registration, and what it is then. Pure.

nothing --register--> confirmed | pending (email, approval, payment) | waitlisted
waitlisted --offer--> offered --accept--> confirmed | pending
pending --confirm, approve, pay--> confirmed
any of these --cancel, decline, turn down, lapse, erase--> cancelled
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from eventsite.core.domain.events import Event, TicketType
from eventsite.core.domain.registrations import (
    Awaited,
    Payment,
    Registration,
    RegistrationStatus,
)
from eventsite.core.errors import HoldExpired, NotAllowed


def awaited(
    event: Event, kind: TicketType, price: int, *, proved: bool, trusted: bool
) -> tuple[Awaited, ...]:
    """Return what a new registration waits for.

    ``proved`` is that the address is known to be the guest's; ``trusted`` that an organizer
    registers them, who need not approve it again.
    """
    return tuple(
        each
        for each, needed in (
            (Awaited.EMAIL, event.confirm_email and not proved and not trusted),
            (Awaited.APPROVAL, kind.approval and not trusted),
            (Awaited.PAYMENT, price > 0),
        )
        if needed
    )


def awaited_together(waits: Iterable[tuple[Awaited, ...]]) -> tuple[Awaited, ...]:
    """Return what a party waits for: all of it what any of them does, for they go together."""
    found = {what for each in waits for what in each}
    return tuple(what for what in Awaited if what in found)


def standing(
    registration: Registration, event: Event, awaiting: tuple[Awaited, ...], now: datetime
) -> Registration:
    """Return a registration with a place, as it is while it waits for this.

    A place is held for a time while the guest has to do something, and without a limit while an
    organizer has to.
    """
    if not awaiting:
        status, until = RegistrationStatus.CONFIRMED, None
    else:
        status = RegistrationStatus.PENDING
        organizers_turn = Awaited.APPROVAL in awaiting and Awaited.EMAIL not in awaiting
        until = None if organizers_turn else now + timedelta(minutes=event.hold_minutes)
    return replace(registration, status=status, awaiting=awaiting, held_until=until)


def fulfilled(
    registration: Registration, event: Event, what: Awaited, now: datetime
) -> Registration:
    """Return the registration when what it waited for has come.

    Raises NotAllowed when it does not wait for it, HoldExpired when its place is gone.
    """
    if registration.status is not RegistrationStatus.PENDING or what not in registration.awaiting:
        raise NotAllowed(f"This registration does not wait for {what.value}.", field="status")
    must_hold(registration, now)
    left = tuple(each for each in registration.awaiting if each is not what)
    return standing(registration, event, left, now)


def offered(registration: Registration, event: Event, now: datetime) -> Registration:
    """Return a waiting registration that is offered the place it was given."""
    return replace(registration, held_until=now + timedelta(minutes=event.offer_minutes))


def awaited_on_accepting(
    registration: Registration, event: Event, kind: TicketType
) -> tuple[Awaited, ...]:
    """Return what an offered registration waits for when it is accepted.

    The offer came by mail, so the address is the guest's; they may have paid while they waited.
    """
    price = registration.price if registration.payment is Payment.DUE else 0
    return awaited(event, kind, price, proved=True, trusted=False)


def accepted(
    registration: Registration, event: Event, awaiting: tuple[Awaited, ...], now: datetime
) -> Registration:
    """Return an offered registration that was accepted and now waits for this.

    Raises NotAllowed when there is no offer, HoldExpired when it is over.
    """
    if not registration.offered:
        raise NotAllowed("There is no offer to accept.", field="status")
    must_hold(registration, now)
    return standing(registration, event, awaiting, now)


def paid(registration: Registration, reference: str) -> Registration:
    """Return the registration with its price paid. Raises NotAllowed when nothing is due."""
    if registration.payment not in (Payment.DUE, Payment.PAID):
        raise NotAllowed("No payment is due for this registration.", field="payment")
    return replace(registration, payment=Payment.PAID, payment_reference=reference)


def refunded(registration: Registration, reference: str) -> Registration:
    """Return the registration with its price given back. Raises NotAllowed when nobody paid."""
    if registration.payment not in (Payment.PAID, Payment.REFUNDED):
        raise NotAllowed("Nothing was paid for this registration.", field="payment")
    return replace(
        registration,
        payment=Payment.REFUNDED,
        payment_reference=reference or registration.payment_reference,
    )


def must_hold(registration: Registration, now: datetime) -> None:
    """Raises HoldExpired when the place was held until a time that has passed."""
    if registration.lapsed(now):
        raise HoldExpired("The time to do this is over, and the place is gone.", field="status")
