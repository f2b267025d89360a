"""What a change of the table means for webhooks: the stream's part of telling other systems."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from eventsite.core.domain.attendance import Attendance
from eventsite.core.domain.hook_deliveries import HookMessage
from eventsite.core.domain.hook_facts import (
    HookFact,
    check_in_fact,
    registration_fact,
    request_fact,
)
from eventsite.core.domain.registrations import Registration
from eventsite.core.domain.requests import GuestRequest
from eventsite.core.errors import NotFound
from eventsite.core.services.telling_hooks import messages_for
from eventsite.core.wiring import stores
from pipeline.images import entity_of, read_image

_FACTS: dict[str, tuple[type[Any], Callable[[Any, Any], HookFact | None]]] = {
    "registration": (Registration, registration_fact),
    "attendance": (Attendance, check_in_fact),
    "guest_request": (GuestRequest, request_fact),
}


def hook_messages(
    old: Mapping[str, Any] | None, new: Mapping[str, Any] | None
) -> list[HookMessage]:
    """Return what webhooks are to be told of a change, given its images in the stream.

    The same change gives the same messages. What no webhook can want costs nothing; the rest
    the event's setup, which is kept for seconds.

    Raises
    ------
    Invalid
        An image cannot be read.
    Unavailable
        The event's setup cannot be read now.
    """
    if (known := _FACTS.get(entity_of(old, new))) is None:
        return []
    cls, fact_of = known
    fact = fact_of(read_image(cls, old), read_image(cls, new))
    if fact is None:
        return []
    try:
        setup = stores().events.setup(fact.event_id)
    except NotFound:
        return []
    return messages_for(setup, fact)
