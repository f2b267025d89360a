"""Every access pattern of both tables, with its cost; docs/data-model.md is made from here.

``tests/house`` compares it with the repositories' methods: none is missing, none is invented.
"""

from __future__ import annotations

from eventsite.core.store.badge_patterns import BADGE_PATTERNS
from eventsite.core.store.door_patterns import DOOR_PATTERNS
from eventsite.core.store.ledger_patterns import LEDGER_PATTERNS
from eventsite.core.store.office_patterns import OFFICE_PATTERNS
from eventsite.core.store.pattern import Pattern
from eventsite.core.store.registration_patterns import REGISTRATION_PATTERNS

__all__ = ["OFFICE_PATTERNS", "PATTERNS", "Pattern"]

PATTERNS: tuple[Pattern, ...] = (
    *REGISTRATION_PATTERNS,
    *DOOR_PATTERNS,
    *LEDGER_PATTERNS,
    *BADGE_PATTERNS,
    Pattern(
        "an event with all that is set up for it",
        "EventRepository.setup",
        "EVENT#<event> / *",
        "1 r a 4 KB, kept 5 s",
    ),
    Pattern(
        "the same, never from memory",
        "EventRepository.fresh_setup",
        "EVENT#<event> / *",
        "1 r a 4 KB",
    ),
    Pattern("one event", "EventRepository.get", "EVENT#<event> / EVENT", "0.5 r"),
    Pattern(
        "events by start", "EventRepository.page", "by_time: EVENTS / <start>#<event>", "1 r a 4 KB"
    ),
    Pattern("how many events", "EventRepository.count", "by_time: EVENTS / *", "1 r a 4 KB"),
    Pattern(
        "a new event and its number",
        "EventRepository.add",
        "EVENT#<event> / EVENT; NUMBER#<number> / -",
        "2 t, 1 i, 1 t a shard",
    ),
    Pattern(
        "change an event, if nobody did",
        "EventRepository.save",
        "EVENT#<event> / EVENT",
        "1 t, 1 i, 1 t a shard; to take away 2 r a shard",
    ),
    Pattern(
        "a new part (ticket type, gate, zone, rule, item, question, ..), and its stock, divided",
        "EventRepository.add_part",
        "EVENT#<event> / TYPE#<type>, GATE#<gate>, ITEM#<item>, QUESTION#<question>, CODE#<code>,"
        " WEBHOOK#<webhook>, ZONE#<zone>, RULE#<rule>, BADGE#<layout>;"
        " NUMBER#<event>#<number> / -; STOCK#<event>#<what>#<shard> / STOCK",
        "1 t; of a type 2 t; 1 t a shard",
    ),
    Pattern(
        "change one, if nobody did, and its stock by the difference",
        "EventRepository.save_part",
        "EVENT#<event> / TYPE#<type>, GATE#<gate>, ITEM#<item>, QUESTION#.., CODE#.., WEBHOOK#..;"
        " STOCK#<event>#<what>#<shard> / STOCK",
        "1 t, 1 t a shard; to take away 1 r a shard",
    ),
    Pattern(
        "the programme",
        "AgendaRepository.of_event",
        "AGENDA#<event> / <start>#<session>",
        "0.5 r a 4 KB, kept 5 s",
    ),
    Pattern(
        "the same, never from memory",
        "AgendaRepository.fresh",
        "AGENDA#<event> / <start>#<session>",
        "0.5 r a 4 KB",
    ),
    Pattern("one session", "AgendaRepository.get", "as the programme", "as the programme"),
    Pattern(
        "a new session", "AgendaRepository.add", "AGENDA#<event> / <start>#<session>", "1 w, 1 i"
    ),
    Pattern(
        "change a session; a new start moves it",
        "AgendaRepository.save",
        "AGENDA#<event> / <start>#<session>",
        "1 w or 2 t, 1 i",
    ),
    Pattern(
        "sessions that start soon",
        "AgendaRepository.due",
        "by_queue: DUE#<hour> / <start>#<event>#<session>",
        "0.5 r a 4 KB and hour",
    ),
    Pattern(
        "sign up", "AgendaRepository.sign_up", "REG#<registration> / SIGN#<session>", "1 w, 1 i"
    ),
    Pattern(
        "sign off", "AgendaRepository.sign_off", "REG#<registration> / SIGN#<session>", "1 w, 1 i"
    ),
    Pattern(
        "who signed up",
        "AgendaRepository.sign_ups",
        "by_queue: SIGNUPS#<event>#<session>#<bucket> / <registration>",
        "0.5 r a 4 KB and bucket (8)",
    ),
    Pattern(
        "ask for an item",
        "GuestRequestRepository.add",
        "REG#<registration> / REQ#<request>, HAD#<item>; IDEM#..; STOCK#..",
        "4 t, 1 i",
    ),
    Pattern(
        "one request", "GuestRequestRepository.get", "REG#<registration> / REQ#<request>", "1 r"
    ),
    Pattern(
        "who waits at a station",
        "GuestRequestRepository.open_at",
        "by_queue: STATION#<event>#<station> / <time>#<request>",
        "0.5 r a 4 KB",
    ),
    Pattern(
        "how many wait",
        "GuestRequestRepository.count_open",
        "by_queue: STATION#<event>#<station> / *",
        "0.5 r a 4 KB",
    ),
    Pattern(
        "hand over, once",
        "GuestRequestRepository.fulfil",
        "REG#<registration> / REQ#<request>",
        "1 w, 1 i",
    ),
    Pattern("claim a message", "DeliveryRepository.claim", "DELIVERY#<notification> / -", "1 w"),
    Pattern(
        "record what came of it", "DeliveryRepository.finish", "DELIVERY#<notification> / -", "1 w"
    ),
    Pattern(
        "give a claim back", "DeliveryRepository.release", "DELIVERY#<notification> / -", "1 w"
    ),
    Pattern(
        "what came of a message", "DeliveryRepository.outcome", "DELIVERY#<notification> / -", "1 r"
    ),
    Pattern(
        "everything about one guest",
        "PersonalRepository.belongings",
        "REG#<registration> / *; by_queue: SCANS#<registration> / <time>, then as the two below",
        "1 r a 4 KB, 1.5 r",
    ),
    Pattern(
        "what was sent to a guest",
        "PersonalRepository.deliveries",
        "by_queue: SENT#<registration> / <time>#<notification>",
        "0.5 r a 4 KB",
    ),
    Pattern(
        "queued attempts of an address that got no place",
        "PersonalRepository.attempts",
        "by_queue: ATTEMPTS#<event>#<hash of address> / <time>",
        "0.5 r a 4 KB",
    ),
    Pattern(
        "take these away",
        "PersonalRepository.forget_attempts",
        "as above, then ATTEMPT#<hash of attempt> / -",
        "0.5 r; 1 w, 1 i each",
    ),
    Pattern(
        "take away words and names beside a registration",
        "PersonalRepository.forget_traces",
        "REG#<registration> / *; by_queue: SCANS#<registration>, SENT#<registration> / *",
        "1 r a 4 KB, 1 r; 1 w, 1 i each",
    ),
    Pattern(
        "take the person out of a registration",
        "PersonalRepository.erase",
        "NAMES#<event> / <bucket>; CLAIM#<event>#<hash of address> / TYPE#<type>;"
        " REG#<registration> / REG; EXT#<event>#<hash of name> / -",
        "1 w, 1 r, 3 t, 2 i",
    ),
    Pattern(
        "what an import changed, as it was",
        "BeforeRepository.of_registrations",
        "REG#<registration> / BEFORE#<import>",
        "1 r each, 100 a call",
    ),
    Pattern(
        "keep it, with the change",
        "BeforeRepository.keeping",
        "REG#<registration> / BEFORE#<import>",
        "1 t",
    ),
    Pattern(
        "take it away, with the change undone",
        "BeforeRepository.forgetting",
        "REG#<registration> / BEFORE#<import>",
        "1 t",
    ),
    Pattern(
        "that a guest has not been let in, with their removal",
        "BeforeRepository.not_admitted",
        "REG#<registration> / ADM#EVENT",
        "1 t",
    ),
)
"""The events table."""
