"""What every decision at a door shares: what it is given, who arrives, how counts go along."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from eventsite.core.domain.agenda import AgendaSession
from eventsite.core.domain.attendance import Attendance, Conflict, Counted, Standing, standing
from eventsite.core.domain.events import EventSetup, Gate
from eventsite.core.domain.scans import Scan
from eventsite.core.domain.staff import Device
from eventsite.core.domain.tickets import Ticket
from eventsite.core.domain.verdicts import Arrival, doors_of
from eventsite.core.domain.zones import EVENT_ZONE, NEVER, chain, emptied, session_of
from eventsite.core.errors import Forbidden, Invalid, NotFound, Unavailable
from eventsite.core.store.agenda import AgendaRepository
from eventsite.core.store.devices import DeviceRepository
from eventsite.core.store.items import time_text
from eventsite.core.store.occupancy import (
    OccupancyRepository,
    Tally,
    any_shard,
    shard_with_room,
)
from eventsite.core.store.scans import (
    OPEN,
    SETTLED,
    AttendanceChanged,
    Change,
    Doorstep,
    KeptVerdict,
    ScanRepository,
)
from eventsite.core.store.secrets import Secrets

TRIES = 60
"""Tries of one write while others write the same guest or the same full zone; each looks anew.
Measured: 50 threads with one ticket, and 50 at a zone that is full."""


class DoorBooks(Protocol):
    """The part of an installation's stores that doors are kept in."""

    @property
    def scans(self) -> ScanRepository: ...
    @property
    def occupancy(self) -> OccupancyRepository: ...
    @property
    def agenda(self) -> AgendaRepository: ...
    @property
    def devices(self) -> DeviceRepository: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A device at its gate, and what it may look into.

    A ``remembered`` device was read a moment ago: it is read again with the first thing read.
    """

    books: DoorBooks
    setup: EventSetup
    device: Device
    secrets: Secrets
    now: datetime
    remembered: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict, and what was known of the guest when it was given."""

    kept: KeptVerdict
    step: Doorstep | None = None
    conflicts: tuple[Conflict, ...] = ()


class NoRoom(Exception):
    """A zone has no place left; ``zone_id`` says which."""

    def __init__(self, zone_id: str) -> None:
        super().__init__("no room")
        self.zone_id = zone_id


def gate_of(post: Post, scan: Scan) -> Gate:
    """Return the gate of a scan.

    Raises
    ------
    Forbidden
        The device may not scan at this gate or event.
    NotFound
        The event has no such gate.
    """
    gate = post.setup.gate(scan.gate_id)
    device = post.device
    if device.event_id != scan.event_id or (device.gates and gate.gate_id not in device.gates):
        raise Forbidden("This device does not stand at this gate.", field="gate_id")
    return gate


def session_at(post: Post, scan: Scan, gate: Gate) -> AgendaSession | None:
    """Return the session that a scan is for. Raises Invalid or NotFound with ``session_id``."""
    if not gate.sessions:
        if scan.session_id:
            raise Invalid("Guests do not check in to sessions at this gate.", field="session_id")
        return None
    if not scan.session_id:
        raise Invalid("Which session do guests check in to?", field="session_id")
    for session in post.books.agenda.of_event(scan.event_id):
        if session.session_id == scan.session_id:
            if gate.room and session.room != gate.room:
                raise Invalid("This session is in another room.", field="session_id")
            return session
    raise NotFound("There is no such session.", field="session_id")


def arrival_of(
    post: Post, scan: Scan, gate: Gate, ticket: Ticket | None, step: Doorstep
) -> Arrival:
    return Arrival(
        scan=scan,
        ticket=ticket,
        setup=post.setup,
        gate=gate,
        registration=step.registration,
        attendance=step.attendance,
        signed_up=step.signed_up,
        now=post.now,
    )


def standing_of(setup: EventSetup, attendance: Attendance, now: datetime) -> Standing:
    """Return where a guest is, and what contradicts what."""
    return standing(attendance, doors_of(setup, attendance.type_id), now)


def tally_of(
    setup: EventSetup, zone_id: str, session: AgendaSession | None, now: datetime
) -> Tally:
    """Return how a zone is counted at a moment; a zone that is gone has no limit."""
    if session_of(zone_id):
        mine = session and session_of(zone_id) == session.session_id
        return Tally(zone_id, session.capacity if mine and session else None, NEVER)
    zones = {zone.zone_id: zone for zone in setup.zones}
    within = {zone.zone_id: zone.within for zone in setup.zones}
    event = setup.event
    # With a house everything in it is emptied, as in the fold over a guest's passages.
    since = max(
        emptied(zones.get(each), now, event.zone, event.day_start)
        for each in chain(zone_id, within)
    )
    return Tally(zone_id, zones[zone_id].limit if zone_id in zones else None, since)


def change_of(
    setup: EventSetup,
    before: Attendance,
    after: Attendance,
    now: datetime,
    *,
    session: AgendaSession | None = None,
    exact: bool = False,
    shards: Mapping[str, int] | None = None,
) -> Change:
    """Return the write of an attendance, with the counts of the zones that it moves through.

    With ``exact`` limits are kept: ``shards`` are those that were seen to have room. Without it
    the counts follow what happened, whatever the limit.

    Raises
    ------
    NoRoom
        A zone with ``exact`` limit lets nobody in.
    """
    where = standing_of(setup, after, now)
    tallies = {
        zone: tally_of(setup, zone, session, now) for zone in where.inside if zone != EVENT_ZONE
    }
    counted: dict[str, Counted] = {}
    into: list[tuple[Tally, int]] = []
    for zone_id, tally in tallies.items():
        had = before.counted.get(zone_id)
        if had and had.emptied == tally.emptied:
            counted[zone_id] = had
            continue
        shard = (shards or {}).get(zone_id)
        if shard is None:
            shard = any_shard(setup.event, tally if exact else tally._replace(limit=None))
        if shard is None:
            raise NoRoom(zone_id)
        counted[zone_id] = Counted(shard=shard, emptied=tally.emptied)
        into.append((tally, shard))
    mark, marked_at = _mark(where.conflicts)
    return Change(
        event=setup.event,
        before=before,
        after=replace(after, counted=counted),
        into=into,
        exact=exact,
        mark=mark,
        marked_at=marked_at,
    )


def room_in(post: Post, zone_id: str, session: AgendaSession | None) -> int:
    """Return a shard of a zone that has room. Raises NoRoom."""
    tally = tally_of(post.setup, zone_id, session, post.now)
    levels = post.books.occupancy.levels(post.setup.event, tally)
    shard = shard_with_room(post.setup.event, tally, levels)
    if shard is None:
        raise NoRoom(zone_id)
    return shard


def rewrite(
    books: DoorBooks,
    setup: EventSetup,
    attendance: Attendance,
    now: datetime,
    changed: Callable[[Attendance], Attendance],
) -> Attendance:
    """Store what ``changed`` makes of an attendance, whoever writes it meanwhile.

    Raises Unavailable when others are faster all the time.
    """
    for _ in range(TRIES):
        after = changed(attendance)
        if after == attendance:
            return attendance
        try:
            return books.scans.change(change_of(setup, attendance, after, now))
        except AttendanceChanged as current:
            attendance = current.attendance
    raise Unavailable("This guest is at too many gates at once; try again.")


def _mark(conflicts: Sequence[Conflict]) -> tuple[str, str]:
    """Return how a list of conflicts has an attendance: under what, and sorted by when."""
    if not conflicts:
        return "", ""
    waiting = [each for each in conflicts if each.open]
    newest = max(each.at for each in waiting or conflicts)
    return OPEN if waiting else SETTLED, time_text(newest)
