"""What an event's page tells at a glance: how full it is, whether it queues, when it forgets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join

from eventsite.core.domain.events import Event, Rush
from eventsite.core.domain.jobs import JobState
from eventsite.core.errors import EventSiteError, NotFound
from eventsite.core.services.filling import PARTIES_READ, Filling, Fillings, fillings
from eventsite.core.services.retaining import due_at, job_id
from eventsite.core.wiring import stores

JOB_STATES = {
    JobState.WAITING: "waits to begin",
    JobState.RUNNING: "is at work",
    JobState.DONE: "is done",
    JobState.FAILED: "failed",
    JobState.CANCELLED: "was called off",
}


_NOTE = '<div class="panel-note">{}</div>'


def filling(event: Event) -> str:
    """Return a table of the event's places, by ticket type."""
    found = fillings(stores(), event.event_id)
    heads = ("Ticket", "Capacity", "Taken", "Held", "Left", "Waiting")
    rows = [_row(each) for each in found.types]
    if event.capacity is not None or not rows:
        rows.append(_row(found.event, "All together"))
    table = format_html(
        '<div class="panel-scroll" tabindex="0" role="region" aria-label="{}"><table'
        ' class="panel counts"><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>',
        "Places",
        format_html_join("", '<th scope="col">{}</th>', ((head,) for head in heads)),
        format_html_join("", "{}", ((row,) for row in rows)),
    )
    return format_html("{}{}", table, format_html_join("", _NOTE, _notes(found)))


def _notes(found: Fillings) -> Iterator[tuple[str]]:
    closed = [each.name for each in found.types if each.closed]
    if found.event.closed:
        closed.append("all together")
    if closed:
        yield (f"What becomes free is kept for those who wait: {', '.join(closed)}.",)
    if not found.complete:
        yield (f"Held and waiting: at least; the first {PARTIES_READ} groups were counted.",)


def _row(each: Filling, name: str = "") -> str:
    no_limit = each.capacity is None
    cells: list[object] = [
        "no limit" if no_limit else each.capacity,
        "not counted" if no_limit else each.taken,
        each.held,
        "" if no_limit else each.left,
        each.waiting,
    ]
    return format_html(
        '<tr><th scope="row">{}</th>{}</tr>',
        name or each.name,
        format_html_join("", "<td>{}</td>", ((cell,) for cell in cells)),
    )


def rushing(event: Event) -> str:
    """Return in a sentence whether registrations are queued at this moment."""
    now = timezone.now()
    try:
        rate = stores().rates.read(event.event_id, now)
        depth: int | None = stores().intake.depth()
    except EventSiteError:
        rate, depth = 0, None
    if event.rush is Rush.ALWAYS:
        state = "Registrations are queued."
    elif event.rush is Rush.AUTO and rate > event.rush_per_minute:
        state = f"Registrations come fast and are queued: about {rate} a minute."
    else:
        state = "Registrations are answered at once" + (
            f": about {rate} a minute." if rate else "."
        )
    if not depth:
        return state
    return f"{state} {depth} {'waits' if depth == 1 else 'wait'} in the queue."


def erasing(event: Event) -> str:
    """Return in a sentence when the event's guests are erased."""
    when = due_at(event)
    if when is None:
        return "Never, unless a guest asks or you do it for them."
    told = date_format(when, "DATETIME_FORMAT")
    if when > timezone.now():
        days = (when - timezone.now()) // timedelta(days=1)
        return f"On {told}, in {days} {'day' if days == 1 else 'days'}."
    try:
        job = stores().jobs.get(job_id(event))
    except NotFound:
        return f"Since {told} it is due, and begins within minutes."
    count = job.counts.get("erased", 0)
    text = f"It was due on {told} and {JOB_STATES[job.state]}: {count} erased."
    return f"{text} {job.cause}" if job.cause else text
