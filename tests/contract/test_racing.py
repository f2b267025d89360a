"""Whoever acts on one registration at the same moment as others: one wins, and nothing is torn."""

from __future__ import annotations

from datetime import timedelta

import pytest

from eventsite.core.domain.registrations import Awaited, Cause, Payment
from eventsite.core.services.changing import change_answers, change_guest
from eventsite.core.services.deciding import (
    accept_offer,
    approve,
    cancel,
    confirm_email,
    record_payment,
    turn_down,
)
from eventsite.core.services.lining_up import release_lapsed, tend
from eventsite.core.services.personal_data import erase
from tests.builders import NOON, a_guest
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
from tests.doing import apply

pytestmark = [pytest.mark.engine]

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)

PAID = {"price": 900, "currency": "EUR"}


def fill(shop, count=10):
    return [apply(shop, f"seat{n}", guest=somebody(f"seat{n}")).registration for n in range(count)]


def balanced(table, shop):
    """Return the books, after they and the ledger were found right."""
    books = shop.books()
    ledger_must_explain(ledger_of(changes(table)), books)
    return books


# -- holds ----------------------------------------------------------------------------------------
def test_payments_race_the_end_of_their_holds(table):
    """Ten hold all places. As their time ends they pay, are swept away, and others come."""
    shop = opened(table, kinds=[a_kind(**PAID)], hold_minutes=60)
    held = fill(shop)
    over = NOON + HOUR

    def one(number):
        mine = held[number % 10].registration_id
        match number // 10:
            case 0 | 1:
                paid = record_payment(shop, mine, Payment.PAID, f"R{mine}", over - SECOND, "hook")
                return paid.status.value
            case 2:
                release_lapsed(shop, "demo", over)
                return "swept"
            case _:
                return apply(shop, f"n{number}", over, guest=somebody(number)).told.value

    at_once(one)
    books = balanced(table, shop)
    were_held = [books.registrations[each.registration_id] for each in held]
    assert len(books.live) <= 10
    seated = [each for each in were_held if each.status == "confirmed"]
    assert all(each.payment_reference == f"R{each.registration_id}" for each in seated)
    assert seated == [each for each in were_held if each.live]


def test_a_hold_that_ends_is_released_by_one_of_fifty(table):
    shop = opened(table, confirm_email=True, hold_minutes=60)
    group = apply(shop, applicants=a_group("g", 5)).registrations
    released = at_once(lambda _: release_lapsed(shop, "demo", NOON + HOUR))
    assert sum(parties * times for parties, times in released.items()) == 1
    books = balanced(table, shop)
    assert (books.left("TYPE.general"), len(books.registrations)) == (10, len(group))


def test_whoever_comes_as_holds_end_is_not_refused_while_places_become_free(table):
    """Ten places are given up at one moment; ten who come at that moment get them."""
    shop = opened(table, confirm_email=True, hold_minutes=60)
    fill(shop)

    def one(number):
        return apply(shop, f"n{number}", NOON + HOUR, guest=somebody(number)).told.value

    assert at_once(one, times=10) == {"pending": 10}
    assert balanced(table, shop).left("TYPE.general") == 0


def test_a_guest_does_not_free_more_than_a_few_places_before_being_served(table):
    shop = opened(table, kinds=[a_kind(capacity=60)], confirm_email=True, hold_minutes=60)
    at_once(lambda n: apply(shop, f"k{n}", guest=somebody(n)).told.value, times=60)
    assert apply(shop, "late", NOON + HOUR, guest=somebody("late")).told == "pending"
    assert 1 <= len(shop.books().of_status("cancelled")) <= 25


def test_one_payment_told_fifty_times_is_recorded_once(table):
    shop = opened(table, kinds=[a_kind(**PAID)])
    mine = fill(shop, 1)[0].registration_id

    def one(number):
        reference = f"R{number % 2}"
        return record_payment(shop, mine, Payment.PAID, reference, NOON, "hook").payment_reference

    answers = at_once(one)
    stored = shop.registrations.get(mine)
    assert (stored.version, stored.status) == (2, "confirmed")
    assert set(answers) <= {stored.payment_reference, "not_allowed", "stale_write"}
    shop.books()


def test_approval_races_refusal_and_giving_back(table):
    shop = opened(table, kinds=[a_kind(approval=True)])
    waiting = fill(shop)

    def one(number):
        mine = waiting[number % 10].registration_id
        match number // 10:
            case 0 | 1:
                return approve(shop, mine, NOON, "staff:a").status.value
            case 2 | 3:
                return turn_down(shop, mine, NOON, "staff:b").status.value
            case _:
                return cancel(shop, mine, NOON).status.value

    answers = at_once(one)
    assert set(answers) <= {"confirmed", "cancelled", "not_allowed", "stale_write"}
    books = balanced(table, shop)
    assert books.left("TYPE.general") == 10 - len(books.of_status("confirmed"))


def test_a_group_is_confirmed_or_ends_as_one(table):
    shop = opened(table, kinds=[a_kind(capacity=40)], confirm_email=True, hold_minutes=60)
    groups = [apply(shop, f"g{n}", applicants=a_group(f"g{n}", 4)).registrations for n in range(10)]

    def one(number):
        mine = groups[number % 10][number // 10 % 4].registration_id
        if number % 2:
            return confirm_email(shop, mine, NOON).status.value
        return cancel(shop, mine, NOON).status.value

    at_once(one, times=80)
    release_lapsed(shop, "demo", NOON + HOUR)
    books = balanced(table, shop)
    assert not books.of_status("pending")


# -- offers ---------------------------------------------------------------------------------------
def test_an_offer_is_accepted_declined_erased_or_lapses_and_not_two_of_these(table):
    shop = opened(table, kinds=[a_kind(capacity=5, waitlist=True)], offer_minutes=60)
    seats = fill(shop, 5)
    line = [
        apply(shop, f"w{n}", NOON + n * SECOND, guest=somebody(n)).registration for n in range(9)
    ]
    for gone in seats:
        cancel(shop, gone.registration_id, NOON)
    over = NOON + HOUR

    def one(number):
        mine = line[number % 5].registration_id
        match number // 5:
            case 0 | 1 | 2:
                return accept_offer(shop, mine, over - SECOND).status.value
            case 3 | 4:
                return cancel(shop, mine, over - SECOND).status.value
            case 5 | 6:
                return erase(shop, mine, over - SECOND, "guest").status.value
            case 7:
                return f"{release_lapsed(shop, 'demo', over)} lapsed"
            case _:
                fresh = shop.registrations.get(mine)
                return change_guest(shop, fresh, somebody(f"moved{number}"), NOON).status.value

    at_once(one)
    tend(shop, over)
    books = balanced(table, shop)
    erased = [each for each in books.registrations.values() if each.erased_at]
    assert all(not each.live and not each.guest.email for each in erased)
    seated = len(books.of_status("confirmed")) + sum(each.offered for each in books.live)
    assert seated == min(5, len(books.live))


# -- one person, many hands -----------------------------------------------------------------------
def test_an_address_that_moves_about_leaves_no_claim_behind(table):
    shop = opened(table)
    people = [apply(shop, f"p{n}", guest=somebody(n)).registration for n in range(4)]

    def one(number):
        fresh = shop.registrations.get(people[number % 4].registration_id)
        if number % 10 == 9:
            return cancel(shop, fresh.registration_id, NOON).status.value
        return change_guest(shop, fresh, somebody(f"a{number % 3}"), NOON).status.value

    answers = at_once(one, times=100)
    assert set(answers) <= {
        "confirmed",
        "cancelled",
        "stale_write",
        "already_exists",
        "not_allowed",
    }
    balanced(table, shop)


def test_a_guest_who_is_erased_while_others_write_stays_erased(table):
    shop = opened(table)
    mine = apply(shop, guest=a_guest()).registration

    def one(number):
        fresh = shop.registrations.get(mine.registration_id)
        match number % 4:
            case 0:
                erase(shop, mine.registration_id, NOON, "guest")
                return "erased"
            case 1:
                return change_guest(shop, fresh, a_guest(name="Ada King"), NOON).status.value
            case 2:
                return change_answers(shop, fresh, {}, NOON).status.value
            case _:
                return cancel(shop, mine.registration_id, NOON).status.value

    answers = at_once(one)
    assert answers["erased"] >= 1
    books = balanced(table, shop)
    [left] = books.registrations.values()
    assert (left.guest.name, left.guest.email, left.cause) != ("Ada King", "ada@example.org", None)
    assert not books.claims
    assert apply(shop, "again", guest=a_guest()).registrations, "the address is free again"


@pytest.mark.parametrize("seed", range(3))
def test_everything_at_once_over_a_line_that_loses(table, seed):
    """Register, confirm, pay, cancel, move and sweep, with a fifth of all writes going astray."""
    shop = opened(
        table,
        kinds=[
            a_kind("general", 1, capacity=12, waitlist=True, **PAID),
            a_kind("crew", 2, capacity=6),
        ],
        capacity=15,
        confirm_email=True,
        hold_minutes=60,
        stock_shards=7,
    )
    lossy = Shop(BadLine(table, seed))

    def one(number):
        size = 1 + number % 3
        kinds = ("general", "crew")[: 1 + number % 2]
        mine = apply(lossy, f"k{number}", applicants=a_group(f"p{number}", size, kinds))
        lead = mine.registration.registration_id
        if mine.registration.status == "waitlisted":
            return "waitlisted"
        if number % 5 == 0:
            return cancel(lossy, lead, NOON).status.value
        confirm_email(lossy, lead, NOON)
        paying = next((e for e in mine.registrations if e.price), None)
        if paying and number % 3:
            record_payment(lossy, paying.registration_id, Payment.PAID, "R", NOON, "hook")
        if number % 7 == 0:
            tend(lossy, NOON + HOUR)
        return "done"

    at_once(one, times=60, threads=16)
    balanced(table, shop)
    tend(shop, NOON + HOUR)
    balanced(table, shop)


def test_transactions_in_each_others_way_tear_nothing(table):
    shop = opened(table, kinds=[a_kind(capacity=8, waitlist=True)], capacity=9, confirm_email=True)
    contended = Shop(Contended(table))

    def one(number):
        done = apply(contended, f"k{number}", applicants=a_group(f"p{number}", 1 + number % 2))
        lead = done.registration
        if Awaited.EMAIL in lead.awaiting and number % 3:
            confirm_email(contended, lead.registration_id, NOON)
        if number % 4 == 0:
            cancel(contended, lead.registration_id, NOON, by="staff:x", cause=Cause.STAFF)
        return "done"

    at_once(one, times=60, threads=25)
    assert contended.table.client.conflicts
    balanced(table, shop)
