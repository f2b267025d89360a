"""Verifying the ledger of the doors: each chain against itself, and against the scans."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from eventsite.core.domain.scan_ledger import Fault, Head, faults
from eventsite.core.store.devices import DeviceRepository
from eventsite.core.store.events import EventRepository
from eventsite.core.store.scan_ledger import ScanLedgerRepository

DEVICES_READ = 200
"""Devices of one page of an event's list."""

NO_HASH = "-" * 64
"""What stands for the end of a chain that has none."""

_LINE = re.compile(r"^([0-9a-f]{64}) (\d+) ([^\t]+)")

DEVICE, STAFF = "device:", "staff:"
"""What the name of an actor who undid something begins with."""


class VerifiedBooks(Protocol):
    """The part of an installation's stores that a ledger is verified with."""

    @property
    def events(self) -> EventRepository: ...
    @property
    def devices(self) -> DeviceRepository: ...
    @property
    def scan_ledger(self) -> ScanLedgerRepository: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """One chain: whose it is, where it ends, and what is wrong with it.

    A member of staff has one chain for all events.
    """

    actor: str
    name: str
    head: Head
    faults: tuple[Fault, ...] = ()

    @property
    def sound(self) -> bool:
        return not self.faults


def verify(books: VerifiedBooks, event_id: str, now: datetime) -> Iterator[Verified]:
    """Yield every chain of an event, verified. Raises NotFound without such an event."""
    books.events.get(event_id)
    for actor, name in actors(books, event_id).items():
        head, found = _faults(books.scan_ledger, actor, now)
        if head.seq or found:
            yield Verified(actor=actor, name=name, head=head, faults=found)


def _faults(
    ledger: ScanLedgerRepository, actor: str, now: datetime
) -> tuple[Head, tuple[Fault, ...]]:
    """Verify a chain to which the stream may add at this moment.

    The end is read first: what comes after it is not looked at.
    """
    head = ledger.head(actor)
    kept, entries = list(ledger.kept(actor)), ledger.of_actor(actor)
    grown = {entry.fact.entry_id for entry in entries if entry.seq > head.seq}
    if grown and ledger.head(actor) != head:
        entries = [entry for entry in entries if entry.fact.entry_id not in grown]
        kept = [fact for fact in kept if fact.entry_id not in grown]
    return head, tuple(faults(entries, head, kept, now))


def actors(books: VerifiedBooks, event_id: str) -> dict[str, str]:
    """Return whose chains an event has, and what they are called: devices, then staff.

    Every device of the event counts, be it that the ledger has never heard of it.
    """
    names: dict[str, str] = {}
    cursor: str | None = None
    while True:
        page = books.devices.of_event(event_id, DEVICES_READ, cursor, oldest_first=True)
        for device in page:
            names[device.device_id] = device.name
            names[f"{DEVICE}{device.device_id}"] = f"{device.name}, undone"
        cursor = page.next
        if not cursor:
            break
    for actor in sorted(books.scan_ledger.actors(event_id)):
        names.setdefault(actor, actor.removeprefix(STAFF))
    return names


def line_of(chain: Verified) -> str:
    """Return the end of a chain as a line to write down; ``not_after`` reads it again."""
    return f"{chain.head.hash or NO_HASH} {chain.head.seq} {chain.actor}"


def not_after(ledger: ScanLedgerRepository, written: str) -> Iterator[str]:
    """Yield which ends of chains that somebody wrote down the ledger does not have any more.

    ``written`` has lines such as ``line_of`` makes; others do not count. Without this somebody
    could make a chain anew, or cut it together with its end and its scans.
    """
    chains: dict[str, dict[int, str]] = {}
    for line in written.splitlines():
        if not (found := _LINE.match(line)):
            continue
        right, number, actor = found.groups()
        if actor not in chains:
            chains[actor] = {entry.seq: entry.right_hash for entry in ledger.of_actor(actor)}
        if chains[actor].get(int(number)) != right:
            yield found[0]
