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
from eventsite.core.errors import EventSiteError, NotAllowed, Unavailable
from eventsite.core.services.deciding import cancel
from eventsite.core.services.lining_up import tend
from eventsite.core.services.organizing import add_type, save_event, save_item, save_type, set_up
from eventsite.core.services.requesting import Wish, ask
from eventsite.core.store import keys
from eventsite.core.store.events import EventRepository
from eventsite.core.store.requests import GuestRequestRepository
from eventsite.core.store.stock import item_stock, type_stock
from eventsite.core.store.table import Table
from tests.builders import NOON, a_guest, a_registration, a_setup, an_event
from tests.contract.attacking import Shop, a_kind, opened, somebody
from tests.doing import apply, left, put_registration

pytestmark = [pytest.mark.engine]

GUESTS = 30
SHARDS = an_event().stock_shards
ROUNDS = 16
"""Changes of the amount, made while the guests are at it."""
LINE_SECONDS = 0.02
DEADLINE_SECONDS = 60


@pytest.fixture
def shop(table):
    return Shop(table)


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


@pytest.mark.parametrize("waitlist", [False, True])
def test_a_capacity_that_shrinks_and_grows_under_a_rush_is_never_oversold(table, office, waitlist):
    shop = opened(table, kinds=[a_kind(capacity=20, waitlist=waitlist)])

    def place(number):
        apply(shop, str(number), guest=somebody(number))

    def change(number):
        seen = shop.events.fresh_setup("demo").type("general")
        capacity = next_amount(number, seen.capacity, left(shop, "TYPE.general"))
        save_type(office, replace(seen, capacity=capacity), seen)
        assert min(unsold(table, "TYPE.general")) >= 0

    answers = changing_meanwhile(change, place)
    assert set(answers) <= ({"taken"} if waitlist else {"taken", "sold_out"})
    books = shop.books()
    assert answers["taken"] == len(books.live)
    if waitlist:
        shop.events = EventRepository(table)  # as another process, with the capacity of now
        tend(shop, NOON)
        shop.books()


def test_an_events_capacity_changes_under_a_rush_of_two_types(table, office):
    kinds = [a_kind("general", 1, capacity=25), a_kind("crew", 2, capacity=None)]
    shop = opened(table, kinds=kinds, capacity=20)

    def place(number):
        apply(shop, str(number), type_id=("general", "crew")[number % 2], guest=somebody(number))

    def change(number):
        seen = shop.events.get("demo")
        capacity = next_amount(number, seen.capacity, left(shop, "EVENT"))
        save_event(office, replace(seen, capacity=capacity), seen)
        assert min(unsold(table, "EVENT")) >= 0

    answers = changing_meanwhile(change, place)
    assert set(answers) <= {"taken", "sold_out"}
    assert answers["taken"] == len(shop.books().live)


def test_places_given_back_while_the_capacity_shrinks_are_counted_once(table, office):
    shop = opened(table, kinds=[a_kind(capacity=GUESTS)])
    placed = [apply(shop, f"{n}", guest=somebody(n)).registration for n in range(GUESTS)]

    def change(number):
        seen = shop.events.fresh_setup("demo").type("general")
        capacity = next_amount(number, seen.capacity, left(shop, "TYPE.general"))
        save_type(office, replace(seen, capacity=capacity), seen)

    def give_back(number):
        if number % 2:
            cancel(shop, placed[number].registration_id, NOON)

    changing_meanwhile(change, give_back)
    assert len(shop.books().live) == GUESTS // 2


def test_a_capacity_below_what_is_taken_is_refused_and_changes_nothing(table):
    shop = opened(table, kinds=[a_kind(capacity=10)])
    for number in range(7):
        apply(shop, f"{number}", guest=somebody(number))
    seen = shop.events.fresh_setup("demo").type("general")
    with pytest.raises(NotAllowed):
        save_type(shop.events, replace(seen, capacity=6), seen)
    assert shop.books().left("TYPE.general") == 3
    save_type(shop.events, replace(seen, capacity=7), seen)
    assert shop.books().left("TYPE.general") == 0


def test_stock_that_shrinks_and_grows_is_never_handed_out_twice(table, shop, office):
    what = item_stock("mug")
    item = RequestItem(event_id="demo", item_id="mug", name="Mug", station_id="bar", stock=20)
    set_up(shop.events, a_setup(items=(item,)))
    requests = GuestRequestRepository(table)
    for number in range(GUESTS):
        guest = a_guest(email=f"g{number}@example.org")
        one = a_registration(registration_id=f"{number:016x}", guest=guest)
        put_registration(shop, one, f"key-{number}")

    def take(number):
        wish = Wish(registration_id=f"{number:016x}", item_id="mug")
        ask(shop.events, shop.registrations, requests, wish, idempotency_key="k", now=NOON)

    def change(number):
        seen = shop.events.fresh_setup("demo").item("mug")
        stock = next_amount(number, seen.stock, left(shop, what))
        save_item(office, replace(seen, stock=stock), seen)
        assert min(unsold(table, what)) >= 0

    answers = changing_meanwhile(change, take)
    assert set(answers) <= {"taken", "sold_out"}
    assert min(unsold(table, what)) >= 0
    stock = shop.events.fresh_setup("demo").item("mug").stock
    assert answers["taken"] + sum(unsold(table, what)) == stock


def test_two_organizers_who_change_one_capacity_do_not_add_up(shop):
    kind = TicketType(event_id="demo", type_id="general", number=1, name="G", capacity=10)
    set_up(shop.events, a_setup(types=(kind,), gates=()))
    seen = shop.events.fresh_setup("demo").type("general")

    def change(number):
        save_type(shop.events, replace(seen, capacity=20 + number), seen)

    with ThreadPoolExecutor(GUESTS) as pool:
        answers = Counter(pool.map(lambda n: patiently(change, n), range(GUESTS)))
    assert answers == {"taken": 1, "stale_write": GUESTS - 1}
    now = shop.events.fresh_setup("demo").type("general").capacity
    assert left(shop, type_stock("general")) == now


def test_types_that_are_added_at_once_have_numbers_of_their_own(shop):
    set_up(shop.events, a_setup())

    def add(number):
        add_type(shop.events, TicketType(event_id="demo", type_id=f"t{number}", number=0, name="T"))

    with ThreadPoolExecutor(12) as pool:
        assert Counter(pool.map(lambda n: patiently(add, n), range(12))) == {"taken": 12}
    numbers = [kind.number for kind in shop.events.fresh_setup("demo").types]
    assert sorted(numbers) == list(range(1, 15))
