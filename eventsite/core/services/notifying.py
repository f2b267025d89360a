"""Telling guests of sessions that start soon."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from eventsite.core.domain.agenda import AgendaSession
from eventsite.core.domain.events import Event
from eventsite.core.domain.notifications import for_session
from eventsite.core.errors import NotFound
from eventsite.core.store.agenda import AgendaRepository
from eventsite.core.store.deliveries import Claim, DeliveryRepository
from eventsite.core.store.events import EventRepository
from eventsite.core.store.queues import Outbox

logger = logging.getLogger(__name__)

LATE = timedelta(minutes=2)
"""How long after its start a session is still announced: two sweeps, for the lost one."""

LEAD_MAX = timedelta(minutes=60)
"""The longest lead an event can ask for; a sweep looks this far ahead."""


def sweep(
    events: EventRepository,
    agenda: AgendaRepository,
    deliveries: DeliveryRepository,
    outbox: Outbox,
    now: datetime,
) -> int:
    """Queue one notification for each guest of each session that starts soon; return how many.

    A session is swept once for each start it has (a claim with a lease, so a sweep that died is
    made up for by a later one). Repeating is harmless: the sender claims each notification too.
    """
    queued = 0
    for session in agenda.due(now - LATE, LEAD_MAX + LATE):
        event = _event(events, session)
        if event is None or session.cancelled:
            continue
        if session.starts_at - now > timedelta(minutes=event.reminder_minutes):
            continue
        wave = f"wave.{session.session_key}.{session.starts_at:%Y%m%dT%H%M}"
        if deliveries.claim(wave, now=now, at_most_once=False) is not Claim.YOURS:
            continue
        time = f"{session.starts_at.astimezone(ZoneInfo(event.zone)):%H:%M}"
        notifications = (for_session(session, s, time) for s in agenda.sign_ups(session))
        count = outbox.put(notifications)
        deliveries.finish(wave, outcome="sent", detail=str(count), channel="outbox", now=now)
        logger.info(
            "session announced",
            extra={
                "event_id": session.event_id,
                "session_id": session.session_id,
                "guests": count,
            },
        )
        queued += count
    return queued


def _event(events: EventRepository, session: AgendaSession) -> Event | None:
    try:
        return events.setup(session.event_id).event
    except NotFound:
        return None
