"""What pages show, made from what repositories return."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from django.utils.translation import get_language_info, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from eventsite.core.domain.agenda import AgendaSession
from eventsite.core.domain.events import Event, EventSetup, RequestItem
from eventsite.core.domain.questions import NO, YES, Answers, Question, QuestionKind
from eventsite.core.domain.registrations import (
    Awaited,
    Cause,
    Registration,
    RegistrationStatus,
)
from eventsite.core.domain.requests import GuestRequest, RequestStatus
from eventsite.core.services.documents.words import event_zone, zone_name
from eventsite.language_tags import day as day_in_words

STATUS_WORDS = {
    "confirmed": _("Confirmed"),
    "email": _("Address to confirm"),
    "approval": _("Waiting for approval"),
    "payment": _("To be paid"),
    "waiting": _("On the waiting list"),
    "offered": _("Place offered"),
    "lapsed": pgettext_lazy("registration", "Expired"),
    "cancelled": pgettext_lazy("registration", "Cancelled"),
    "erased": _("Erased"),
}
"""How a registration stands, as ``stands_of`` says it."""

CAUSE_WORDS = {
    Cause.GUEST: _("You cancelled it."),
    Cause.STAFF: _("The organizers cancelled it."),
    Cause.DECLINED: _("You declined the place that was offered to you."),
    Cause.NOT_APPROVED: _("The organizers could not give you a place."),
    Cause.HOLD_EXPIRED: _("The time to confirm or to pay was over."),
    Cause.OFFER_EXPIRED: _("The place that was offered to you was not taken in time."),
    Cause.IMPORT_UNDONE: _("The organizers took it back."),
}

YES_NO_WORDS = {YES: _("Yes"), NO: _("No")}

REQUEST_WORDS = {
    RequestStatus.OPEN: _("Asked for"),
    RequestStatus.CLAIMED: _("Being prepared"),
    RequestStatus.READY: _("Ready for you"),
    RequestStatus.FULFILLED: _("Handed over"),
    RequestStatus.DECLINED: _("Declined"),
    RequestStatus.CANCELLED: pgettext_lazy("request", "Cancelled"),
    RequestStatus.EXPIRED: _("Expired"),
}


def stands_of(registration: Registration, now: datetime) -> str:
    """Return how a registration stands in one word: the key of its words."""
    if registration.erased_at is not None:
        return "erased"
    if registration.lapsed(now):
        return "lapsed"
    if registration.status is RegistrationStatus.WAITLISTED:
        return "offered" if registration.offered else "waiting"
    if registration.status is RegistrationStatus.PENDING:
        awaited = (Awaited.EMAIL, Awaited.APPROVAL, Awaited.PAYMENT)
        return next(each.value for each in awaited if each in registration.awaiting)
    return registration.status.value


def venue_time(event: Event, zone: ZoneInfo) -> tuple[datetime, datetime, str] | None:
    """Return when the event is by the venue's clock, if that is not the reader's."""
    there = event_zone(event)
    starts, ends = (at.astimezone(there) for at in (event.starts_at, event.ends_at))
    if starts.utcoffset() == event.starts_at.astimezone(zone).utcoffset():
        return None
    return starts, ends, zone_name(there, event.starts_at)


def answers_in_words(questions: Iterable[Question], answers: Answers) -> list[tuple[str, str]]:
    """Return what was asked and what was answered, in order; consents have their own place."""
    said = []
    for question in sorted(questions, key=lambda each: (each.order, each.question_id)):
        given = answers.get(question.question_id, ())
        if given and question.kind is not QuestionKind.CONSENT:
            said.append((question.name, ", ".join(_answer(question, each) for each in given)))
    return said


def _answer(question: Question, answer: str) -> str:
    if question.kind is QuestionKind.YES_NO:
        return str(YES_NO_WORDS.get(answer, answer))
    if question.kind is QuestionKind.DATE:
        return day_in_words(date.fromisoformat(answer))
    return answer


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
