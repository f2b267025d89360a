"""No place is oversold, lost or doubled, whoever wants it at the same moment."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from eventsite.core.domain.applications import PARTY_MAX, Applicant
from eventsite.core.domain.promo_codes import PromoCode
from eventsite.core.domain.setups import SHARDS_MAX
from eventsite.core.errors import LimitReached
from eventsite.core.services.deciding import cancel
from tests.builders import NOON
from tests.contract.attacking import (
    BadLine,
    Contended,
    Shop,
    a_group,
    a_kind,
    at_once,
    opened,
    somebody,
)
from tests.contract.books import changes, ledger_must_explain, ledger_of
from tests.contract.conftest import THREADS
from tests.doing import apply

pytestmark = [pytest.mark.engine]


def placing(shop, **changes):
    """Return work for ``at_once``: one guest more registers."""

    def one(number):
        fields = {"guest": somebody(number)} | {
            name: value(number) if callable(value) else value for name, value in changes.items()
        }
        return apply(shop, f"key-{number}", **fields).told.value

    return one


def test_997_places_in_seven_shards_are_sold_once_each(table):
    shop = opened(table, kinds=[a_kind(capacity=997)], stock_shards=7)
    answers = at_once(placing(shop), times=1050)
    assert answers == {"confirmed": 997, "sold_out": 53}
    books = shop.books()
    assert (len(books.live), books.left("TYPE.general")) == (997, 0)
    ledger_must_explain(ledger_of(changes(table)), books)


def test_an_event_with_two_types_is_full_when_the_event_is(table):
    kinds = [a_kind("general", 1, capacity=40), a_kind("crew", 2, capacity=None)]
    shop = opened(table, kinds=kinds, capacity=60, stock_shards=7)
    want = placing(shop, type_id=lambda n: ("general", "crew")[n % 2])
    answers = at_once(want, times=120)
    assert answers == {"confirmed": 60, "sold_out": 60}
    books = shop.books()
    of_type = Counter(each.type_id for each in books.live)
    assert of_type["general"] <= 40
    assert (of_type.total(), books.left("EVENT")) == (60, 0)


def test_the_last_places_are_found_by_whoever_can_have_them(table):
    """Three places in as many of seven shards, and three of fifty get them: none is left over."""
    shop = opened(table, kinds=[a_kind(capacity=3)], stock_shards=7)
    assert at_once(placing(shop)) == {"confirmed": 3, "sold_out": THREADS - 3}
    assert shop.books().left("TYPE.general") == 0


def test_nobody_is_refused_while_places_are_left(table):
    shop = opened(table, kinds=[a_kind(capacity=THREADS)], stock_shards=7)
    assert at_once(placing(shop)) == {"confirmed": THREADS}
    shop.books()


def test_groups_of_one_to_twenty_get_all_places_or_none(table):
    shop = opened(table, kinds=[a_kind(capacity=100)], capacity=120, stock_shards=7)
    sizes = [1 + n * 7 % 20 for n in range(THREADS)]

    def one(number):
        return apply(shop, f"key-{number}", applicants=a_group(f"g{number}", sizes[number])).told

    answers = at_once(one)
    books = shop.books()
    parties = Counter(each.ids for each in books.live)
    assert all(count == len(ids) for ids, count in parties.items())
    assert (len(parties), answers.total()) == (answers["confirmed"], THREADS)
    # Whoever was refused was so because not enough were left: the smallest of them would not fit.
    got = {each.guest.name.split()[1].split(".")[0] for each in books.live}
    refused = [size for n, size in enumerate(sizes) if f"g{n}" not in got]
    assert refused
    assert books.left("TYPE.general") < 20


def test_the_largest_group_from_the_most_shards_fits_one_transaction(table):
    """One place is left in every shard of event, type and code, and twenty want one each."""
    codes = (PromoCode(event_id="demo", code="ALL", name="All", limit=PARTY_MAX),)
    kinds = [a_kind(capacity=PARTY_MAX)]
    shop = opened(table, kinds=kinds, codes=codes, capacity=PARTY_MAX, stock_shards=SHARDS_MAX)
    group = apply(shop, applicants=a_group("all", PARTY_MAX), code="ALL").registrations
    assert len(group) == PARTY_MAX
    assert shop.books().left("EVENT") == 0
    cancel(shop, group[0].registration_id, NOON)
    shop.books()


def test_a_code_for_ten_is_used_ten_times(table):
    codes = (PromoCode(event_id="demo", code="TEN", name="Ten", limit=10),)
    shop = opened(table, kinds=[a_kind(capacity=100)], codes=codes, stock_shards=7)
    assert at_once(placing(shop, code="ten")) == {"confirmed": 10, "limit_reached": THREADS - 10}
    books = shop.books()
    assert (books.left("CODE.TEN"), books.left("TYPE.general")) == (0, 90)
    cancel(shop, next(iter(books.registrations)), NOON)
    assert shop.books().left("CODE.TEN") == 1


@pytest.mark.parametrize("limit", [1, 3])
def test_one_address_from_fifty_threads_has_as_many_as_it_may(table, limit):
    shop = opened(table, kinds=[a_kind(capacity=100, per_guest=limit)], stock_shards=7)
    answers = at_once(placing(shop, guest=lambda n: somebody("same")))
    assert answers == {"confirmed": THREADS}, "who has proved nothing is not told"
    assert len(shop.books().live) == limit


def test_the_same_address_in_other_letters_is_the_same(table):
    shop = opened(table, kinds=[a_kind(capacity=100)])
    spellings = ["Ada@Example.org", "ada@example.org", "ADA@EXAMPLE.ORG"]

    def one(number):
        guest = replace(somebody(0), email=spellings[number % 3])
        return apply(shop, f"key-{number}", guest=guest).told.value

    at_once(one)
    assert len(shop.books().live) == 1


def test_a_group_may_write_one_address_in_two_ways(table):
    shop = opened(table, kinds=[a_kind(per_guest=2)])
    group = tuple(
        Applicant(type_id="general", guest=replace(somebody(0), email=email))
        for email in ("Ada@example.org", "ada@example.org")
    )
    assert apply(shop, applicants=group).told == "confirmed"
    assert len(shop.books().live) == 2
    with pytest.raises(LimitReached):
        apply(shop, "again", applicants=group)


def test_the_same_key_on_fifty_threads_is_one_answer(table):
    shop = opened(table, kinds=[a_kind(capacity=5)], stock_shards=7)

    def one(number):
        done = apply(shop, f"key-{number % 10}", guest=somebody(number % 10))
        return done.registration.registration_id

    answers = at_once(one, times=200)
    assert answers.pop("sold_out") == 100
    assert answers == {each.registration_id: 20 for each in shop.books().live}
    assert len(answers) == 5


def test_keys_in_each_others_way_get_one_answer_each(table):
    """A refusal is kept while the same key is just getting the last place."""
    shop = opened(table, kinds=[a_kind(capacity=3)], stock_shards=4)
    contended = Shop(Contended(table))

    def one(number):
        return apply(contended, f"key-{number % 5}", guest=somebody(number % 5)).registration.guest

    answers = at_once(one, times=100)
    assert answers.pop("sold_out") == 40
    assert answers == {each.guest: 20 for each in shop.books().live}


def test_a_refusal_is_the_answer_of_its_key_for_good(table):
    shop = opened(table, kinds=[a_kind(capacity=1)])
    first = apply(shop, "first", guest=somebody("first")).registration
    assert at_once(lambda _: apply(shop, "late", guest=somebody("late"))) == {"sold_out": THREADS}
    cancel(shop, first.registration_id, NOON)

    def again(number):
        key = "late" if number % 2 else f"new-{number}"
        return apply(shop, key, guest=somebody("late" if number % 2 else number)).told.value

    answers = at_once(again)
    assert answers == {"sold_out": THREADS - 1, "confirmed": 1}
    [live] = shop.books().live
    assert live.guest != somebody("late")


def test_one_key_for_many_payloads_is_one_registration(table):
    shop = opened(table, kinds=[a_kind(capacity=100)])
    answers = at_once(lambda n: apply(shop, "shared", guest=somebody(n)).told.value)
    assert answers == {"confirmed": 1, "key_reused": THREADS - 1}
    assert len(shop.books().live) == 1


def test_a_registration_cancelled_on_fifty_threads_gives_its_places_back_once(table):
    shop = opened(table, kinds=[a_kind(capacity=10)], capacity=20, stock_shards=7)
    group = apply(shop, applicants=a_group("g", 3)).registrations
    answers = at_once(lambda n: cancel(shop, group[n % 3].registration_id, NOON).status.value)
    assert answers["cancelled"] == 3
    assert set(answers) <= {"cancelled", "not_allowed", "stale_write"}
    books = shop.books()
    assert (books.left("TYPE.general"), books.left("EVENT")) == (10, 20)


def test_places_change_hands_under_fifty_threads_and_stay_exact(table):
    """Half of the guests come, the other half of them give back, over and over."""
    shop = opened(table, kinds=[a_kind(capacity=20)], stock_shards=7)

    def one(number):
        mine = apply(shop, f"key-{number}", guest=somebody(number)).registration
        if number % 2:
            cancel(shop, mine.registration_id, NOON)
        return "done"

    at_once(one, times=400)
    books = shop.books()
    assert len(books.live) <= 20
    ledger_must_explain(ledger_of(changes(table)), books)


# -- lines that lose ------------------------------------------------------------------------------
@pytest.mark.parametrize("seed", range(3))
def test_whoever_tries_again_after_a_lost_answer_has_one_place(table, seed):
    """A fifth of all transactions is lost, or its answer is; everybody asks again."""
    shop = opened(table, kinds=[a_kind(capacity=30)], stock_shards=7)
    lossy = Shop(BadLine(table, seed))
    answers = at_once(placing(lossy), times=60, threads=16)
    assert lossy.table.lost > 5
    assert answers == {"confirmed": 30, "sold_out": 30}
    assert len(shop.books().live) == 30


@pytest.mark.parametrize("seed", range(3))
def test_a_cancellation_whose_answer_was_lost_gives_one_place_back(table, seed):
    shop = opened(table, kinds=[a_kind(capacity=30)], stock_shards=7)
    placed = [apply(shop, f"k{n}", guest=somebody(n)).registration for n in range(30)]
    lossy = Shop(BadLine(table, seed))
    answers = at_once(
        lambda n: cancel(lossy, placed[n % 30].registration_id, NOON).status.value, times=90
    )
    assert set(answers) <= {"cancelled", "not_allowed", "stale_write"}
    assert (len(shop.books().live), shop.books().left("TYPE.general")) == (0, 30)


def test_transactions_in_each_others_way_sell_every_place_once(table):
    """DynamoDB refuses a transaction that touches what another one holds; the local engine never
    does, so the line does it here."""
    shop = opened(table, kinds=[a_kind(capacity=60)], stock_shards=4)
    contended = Shop(Contended(table))
    answers = at_once(placing(contended), times=100)
    assert contended.table.client.conflicts > 20
    assert answers == {"confirmed": 60, "sold_out": 40}
    assert shop.books().left("TYPE.general") == 0
