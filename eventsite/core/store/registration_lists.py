"""The ways to find registrations again: one, a party, by address, by name, by time, in line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge

from eventsite.core.domain.agenda import SignUp
from eventsite.core.domain.attendance import Attendance, Passage
from eventsite.core.domain.registrations import Registration
from eventsite.core.domain.requests import GuestRequest
from eventsite.core.errors import NotFound
from eventsite.core.store import items, keys, name_keys
from eventsite.core.store.items import Item
from eventsite.core.store.narrowing import WORDS_SOUGHT, Only
from eventsite.core.store.pages import Access, Page
from eventsite.core.store.registration_items import name_partition
from eventsite.core.store.table import Table
from eventsite.core.store.walks import Merged, Walk

COUNTED = 1000
"""People ahead in a line that are counted before it says that there are more."""


@dataclass(frozen=True, slots=True)
class GuestPage:
    """Everything of one registration, read in one Query."""

    registration: Registration
    attendance: Attendance | None
    sign_ups: tuple[SignUp, ...]
    requests: tuple[GuestRequest, ...]

    @property
    def admission(self) -> Passage | None:
        """The entry that admitted the guest first, None if they are not there yet."""
        return self.attendance.first_entry if self.attendance else None


class RegistrationLists:
    """One method per access pattern."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._marked: dict[str, set[str]] = {}

    def get(self, registration_id: str, *, consistent: bool = True) -> Registration:
        """Return a registration. Raises NotFound."""
        item = self._table.get(keys.registration(registration_id), consistent=consistent)
        if item is None:
            raise NotFound("There is no such registration.", field="registration_id")
        return items.load(Registration, item)

    def party(self, registration: Registration) -> tuple[Registration, ...]:
        """Return all who registered together, in order, as they are now. Raises NotFound."""
        if len(registration.ids) == 1:
            return (self.get(registration.registration_id),)
        found = self.of_ids(registration.ids)
        return tuple(found[each] for each in registration.ids if each in found)

    def of_ids(self, registration_ids: Iterable[str]) -> dict[str, Registration]:
        """Return those of these registrations that are there, by id; 100 a call."""
        wanted = [keys.registration(each) for each in dict.fromkeys(registration_ids)]
        found = (items.load(Registration, item) for item in self._table.get_all(wanted))
        return {each.registration_id: each for each in found}

    def guest_page(self, registration_id: str) -> GuestPage:
        """Return everything of one registration in one Query. Raises NotFound."""
        access = Access(self._table, keys.registration_partition(registration_id), consistent=True)
        found: dict[str, list[Item]] = {}
        for item in access.stream():
            found.setdefault(item["entity"], []).append(item)
        if "registration" not in found:
            raise NotFound("There is no such registration.", field="registration_id")
        attended = found.get("attendance", [])
        return GuestPage(
            registration=items.load(Registration, found["registration"][0]),
            attendance=items.load(Attendance, attended[0]) if attended else None,
            sign_ups=tuple(items.load(SignUp, i) for i in found.get("sign_up", ())),
            requests=tuple(items.load(GuestRequest, i) for i in found.get("guest_request", ())),
        )

    def of_address(self, event_id: str, email: str) -> tuple[Registration, ...]:
        """Return an address's live registrations and its latest of each type, newest first."""
        access = Access(self._table, keys.address_claims(event_id, email), consistent=True)
        return _newest_first(self.of_ids(_claimed(access.stream())).values())

    def of_addresses(
        self, event_id: str, emails: Sequence[str], type_ids: Sequence[str]
    ) -> dict[str, tuple[Registration, ...]]:
        """Return what ``of_address`` does for many addresses, in calls of 100 keys."""
        where = {keys.address_claims(event_id, email): email for email in emails}
        wanted = [keys.address_claim(event_id, e, t) for e in where.values() for t in type_ids]
        ids: dict[str, list[str]] = {}
        for claim in self._table.get_all(wanted):
            ids.setdefault(where[claim["pk"]], []).extend(_claimed([claim]))
        found = self.of_ids(each for claimed in ids.values() for each in claimed)
        return {
            email: _newest_first(found[each] for each in claimed if each in found)
            for email, claimed in ids.items()
        }

    def externals(self, event_id: str, external_ids: Iterable[str]) -> dict[str, Registration]:
        """Return the registrations known to another system under these ids; 100 a call."""
        wanted = [keys.external(event_id, each) for each in dict.fromkeys(external_ids)]
        known = self._table.get_all(wanted)
        found = self.of_ids(item["registration_id"] for item in known)
        return {each.external_id: each for each in found.values()}

    # -- in line --------------------------------------------------------------------------------
    def waiting(self, event_id: str) -> Iterator[Registration]:
        """Yield who waits for a place, one of each party, in the order they came."""
        return self._queued(keys.waiting(event_id))

    def lapsing(self, event_id: str, until: datetime) -> Iterator[Registration]:
        """Yield whose place is held until ``until`` or earlier, one of each party, by that time."""
        return self._queued(keys.held(event_id), ("0", items.time_text(until) + "#~"))

    def ahead(self, registration: Registration) -> tuple[int, bool]:
        """Return how many parties wait before this one, and whether that is all of them."""
        until = items.time_text(registration.registered_at)
        total = 0
        for partition in keys.waiting(registration.event_id):
            access = Access(self._table, partition, "by_queue", between=("0", until))
            found, exact = access.count(COUNTED - total)
            total += found
            if not exact or total >= COUNTED:
                return total, False
        return total, True

    def _queued(
        self, partitions: Iterable[str], between: tuple[str, str] | None = None
    ) -> Iterator[Registration]:
        accesses = [Access(self._table, p, "by_queue", between=between) for p in partitions]
        lines = [access.stream(100) for access in accesses]
        for item in merge(*lines, key=lambda each: str(each["queue_sk"])):
            yield items.load(Registration, item)

    # -- lists ----------------------------------------------------------------------------------
    def newest(
        self, event_id: str, status: str = "", *, type_id: str = "", awaiting: str = ""
    ) -> Walk:
        """Return a walk over an event's registrations, newest first."""
        only = Only(status, type_id, awaiting)
        found = Access(self._table, keys.hours(event_id), descending=True).stream()
        return Walk(
            [
                Merged(
                    [
                        self._access(part, "by_time", only, descending=True)
                        for part in keys.hour_parts(event_id, hour["bucket"])
                    ]
                )
                for hour in found
            ]
        )

    def by_name(
        self,
        event_id: str,
        prefix: str = "",
        status: str = "",
        *,
        type_id: str = "",
        awaiting: str = "",
    ) -> Walk:
        """Return a walk over an event's registrations by name, from ``prefix`` on.

        A prefix of two letters or more hits one bucket.
        """
        only = Only(status, type_id, awaiting)
        wanted = name_keys.normalised(prefix)
        if len(wanted) >= 2:
            buckets = [name_keys.name_bucket(event_id, wanted)]
        else:
            known = Access(self._table, name_keys.name_buckets(event_id)).stream()
            buckets = [b["bucket"] for b in known]
        return Walk([self._access(b, "by_name", only, wanted) for b in buckets])

    def named(
        self,
        event_id: str,
        query: str,
        status: str = "",
        *,
        type_id: str = "",
        awaiting: str = "",
    ) -> Walk:
        """Return a walk over whose name begins with a query, then over whose last name does.

        Of several words the last begins the last name and each other some word of the name, so
        ``berg``, ``van der berg`` and ``berg, anna`` all find Anna van der Berg.
        """
        family, _, given = name_keys.normalised(query).partition(",")
        words = [*given.split(), *family.split()]
        if not words:
            return Walk([])
        whole = " ".join(words)
        found = self.by_name(event_id, whole, status, type_id=type_id, awaiting=awaiting)
        if len(words[-1]) < 2:
            return found
        others = tuple(words[:-1][:WORDS_SOUGHT])
        only = Only(status, type_id, awaiting, words=others, beyond=whole)
        partition = name_keys.surname_bucket(event_id, words[-1])
        return Walk([*found.accesses, self._access(partition, "by_surname", only, words[-1])])

    def in_line(
        self,
        event_id: str,
        status: str = "",
        *,
        type_id: str = "",
        awaiting: str = "",
        held: bool = False,
    ) -> Walk:
        """Return a walk over who waits, one of each party in the order they came.

        With ``held`` it is over those whose place is held for a time, by that time.
        """
        partitions = keys.held(event_id) if held else keys.waiting(event_id)
        only = Only(status, type_id, awaiting)
        return Walk([Merged([self._access(part, "by_queue", only) for part in partitions])])

    def page(self, walk: Walk, limit: int, cursor: str | None = None) -> Page[Registration]:
        return walk.page(limit, cursor).map(lambda item: items.load(Registration, item))

    def _access(
        self,
        partition: str,
        index: str,
        only: Only,
        prefix: str = "",
        *,
        descending: bool = False,
    ) -> Access:
        return Access(
            self._table,
            partition,
            index,
            prefix=prefix,
            descending=descending,
            where=only.where,
            values=only.values,
            names=only.names,
        )

    def _mark_buckets(self, registration: Registration) -> None:
        """Note the buckets that lists must visit; before the write, so that none is missed."""
        event_id = registration.event_id
        hour = items.time_text(registration.registered_at)[:13]
        name = name_partition(registration)
        for directory, bucket in (
            (keys.hours(event_id), hour),
            (name_keys.name_buckets(event_id), name),
        ):
            if bucket not in (known := self._directory(directory)):
                self._table.put(
                    keys.one(directory, bucket) | {"entity": "bucket", "bucket": bucket}
                )
                known.add(bucket)

    def _directory(self, directory: str) -> set[str]:
        """Return the buckets that a directory is known to have; read once a process.

        Otherwise every new process would write them all again, in a rush faster than guests come.
        """
        if directory not in self._marked:
            found = Access(self._table, directory).stream()
            self._marked[directory] = {item["bucket"] for item in found}
        return self._marked[directory]


def _claimed(claims: Iterable[Item]) -> list[str]:
    return [each for claim in claims for each in {*claim.get("ids", ()), claim["latest"]}]


def _newest_first(found: Iterable[Registration]) -> tuple[Registration, ...]:
    return tuple(sorted(found, key=lambda each: each.registered_at, reverse=True))
