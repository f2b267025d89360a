"""Which change tells whom what. Pure: facts in, notifications out.

A notification names its guest by registration id only: the sender reads the address when it
sends, so no queue holds personal data and a changed address is honoured.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from eventsite.core.domain.agenda import AgendaSession, SignUp
from eventsite.core.domain.attempts import Attempt
from eventsite.core.domain.registrations import (
    Awaited,
    ChannelKind,
    Guest,
    Registration,
    RegistrationStatus,
)
from eventsite.core.domain.requests import GuestRequest, RequestStatus


class Kind(StrEnum):
    """What a notification is about; also the name of its text.

    ``LINK`` repeats the way to a registration, for whoever asked or registered again; its fact
    ``reason`` says which: asked, again. ``REFUSED`` answers a queued registration that got no
    place; it names an attempt, not a registration. ``CANCELLED`` has the fact ``cause``.
    """

    TICKET = "ticket"
    CONFIRM_EMAIL = "confirm_email"
    APPROVAL_AWAITED = "approval_awaited"
    PAYMENT_DUE = "payment_due"
    WAITLISTED = "waitlisted"
    OFFER = "offer"
    CANCELLED = "cancelled"
    LINK = "link"
    REFUSED = "refused"
    REQUEST_FULFILLED = "request_fulfilled"
    SESSION_STARTS = "session_starts"


ABOUT_THE_PLACE = frozenset(
    {
        Kind.TICKET,
        Kind.CONFIRM_EMAIL,
        Kind.APPROVAL_AWAITED,
        Kind.PAYMENT_DUE,
        Kind.WAITLISTED,
        Kind.OFFER,
        Kind.CANCELLED,
        Kind.LINK,
        Kind.REFUSED,
    }
)
"""Kinds that always go by e-mail, whatever channel the guest likes."""

AT_MOST_ONCE = frozenset({Kind.SESSION_STARTS})
"""Kinds that a crashed sender must not repeat; all others must not be lost instead."""


QUIET_SOURCES = frozenset({"demo", "import"})
"""Ways in which a registration arrives without a ticket mail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One message to one guest.

    ``notification_id`` derives from the fact that caused it, so a repeated stream record or
    sweep makes the same id and is sent once. ``facts`` fill the text; no personal data. Where
    there is no registration, ``attempt_id`` names the queued attempt that is answered.
    """

    notification_id: str
    kind: Kind
    event_id: str
    registration_id: str
    correlation_id: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    attempt_id: str = ""


def channel_for(kind: Kind, guest: Guest | None) -> ChannelKind:
    """Return how to tell a guest: about their place by e-mail, all else where they like."""
    return ChannelKind.EMAIL if guest is None or kind in ABOUT_THE_PLACE else guest.channel


def kind_for(registration: Registration) -> Kind:
    """Return what a guest is to be told of their registration as it stands."""
    match registration.status:
        case RegistrationStatus.CONFIRMED:
            return Kind.TICKET
        case RegistrationStatus.CANCELLED:
            return Kind.CANCELLED
        case RegistrationStatus.WAITLISTED:
            return Kind.OFFER if registration.offered else Kind.WAITLISTED
        case RegistrationStatus.PENDING if Awaited.EMAIL in registration.awaiting:
            return Kind.CONFIRM_EMAIL
        case RegistrationStatus.PENDING if Awaited.APPROVAL in registration.awaiting:
            return Kind.APPROVAL_AWAITED
        case _:
            return Kind.PAYMENT_DUE


def for_registration(before: Registration | None, after: Registration | None) -> list[Notification]:
    """Return what a guest is told when their registration goes from ``before`` to ``after``."""
    if after is None or after.erased_at or (before is None and after.source in QUIET_SOURCES):
        return []
    kind = kind_for(after)
    if before is not None and kind_for(before) is kind:
        return []
    had_ticket = before is not None and before.status is RegistrationStatus.CONFIRMED
    if not after.leads and kind is not Kind.TICKET and not had_ticket:
        return []  # until a party is confirmed, whoever registered it is told for all
    facts = {"cause": after.cause.value} if after.cause else {}
    return [
        Notification(
            notification_id=f"{kind.value}.{after.registration_id}.{after.version}",
            kind=kind,
            event_id=after.event_id,
            registration_id=after.registration_id,
            correlation_id=after.correlation_id,
            facts=facts,
        )
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailWish:
    """That a guest is to be told again where their registration is: ``asked`` or ``again``."""

    event_id: str
    registration_id: str
    reason: str
    asked_at: datetime
    correlation_id: str = ""


def for_mail_wish(wish: MailWish, window: str) -> Notification:
    """Return the message that a wish asks for; one a ``window``."""
    return Notification(
        notification_id=f"{Kind.LINK.value}.{wish.registration_id}.{window}",
        kind=Kind.LINK,
        event_id=wish.event_id,
        registration_id=wish.registration_id,
        correlation_id=wish.correlation_id,
        facts={"reason": wish.reason},
    )


def for_attempt(attempt: Attempt) -> list[Notification]:
    """Return what is said of a queued registration that got no place."""
    if attempt.told or attempt.guest is None:
        return []
    return [
        Notification(
            notification_id=f"{Kind.REFUSED.value}.{attempt.attempt_id}",
            kind=Kind.REFUSED,
            event_id=attempt.event_id,
            registration_id="",
            attempt_id=attempt.attempt_id,
            correlation_id=attempt.correlation_id,
            facts={"code": attempt.code, "field": attempt.field},
        )
    ]


def for_request(before: GuestRequest | None, after: GuestRequest | None) -> list[Notification]:
    """Return what a guest is told when their request is fulfilled."""
    if after is None or after.status is not RequestStatus.FULFILLED:
        return []
    if before is not None and before.status is after.status:
        return []
    return [
        Notification(
            notification_id=f"{Kind.REQUEST_FULFILLED.value}.{after.request_id}",
            kind=Kind.REQUEST_FULFILLED,
            event_id=after.event_id,
            registration_id=after.registration_id,
            correlation_id=after.correlation_id,
            facts={"item": after.item_name, "quantity": str(after.quantity)},
        )
    ]


def for_session(session: AgendaSession, sign_up: SignUp, local_time: str) -> Notification:
    """Return the one message that tells a guest that their session starts soon.

    The start is part of the id: a session that moved is announced again.
    """
    start = f"{session.starts_at:%Y%m%dT%H%M}"
    return Notification(
        notification_id=(
            f"{Kind.SESSION_STARTS.value}.{session.session_id}.{start}.{sign_up.registration_id}"
        ),
        kind=Kind.SESSION_STARTS,
        event_id=session.event_id,
        registration_id=sign_up.registration_id,
        correlation_id=sign_up.correlation_id,
        facts={
            "session": session.title,
            "room": session.room,
            "time": local_time,
            "starts_at": session.starts_at.isoformat(),
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffNotice:
    """What staff are told through the topic: that somebody waits at a station."""

    event_id: str
    station_id: str
    request_id: str
    item_name: str
    quantity: int
    correlation_id: str

    @property
    def subject(self) -> str:
        """At most 100 printable characters. Source: SNS API reference, Publish, Subject."""
        text = f"{self.station_id}: {self.quantity} x {self.item_name}"
        return "".join(c for c in text if c.isascii() and c.isprintable())[:100] or "New request"


def notice_for(before: GuestRequest | None, after: GuestRequest | None) -> StaffNotice | None:
    """Return what staff are told of a change of a request: that it is new."""
    if before is not None or after is None or after.status is not RequestStatus.OPEN:
        return None
    return StaffNotice(
        event_id=after.event_id,
        station_id=after.station_id,
        request_id=after.request_id,
        item_name=after.item_name,
        quantity=after.quantity,
        correlation_id=after.correlation_id,
    )
