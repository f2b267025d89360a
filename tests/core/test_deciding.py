"""What becomes of a registration: each step once, in time, for a whole party or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from eventsite.core.domain.applications import Applicant
from eventsite.core.domain.events import TicketType
from eventsite.core.domain.promo_codes import PromoCode
from eventsite.core.domain.registrations import Awaited, Cause, Payment
from eventsite.core.errors import (
    HoldExpired,
    Invalid,
    LimitReached,
    NotAllowed,
    NotFound,
    NotOnSale,
)
from eventsite.core.services.deciding import (
    accept_offer,
    approve,
    cancel,
    confirm_email,
    record_payment,
    turn_down,
)
from eventsite.core.services.drafting import Clearance
from eventsite.core.services.lining_up import release_lapsed, tend
from eventsite.core.services.organizing import set_up
from tests.builders import NOON, a_guest, a_setup, an_event
from tests.doing import apply, left, take_place

HOUR = timedelta(hours=1)


@pytest.fixture
def fair(installation):
    """Sets `demo` up: an event that asks for confirmation where told, and one ticket type."""

    def make(capacity=5, codes=(), confirm_email=False, **kind):
        fields = {"event_id": "demo", "type_id": "general", "number": 1, "name": "General"}
        event = an_event(confirm_email=confirm_email, hold_minutes=60, offer_minutes=60)
        types = (TicketType(**(fields | {"capacity": capacity} | kind)),)
        set_up(installation.events, a_setup(event, types=types, gates=(), codes=codes))
        return installation

    return make


def a_crowd(count, start=0):
    return [
        a_guest(name=f"Guest {n}", email=f"g{n}@example.org") for n in range(start, start + count)
    ]


def a_party(size, **changes):
    return tuple(Applicant(type_id="general", guest=g, **changes) for g in a_crowd(size))


def state(registration):
    return registration.status.value, tuple(each.value for each in registration.awaiting)


# -- e-mail, approval, payment --------------------------------------------------------------------
def test_an_address_is_confirmed_once(fair):
    stores = fair(confirm_email=True)
    mine = take_place(stores)
    assert state(mine) == ("pending", ("email",))
    done = confirm_email(stores, mine.registration_id, NOON + HOUR / 2)
    assert (state(done), done.held_until) == (("confirmed", ()), None)
    assert confirm_email(stores, mine.registration_id, NOON + 9 * HOUR) == done


def test_a_proved_address_needs_no_confirming(fair):
    stores = fair(confirm_email=True)
    assert take_place(stores, proved_email="ada@example.org").status == "confirmed"


def test_a_place_is_held_until_its_time_and_not_longer(fair):
    stores = fair(confirm_email=True)
    mine = take_place(stores)
    with pytest.raises(HoldExpired):
        confirm_email(stores, mine.registration_id, NOON + HOUR)
    assert left(stores, "TYPE.general") == 4
    assert release_lapsed(stores, "demo", NOON + HOUR - timedelta(microseconds=1)) == 0
    assert release_lapsed(stores, "demo", NOON + HOUR) == 1
    assert left(stores, "TYPE.general") == 5
    assert stores.registrations.get(mine.registration_id).cause is Cause.HOLD_EXPIRED


def test_whoever_comes_when_a_hold_is_over_gets_its_place_at_once(fair):
    stores = fair(capacity=1, confirm_email=True)
    take_place(stores)
    late = a_guest(email="late@example.org")
    assert take_place(stores, "late", now=NOON + HOUR, guest=late).live


def test_approval_payment_and_confirmation_come_in_any_order(fair):
    stores = fair(confirm_email=True, approval=True, price=1250, currency="EUR")
    mine = take_place(stores)
    assert state(mine) == ("pending", ("email", "approval", "payment"))
    assert (mine.price, mine.currency, mine.payment) == (1250, "EUR", Payment.DUE)
    confirmed = confirm_email(stores, mine.registration_id, NOON)
    assert confirmed.held_until is None  # now it is the organizer's turn
    approved = approve(stores, mine.registration_id, NOON + 9 * HOUR, "staff:owner")
    assert approved.held_until == NOON + 10 * HOUR
    paid = record_payment(
        stores, mine.registration_id, Payment.PAID, "R1", NOON + 9 * HOUR, "staff:o"
    )
    assert (state(paid), paid.payment_reference) == (("confirmed", ()), "R1")


def test_who_is_turned_down_gives_the_place_back(fair):
    stores = fair(approval=True)
    mine = take_place(stores)
    refused = turn_down(stores, mine.registration_id, NOON, "staff:owner")
    assert (refused.cause, left(stores, "TYPE.general")) == (Cause.NOT_APPROVED, 5)
    with pytest.raises(NotAllowed):
        turn_down(stores, mine.registration_id, NOON, "staff:owner")


def test_a_payment_is_recorded_once_under_one_reference(fair):
    stores = fair(price=900, currency="EUR")
    mine = take_place(stores).registration_id
    for _ in range(2):
        assert record_payment(stores, mine, Payment.PAID, "R1", NOON, "hook").status == "confirmed"
    with pytest.raises(NotAllowed):
        record_payment(stores, mine, Payment.PAID, "R2", NOON, "hook")
    assert record_payment(stores, mine, Payment.REFUNDED, "B1", NOON, "hook").payment == "refunded"
    with pytest.raises(Invalid):
        record_payment(stores, mine, Payment.PAID, " ", NOON, "hook")


def test_money_that_comes_too_late_is_not_lost_and_sells_nothing(fair):
    stores = fair(capacity=1, price=900, currency="EUR")
    mine = take_place(stores)
    late = record_payment(stores, mine.registration_id, Payment.PAID, "R1", NOON + HOUR, "hook")
    assert (late.status, late.payment, late.cause) == ("cancelled", "paid", Cause.HOLD_EXPIRED)
    assert left(stores, "TYPE.general") == 1


def test_nothing_is_due_for_what_costs_nothing(fair):
    stores = fair()
    with pytest.raises(NotAllowed):
        record_payment(stores, take_place(stores).registration_id, Payment.PAID, "R", NOON, "x")


# -- what is sold ---------------------------------------------------------------------------------
def test_places_are_sold_within_their_window(fair):
    stores = fair(sale_from=NOON, sale_until=NOON + HOUR)
    for n, now in enumerate((NOON - timedelta(seconds=1), NOON + HOUR)):
        with pytest.raises(NotOnSale):
            apply(stores, f"k{n}", now)
    assert apply(stores, "in-time", NOON).registration.live
    staff = a_guest(email="late@example.org")
    assert apply(
        stores, "office", NOON + 5 * HOUR, guest=staff, clearance=Clearance.STAFF
    ).registration.live


def test_a_hidden_type_is_as_good_as_absent_without_its_code(fair):
    codes = (PromoCode(event_id="demo", code="FRIENDS", name="Friends", unlocks=True),)
    stores = fair(hidden=True, codes=codes)
    with pytest.raises(NotFound) as refusal:
        apply(stores)
    assert refusal.value.field == "type_id"
    assert apply(stores, "again", code=" friends ").registration.code == "FRIENDS"


def test_a_code_lowers_the_price_as_often_as_it_may(fair):
    codes = (PromoCode(event_id="demo", code="HALF", name="Half", percent_off=50, limit=2),)
    stores = fair(price=999, currency="EUR", codes=codes)
    for n, guest in enumerate(a_crowd(2)):
        assert take_place(stores, f"k{n}", guest=guest, code="half").price == 499
    with pytest.raises(LimitReached) as refusal:
        apply(stores, "k3", code="HALF")
    assert (refusal.value.field, left(stores, "TYPE.general")) == ("code", 3)


def test_what_a_code_makes_free_is_not_to_be_paid(fair):
    codes = (PromoCode(event_id="demo", code="FREE", name="Free", percent_off=100),)
    stores = fair(price=999, currency="EUR", codes=codes)
    assert take_place(stores, code="FREE").status == "confirmed"


def test_an_address_has_as_many_places_of_a_type_as_it_may(fair):
    stores = fair(per_guest=2)
    mine = [take_place(stores, f"k{n}") for n in range(2)]
    assert apply(stores, "k3").registrations == ()
    cancel(stores, mine[0].registration_id, NOON)
    assert take_place(stores, "k4").live
    assert left(stores, "TYPE.general") == 3


# -- parties --------------------------------------------------------------------------------------
def test_a_group_gets_all_its_places_or_none(fair):
    stores = fair(capacity=5)
    done = apply(stores, "four", applicants=a_party(4))
    assert [r.party for r in done.registrations] == [done.registrations[0].party] * 4
    with pytest.raises(Exception, match="Not 2 places are left"):
        apply(stores, "two", applicants=a_party(6)[4:])
    assert left(stores, "TYPE.general") == 1
    assert apply(stores, "four", applicants=a_party(4)).registrations == done.registrations


def test_a_group_of_twenty_fits_one_transaction(fair):
    stores = fair(capacity=30)
    assert len(apply(stores, "all", applicants=a_party(20)).registrations) == 20
    with pytest.raises(Invalid) as refusal:
        apply(stores, "too many", applicants=a_party(21))
    assert refusal.value.field == "guests"


def test_a_group_member_in_error_is_named(fair):
    stores = fair()
    party = (*a_party(1), Applicant(type_id="general", guest=a_guest(name=" ")))
    with pytest.raises(Invalid) as refusal:
        apply(stores, applicants=party)
    assert refusal.value.field == "guests.1.name"


def test_a_group_is_confirmed_by_whoever_registered_it(fair):
    stores = fair(confirm_email=True)
    lead, *others = apply(stores, applicants=a_party(3)).registrations
    confirm_email(stores, lead.registration_id, NOON)
    assert {stores.registrations.get(o.registration_id).status for o in others} == {"confirmed"}


def test_a_confirmed_guest_leaves_alone_an_unconfirmed_one_with_the_group(fair):
    stores = fair(confirm_email=True)
    lead, other, _ = apply(stores, applicants=a_party(3)).registrations
    confirm_email(stores, lead.registration_id, NOON)
    cancel(stores, other.registration_id, NOON)
    assert left(stores, "TYPE.general") == 3
    again = apply(
        stores,
        "k2",
        applicants=(
            Applicant(type_id="general", guest=other.guest),
            Applicant(type_id="general", guest=a_guest()),
        ),
    )
    cancel(stores, again.registrations[1].registration_id, NOON)
    assert left(stores, "TYPE.general") == 3


# -- the waiting list -----------------------------------------------------------------------------
def test_whoever_comes_late_waits_and_is_offered_what_becomes_free(fair):
    stores = fair(capacity=1, waitlist=True)
    first = take_place(stores)
    late = take_place(stores, "late", guest=a_guest(email="late@example.org"))
    assert (late.status, late.places, late.offered) == ("waitlisted", {}, False)
    cancel(stores, first.registration_id, NOON + HOUR)
    offered = stores.registrations.get(late.registration_id)
    assert (offered.offered, offered.held_until) == (True, NOON + 2 * HOUR)
    assert left(stores, "TYPE.general") == 0
    assert accept_offer(stores, late.registration_id, NOON + HOUR).status == "confirmed"


def test_nobody_overtakes_who_waits(fair):
    stores = fair(capacity=1, waitlist=True)
    first = take_place(stores)
    waiting = [
        take_place(stores, f"w{n}", now=NOON + timedelta(seconds=n), guest=guest)
        for n, guest in enumerate(a_crowd(2))
    ]
    cancel(stores, first.registration_id, NOON + HOUR)
    newcomer = take_place(stores, "new", now=NOON + HOUR, guest=a_guest(email="new@example.org"))
    assert newcomer.status == "waitlisted"
    cancel(stores, waiting[0].registration_id, NOON + HOUR)  # declines
    assert stores.registrations.get(waiting[0].registration_id).cause is Cause.DECLINED
    assert stores.registrations.get(waiting[1].registration_id).offered
    assert stores.registrations.ahead(newcomer) == (0, True)


def test_an_offer_that_passes_goes_to_the_next(fair):
    stores = fair(capacity=1, waitlist=True)
    first = take_place(stores)
    one, two = (
        take_place(stores, f"w{n}", now=NOON + timedelta(seconds=n), guest=guest)
        for n, guest in enumerate(a_crowd(2))
    )
    cancel(stores, first.registration_id, NOON + HOUR)
    with pytest.raises(HoldExpired):
        accept_offer(stores, one.registration_id, NOON + 2 * HOUR)
    assert tend(stores, NOON + 2 * HOUR) == 2
    assert stores.registrations.get(one.registration_id).cause is Cause.OFFER_EXPIRED
    assert stores.registrations.get(two.registration_id).offered


def test_a_group_waits_whole_and_blocks_who_is_behind_it(fair):
    stores = fair(capacity=2, waitlist=True)
    have = [take_place(stores, f"h{n}", guest=g) for n, g in enumerate(a_crowd(2, 50))]
    group = apply(stores, "group", applicants=a_party(2)).registrations
    behind = take_place(
        stores, "behind", now=NOON + timedelta(seconds=1), guest=a_guest(email="b@example.org")
    )
    cancel(stores, have[0].registration_id, NOON)
    assert not stores.registrations.get(behind.registration_id).offered
    cancel(stores, have[1].registration_id, NOON)
    fresh = stores.registrations.party(group[0])
    assert all(each.offered for each in fresh)
    accept_offer(stores, group[0].registration_id, NOON)
    assert {e.status for e in stores.registrations.party(group[0])} == {"confirmed"}


def test_what_nobody_waits_for_any_more_is_for_everybody(fair):
    stores = fair(capacity=1, waitlist=True)
    first = take_place(stores)
    late = take_place(stores, "late", guest=a_guest(email="late@example.org"))
    cancel(stores, late.registration_id, NOON)
    cancel(stores, first.registration_id, NOON)
    tend(stores, NOON + HOUR)
    assert take_place(stores, "new", guest=a_guest(email="new@example.org")).status == "confirmed"


def test_waiting_for_a_full_event_is_ended_by_any_of_its_types(installation):
    kinds = tuple(
        TicketType(event_id="demo", type_id=name, number=n, name=name, waitlist=True)
        for n, name in enumerate(("general", "crew"))
    )
    set_up(installation.events, a_setup(an_event(capacity=1), types=kinds, gates=()))
    first = take_place(installation, type_id="crew")
    late = take_place(installation, "late", guest=a_guest(email="late@example.org"))
    assert late.status == "waitlisted"
    cancel(installation, first.registration_id, NOON)
    assert installation.registrations.get(late.registration_id).offered


def test_an_accepted_offer_still_has_its_price(fair):
    stores = fair(capacity=1, waitlist=True, price=900, currency="EUR")
    first = take_place(stores)
    late = take_place(stores, "late", guest=a_guest(email="late@example.org"))
    cancel(stores, first.registration_id, NOON)
    assert state(accept_offer(stores, late.registration_id, NOON)) == ("pending", ("payment",))


def test_a_stale_copy_of_a_registration_changes_nothing(fair):
    stores = fair()
    mine = take_place(stores)
    cancel(stores, mine.registration_id, NOON)
    with pytest.raises(Exception, match="Somebody else changed"):
        stores.registrations.move([mine], [replace(mine, awaiting=(Awaited.EMAIL,))])
    assert left(stores, "TYPE.general") == 5
