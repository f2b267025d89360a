"""Badges: what was printed for a guest, and the log of an event's prints.

A guest's first badge is printed once, whoever asks at the same moment; a later one raises the
reissue counter of the registration in the same write, so that the one before opens no gate.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from eventsite.core.domain.badge_prints import Badge, BadgePrint
from eventsite.core.domain.registrations import Registration
from eventsite.core.errors import KeyReused, StaleWrite
from eventsite.core.store import badge_keys, items, keys
from eventsite.core.store.items import Item
from eventsite.core.store.pages import Access, Page
from eventsite.core.store.registration_items import ABSENT, replacing
from eventsite.core.store.table import Table, TransactionRefused
from eventsite.core.store.walks import Merged, Walk

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Printable:
    """What has to be known before a badge is printed, each None when there is none.

    ``seen`` is what was printed under the id before, for whomever.
    """

    registration: Registration | None
    badge: Badge | None
    seen: BadgePrint | None = None


class BadgeRepository:
    """One method per access pattern; each write is one atomic call."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._marked: set[str] = set()

    def of(self, event_id: str, registration_id: str, print_id: str) -> Printable:
        """Return a registration, its badge, and what was printed under this id."""
        wanted = [
            keys.registration(registration_id),
            keys.badge(registration_id),
            badge_keys.badge_print(event_id, print_id),
        ]
        found = {item["entity"]: item for item in self._table.get_all(wanted)}
        return Printable(
            registration=_loaded(Registration, found.get("registration")),
            badge=_loaded(Badge, found.get("badge")),
            seen=_loaded(BadgePrint, found.get("badge_print")),
        )

    def of_registrations(self, registration_ids: Iterable[str]) -> dict[str, Printable]:
        """Return those of these registrations that are there, with their badges; 50 a call."""
        ids = list(dict.fromkeys(registration_ids))
        wanted = [key(each) for each in ids for key in (keys.registration, keys.badge)]
        known: dict[str, Registration] = {}
        badges: dict[str, Badge] = {}
        for item in self._table.get_all(wanted):
            if item["entity"] == "badge":
                badges[item["registration_id"]] = items.load(Badge, item)
            else:
                known[item["registration_id"]] = items.load(Registration, item)
        return {
            each: Printable(registration=known[each], badge=badges.get(each))
            for each in ids
            if each in known
        }

    def first(self, registration: Registration, made: BadgePrint) -> Badge:
        """Store the first badge of a guest.

        Raises
        ------
        KeyReused
            Something else was printed under this id.
        StaleWrite
            There is a badge, or the registration changed since it was read.
        """
        badge = Badge(event_id=made.event_id, registration_id=made.registration_id, prints=(made,))
        same = self._table.checking(
            keys.registration(made.registration_id),
            "version = :read",
            {":read": registration.version},
        )
        put = self._table.putting(_badge_item(badge), ABSENT)
        self._run(made, put, same)
        return badge

    def again(self, registration: Registration, badge: Badge, made: BadgePrint) -> Badge:
        """Store a later badge and replace the ticket by the one that is on it.

        ``registration`` and ``badge`` are as they were read. Raises as ``first`` does.
        """
        fresh = badge.with_print(made)
        replaced = replace(
            registration,
            reissue=made.serial,
            version=registration.version + 1,
            changed_at=made.at,
            changed_by=made.by,
        )
        put = self._table.putting(_badge_item(fresh), "version = :read", {":read": badge.version})
        self._run(made, put, replacing(self._table, replaced))
        return fresh

    def log(self, event_id: str) -> Walk:
        """Return a walk over the badges that an event printed, newest first."""
        hours = Access(self._table, badge_keys.print_hours(event_id), descending=True).stream()
        return Walk(
            [
                Merged(
                    [
                        Access(self._table, part, "by_time", descending=True)
                        for part in badge_keys.prints_within(event_id, hour["bucket"])
                    ]
                )
                for hour in hours
            ]
        )

    def page(self, walk: Walk, limit: int, cursor: str | None = None) -> Page[BadgePrint]:
        return walk.page(limit, cursor).map(lambda item: items.load(BadgePrint, item))

    def _run(self, made: BadgePrint, badge: Item, registration: Item) -> None:
        self._mark_hour(made)
        noted = self._table.putting(_print_item(made), ABSENT)
        try:
            self._table.transact(noted, badge, registration)
        except TransactionRefused as refused:
            if refused.reasons[0].refused:
                raise KeyReused("This print_id was used before.", field="print_id") from refused
            raise StaleWrite("Somebody printed a badge at this moment.") from refused

    def _mark_hour(self, made: BadgePrint) -> None:
        """Note the hour that the log must visit; before the write, so that none is missed."""
        directory, hour = badge_keys.print_hours(made.event_id), items.time_text(made.at)[:13]
        if f"{directory}/{hour}" not in self._marked:
            self._table.put(keys.one(directory, hour) | {"entity": "bucket", "bucket": hour})
            self._marked.add(f"{directory}/{hour}")


def _badge_item(badge: Badge) -> Item:
    return keys.badge(badge.registration_id) | items.dump("badge", badge)


def _print_item(made: BadgePrint) -> Item:
    at = items.time_text(made.at)
    bucket = keys.bucket_of(made.registration_id)
    return (
        badge_keys.badge_print(made.event_id, made.print_id)
        | {
            "time_pk": badge_keys.prints_within(made.event_id, at[:13])[bucket],
            "time_sk": f"{at}#{made.registration_id}#{made.serial:03}",
        }
        | items.dump("badge_print", made)
    )


def _loaded(cls: type[T], item: Item | None) -> T | None:
    return None if item is None else items.load(cls, item)
