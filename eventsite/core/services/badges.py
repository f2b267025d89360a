"""Badges: a guest's first one once, whoever prints it, and later ones with a reason.

A later badge replaces the ticket: the one before, and what the guest was mailed, is revoked at
the doors. The same ``print_id`` again is the same badge again.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from eventsite.core.domain import tickets
from eventsite.core.domain.badge_prints import (
    REISSUE_MAX,
    Badge,
    BadgePrint,
    PrintFormat,
    layout_of,
    lines_of,
    serial_text,
)
from eventsite.core.domain.badges import Face, sources_of
from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.reasons import checked_reason
from eventsite.core.domain.registrations import Registration, RegistrationStatus
from eventsite.core.errors import (
    Invalid,
    KeyReused,
    NotAllowed,
    NotFound,
    StaleWrite,
    Unavailable,
)
from eventsite.core.services.ticketing import ticket_code
from eventsite.core.store.badges import BadgeRepository, Printable
from eventsite.core.store.secrets import Secrets

logger = logging.getLogger(__name__)

TRIES = 8
"""Of printing for a guest whom others change at the same moment."""


class Prints(Protocol):
    """The part of an installation's stores that knows of badges."""

    @property
    def badges(self) -> BadgeRepository: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A badge that somebody asks for. ``reissue`` is the counter of the ticket that was shown."""

    registration_id: str
    print_id: str
    by: str
    at: datetime
    reason: str = ""
    format: PrintFormat = PrintFormat.DATA
    reissue: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A badge as it was recorded. ``first`` is that the guest had none before it."""

    registration: Registration
    made: BadgePrint
    first: bool
    replayed: bool


def print_badge(stores: Prints, setup: EventSetup, order: Order) -> Printed:
    """Record a guest's badge, so that nobody else prints the same.

    Raises
    ------
    NotFound
        The event has no such registration.
    Invalid
        The reason is too short or too long.
    NotAllowed
        Not confirmed; no badge for the ticket type; the ticket shown was replaced; or a badge
        was printed before and there is no ``reason``: ``field`` says which.
    KeyReused
        The id was used for another guest's badge.
    StaleWrite
        Somebody else printed a later badge at this moment.
    """
    order = replace(order, reason=checked_reason(order.reason, optional=True))
    had: int | None = None
    for _ in range(TRIES):
        known = stores.badges.of(setup.event.event_id, order.registration_id, order.print_id)
        registration = _printable(known, setup, order)
        if done := known.badge and known.badge.printed(order.print_id):
            return _printed(registration, known.badge, done, replayed=True)
        if known.seen is not None and known.seen.registration_id != order.registration_id:
            raise KeyReused("This print_id was used for another guest.", field="print_id")
        _may_print(registration, known.badge, order)
        count = len(known.badge.prints) if known.badge else 0
        if had is not None and had != count:
            raise StaleWrite("Somebody else printed a badge at this moment.")
        had = count
        try:
            return _recorded(stores, registration, known.badge, order)
        except (StaleWrite, KeyReused):
            continue  # changed, or printed, at this moment: what it was is seen now
    raise Unavailable("This registration is being changed at this moment; try again.")


def shown_ticket(code: str, setup: EventSetup, secrets: Secrets) -> tickets.Ticket:
    """Return the genuine ticket of this event behind a code. Raises Invalid."""
    try:
        ticket = tickets.verify(code, secrets.ticket_public_keys)
    except (tickets.NotATicket, tickets.BadSignature) as error:
        raise Invalid("This is not one of our tickets.", field="ticket_code") from error
    if ticket.event_number != setup.event.number:
        raise Invalid("This ticket is for another event.", field="ticket_code")
    return ticket


def face_of(registration: Registration, serial: int, setup: EventSetup, secrets: Secrets) -> Face:
    """Return what stands on a guest's badge. Raises NotAllowed (no badge, or not confirmed)."""
    layout = layout_of(registration, setup)
    return Face(
        layout=layout,
        lines=lines_of(registration, setup, sources_of((layout,))),
        code=ticket_code(replace(registration, reissue=serial), setup, secrets),
        serial=serial_text(registration.registration_id, serial),
    )


def _printable(known: Printable, setup: EventSetup, order: Order) -> Registration:
    registration = known.registration
    if registration is None or registration.event_id != setup.event.event_id:
        raise NotFound("There is no such registration.", field="registration_id")
    if registration.status is not RegistrationStatus.CONFIRMED:
        raise NotAllowed("Only a confirmed registration has a badge.", field="status")
    return registration


def _may_print(registration: Registration, badge: Badge | None, order: Order) -> None:
    if order.reissue is not None and order.reissue != registration.reissue:
        raise NotAllowed("This ticket was replaced by a newer one.", field="ticket_code")
    if badge is None:
        return
    if not order.reason:
        raise NotAllowed("A badge was printed before. Why another?", field="reason")
    if registration.reissue >= REISSUE_MAX:
        raise NotAllowed(
            f"This ticket was replaced {REISSUE_MAX} times: no more badges.", field="reason"
        )


def _recorded(
    stores: Prints, registration: Registration, badge: Badge | None, order: Order
) -> Printed:
    made = BadgePrint(
        event_id=registration.event_id,
        registration_id=registration.registration_id,
        print_id=order.print_id,
        serial=registration.reissue + (badge is not None),
        by=order.by,
        at=order.at,
        reason=order.reason if badge else "",
        format=order.format,
    )
    if badge is None:
        stored = stores.badges.first(registration, made)
    else:
        stored = stores.badges.again(registration, badge, made)
    about = {
        "event_id": made.event_id,
        "registration_id": made.registration_id,
        "serial": made.serial,
        "by": made.by,
    }
    logger.info("badge printed", extra=about)
    return _printed(registration, stored, made, replayed=False)


def _printed(
    registration: Registration, badge: Badge, made: BadgePrint, *, replayed: bool
) -> Printed:
    return Printed(
        registration=registration, made=made, first=badge.prints[0] == made, replayed=replayed
    )
