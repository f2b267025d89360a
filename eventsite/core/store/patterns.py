"""Every access pattern of both tables, with its cost; docs/data-model.md is made from here.

``tests/house`` compares it with the repositories' methods: none is missing, none is invented.
"""

from __future__ import annotations

from typing import NamedTuple


class Pattern(NamedTuple):
    """One access pattern: what is asked, who answers, where it looks, what it costs.

    ``where`` is the partition and sort key, with the index in front when it is not the table.
    Costs are in DynamoDB request units for items up to 1 KB; r reads, w writes, t writes in a
    transaction (which count double), i writes to an index.
    """

    asks: str
    method: str
    where: str
    cost: str


PATTERNS: tuple[Pattern, ...] = (
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
        "2 t, 1 i",
    ),
    Pattern(
        "change an event, if nobody did",
        "EventRepository.save",
        "EVENT#<event> / EVENT",
        "1 w, 1 i",
    ),
    Pattern(
        "a new ticket type, gate or request item, and its stock divided over shards",
        "EventRepository.add_part",
        "EVENT#<event> / TYPE#<type>, GATE#<gate>, ITEM#<item>; NUMBER#<event>#<number> / -;"
        " STOCK#<event>#<what>#<shard> / STOCK",
        "1 t; of a type 2 t; 1 t a shard",
    ),
    Pattern(
        "change one, if nobody did, and its stock by the difference",
        "EventRepository.save_part",
        "EVENT#<event> / TYPE#<type>, GATE#<gate>, ITEM#<item>;"
        " STOCK#<event>#<what>#<shard> / STOCK",
        "1 t, 1 t a shard; to take away 1 r a shard",
    ),
    Pattern(
        "how much stock is left",
        "EventRepository.stock_left",
        "STOCK#<event>#<what>#<shard> / STOCK",
        "1 r a shard",
    ),
    Pattern(
        "take a place",
        "RegistrationRepository.add",
        "REG#<registration> / REG; CLAIM#<event>#<hash of address> / -;"
        " IDEM#<hash of key> / -; STOCK#..; NAMES#<event>, HOURS#<event> / <bucket>",
        "4 t, 2 i; first of a bucket in a process: 1 w",
    ),
    Pattern("one registration", "RegistrationRepository.get", "REG#<registration> / REG", "1 r"),
    Pattern(
        "everything of one guest",
        "RegistrationRepository.guest_page",
        "REG#<registration> / *",
        "1 r a 4 KB",
    ),
    Pattern(
        "who has this address",
        "RegistrationRepository.by_email",
        "CLAIM#<event>#<hash of address> / -, then REG#..",
        "2 r",
    ),
    Pattern(
        "change a registration, if nobody did",
        "RegistrationRepository.save",
        "REG#<registration> / REG",
        "1 t, 2 i",
    ),
    Pattern(
        "the same with another address",
        "RegistrationRepository.save_address",
        "REG#<registration> / REG; CLAIM#.. / - twice",
        "3 t, 2 i",
    ),
    Pattern(
        "cancel and give the place back",
        "RegistrationRepository.cancel",
        "REG#<registration> / REG; CLAIM#.. / -; STOCK#..",
        "3 t, 2 i",
    ),
    Pattern(
        "registrations, newest first",
        "RegistrationRepository.newest",
        "HOURS#<event> / <bucket>, then by_time: TIME#<event>#<hour> / <time>#<registration>",
        "1 r a 4 KB and bucket",
    ),
    Pattern(
        "registrations by name",
        "RegistrationRepository.by_name",
        "NAMES#<event> / <bucket>, then by_name: NAME#<event>#<2 letters> / <name>#<..>",
        "1 r a 4 KB and bucket",
    ),
    Pattern("a page of either", "RegistrationRepository.page", "as above", "as above"),
    Pattern(
        "a ticket at the door",
        "ScanRepository.at_the_door",
        "REG#<registration> / ADM#.. to REG",
        "1 r a 4 KB",
    ),
    Pattern(
        "admit, once",
        "ScanRepository.admit",
        "SCAN#<device> / <scan>; REG#<registration> / ADM#EVENT",
        "2 t",
    ),
    Pattern("keep a refusal, once", "ScanRepository.refuse", "SCAN#<device> / <scan>", "1 w"),
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
)
"""The events table."""

OFFICE_PATTERNS: tuple[Pattern, ...] = (
    Pattern("one staff account", "StaffRepository.get", "STAFF / USER#<username>", "1 r"),
    Pattern("the whole team", "StaffRepository.all", "STAFF / *", "0.5 r a 4 KB"),
    Pattern("a new account", "StaffRepository.add", "STAFF / USER#<username>", "1 w"),
    Pattern(
        "change an account, never the last owner's away",
        "StaffRepository.update",
        "STAFF / USER#<username> twice",
        "1 w or 2 t",
    ),
    Pattern("note a sign-in", "StaffRepository.touch_login", "STAFF / USER#<username>", "1 w"),
    Pattern(
        "delete an account, never the last owner's",
        "StaffRepository.delete",
        "STAFF / USER#<username> twice",
        "1 w or 2 t",
    ),
    Pattern("a web session", "WebSessionRepository.get", "SESSION#<hash of key> / -", "1 r"),
    Pattern("a new web session", "WebSessionRepository.create", "SESSION#<hash of key> / -", "1 w"),
    Pattern(
        "change a web session that is alive",
        "WebSessionRepository.replace",
        "SESSION#<hash of key> / -",
        "1 w",
    ),
    Pattern("end a web session", "WebSessionRepository.delete", "SESSION#<hash of key> / -", "1 w"),
    Pattern(
        "count an attempt to sign in",
        "ThrottleRepository.take",
        "THROTTLE#<hash of scope> / <window>",
        "1 w",
    ),
    Pattern(
        "take an attempt back",
        "ThrottleRepository.give_back",
        "THROTTLE#<hash of scope> / <window>",
        "1 w",
    ),
    Pattern(
        "forget attempts", "ThrottleRepository.clear", "THROTTLE#<hash of scope> / <window>", "1 w"
    ),
    Pattern(
        "record an act",
        "AuditRepository.record",
        "AUDIT#<model>#<object> / <time>#<random>",
        "1 w, 2 i",
    ),
    Pattern(
        "the history of an object",
        "AuditRepository.for_object",
        "AUDIT#<model>#<object> / *, descending",
        "0.5 r a 4 KB",
    ),
    Pattern(
        "what one member of staff did",
        "AuditRepository.by_actor",
        "by_actor: AUDITBY#<username> / *, descending",
        "0.5 r a 4 KB",
    ),
    Pattern(
        "what was done last",
        "AuditRepository.recent",
        "by_month: AUDIT#<month> / *, descending",
        "0.5 r a 4 KB",
    ),
    Pattern("a new device", "DeviceRepository.add", "DEVICE#<device> / -", "1 w, 1 i"),
    Pattern("one device", "DeviceRepository.get", "DEVICE#<device> / -", "1 r"),
    Pattern(
        "the devices of an event",
        "DeviceRepository.of_event",
        "by_actor: DEVICES#<event> / *",
        "0.5 r a 4 KB",
    ),
    Pattern("revoke a device", "DeviceRepository.revoke", "DEVICE#<device> / -", "1 w, 1 i"),
)
"""The office table."""
