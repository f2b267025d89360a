"""Whoever waits is served in the order of joining, and nobody is passed, forgotten or held up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from eventsite.core.domain.applications import Applicant
from eventsite.core.domain.promo_codes import PromoCode
from eventsite.core.domain.registrations import Cause, Payment
from eventsite.core.errors import EventSiteError, SoldOut, Unavailable
from eventsite.core.services import lining_up
from eventsite.core.services.changing import change_guest
from eventsite.core.services.deciding import accept_offer, cancel, record_payment
from eventsite.core.services.lining_up import offer_places, tend
from eventsite.core.services.organizing import save_event, save_type
from eventsite.core.store.stock import StockRepository
from tests.builders import NOON
from tests.contract.attacking import a_group, a_kind, at_once, opened, somebody
from tests.contract.books import (
    changes,
    ledger_must_explain,
    ledger_of,
    nobody_must_have_been_passed,
)
from tests.doing import apply

pytestmark = [pytest.mark.engine]

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)

WAVES = 3
"""Crowds that come one after the other, each when nobody of the one before is left."""


@pytest.fixture
def shop(table):
    """Ten places of `general` in four shards, with a waiting list."""
    return opened(table, kinds=[a_kind(waitlist=True)])


def enter(shop, name, now=NOON, **changes):
    """Register one guest, or a group; return all of them."""
    fields = {"guest": somebody(name)} if "applicants" not in changes else {}
    return apply(shop, f"key-{name}", now, **fields, **changes).registrations


def fill(shop, count=10, **changes):
    return [enter(shop, f"seat{n}", **changes)[0] for n in range(count)]


def fresh(shop, registration):
    return shop.registrations.get(registration.registration_id)


def give_back_unnoticed(shop, registration):
    """End a registration without offering its place, as a hold that lapses does."""
    shop.registrations.move([registration], [registration.cancelled(Cause.GUEST)])


def seat(registration):
    return registration.status.value, registration.offered


# -- many at once ---------------------------------------------------------------------------------
def test_places_that_come_back_one_by_one_go_down_the_line(table, shop):
    seats = fill(shop)

    def one(number):
        if number < 10:
            return cancel(shop, seats[number].registration_id, NOON + HOUR).status.value
        joined = enter(shop, f"w{number}", NOON + number * SECOND)[0]
        return joined.status.value

    answers = at_once(one, times=60)
    assert answers["cancelled"] == 10
    tend(shop, NOON + HOUR)
    books = shop.books()
    happened = changes(table)
    offers = nobody_must_have_been_passed(happened)
    taken = offers + answers["confirmed"]
    assert (taken, books.left("TYPE.general")) == (10, 0)
    ledger_must_explain(ledger_of(happened), books)


def test_offers_are_declined_accepted_and_lapse_at_once_and_go_down_the_line(table, shop):
    seats = fill(shop)
    line = [enter(shop, f"w{n}", NOON + n * SECOND)[0] for n in range(40)]
    for gone in seats:
        cancel(shop, gone.registration_id, NOON + HOUR)
    offered = [fresh(shop, each) for each in line[:10]]
    assert all(each.offered for each in offered)
    over = offered[0].held_until

    def one(number):
        mine = offered[number % 10].registration_id
        match number // 10:
            case 0:
                return cancel(shop, mine, over - SECOND).status.value
            case 1:
                return accept_offer(shop, mine, over - SECOND).status.value
            case 2:
                return offer_places(shop, "demo", over)
            case 3:
                return lining_up.release_lapsed(shop, "demo", over)
            case _:
                return enter(shop, f"late{number}", over)[0].status.value

    answers = at_once(one)
    assert answers["waitlisted"] == 10, "newcomers queue behind those who wait"
    tend(shop, over)
    books, happened = shop.books(), changes(table)
    nobody_must_have_been_passed(happened)
    ledger_must_explain(ledger_of(happened), books)
    assert books.left("TYPE.general") == 0
    confirmed = books.of_status("confirmed")
    assert all(each.registration_id in {o.registration_id for o in offered} for each in confirmed)


def test_the_line_opens_and_closes_while_guests_come_and_go(table, shop, monkeypatch):
    """A place or two, wanted by many, given back at once: the line begins and ends all the time.

    It opens at once here, so that only what is counted keeps whoever just joined from being passed.
    """
    monkeypatch.setattr(lining_up, "SETTLED", -HOUR)
    fill(shop, 9)

    def one(number):
        mine = enter(shop, f"n{number}", NOON + number * SECOND)[0]
        cancel(shop, mine.registration_id, NOON + HOUR)
        offer_places(shop, "demo", NOON + HOUR)
        return "done"

    for wave in range(WAVES):
        at_once(lambda number, first=50 * wave: one(first + number))
        for registration in shop.books().live:
            if registration.guest.name.startswith("Guest n"):
                cancel(shop, registration.registration_id, NOON + HOUR)
        offer_places(shop, "demo", NOON + HOUR)
    happened = changes(table)
    nobody_must_have_been_passed(happened)
    opened = sum(after.status == "confirmed" for _, after in happened if after.version == 1)
    assert opened >= 9 + WAVES, "whoever comes first when nobody waits has the place"
    tend(shop, NOON + 2 * HOUR)
    assert shop.books().left("TYPE.general") == 1
    assert seat(enter(shop, "after", NOON + 2 * HOUR)[0]) == ("confirmed", False)


# -- between two steps ----------------------------------------------------------------------------
class Meanwhile(StockRepository):
    """Stock at which something happens just before it is opened to the public."""

    def __init__(self, table, happen):
        super().__init__(table)
        self.happen = happen

    def open(self, *args, **kwargs):
        happen, self.happen = self.happen, lambda: None
        happen()
        return super().open(*args, **kwargs)


def test_whoever_joins_while_the_line_opens_is_not_left_behind(shop, monkeypatch):
    monkeypatch.setattr(lining_up, "SETTLED", -HOUR)
    seats = fill(shop)
    gone = enter(shop, "gone")[0]
    cancel(shop, gone.registration_id, NOON)
    joined = []
    shop.stock = Meanwhile(shop.table, lambda: joined.extend(enter(shop, "joins", NOON + HOUR)))
    cancel(shop, seats[0].registration_id, NOON + HOUR)
    [waits] = joined
    assert seat(waits) == ("waitlisted", False)
    passing = enter(shop, "passing", NOON + HOUR + SECOND)[0]
    assert seat(passing) == ("waitlisted", False), "overtook"
    tend(shop, NOON + HOUR + MINUTE)
    assert seat(fresh(shop, waits)) == ("waitlisted", True)


def test_the_line_stays_while_the_index_may_not_show_who_joined(shop, monkeypatch):
    """An index follows the table a moment later: who has just joined may not be in it yet."""
    seats = fill(shop)
    waits = enter(shop, "waits", NOON + HOUR)[0]
    with monkeypatch.context() as behind:
        behind.setattr(shop.registrations, "waiting", lambda _: iter(()))
        cancel(shop, seats[0].registration_id, NOON + HOUR + SECOND)
    passing = enter(shop, "passing", NOON + HOUR + 2 * SECOND)[0]
    assert seat(passing) == ("waitlisted", False), "overtook"
    tend(shop, NOON + HOUR + MINUTE)
    assert (fresh(shop, waits).offered, fresh(shop, passing).offered) == (True, False)


def test_a_change_of_particulars_costs_nobody_their_turn(shop, monkeypatch):
    seats = fill(shop)
    first = enter(shop, "first", NOON + SECOND)[0]
    second = enter(shop, "second", NOON + 2 * SECOND)[0]
    offer, done = lining_up.take, []

    def meanwhile(*args, **kwargs):
        if not done:
            done.append(change_guest(shop, fresh(shop, first), somebody("renamed"), NOON))
        return offer(*args, **kwargs)

    monkeypatch.setattr(lining_up, "take", meanwhile)
    cancel(shop, seats[0].registration_id, NOON + HOUR)
    assert done
    assert not fresh(shop, second).offered
    assert fresh(shop, first).offered


def test_giving_a_place_back_succeeds_although_the_line_cannot_be_tended(shop, monkeypatch):
    seats = fill(shop)
    waits = enter(shop, "waits")[0]

    def busy(*_):
        raise Unavailable

    with monkeypatch.context() as patched:
        patched.setattr(shop.stock, "levels", busy)
        assert cancel(shop, seats[0].registration_id, NOON).status == "cancelled"
    tend(shop, NOON)
    assert fresh(shop, waits).offered


# -- several types, groups, codes -----------------------------------------------------------------
@pytest.fixture
def two_types(table):
    """Two places of `hall` and two of `stage`, each waited for."""
    kinds = [a_kind(name, n, capacity=2, waitlist=True) for n, name in enumerate(("hall", "stage"))]
    return opened(table, kinds=kinds)


def test_what_a_group_waits_for_is_kept_for_all_its_members(two_types):
    shop = two_types
    halls = [enter(shop, f"h{n}", type_id="hall")[0] for n in range(2)]
    stages = [enter(shop, f"s{n}", type_id="stage")[0] for n in range(2)]
    group = enter(shop, "group", applicants=a_group("m", 2, ("hall", "stage")))
    assert {seat(each) for each in group} == {("waitlisted", False)}
    tend(shop, NOON + HOUR)
    cancel(shop, stages[0].registration_id, NOON + HOUR)
    passing = enter(shop, "passing", NOON + HOUR, type_id="stage")[0]
    assert seat(passing) == ("waitlisted", False), "took the place that the group waits for"
    cancel(shop, halls[0].registration_id, NOON + HOUR)
    assert {seat(fresh(shop, each)) for each in group} == {("waitlisted", True)}
    shop.books()


def test_a_group_that_can_never_fit_does_not_hold_everybody_up(shop):
    with pytest.raises(SoldOut):
        enter(shop, "crowd", applicants=a_group("crowd", 11))
    assert seat(enter(shop, "one")[0]) == ("confirmed", False)


def test_a_group_that_can_never_fit_the_event_is_refused(table):
    kinds = [a_kind(capacity=None, waitlist=True)]
    shop = opened(table, kinds=kinds, capacity=3)
    with pytest.raises(SoldOut):
        enter(shop, "crowd", applicants=a_group("crowd", 4))
    assert seat(enter(shop, "one")[0]) == ("confirmed", False)


def test_a_long_line_for_one_type_does_not_hold_up_another(two_types, monkeypatch):
    shop = two_types
    monkeypatch.setattr(lining_up, "LOOKED_AT", 3, raising=False)
    for n in range(2 + 5):
        enter(shop, f"h{n}", NOON + n * SECOND, type_id="hall")
    stages = [enter(shop, f"s{n}", type_id="stage")[0] for n in range(2)]
    waits = enter(shop, "waits", NOON + MINUTE, type_id="stage")[0]
    cancel(shop, stages[0].registration_id, NOON + HOUR)
    for minutes in range(3):
        tend(shop, NOON + HOUR + minutes * MINUTE)
    assert fresh(shop, waits).offered


def test_the_place_at_a_full_event_that_somebody_waits_for_is_not_taken_by_another_type(table):
    """`hall` is full first, then the event: a place in the event is then what is waited for."""
    kinds = [a_kind("hall", 1, capacity=1, waitlist=True), a_kind("stage", 2, capacity=None)]
    shop = opened(table, kinds=kinds, capacity=2)
    hall = enter(shop, "hall", type_id="hall")[0]
    waits = enter(shop, "waits", NOON + SECOND, type_id="hall")[0]
    stage = enter(shop, "stage", type_id="stage")[0]
    give_back_unnoticed(shop, hall)
    enter(shop, "quick", NOON + MINUTE, type_id="stage")
    tend(shop, NOON + MINUTE)  # finds a place in `hall`, and none at the event
    give_back_unnoticed(shop, stage)
    with pytest.raises(SoldOut):
        enter(shop, "passing", NOON + HOUR, type_id="stage")
    tend(shop, NOON + HOUR)
    assert fresh(shop, waits).offered


def test_a_code_that_is_used_up_holds_up_who_has_it_and_nobody_else(table):
    codes = (PromoCode(event_id="demo", code="ONE", name="One", limit=1),)
    shop = opened(table, kinds=[a_kind(capacity=1, waitlist=True)], codes=codes)
    first = enter(shop, "first", code="ONE")[0]
    waits = enter(shop, "waits", NOON + SECOND)[0]
    cancel(shop, first.registration_id, NOON + MINUTE)
    assert seat(fresh(shop, waits)) == ("waitlisted", True)
    late = enter(shop, "late", NOON + 2 * MINUTE, code="ONE")[0]
    assert seat(late) == ("waitlisted", False)
    shop.registrations.get(late.registration_id)
    cancel(shop, waits.registration_id, NOON + 3 * MINUTE)
    assert seat(fresh(shop, late)) == ("waitlisted", True)
    shop.books()


# -- what an organizer changes meanwhile ----------------------------------------------------------
def test_who_waits_for_a_type_that_loses_its_limit_is_offered_a_place(shop):
    fill(shop)
    waits = enter(shop, "waits")[0]
    seen = shop.events.fresh_setup("demo").type("general")
    save_type(shop.events, replace(seen, capacity=None), seen)
    tend(shop, NOON + MINUTE)
    assert fresh(shop, waits).offered


def test_places_of_a_line_that_was_switched_off_are_sold_again(shop):
    seats = fill(shop)
    waits = enter(shop, "waits")[0]
    cancel(shop, waits.registration_id, NOON)
    cancel(shop, seats[0].registration_id, NOON)  # kept as yet: somebody joined a moment ago
    seen = shop.events.fresh_setup("demo").type("general")
    save_type(shop.events, replace(seen, waitlist=False), seen)
    tend(shop, NOON + lining_up.SELDOM * MINUTE)
    assert seat(enter(shop, "new", NOON + HOUR)[0]) == ("confirmed", False)


def test_who_waits_is_still_served_when_the_line_was_switched_off(shop):
    seats = fill(shop)
    first, second = (enter(shop, f"w{n}", NOON + n * SECOND)[0] for n in range(2))
    seen = shop.events.fresh_setup("demo").type("general")
    save_type(shop.events, replace(seen, waitlist=False), seen)
    cancel(shop, seats[0].registration_id, NOON)
    over = fresh(shop, first).held_until
    with pytest.raises(SoldOut):
        enter(shop, "passing", over - SECOND)
    tend(shop, over)
    assert fresh(shop, second).offered, "the offer that passed was not passed on"


def test_more_capacity_goes_to_who_waits(table):
    shop = opened(table, kinds=[a_kind(capacity=None, waitlist=True)], capacity=1)
    enter(shop, "first")
    line = [enter(shop, f"w{n}", NOON + n * SECOND)[0] for n in range(3)]
    seen = shop.events.get("demo")
    save_event(shop.events, replace(seen, capacity=3), seen)
    tend(shop, NOON + MINUTE)
    assert [fresh(shop, each).offered for each in line] == [True, True, False]
    shop.books()


# -- money and secrets ----------------------------------------------------------------------------
def test_who_paid_while_waiting_does_not_pay_again(table):
    shop = opened(table, kinds=[a_kind(capacity=1, waitlist=True, price=900, currency="EUR")])
    first = enter(shop, "first")[0]
    waits = enter(shop, "waits")[0]
    record_payment(shop, waits.registration_id, Payment.PAID, "R1", NOON, "hook")
    cancel(shop, first.registration_id, NOON)
    assert accept_offer(shop, waits.registration_id, NOON).status == "confirmed"


def test_a_full_event_tells_an_address_it_knows_what_it_tells_any_other(shop):
    fill(shop)
    known = apply(shop, "known", guest=somebody("seat0"))
    assert known.registrations == ()
    assert known.told == apply(shop, "other", guest=somebody("other")).told == "waitlisted"


# -- groups whose members need different things ---------------------------------------------------
@pytest.fixture
def mixed(table):
    """`free`, and `paid` for 9 euros: a group may have guests of both."""
    kinds = [a_kind("free", 1), a_kind("paid", 2, price=900, currency="EUR")]
    return opened(table, kinds=kinds, hold_minutes=60)


def a_mixed_group(first, second):
    return tuple(Applicant(type_id=kind, guest=somebody(kind)) for kind in (first, second))


@pytest.mark.parametrize("order", [("free", "paid"), ("paid", "free")])
def test_a_group_pays_for_who_costs_something(mixed, order):
    group = enter(mixed, "group", applicants=a_mixed_group(*order))
    due = next(each for each in group if each.payment == "due")
    record_payment(mixed, due.registration_id, Payment.PAID, "R1", NOON, "hook")
    assert {fresh(mixed, each).status.value for each in group} == {"confirmed"}
    mixed.books()


@pytest.mark.parametrize("order", [("free", "paid"), ("paid", "free")])
def test_a_group_that_does_not_pay_loses_all_its_places(mixed, order):
    enter(mixed, "group", applicants=a_mixed_group(*order))
    mixed.books()
    tend(mixed, NOON + HOUR)
    books = mixed.books()
    assert (books.live, books.left("TYPE.free"), books.left("TYPE.paid")) == ([], 10, 10)


@pytest.mark.parametrize("order", [("free", "paid"), ("paid", "free")])
@pytest.mark.parametrize("who", [0, 1])
def test_a_group_that_waits_gives_its_places_back_together(mixed, order, who):
    group = enter(mixed, "group", applicants=a_mixed_group(*order))
    cancel(mixed, group[who].registration_id, NOON)
    for each in group:
        if fresh(mixed, each).live:
            cancel(mixed, each.registration_id, NOON)
    assert mixed.books().live == []


def test_a_confirmed_group_does_not_go_with_one_who_cancels_at_that_moment(table, monkeypatch):
    shop = opened(table, confirm_email=True)
    group = enter(shop, "group", applicants=a_group("m", 2))
    party = shop.registrations.party

    def meanwhile(registration):
        monkeypatch.setattr(shop.registrations, "party", party)
        from eventsite.core.services.deciding import confirm_email

        confirm_email(shop, group[0].registration_id, NOON)
        return party(registration)

    monkeypatch.setattr(shop.registrations, "party", meanwhile)
    with pytest.raises(EventSiteError):
        cancel(shop, group[1].registration_id, NOON)
    assert {fresh(shop, each).status.value for each in group} == {"confirmed"}
