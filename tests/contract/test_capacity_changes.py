"""Capacity and stock stay exact while guests take them and an organizer changes them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest

from eventsite.core.domain.events import RequestItem, TicketType
from eventsite.core.errors import EventSiteError, Unavailable
from eventsite.core.services.organizing import add_type, save_item, save_type, set_up
from eventsite.core.services.registering import Application, cancel, register
from eventsite.core.services.requesting import Wish, ask
from eventsite.core.store import keys
from eventsite.core.store.events import EventRepository, item_stock, type_stock
from eventsite.core.store.registrations import RegistrationRepository
from eventsite.core.store.requests import GuestRequestRepository
from eventsite.core.store.table import Table
from tests.builders import NOON, a_guest, a_registration, a_setup, an_event

pytestmark = [pytest.mark.engine]

GUESTS = 30
SHARDS = an_event().stock_shards
ROUNDS = 16
"""Changes of the amount, made while the guests are at it."""
LINE_SECONDS = 0.02
DEADLINE_SECONDS = 60


@pytest.fixture
def events(table):
    return EventRepository(table)


@pytest.fixture
def registrations(table):
    return RegistrationRepository(table)


class SlowLine(Table):
    """A table far away: others write between what is read here and what is written."""

    def transact(self, *writes: Any) -> None:
        time.sleep(LINE_SECONDS)
        super().transact(*writes)


@pytest.fixture
def office(table):
    """The events as an organizer reaches them."""
    return EventRepository(SlowLine(table.client, table.name))


def patiently(work: Callable[[int], Any], number: int) -> str:
    """Do ``work(number)`` until it is done or refused for good; a busy table is asked again."""
    end = time.monotonic() + DEADLINE_SECONDS
    while True:
        try:
            work(number)
        except Unavailable:
            assert time.monotonic() < end, "busy for too long"
        except EventSiteError as refusal:
            return refusal.code
        else:
            return "taken"


def changing_meanwhile(change: Callable[[int], Any], take: Callable[[int], Any]) -> Counter[str]:
    """Take on thirty threads while one more changes the amount, round by round."""
    barrier = Barrier(GUESTS + 1)

    def guest(number: int) -> str:
        barrier.wait()
        time.sleep(number * LINE_SECONDS / 2)
        return patiently(take, number)

    def organizer() -> None:
        barrier.wait()
        for number in range(ROUNDS):
            patiently(change, number)

    with ThreadPoolExecutor(GUESTS + 1) as pool:
        taking = [pool.submit(guest, number) for number in range(GUESTS)]
        pool.submit(organizer).result()
        return Counter(each.result() for each in taking)


def unsold(table: Table, what: str) -> list[int]:
    """Return what is left in each shard; a shard that was oversold is below zero."""
    found = [table.get(keys.stock("demo", what, n), consistent=True) for n in range(SHARDS)]
    return [int(shard["unsold"]) for shard in found if shard]


def next_amount(number: int, now: int, left: int) -> int:
    """Give eight, then take all away that seemed to be left: the tightest squeeze."""
    return now + 8 if number % 2 == 0 else now - left


def test_a_capacity_that_shrinks_and_grows_under_a_rush_is_never_oversold(
    table, events, office, registrations
):
    what = type_stock("general")
    kind = TicketType(event_id="demo", type_id="general", number=1, name="G", capacity=20)
    set_up(events, a_setup(types=(kind,), gates=()))

    def place(number):
        wanted = Application(
            event_id="demo", type_id="general", guest=a_guest(email=f"g{number}@example.org")
        )
        register(events, registrations, wanted, idempotency_key=str(number), source="a", now=NOON)

    def change(number):
        seen = events.fresh_setup("demo").type("general")
        capacity = next_amount(number, seen.capacity, events.stock_left(an_event(), what))
        save_type(office, replace(seen, capacity=capacity), seen)
        assert min(unsold(table, what)) >= 0

    answers = changing_meanwhile(change, place)
    taken, exact = registrations.newest("demo").count()
    assert exact
    assert set(answers) <= {"taken", "sold_out"}
    assert answers["taken"] == taken
    assert min(unsold(table, what)) >= 0
    capacity = events.fresh_setup("demo").type("general").capacity
    assert taken + sum(unsold(table, what)) == capacity


def test_places_given_back_while_the_capacity_shrinks_are_counted_once(
    table, events, office, registrations
):
    what = type_stock("general")
    kind = TicketType(event_id="demo", type_id="general", number=1, name="G", capacity=GUESTS)
    set_up(events, a_setup(types=(kind,), gates=()))
    placed = []
    for number in range(GUESTS):
        guest = a_guest(email=f"g{number}@example.org")
        wanted = Application(event_id="demo", type_id="general", guest=guest)
        done = register(
            events, registrations, wanted, idempotency_key=str(number), source="a", now=NOON
        )
        placed.append(done.registration.registration_id)

    def change(number):
        seen = events.fresh_setup("demo").type("general")
        capacity = next_amount(number, seen.capacity, events.stock_left(an_event(), what))
        save_type(office, replace(seen, capacity=capacity), seen)

    def give_back(number):
        if number % 2:
            cancel(registrations, placed[number])

    changing_meanwhile(change, give_back)
    confirmed, _ = registrations.newest("demo", status="confirmed").count()
    capacity = events.fresh_setup("demo").type("general").capacity
    assert confirmed == GUESTS // 2
    assert confirmed + sum(unsold(table, what)) == capacity


def test_stock_that_shrinks_and_grows_is_never_handed_out_twice(
    table, events, office, registrations
):
    what = item_stock("mug")
    item = RequestItem(event_id="demo", item_id="mug", name="Mug", station_id="bar", stock=20)
    set_up(events, a_setup(items=(item,)))
    requests = GuestRequestRepository(table)
    for number in range(GUESTS):
        guest = a_guest(email=f"g{number}@example.org")
        one = a_registration(registration_id=f"{number:016x}", guest=guest)
        registrations.add(one, f"key-{number}", "hash")

    def take(number):
        wish = Wish(registration_id=f"{number:016x}", item_id="mug")
        ask(events, registrations, requests, wish, idempotency_key="k", now=NOON)

    def change(number):
        seen = events.fresh_setup("demo").item("mug")
        stock = next_amount(number, seen.stock, events.stock_left(an_event(), what))
        save_item(office, replace(seen, stock=stock), seen)
        assert min(unsold(table, what)) >= 0

    answers = changing_meanwhile(change, take)
    assert set(answers) <= {"taken", "sold_out"}
    assert min(unsold(table, what)) >= 0
    stock = events.fresh_setup("demo").item("mug").stock
    assert answers["taken"] + sum(unsold(table, what)) == stock


def test_two_organizers_who_change_one_capacity_do_not_add_up(events):
    kind = TicketType(event_id="demo", type_id="general", number=1, name="G", capacity=10)
    set_up(events, a_setup(types=(kind,), gates=()))
    seen = events.fresh_setup("demo").type("general")

    def change(number):
        save_type(events, replace(seen, capacity=20 + number), seen)

    with ThreadPoolExecutor(GUESTS) as pool:
        answers = Counter(pool.map(lambda n: patiently(change, n), range(GUESTS)))
    assert answers == {"taken": 1, "stale_write": GUESTS - 1}
    now = events.fresh_setup("demo").type("general").capacity
    assert events.stock_left(an_event(), type_stock("general")) == now


def test_types_that_are_added_at_once_have_numbers_of_their_own(events):
    set_up(events, a_setup())

    def add(number):
        add_type(events, TicketType(event_id="demo", type_id=f"t{number}", number=0, name="T"))

    with ThreadPoolExecutor(12) as pool:
        assert Counter(pool.map(lambda n: patiently(add, n), range(12))) == {"taken": 12}
    numbers = [kind.number for kind in events.fresh_setup("demo").types]
    assert sorted(numbers) == list(range(1, 15))
