"""Searching for a guest at the door: by first or last name, an address, a ticket number."""

from __future__ import annotations

import re

from eventsite.core.domain.addresses import normal_address
from eventsite.core.domain.names import NAME_MAX
from eventsite.core.domain.registrations import Registration
from eventsite.core.errors import Invalid, NotFound
from eventsite.core.store.pages import Page
from eventsite.core.store.registrations import RegistrationRepository

QUERY_MIN = 2
"""Characters: a name's first two letters are one partition."""

_NUMBER = re.compile(r"[0-9a-f]{16}")


def search(
    registrations: RegistrationRepository,
    event_id: str,
    query: str,
    limit: int,
    cursor: str | None = None,
) -> Page[Registration]:
    """Return guests of an event, by name; an address or a number finds just who has it.

    Raises
    ------
    Invalid
        The query is too short or too long.
    BadCursor
        The cursor was not made by us for this query.
    """
    query = " ".join(query.split())
    if not QUERY_MIN <= len(query) <= NAME_MAX:
        raise Invalid(f"A search has {QUERY_MIN} to {NAME_MAX} characters.", field="query")
    if number := ticket_number(query):
        return Page(_numbered(registrations, event_id, number))
    if "@" in query:
        return Page(_addressed(registrations, event_id, query))
    return registrations.page(registrations.named(event_id, query), limit, cursor)


def ticket_number(query: str) -> str:
    """Return the registration id that a ticket number is, however it is written; or nothing."""
    bare = re.sub(r"[\s·-]", "", query).lower()
    return bare if _NUMBER.fullmatch(bare) else ""


def _numbered(
    registrations: RegistrationRepository, event_id: str, registration_id: str
) -> list[Registration]:
    try:
        found = registrations.get(registration_id, consistent=False)
    except NotFound:
        return []
    return [found] if found.event_id == event_id else []


def _addressed(
    registrations: RegistrationRepository, event_id: str, query: str
) -> list[Registration]:
    try:
        address = normal_address(query)
    except Invalid:
        return []
    return list(registrations.of_address(event_id, address))
