"""Promises about concurrency at the stations, with real threads on the real engine.

Those about places are in ``test_places``, ``test_waiting`` and ``test_racing``, those about doors
in ``test_doors`` and ``test_merging``.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from eventsite.core.errors import StaleWrite
from eventsite.core.services.organizing import set_up
from eventsite.core.services.requesting import Wish, ask, fulfil
from eventsite.core.store.deliveries import Claim, DeliveryRepository
from eventsite.core.store.requests import GuestRequestRepository
from eventsite.core.store.stock import item_stock
from tests.builders import NOON, a_guest, a_registration, a_setup
from tests.contract.attacking import Shop, at_once
from tests.contract.conftest import THREADS
from tests.doing import left, put_registration

pytestmark = [pytest.mark.engine]


@pytest.fixture
def shop(table):
    return Shop(table)


def test_ten_shirts_go_to_ten_of_fifty_guests(table, shop):
    set_up(shop.events, a_setup())
    requests = GuestRequestRepository(table)
    for number in range(THREADS):
        guest = a_guest(email=f"g{number}@example.org")
        placed = a_registration(registration_id=f"{number:016x}", guest=guest)
        put_registration(shop, placed, f"key-{number}")

    def one(number):
        wish = Wish(registration_id=f"{number:016x}", item_id="shirt")
        ask(shop.events, shop.registrations, requests, wish, idempotency_key="k", now=NOON)
        return "asked"

    assert at_once(one) == {"asked": 10, "sold_out": THREADS - 10}
    assert left(shop, item_stock("shirt")) == 0


def test_one_guest_tapping_on_fifty_phones_gets_their_share(table, shop):
    set_up(shop.events, a_setup())
    put_registration(shop, a_registration())
    requests = GuestRequestRepository(table)
    wish = Wish(registration_id=a_registration().registration_id, item_id="tea")

    def one(number):
        ask(shop.events, shop.registrations, requests, wish, idempotency_key=str(number), now=NOON)
        return "asked"

    assert at_once(one) == {"asked": 5, "limit_reached": THREADS - 5}


def test_one_request_is_handed_over_once(table, shop):
    set_up(shop.events, a_setup())
    put_registration(shop, a_registration())
    requests = GuestRequestRepository(table)
    wish = Wish(registration_id=a_registration().registration_id, item_id="tea")
    made = ask(
        shop.events, shop.registrations, requests, wish, idempotency_key="k", now=NOON
    ).request
    answers = at_once(lambda n: fulfil(requests, made.request_id, by=str(n), now=NOON).status)
    assert answers["fulfilled"] == 1
    assert set(answers) <= {"fulfilled", "not_allowed", "stale_write"}


def test_one_notification_is_claimed_by_one_of_fifty_workers(table):
    deliveries = DeliveryRepository(table)
    answers = at_once(lambda _: deliveries.claim("n1", now=NOON, at_most_once=False))
    assert answers == {Claim.YOURS: 1, Claim.HELD: THREADS - 1}


def test_two_writers_of_one_registration_do_not_overwrite_each_other(shop):
    put_registration(shop, a_registration())
    read = shop.registrations.get(a_registration().registration_id)
    shop.registrations.save(replace(read, reissue=1))
    with pytest.raises(StaleWrite):
        shop.registrations.save(replace(read, reissue=2))
