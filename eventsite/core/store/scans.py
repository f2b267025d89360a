"""Scans with their verdicts, and the attendances that they change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from eventsite.core.domain.attendance import Attendance
from eventsite.core.domain.events import Event
from eventsite.core.domain.registrations import Registration
from eventsite.core.domain.scans import Scan, UndoneScan, Verdict
from eventsite.core.domain.staff import Device
from eventsite.core.store import items, keys, office_keys
from eventsite.core.store.items import Item
from eventsite.core.store.occupancy import Tally, entering, leaving
from eventsite.core.store.pages import Access, Page
from eventsite.core.store.registration_items import replacing
from eventsite.core.store.table import ConditionFailed, Reason, Table, TransactionRefused

OPEN, SETTLED = "open", "settled"
"""How a list of conflicts is sorted: those that nobody looked at, and the others."""


@dataclass(frozen=True, slots=True)
class KeptVerdict:
    """A verdict as the table has it; ``replayed`` when it was there before this call."""

    verdict: Verdict
    payload_hash: str
    replayed: bool


@dataclass(frozen=True, slots=True)
class Doorstep:
    """What is known of somebody at a door; ``registration`` is None when there is none.

    ``device`` is the device that was asked for, as it is now.
    """

    registration: Registration | None
    attendance: Attendance
    signed_up: bool = False
    badge_printed: bool = False
    device: Device | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An attendance before and after, and how the zones' counts go with it.

    ``into`` are the zones to count one more in, each with its shard; ``exact`` keeps their
    limits. ``answered`` is the registration with answers given at the door. ``mark`` puts the
    attendance on the list of conflicts: ``open`` or ``settled``, with the time that it is
    sorted by.
    """

    event: Event
    before: Attendance
    after: Attendance
    into: Sequence[tuple[Tally, int]] = ()
    exact: bool = True
    answered: Registration | None = None
    mark: str = ""
    marked_at: str = ""

    @property
    def out_of(self) -> list[str]:
        """The zones to count one less in, among those whose count had this guest."""
        kept, had = self.after.counted, self.before.counted
        return [zone for zone in sorted(had) if zone not in kept or kept[zone] != had[zone]]


class AttendanceChanged(Exception):
    """Somebody wrote the attendance since it was read; ``attendance`` is as it is now."""

    def __init__(self, attendance: Attendance) -> None:
        super().__init__("attendance changed")
        self.attendance = attendance


class RegistrationChanged(Exception):
    """Somebody wrote the registration since it was read."""


class ShardFull(Exception):
    """A shard of a zone's count has no room; ``zone_id`` says of which."""

    def __init__(self, zone_id: str) -> None:
        super().__init__("shard full")
        self.zone_id = zone_id


class ScanRepository:
    """One method per access pattern; each write is one atomic call."""

    def __init__(self, table: Table, office: Table) -> None:
        self._table = table
        self._office = office

    def at_the_door(
        self,
        event_id: str,
        registration_id: str,
        session_id: str = "",
        *,
        badge: bool = False,
        device_id: str = "",
    ) -> Doorstep:
        """Return what is known of a registration at the doors; one call.

        With ``session_id`` also whether the guest signed up, with ``badge`` whether one was
        printed, with ``device_id`` the device that scans: whether it was revoked meanwhile.
        """
        wanted = [keys.registration(registration_id), keys.attendance(registration_id)]
        if session_id:
            wanted.append(keys.sign_up(registration_id, session_id))
        if badge:
            wanted.append(keys.badge(registration_id))
        devices: list[Item] = []
        if device_id:
            # In one transaction, and not in one batch: a role's conditions on keys are asked of
            # each read by itself.
            asked = [(self._office, office_keys.device(device_id))]
            asked += [(self._table, key) for key in wanted]
            device, *rest = Table.snapshot_of(asked)
            devices, read = [device] if device else [], [item for item in rest if item]
        else:
            read = self._table.get_all(wanted)
        found = {item["sk"]: item for item in read}
        stored = found.pop("REG", None)
        registration = items.load(Registration, stored) if stored else None
        attended = found.pop(keys.attendance(registration_id)["sk"], None)
        attendance = _attendance(attended, event_id, registration_id)
        if registration:
            attendance = replace(attendance, type_id=registration.type_id)
        return Doorstep(
            registration,
            attendance,
            signed_up=any(sort.startswith("SIGN#") for sort in found),
            badge_printed="BADGE" in found,
            device=items.load(Device, devices[0]) if devices else None,
        )

    def attendances(self, registration_ids: Sequence[str]) -> dict[str, Attendance]:
        """Return the attendances that are there, by registration; 100 a call."""
        found = self._table.get_all([keys.attendance(each) for each in registration_ids])
        return {item["registration_id"]: items.load(Attendance, item) for item in found}

    def kept(self, device_id: str, scan_id: str) -> tuple[Scan, KeptVerdict] | None:
        """Return a scan of a device and its verdict, or None."""
        item = self._table.get(keys.scan(device_id, scan_id), consistent=True)
        if item is None or item["entity"] != "scan":
            return None
        return items.load(Scan, item), _kept(item, replayed=True)

    def admit(self, scan: Scan, verdict: Verdict, change: Change) -> KeptVerdict:
        """Store a scan, its verdict and what it changes, or nothing.

        Returns what the table has afterwards: this verdict, or the one that the same scan got
        before.

        Raises
        ------
        AttendanceChanged, RegistrationChanged, ShardFull
            Somebody else was faster; nothing was written.
        """
        put = self._table.putting(_scan_item(scan, verdict, listed=False), ABSENT)
        seen = self._write(put, change)
        if seen is not None:
            return _kept(seen, replayed=True)
        return KeptVerdict(verdict, scan.payload_hash, replayed=False)

    def refuse(self, scan: Scan, verdict: Verdict) -> KeptVerdict:
        """Store a scan that changes nothing; returns the first verdict if it was seen before."""
        try:
            self._table.put(_scan_item(scan, verdict, listed=True), ABSENT)
        except ConditionFailed as seen:
            if seen.item is None:
                raise
            return _kept(seen.item, replayed=True)
        return KeptVerdict(verdict, scan.payload_hash, replayed=False)

    def undo(self, undone: UndoneScan, change: Change) -> tuple[UndoneScan, bool]:
        """Store that a scan counts no more; returns the fact, and whether it was there before.

        Raises AttendanceChanged.
        """
        item = keys.scan(undone.by, undone.undo_id) | items.dump("undone_scan", undone)
        seen = self._write(self._table.putting(item, ABSENT), change)
        if seen is not None:
            return items.load(UndoneScan, seen), True
        return undone, False

    def change(self, change: Change) -> Attendance:
        """Store a changed attendance that no scan is behind. Raises AttendanceChanged."""
        self._write(None, change)
        return replace(change.after, version=change.before.version + 1)

    def conflicts(
        self, event_id: str, mark: str = "", limit: int = 50, cursor: str | None = None
    ) -> Page[Attendance]:
        """Return attendances with conflicts, open or settled or all, newest first."""
        access = Access(
            self._table,
            keys.conflicts(event_id),
            "by_queue",
            prefix=f"{mark}#" if mark else "",
            descending=True,
        )
        return access.page(limit, cursor).map(lambda item: items.load(Attendance, item))

    def _write(self, fact: Item | None, change: Change) -> Item | None:
        """Run a change with the fact behind it; returns the fact that was there before, if any."""
        table, writes = self._table, [fact] if fact else []
        writes.append(self._attendance_put(change))
        if change.answered:
            writes.append(replacing(table, change.answered))
        named = [""] * len(writes)
        for tally, shard in change.into:
            writes.append(entering(table, change.event, tally, shard, exact=change.exact))
            named.append(tally.zone_id)
        for zone_id in change.out_of:
            counted = change.before.counted[zone_id]
            writes.append(leaving(table, change.event, zone_id, counted))
            named.append(f"-{zone_id}")
        try:
            table.transact(*writes)
        except TransactionRefused as refused:
            return self._refused(refused.reasons, named, change, fact=fact is not None)
        return None

    def _refused(
        self, reasons: Sequence[Reason], named: Sequence[str], change: Change, *, fact: bool
    ) -> Item | None:
        if fact and reasons[0].refused and reasons[0].item:
            return reasons[0].item
        attended = reasons[int(fact)]
        me = change.before
        if attended.refused:
            current = _attendance(attended.item, me.event_id, me.registration_id)
            raise AttendanceChanged(replace(current, type_id=me.type_id))
        for reason, name in zip(reasons, named, strict=True):
            if reason.refused and name.startswith("-"):
                # Somebody corrected the count below what the gates know of: never below zero.
                kept = {z: c for z, c in me.counted.items() if z != name[1:]}
                raise AttendanceChanged(replace(me, counted=kept))
            if reason.refused and name:
                raise ShardFull(name)
        raise RegistrationChanged

    def _attendance_put(self, change: Change) -> Item:
        before = change.before.version
        fresh = replace(change.after, version=before + 1)
        item = keys.attendance(fresh.registration_id) | items.dump("attendance", fresh)
        if change.mark:
            item |= {
                "queue_pk": keys.conflicts(fresh.event_id),
                "queue_sk": f"{change.mark}#{change.marked_at}#{fresh.registration_id}",
            }
        if not before:
            return self._table.putting(item, ABSENT)
        return self._table.putting(item, "version = :read", {":read": before})


ABSENT = "attribute_not_exists(pk)"


def _attendance(
    item: Mapping[str, object] | None, event_id: str, registration_id: str
) -> Attendance:
    if item is None:
        return Attendance(event_id=event_id, registration_id=registration_id)
    return items.load(Attendance, item)


def _scan_item(scan: Scan, verdict: Verdict, *, listed: bool) -> Item:
    # The ticket code itself is not kept: it is a credential, and the hash knows it again. Answers
    # are with the registration. What was admitted is listed in the attendance.
    said = items.dump("scan", replace(scan, ticket_code="", answers={}))
    key = keys.scan(scan.device_id, scan.scan_id)
    if listed and verdict.registration_id:
        key |= {
            "queue_pk": keys.scans_of(verdict.registration_id),
            "queue_sk": items.time_text(verdict.decided_at),
        }
    return (
        key | said | {"payload_hash": scan.payload_hash, "verdict": items.dump("verdict", verdict)}
    )


def _kept(item: Mapping[str, object], *, replayed: bool) -> KeptVerdict:
    verdict: Item = item["verdict"]  # type: ignore[assignment]
    return KeptVerdict(items.load(Verdict, verdict), str(item["payload_hash"]), replayed)
