"""What pages show, made from what repositories return."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from eventsite.core.domain.agenda import AgendaSession
from eventsite.core.domain.events import EventSetup, RequestItem
from eventsite.core.domain.registrations import Registration, RegistrationStatus
from eventsite.core.domain.requests import GuestRequest, RequestStatus

STATUS_WORDS = {
    RegistrationStatus.PENDING: _("Waiting for approval"),
    RegistrationStatus.WAITLISTED: _("On the waiting list"),
    RegistrationStatus.CONFIRMED: _("Confirmed"),
    RegistrationStatus.CANCELLED: _("Cancelled"),
}

REQUEST_WORDS = {
    RequestStatus.OPEN: _("Asked for"),
    RequestStatus.CLAIMED: _("Being prepared"),
    RequestStatus.READY: _("Ready for you"),
    RequestStatus.FULFILLED: _("Handed over"),
    RequestStatus.DECLINED: _("Declined"),
    RequestStatus.CANCELLED: _("Cancelled"),
    RequestStatus.EXPIRED: _("Expired"),
}


@dataclass(frozen=True, slots=True)
class Slot:
    """A session as a page shows it."""

    session: AgendaSession
    language: str
    signed_up: bool
    open: bool


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the programme: sessions by start; ``days`` are all there are."""

    chosen: date | None
    days: tuple[date, ...]
    starts: tuple[tuple[datetime, tuple[Slot, ...]], ...]


def agenda_day(
    agenda: Iterable[AgendaSession],
    zone: ZoneInfo,
    asked: date | None,
    now: datetime,
    signed_up: frozenset[str] = frozenset(),
) -> Day:
    """Return the day asked for, else today, else the first day."""
    dated = [(session.starts_at.astimezone(zone).date(), session) for session in agenda]
    days = tuple(sorted({day for day, _ in dated}))
    wanted = (asked, now.astimezone(zone).date(), *days[:1])
    chosen = next((day for day in wanted if day in days), None)
    slots = [slot(session, now, signed_up) for day, session in dated if day == chosen]
    slots.sort(key=lambda each: (each.session.starts_at, each.session.room))
    grouped = groupby(slots, key=lambda each: each.session.starts_at)
    return Day(chosen, days, tuple((start, tuple(group)) for start, group in grouped))


def slot(session: AgendaSession, now: datetime, signed_up: frozenset[str]) -> Slot:
    return Slot(
        session=session,
        language=language_name(session.language),
        signed_up=session.session_id in signed_up,
        open=not session.cancelled and session.ends_at > now,
    )


def language_name(code: str) -> str:
    """Return a language's own name (de -> Deutsch), or the code where nobody knows it."""
    try:
        return str(get_language_info(code)["name_local"]) if code else ""
    except KeyError:
        return code


def requests_in_words(requests: Sequence[GuestRequest]) -> list[tuple[GuestRequest, object]]:
    """Return requests with their state in words, the newest first."""
    newest = sorted(requests, key=lambda each: each.requested_at, reverse=True)
    return [(request, REQUEST_WORDS[request.status]) for request in newest]


def items_for(setup: EventSetup, registration: Registration) -> list[RequestItem]:
    """Return the items that a registration's type is entitled to."""
    kind = registration.type_id
    return [item for item in setup.items if not item.type_ids or kind in item.type_ids]
