"""Webhooks: who else is told of an event's changes. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Topic(StrEnum):
    """What a webhook can be told of."""

    REGISTRATIONS = "registrations"
    CHECK_INS = "check_ins"
    REQUESTS = "requests"


TEST = "test"
"""What an organizer sends to try a webhook out; every webhook gets it, whatever its topics."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """An address that is told of changes, signed. Its key derives from the installation's secret
    and ``generation``, which an organizer raises to change it. ``topics`` empty means all.
    """

    event_id: str
    webhook_id: str
    name: str
    url: str
    topics: tuple[Topic, ...] = ()
    active: bool = True
    generation: int = 1
    version: int = 1

    def wants(self, topic: str) -> bool:
        """Return whether it is told of a topic (a Topic or its value)."""
        return self.active and (not self.topics or topic in self.topics)
