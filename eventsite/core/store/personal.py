"""What is kept about one guest beside the registration, and taking it away.

All of it is found by the registration's id, in its partition or in ``by_queue``; only queued
attempts that got no place are found by the address.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from eventsite.core.domain.agenda import SignUp
from eventsite.core.domain.attempts import Attempt
from eventsite.core.domain.attendance import Attendance
from eventsite.core.domain.badge_prints import Badge
from eventsite.core.domain.personal_data import Belongings, Delivery, EarlierImage, ScanRecord
from eventsite.core.domain.registrations import Registration
from eventsite.core.domain.requests import GuestRequest
from eventsite.core.domain.scans import Scan, Verdict
from eventsite.core.errors import NotFound, StaleWrite, Unavailable
from eventsite.core.store import badge_keys, items, keys, name_keys
from eventsite.core.store.items import Item
from eventsite.core.store.pages import Access
from eventsite.core.store.registration_items import name_partition, replacing
from eventsite.core.store.table import ConditionFailed, Table, TransactionRefused

FORGET_TRIES = 8
"""Tries of taking words out of an attendance while its guest passes gates."""


class PersonalRepository:
    """One method per access pattern. What takes away may be repeated."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def belongings(self, registration_id: str) -> Belongings:
        """Return everything about a guest but the history: a Query, and one for each list.

        Raises NotFound.
        """
        found: dict[str, list[Item]] = {}
        for item in self._partition(registration_id):
            found.setdefault(item["entity"], []).append(item)
        if "registration" not in found:
            raise NotFound("There is no such registration.", field="registration_id")
        registration = items.load(Registration, found["registration"][0])
        attended = next((items.load(Attendance, i) for i in found.get("attendance", ())), None)
        return Belongings(
            registration=registration,
            attendance=attended,
            badge=next((items.load(Badge, i) for i in found.get("badge", ())), None),
            sign_ups=[items.load(SignUp, i) for i in found.get("sign_up", ())],
            requests=[items.load(GuestRequest, i) for i in found.get("guest_request", ())],
            earlier=[items.load(EarlierImage, i) for i in found.get("before_import", ())],
            deliveries=self.deliveries(registration_id),
            scans=self._scans(registration_id, attended),
            attempts=self.attempts(registration.event_id, registration.guest.email),
        )

    def _scans(self, registration_id: str, attended: Attendance | None) -> list[ScanRecord]:
        """Return refused scans, and the forced ones: what was written stands there alone."""
        forced = [p.scan for p in (attended.passages if attended else ()) if p.forced]
        found = self._table.get_all([keys.scan(*scan) for scan in forced])
        return [_scan_record(i) for i in (*self._listed(keys.scans_of(registration_id)), *found)]

    def deliveries(self, registration_id: str) -> list[Delivery]:
        """Return what was sent to a guest, oldest first."""
        found = self._listed(keys.sent_to(registration_id))
        return [
            items.load(Delivery, item | {"notification_id": item["pk"].partition("#")[2]})
            for item in found
        ]

    def attempts(self, event_id: str, email: str) -> list[Attempt]:
        """Return the queued attempts of an address that got no place; they go within days."""
        if not email:
            return []
        found = self._listed(keys.attempts_of(event_id, email))
        return [items.load(Attempt, item) for item in found]

    def forget_attempts(self, event_id: str, email: str) -> None:
        """Take away what ``attempts`` finds."""
        for attempt in self.attempts(event_id, email):
            self._table.delete(keys.attempt(attempt.attempt_id))

    def forget_traces(self, registration_id: str) -> None:
        """Take away what is personal in everything that belongs to a registration.

        Passages, sign-ups, requests and badges stay without words, for they are counted, and so
        do scans. What was sent goes.
        """
        for item in self._partition(registration_id):
            if item["entity"] in ("before_import", "mail_wish"):
                self._table.delete(_key(item))
            elif item["entity"] == "guest_request" and item.get("note"):
                self._blank(item, "SET #words = :none ADD version :one", "note", {":one": 1})
            elif item["entity"] == "attendance":
                self._forget_reasons(item)
            elif item["entity"] == "badge":
                self._forget_why_printed(item)
        for item in self._listed(keys.scans_of(registration_id)):
            if item.get("forced"):
                self._blank(item, "SET #words = :none", "forced")
        for item in self._listed(keys.sent_to(registration_id)):
            self._table.delete(_key(item))

    def erase(self, before: Registration, after: Registration) -> Registration:
        """Replace a cancelled registration by one without the person; free its names.

        The address does not lead to it any more, nor does the name by which another system
        knows it.

        Raises
        ------
        StaleWrite
            The registration changed since it was read, or the address got or gave back another
            one at this moment; nothing was written.
        """
        fresh = replace(after, version=before.version + 1)
        directory, bucket = name_keys.name_buckets(fresh.event_id), name_partition(fresh)
        self._table.put(keys.one(directory, bucket) | {"entity": "bucket", "bucket": bucket})
        writes = [replacing(self._table, fresh), *self._unnaming(before)]
        try:
            self._table.transact(*writes)
        except TransactionRefused as refused:
            raise StaleWrite("Something changed while this was erased.") from refused
        return fresh

    def _unnaming(self, before: Registration) -> Iterator[Item]:
        """Yield the writes that take away what leads from names to a registration."""
        table, me = self._table, before.registration_id
        if before.external_id:
            yield table.deleting(
                keys.external(before.event_id, before.external_id),
                "attribute_not_exists(pk) OR registration_id = :me",
                {":me": me},
            )
        if not before.guest.email:
            return
        key = keys.address_claim(before.event_id, before.guest.email, before.type_id)
        claim = table.get(key, consistent=True)
        if claim is None or claim["latest"] != me:
            return
        seen = {":me": me, ":live": claim["live"]}
        others = sorted(claim.get("ids", ()))
        if others:
            seen |= {":other": others[-1]}
            yield table.updating(key, "SET latest = :other", seen, "latest = :me AND live = :live")
        else:
            yield table.deleting(key, "latest = :me AND live = :live", seen)

    def _forget_reasons(self, item: Item) -> None:
        """Take the words of staff out of an attendance, and out of the scans behind it."""
        attended = items.load(Attendance, item)
        for passage in attended.passages:
            if passage.forced:
                self._blank(keys.scan(*passage.scan), "SET #words = :none", "forced")
        for undo in attended.undos:
            self._blank(keys.scan(undo.by, undo.undo_id), "SET #words = :none", "reason")
        for _ in range(FORGET_TRIES):
            if not attended.reasons:
                return
            try:
                self._forget_words(_key(item), attended)
            except ConditionFailed as changed:  # the guest passed a gate at this moment
                attended = items.load(Attendance, changed.item or item)
            else:
                return
        raise Unavailable("This guest is at too many gates at once; try again.")

    def _forget_words(self, key: Item, attended: Attendance) -> None:
        """Take the words of staff out of an attendance. Raises ConditionFailed if it changed."""
        bare = items.dump("attendance", attended.without_words())
        words = {name: bare[name] for name in ("undos", "settled", "block") if name in bare}
        places = ", ".join(f"#{name} = :{name}" for name in words)
        self._table.update(
            key,
            f"SET {places} ADD version :one",
            {f":{name}": value for name, value in words.items()}
            | {":one": 1, ":read": attended.version},
            "version = :read",
            {f"#{name}": name for name in words},
        )

    def _blank(self, item: Item, change: str, name: str, values: Item | None = None) -> None:
        with suppress(ConditionFailed):  # it has gone meanwhile
            self._table.update(
                _key(item),
                change,
                {":none": ""} | (values or {}),
                "attribute_exists(pk)",
                {"#words": name},
            )

    def _forget_why_printed(self, item: Item) -> None:
        """Take away why badges were printed again, in the log first: it leads to the log."""
        badge = items.load(Badge, item)
        told = [each for each in badge.prints if each.reason]
        if not told:
            return
        for each in told:
            self._blank(
                badge_keys.badge_print(each.event_id, each.print_id), "SET #words = :none", "reason"
            )
        silent = tuple(replace(each, reason="") for each in badge.prints)
        fresh = replace(badge, prints=silent, version=badge.version + 1)
        with suppress(ConditionFailed):  # one more was printed: whoever repeats this finds it
            self._table.put(
                _key(item) | items.dump("badge", fresh), "version = :read", {":read": badge.version}
            )

    def _partition(self, registration_id: str) -> list[Item]:
        partition = keys.registration_partition(registration_id)
        return list(Access(self._table, partition, consistent=True).stream())

    def _listed(self, partition: str) -> list[Item]:
        return list(Access(self._table, partition, "by_queue").stream())


def _key(item: Item) -> Item:
    return keys.one(item["pk"], item["sk"])


def _scan_record(item: Item) -> ScanRecord:
    return ScanRecord(scan=items.load(Scan, item), verdict=items.load(Verdict, item["verdict"]))
