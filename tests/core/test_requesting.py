"""A guest gets what they are entitled to, once, while it lasts."""

from __future__ import annotations

import pytest

from eventsite.core.domain.requests import RequestStatus
from eventsite.core.errors import (
    Invalid,
    KeyReused,
    LimitReached,
    NotAllowed,
    NotFound,
    SoldOut,
)
from eventsite.core.services.deciding import cancel
from eventsite.core.services.organizing import set_up
from eventsite.core.services.requesting import Wish, ask, fulfil
from eventsite.core.store.stock import item_stock
from tests.builders import NOON, a_guest, a_registration, a_setup
from tests.conftest import everything
from tests.doing import left, put_registration

GUEST = a_registration().registration_id


@pytest.fixture
def asking(installation):
    set_up(installation.events, a_setup())
    put_registration(installation, a_registration())

    def call(key="key-1", **changes):
        fields = {"registration_id": GUEST, "item_id": "tea"} | changes
        stores = installation
        return ask(
            stores.events,
            stores.registrations,
            stores.requests,
            Wish(**fields),
            idempotency_key=key,
            now=NOON,
        )

    return call


def test_a_request_waits_at_its_station(installation, asking):
    request = asking(note="no sugar").request
    assert [r.request_id for r in installation.requests.open_at("demo", "bar", 10)] == [
        request.request_id
    ]
    assert installation.registrations.guest_page(GUEST).requests == (request,)


def test_a_double_tap_is_one_request(installation, asking):
    first = asking().request
    again = asking()
    assert (again.request, again.replayed) == (first, True)
    with pytest.raises(KeyReused):
        asking(quantity=2)


def test_an_entitlement_is_not_exceeded(asking):
    asking(quantity=3)
    with pytest.raises(LimitReached):
        asking("key-2", quantity=3)
    asking("key-3", quantity=2)


def test_the_stock_is_not_exceeded(installation, asking):
    for number in range(10):
        other = a_registration(
            registration_id=f"{number:016x}", guest=a_guest(email=f"g{number}@example.org")
        )
        put_registration(installation, other, f"k{number}")
        asking(f"s{number}", registration_id=other.registration_id, item_id="shirt")
    assert left(installation, item_stock("shirt")) == 0
    with pytest.raises(SoldOut):
        asking("late", item_id="shirt")


@pytest.mark.parametrize(
    ("changes", "error", "field"),
    [
        ({"item_id": "moon"}, NotFound, "item_id"),
        ({"registration_id": "0" * 16}, NotFound, "registration_id"),
        ({"quantity": 0}, Invalid, "quantity"),
        ({"quantity": 21}, Invalid, "quantity"),
        ({"note": "x" * 201}, Invalid, "note"),
        ({"key": ""}, Invalid, "Idempotency-Key"),
    ],
)
def test_bad_input_names_the_field_and_writes_nothing(asking, changes, error, field):
    before = everything()
    with pytest.raises(error) as refusal:
        asking(**changes)
    assert refusal.value.field == field
    assert everything() == before


def test_who_has_cancelled_asks_for_nothing(installation, asking):
    cancel(installation, GUEST, NOON)
    with pytest.raises(NotAllowed):
        asking()


def test_a_request_is_handed_over_once_and_leaves_the_queue(installation, asking):
    request = asking().request
    done = fulfil(installation.requests, request.request_id, by="staff", now=NOON)
    assert (done.status, done.fulfilled_by) == (RequestStatus.FULFILLED, "staff")
    assert installation.requests.open_at("demo", "bar", 10).items == []
    with pytest.raises(NotAllowed):
        fulfil(installation.requests, request.request_id, by="another", now=NOON)
