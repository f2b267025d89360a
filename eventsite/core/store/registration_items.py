"""How a registration and what belongs to it are stored, and the writes that they are made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from eventsite.core.domain.registrations import Registration, RegistrationStatus
from eventsite.core.store import items, keys, name_keys
from eventsite.core.store.items import Item
from eventsite.core.store.table import Table

ABSENT = "attribute_not_exists(pk)"


def registration_item(registration: Registration) -> Item:
    """Return the item of a registration with its index keys.

    Who waits, and whose place is held until a time, is in ``by_queue`` once a party.
    """
    event_id, moment = registration.event_id, registration.registered_at
    registration_id = registration.registration_id
    ending = f"#{registration_id}"
    item = keys.registration(registration_id) | {
        "name_pk": name_partition(registration),
        "name_sk": name_keys.normalised(registration.guest.name) + ending,
        "time_pk": keys.hour_bucket(event_id, moment, registration_id),
        "time_sk": items.time_text(moment) + ending,
    }
    if (surname := name_keys.surname(registration.guest.name)) and registration.erased_at is None:
        item |= {
            "surname_pk": name_keys.surname_bucket(event_id, surname),
            "surname_sk": f"{surname} {item['name_sk']}",
        }
    bucket = keys.bucket_of(registration_id)
    if registration.leads and registration.live and registration.held_until is not None:
        item |= {
            "queue_pk": keys.held(event_id)[bucket],
            "queue_sk": items.time_text(registration.held_until) + ending,
        }
    elif registration.leads and registration.status is RegistrationStatus.WAITLISTED:
        item |= {
            "queue_pk": keys.waiting(event_id)[bucket],
            "queue_sk": items.time_text(moment) + ending,
        }
    return item | items.dump("registration", registration)


def name_partition(registration: Registration) -> str:
    """Return the by_name partition that a registration is listed in."""
    if registration.erased_at is not None:
        return name_keys.erased_bucket(registration.event_id, registration.registration_id)
    return name_keys.name_bucket(registration.event_id, registration.guest.name)


def adding(table: Table, registration: Registration) -> Item:
    return table.putting(registration_item(registration), ABSENT)


def replacing(table: Table, fresh: Registration) -> Item:
    """Return the write of a registration whose version has been counted up already."""
    return table.putting(registration_item(fresh), "version = :read", {":read": fresh.version - 1})


def naming(table: Table, registration: Registration) -> Item:
    """Return the write that keeps under which name another system knows a registration."""
    return table.putting(
        keys.external(registration.event_id, registration.external_id)
        | {"entity": "external", "registration_id": registration.registration_id},
        "attribute_not_exists(pk) OR registration_id = :me",
        {":me": registration.registration_id},
    )


def claiming(
    table: Table, party: Sequence[Registration], limits: Mapping[str, int | None]
) -> list[Item]:
    """Return the writes that count a party's live registrations by address and type.

    ``limits`` says per type how many an address may have. The condition cannot hold when the
    party alone is too many.
    """
    writes = []
    for (event_id, email, type_id), ids in _addresses(party).items():
        values: Item = {":n": len(ids), ":ids": set(ids), ":last": ids[-1], ":claim": "claim"}
        condition, limit = "", limits.get(type_id)
        if limit is not None:
            condition = "attribute_not_exists(live) OR live <= :room"
            values[":room"] = limit - len(ids)
            if len(ids) > limit:
                condition = "attribute_exists(nothing)"
                del values[":room"]
        writes.append(
            table.updating(
                keys.address_claim(event_id, email, type_id),
                "SET entity = :claim, latest = :last ADD live :n, ids :ids",
                values,
                condition,
            )
        )
    return writes


def unclaiming(table: Table, party: Iterable[Registration]) -> list[Item]:
    """Return the writes that stop counting these; the address still finds the latest of them."""
    return [
        table.updating(
            keys.address_claim(event_id, email, type_id),
            "ADD live :n DELETE ids :ids",
            {":n": -len(ids), ":ids": set(ids)},
            ABSENT.replace("not_", ""),
        )
        for (event_id, email, type_id), ids in _addresses(party).items()
    ]


def taken_by(party: Iterable[Registration]) -> Counter[tuple[str, int]]:
    """Return how many places a party has of which stock in which shard."""
    return Counter(place for each in party for place in each.places.items())


def _addresses(party: Iterable[Registration]) -> dict[tuple[str, str, str], list[str]]:
    """Return who shares an address and a type; guests without an address are not counted.

    Addresses that differ in capitals only are one: DynamoDB takes one write an item.
    """
    found: dict[tuple[str, str, str], list[str]] = {}
    for each in party:
        if each.guest.email:
            about = (each.event_id, each.guest.email.casefold(), each.type_id)
            found.setdefault(about, []).append(each.registration_id)
    return found
