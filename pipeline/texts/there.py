"""Texts for guests who are there: what they asked for, and their sessions."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from pipeline.texts.layout import Letter
from pipeline.texts.matter import Matter
from pipeline.texts.speech import moment_of, same_clock, zone_called, zone_name


def request_fulfilled(matter: Matter) -> Letter:
    say, facts = matter.speech.say, matter.facts
    quantity, item = facts["quantity"], facts["item"]
    return Letter(
        subject=say("Handed over: {quantity} \u00d7 {item}", quantity=quantity, item=item),
        headline=say("Handed over"),
        lines=(
            say(
                "Your request was handed over: {quantity} \u00d7 {item}.",
                quantity=quantity,
                item=item,
            ),
            say("Enjoy!"),
        ),
        short=say("Handed over: {quantity} x {item}. Enjoy!", quantity=quantity, item=item),
        action=(say("See your requests"), matter.link),
    )


def session_starts(matter: Matter) -> Letter:
    speech, facts = matter.speech, matter.facts
    session, room = facts["session"], facts.get("room", "")
    time, rows = _start(matter)
    if room:
        line = speech.say(
            "“{session}” starts at {time} in {room}.", session=session, time=time, room=room
        )
        short = speech.say(
            '"{session}" starts at {time}, {room}.', session=session, time=time, room=room
        )
    else:
        line = speech.say("“{session}” starts at {time}.", session=session, time=time)
        short = speech.say('"{session}" starts at {time}.', session=session, time=time)
    return Letter(
        subject=speech.say("Starts soon: {session}", session=session),
        headline=speech.say("Starts soon"),
        lines=(line,),
        short=short,
        action=(speech.say("See your sessions"), matter.link),
        rows=rows,
    )


def _start(matter: Matter) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return when a session starts by the clock on the wall there, and by the guest's own.

    Without the moment among the facts there is only the wall's time, as it was queued.
    """
    speech, at = matter.speech, moment_of(matter.facts.get("starts_at", ""))
    if at is None:
        return matter.facts["time"], ()
    zone = zone_called(matter.setup.event.zone) or ZoneInfo("UTC")
    wall = speech.clock(at, zone)
    if same_clock(at, zone, speech.zone):
        return wall, ()
    named = speech.form("time and zone", "{time} ({zone})", time=wall, zone=zone_name(zone))
    return named, ((speech.say("In your time zone"), speech.moment(at)),)
