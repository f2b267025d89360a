"""What a text is about, and the rows of facts that many texts show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.registrations import Registration
from eventsite.core.errors import Invalid
from pipeline.texts.speech import Speech, same_clock, zone_called

Rows = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """One notification's matter, for one reader."""

    speech: Speech
    setup: EventSetup
    registration: Registration | None
    facts: Mapping[str, str]
    link: str
    event_link: str

    @property
    def title(self) -> str:
        return self.setup.event.title

    @property
    def registered(self) -> Registration:
        """The registration. Raises Invalid: most kinds of notification need one."""
        if self.registration is None:
            raise Invalid("This notification is about no registration.", field="registration_id")
        return self.registration

    @property
    def deadline(self) -> str:
        """Until when the place is held, in the guest's zone; empty without a limit."""
        until = self.registered.held_until
        return self.speech.moment(until) if until else ""

    @property
    def price(self) -> str:
        """What the place costs, or nothing."""
        registration = self.registered
        if registration.price <= 0:
            return ""
        return self.speech.price(registration.price, registration.currency)

    @property
    def when_and_where(self) -> Rows:
        """The event's time by its own clock, by the guest's where that differs, and the venue."""
        speech, event = self.speech, self.setup.event
        zone = zone_called(event.zone) or ZoneInfo("UTC")
        start, end = event.starts_at, event.ends_at
        if start.astimezone(zone).date() == end.astimezone(zone).date():
            rows = [(speech.say("When"), speech.span(start, end, zone))]
        else:
            rows = [
                (speech.say("Begins"), speech.moment(start, zone)),
                (speech.say("Ends"), speech.moment(end, zone)),
            ]
        if not same_clock(start, zone, speech.zone):
            rows.insert(1, (speech.say("In your time zone"), speech.moment(start)))
        if event.venue:
            rows.append((speech.say("Where"), event.venue))
        return tuple(rows)

    @property
    def what(self) -> Rows:
        """The kind of ticket, and how many are in the group."""
        speech, registration = self.speech, self.registered
        kinds = (kind for kind in self.setup.types if kind.type_id == registration.type_id)
        rows = [(speech.say("Ticket"), kind.name) for kind in kinds]
        if registration.party_size > 1:
            people = speech.count("{number} person", "{number} people", registration.party_size)
            rows.append((speech.say("Group"), people))
        return tuple(rows)
