"""The keys of the ledger of the doors and of what is counted there, in the events table.

The other keys are in ``keys``. 20,000 scans in a minute are 333 a second. A write in a
transaction takes two units, and nothing here is larger than 1 KB, so without any batching:

* an actor's chain: entry and head, 4 units a scan. 40 devices with 8.3 scans a second each take
  33 units in each chain; a scan every second by one device takes 4.
* ``scans_of_hour`` in the index, 1 unit a scan: 83 in each of 4 buckets, and 333 if all devices
  fell into one.
* ``tallies``, 2 units for the scans of one gate in one transaction: 83 in each of 8 buckets, and
  less the more scans a batch of the stream has.
* ``counter``, 2 units for each guest who is let in the first time: 167 in each of 4 buckets, and
  again less with batches.
"""

from __future__ import annotations

import zlib
from datetime import datetime, timedelta

from eventsite.core.store.items import Item, time_text
from eventsite.core.store.keys import BUCKETS, bucket_of, one

TALLY_BUCKETS = 8
QUARTER = timedelta(minutes=15)


def chain(actor: str) -> str:
    return f"CHAIN#{actor}"


def entry(actor: str, entry_id: str) -> Item:
    """One scan or undo in the ledger."""
    return one(chain(actor), entry_id)


HEAD = "HEAD"
"""Sort key of the end of a chain; no id of a scan, those are UUIDs."""


def head(actor: str) -> Item:
    return one(chain(actor), HEAD)


def actors(event_id: str) -> str:
    """Partition that remembers who has a chain with entries of an event."""
    return f"ACTORS#{event_id}"


def scans_of_hour(event_id: str, recorded_at: datetime, actor: str) -> str:
    """Return the by_time partition of an entry: one of several of the hour it was recorded in."""
    return f"SCANLOG#{event_id}#{time_text(recorded_at)[:13]}#{_bucket(actor, BUCKETS)}"


def scans_within(event_id: str, hour: str) -> list[str]:
    """Return the by_time partitions of one hour, such as 2026-11-21T12."""
    return [f"SCANLOG#{event_id}#{hour}#{bucket}" for bucket in range(BUCKETS)]


def scan_hours(event_id: str) -> str:
    """Partition that remembers in which hours entries of an event were recorded."""
    return f"SCANLOGS#{event_id}"


def touched(registration_id: str) -> Item:
    """That something happened to a guest at the doors which is no scan: the last such moment."""
    return one(f"TOUCHED#{registration_id}")


def tallies(event_id: str, bucket: int) -> str:
    return f"TALLY#{event_id}#{bucket}"


def tally(event_id: str, quarter: str, gate_id: str, actor: str) -> Item:
    """What one actor counted at one gate within a quarter of an hour."""
    bucket = _bucket(actor, TALLY_BUCKETS)
    return one(tallies(event_id, bucket), f"{quarter}#{gate_id}#{actor}")


def quarter_of(moment: datetime) -> str:
    """Return the quarter of an hour that a moment is in, such as 2026-11-21T12:15."""
    return time_text(moment - timedelta(minutes=moment.minute % 15))[:16]


def counted(registration_id: str, by: str) -> Item:
    """Up to which version of a guest's registration or attendance the counters know."""
    return one(f"COUNTED#{registration_id}", by)


def counter(event_id: str, registration_id: str) -> Item:
    return one(f"COUNTS#{event_id}#{bucket_of(registration_id)}")


def counters(event_id: str) -> list[Item]:
    """Return the parts of an event's counters; their sums count."""
    return [one(f"COUNTS#{event_id}#{bucket}") for bucket in range(BUCKETS)]


def _bucket(actor: str, buckets: int) -> int:
    """Return a bucket of an actor: always the same one, in every process."""
    return zlib.crc32(actor.encode()) % buckets
