"""Which change tells whom what. Pure: facts in, notifications out.

A notification names its guest by registration id only: the sender reads the address when it
sends, so no queue holds personal data and a changed address is honoured.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from eventsite.core.domain.agenda import AgendaSession, SignUp
from eventsite.core.domain.registrations import (
    ChannelKind,
    Guest,
    Registration,
    RegistrationStatus,
)
from eventsite.core.domain.requests import GuestRequest, RequestStatus


class Kind(StrEnum):
    """What a notification is about; also the name of its text."""

    TICKET = "ticket"
    CANCELLED = "cancelled"
    REQUEST_FULFILLED = "request_fulfilled"
    SESSION_STARTS = "session_starts"


AT_MOST_ONCE = frozenset({Kind.SESSION_STARTS})
"""Kinds that a crashed sender must not repeat; all others must not be lost instead."""


QUIET_SOURCES = frozenset({"demo"})
"""Ways in which a registration arrives without a ticket mail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One message to one guest.

    ``notification_id`` derives from the fact that caused it, so a repeated stream record or
    sweep makes the same id and is sent once. ``facts`` fill the text; no personal data.
    """

    notification_id: str
    kind: Kind
    event_id: str
    registration_id: str
    correlation_id: str = ""
    facts: dict[str, str] = field(default_factory=dict)


def channel_for(kind: Kind, guest: Guest) -> ChannelKind:
    """Return how to tell a guest: tickets need a picture, everything else goes where they like."""
    return ChannelKind.EMAIL if kind in (Kind.TICKET, Kind.CANCELLED) else guest.channel


def for_registration(before: Registration | None, after: Registration | None) -> list[Notification]:
    """Return what a guest is told when their registration goes from ``before`` to ``after``."""
    if after is None or (before is not None and before.status is after.status):
        return []
    if before is None and after.source in QUIET_SOURCES:
        return []
    kinds = {
        RegistrationStatus.CONFIRMED: Kind.TICKET,
        RegistrationStatus.CANCELLED: Kind.CANCELLED,
    }
    kind = kinds.get(after.status)
    if kind is None:
        return []
    return [
        Notification(
            notification_id=f"{kind.value}.{after.registration_id}.{after.version}",
            kind=kind,
            event_id=after.event_id,
            registration_id=after.registration_id,
            correlation_id=after.correlation_id,
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
        facts={"session": session.title, "room": session.room, "time": local_time},
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
