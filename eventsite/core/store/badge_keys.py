"""The keys of the log of printed badges, in the events table. The other keys are in ``keys``.

A job prints about 300 a second: four buckets of an hour take 75 units each.
"""

from __future__ import annotations

from eventsite.core.store.items import Item
from eventsite.core.store.keys import BUCKETS, digest, one


def badge_print(event_id: str, print_id: str) -> Item:
    """One badge on paper: in the log of the event, and its id is used up."""
    return one(f"PRINT#{event_id}#{digest(print_id)}")


def print_hours(event_id: str) -> str:
    """Partition that remembers in which hours an event printed badges."""
    return f"PRINTED#{event_id}"


def prints_within(event_id: str, hour: str) -> list[str]:
    """Return the by_time partitions of the badges of one hour, such as 2026-11-21T12."""
    return [f"PRINTS#{event_id}#{hour}#{bucket}" for bucket in range(BUCKETS)]
