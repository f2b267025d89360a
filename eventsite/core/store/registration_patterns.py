"""The access patterns of registrations, stock, ledger and the rush."""

from __future__ import annotations

from eventsite.core.store.pattern import Pattern

_LINES = "by_queue: WAIT#<event>#<bucket> / <registered>#<registration>"

REGISTRATION_PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        "take the places of a party",
        "RegistrationRepository.add",
        "IDEM#<hash of key> / -; STOCK#<event>#<what>#<shard> / STOCK;"
        " CLAIM#<event>#<hash of address> / TYPE#<type>; REG#<registration> / REG;"
        " EXT#<event>#<hash of id> / -; NAMES#<event>, HOURS#<event> / <bucket>",
        "1 guest 5 t, 2 i (3 i in line or held); first of a bucket in a process: 1 w",
    ),
    Pattern(
        "remember a refusal",
        "RegistrationRepository.keep_answer",
        "IDEM#<hash of key> / -",
        "1 w",
    ),
    Pattern(
        "the answer a key got",
        "RegistrationRepository.kept_answer",
        "IDEM#<hash of key> / -",
        "1 r",
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
        "REG#<registration> / REG; CLAIM#.. / TYPE#<type> twice",
        "3 t, 2 i",
    ),
    Pattern(
        "bring a party to its next state: confirm, pay, offer, cancel",
        "RegistrationRepository.move",
        "REG#<registration> / REG; STOCK#..; CLAIM#.. / TYPE#<type>",
        "1 t a guest, 2 i; cancelled 4 t, 2 i",
    ),
    Pattern(
        "take a registration away, as if it had never been",
        "RegistrationRepository.remove",
        "REG#<registration> / REG; STOCK#..; CLAIM#.. / TYPE#<type>; EXT#.. / -",
        "5 t, 2 i",
    ),
    Pattern(
        "have a guest told where their registration is",
        "RegistrationRepository.wish_mail",
        "REG#<registration> / MAIL#<ten minutes>",
        "1 w",
    ),
    Pattern("one registration", "RegistrationRepository.get", "REG#<registration> / REG", "1 r"),
    Pattern(
        "who registered together",
        "RegistrationRepository.party",
        "REG#<registration> / REG, of each",
        "1 r a guest",
    ),
    Pattern(
        "many registrations",
        "RegistrationRepository.of_ids",
        "REG#<registration> / REG, of each",
        "1 r each, 100 a call",
    ),
    Pattern(
        "everything of one guest",
        "RegistrationRepository.guest_page",
        "REG#<registration> / *",
        "1 r a 4 KB",
    ),
    Pattern(
        "who has this address",
        "RegistrationRepository.of_address",
        "CLAIM#<event>#<hash of address> / *, then REG#..",
        "1 r, and 1 r each",
    ),
    Pattern(
        "who has these addresses",
        "RegistrationRepository.of_addresses",
        "CLAIM#<event>#<hash of address> / TYPE#<type>, then REG#..",
        "1 r an address and type, and 1 r each; 100 a call",
    ),
    Pattern(
        "who is known to another system under these ids",
        "RegistrationRepository.externals",
        "EXT#<event>#<hash of id> / -, then REG#..",
        "2 r each, 100 a call",
    ),
    Pattern("who waits, in order", "RegistrationRepository.waiting", _LINES, "0.5 r a 4 KB"),
    Pattern("how many wait before one", "RegistrationRepository.ahead", _LINES, "0.5 r a 4 KB"),
    Pattern(
        "whose place is held until when",
        "RegistrationRepository.lapsing",
        "by_queue: HOLD#<event>#<bucket> / <until>#<registration>",
        "0.5 r a 4 KB",
    ),
    Pattern(
        "registrations, newest first",
        "RegistrationRepository.newest",
        "HOURS#<event> / <hour>, then by_time:"
        " TIME#<event>#<hour>#<bucket> / <time>#<registration>, the buckets of an hour merged",
        "0.5 r a 4 KB and bucket",
    ),
    Pattern(
        "registrations by name",
        "RegistrationRepository.by_name",
        "NAMES#<event> / <bucket>, then by_name: NAME#<event>#<2 letters> / <name>#<registration>",
        "0.5 r a 4 KB and bucket",
    ),
    Pattern(
        "registrations that a search finds by name",
        "RegistrationRepository.named",
        "as by name, then by_surname: SURNAME#<event>#<2 letters> / <last word> <name>",
        "0.5 r a 4 KB and bucket",
    ),
    Pattern(
        "who waits in line, or whose places are held, as a list",
        "RegistrationRepository.in_line",
        "by_queue: WAIT#<event>#<bucket>, HOLD#<event>#<bucket> / <time>#<registration>, merged",
        "0.5 r a 4 KB and bucket",
    ),
    Pattern("a page of any of these", "RegistrationRepository.page", "as above", "as above"),
    Pattern(
        "what every shard has left, at one moment",
        "StockRepository.levels",
        "STOCK#<event>#<what>#<shard> / STOCK",
        "2 r a shard",
    ),
    Pattern("how much is left", "StockRepository.left", "as above", "2 r a shard"),
    Pattern(
        "keep a stock for who waits",
        "StockRepository.close",
        "STOCK#<event>#<what>#<shard> / STOCK",
        "1 t a shard",
    ),
    Pattern(
        "give it back to the public",
        "StockRepository.open",
        "STOCK#<event>#<what>#<shard> / STOCK",
        "1 t a shard",
    ),
    Pattern(
        "append a fact, if it is not there",
        "LedgerRepository.append",
        "LEDGER#<event>#<hour>#<bucket> / <microseconds>#<registration>#<version>;"
        " LEDGERS#<event> / <hour>",
        "1 w, 1 i; first of an hour in a process: 1 w",
    ),
    Pattern(
        "every fact of an event",
        "LedgerRepository.of_event",
        "LEDGERS#<event> / <hour>, then LEDGER#<event>#<hour>#<bucket> / *",
        "1 r a 4 KB",
    ),
    Pattern(
        "the history of one registration",
        "LedgerRepository.of_registration",
        "by_queue: FACTS#<registration> / <version>",
        "0.5 r a 4 KB",
    ),
    Pattern(
        "keep what became of a queued registration, if nobody did",
        "AttemptRepository.answer",
        "ATTEMPT#<hash of attempt> / -",
        "1 w",
    ),
    Pattern("what became of it", "AttemptRepository.get", "ATTEMPT#<hash of attempt> / -", "1 r"),
    Pattern(
        "count registrations by the minute",
        "RateGauge.note",
        "RATE#<event> / <minute>",
        "1 w a 10 registrations of a process",
    ),
    Pattern("how fast they come", "RateGauge.read", "RATE#<event> / <minute>, twice", "1 r"),
)
