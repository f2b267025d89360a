"""Registering takes one place once, and every refusal leaves nothing behind."""

from __future__ import annotations

from datetime import timedelta

import pytest

from eventsite.core.domain.events import TicketType
from eventsite.core.domain.registrations import ChannelKind, RegistrationStatus
from eventsite.core.errors import (
    AlreadyExists,
    AlreadyRegistered,
    EventSiteError,
    Invalid,
    KeyReused,
    NotAllowed,
    NotFound,
    SoldOut,
    StaleWrite,
)
from eventsite.core.services.organizing import set_up
from eventsite.core.services.registering import Application, cancel, change_guest, register
from eventsite.core.store.events import type_stock
from tests.builders import NOON, a_guest, a_setup, an_event
from tests.conftest import everything


@pytest.fixture
def place(installation):
    set_up(installation.events, a_setup())

    def registering(key="key-1", now=NOON, **changes):
        fields = {"event_id": "demo", "type_id": "general", "guest": a_guest()} | changes
        return register(
            installation.events,
            installation.registrations,
            Application(**fields),
            idempotency_key=key,
            source="api",
            now=now,
        )

    return registering


def test_a_place_is_taken_from_the_stock(installation, place):
    done = place()
    assert done.registration.status is RegistrationStatus.CONFIRMED
    assert installation.registrations.get(done.registration.registration_id) == done.registration
    assert installation.events.stock_left(an_event(), type_stock("general")) == 99


def test_the_same_call_again_gives_the_first_answer_again(installation, place):
    first = place()
    again = place()
    assert (again.registration, again.replayed) == (first.registration, True)
    assert installation.events.stock_left(an_event(), type_stock("general")) == 99


def test_the_same_key_for_somebody_else_is_refused(place):
    place()
    with pytest.raises(KeyReused):
        place(guest=a_guest(name="Somebody Else"))


def test_an_address_registers_once_however_it_is_written(place):
    place()
    with pytest.raises(AlreadyRegistered) as refusal:
        place(key="key-2", guest=a_guest(email="ADA@Example.org"))
    assert refusal.value.field == "email"


def test_the_last_place_is_found_in_whatever_shard_it_is(installation, place):
    crowd = [place(key=f"key-{n}", guest=a_guest(email=f"g{n}@example.org")) for n in range(100)]
    assert len({c.registration.registration_id for c in crowd}) == 100
    with pytest.raises(SoldOut):
        place(key="one-more", guest=a_guest(email="late@example.org"))


def test_cancelling_gives_place_and_address_back_once(installation, place):
    done = place().registration
    assert cancel(installation.registrations, done.registration_id).status == "cancelled"
    with pytest.raises(NotAllowed):
        cancel(installation.registrations, done.registration_id)
    assert installation.events.stock_left(an_event(), type_stock("general")) == 100
    assert not place(key="key-2").replayed


def test_a_freed_address_is_still_found_until_somebody_takes_it(installation, place):
    done = place().registration
    cancelled = cancel(installation.registrations, done.registration_id)
    assert installation.registrations.by_email("demo", "ada@example.org") == cancelled
    again = place(key="key-2").registration
    assert installation.registrations.by_email("demo", "ada@example.org") == again


def test_a_type_without_capacity_takes_no_stock(place):
    assert place(type_id="crew").registration.stock_shard is None


@pytest.mark.parametrize(
    ("changes", "error", "field"),
    [
        ({"event_id": "nowhere"}, NotFound, "event_id"),
        ({"type_id": "vip"}, NotFound, "type_id"),
        ({"guest": a_guest(name="  ")}, Invalid, "name"),
        ({"guest": a_guest(name="x" * 121)}, Invalid, "name"),
        ({"guest": a_guest(name="a\x00b")}, Invalid, "name"),
        ({"guest": a_guest(email="no address")}, Invalid, "email"),
        ({"guest": a_guest(email="a@b@example.org")}, Invalid, "email"),
        ({"guest": a_guest(email="x" * 250 + "@example.org")}, Invalid, "email"),
        ({"guest": a_guest(phone="12")}, Invalid, "phone"),
        ({"guest": a_guest(locale="english please")}, Invalid, "locale"),
        ({"guest": a_guest(channel=ChannelKind.SMS)}, Invalid, "phone"),
        ({"guest": a_guest(channel=ChannelKind.PUSH)}, Invalid, "push_token"),
        ({"key": ""}, Invalid, "Idempotency-Key"),
        ({"key": "k" * 129}, Invalid, "Idempotency-Key"),
        ({"now": NOON + timedelta(days=9)}, NotAllowed, "event_id"),
    ],
)
def test_bad_input_names_the_field_and_writes_nothing(place, changes, error, field):
    before = everything()
    with pytest.raises(error) as refusal:
        place(**changes)
    assert refusal.value.field == field
    assert everything() == before


def test_a_changed_address_moves_its_claim(installation, place):
    done = place().registration
    moved = change_guest(installation.registrations, done, a_guest(email="new@example.org"))
    assert installation.registrations.by_email("demo", "new@example.org") == moved
    assert installation.registrations.by_email("demo", "ada@example.org") is None


def test_a_changed_address_cannot_be_anothers(installation, place):
    place(key="other", guest=a_guest(email="taken@example.org"))
    done = place().registration
    with pytest.raises(AlreadyExists):
        change_guest(installation.registrations, done, a_guest(email="taken@example.org"))


def test_two_people_cannot_change_one_registration_unaware(installation, place):
    done = place().registration
    change_guest(installation.registrations, done, a_guest(name="First"))
    with pytest.raises(StaleWrite):
        change_guest(installation.registrations, done, a_guest(name="Second"))


def test_setting_up_again_changes_nothing(installation):
    assert set_up(installation.events, a_setup())
    before = everything()
    assert not set_up(installation.events, a_setup())
    assert everything() == before


def test_two_events_cannot_share_a_number(installation):
    set_up(installation.events, a_setup())
    with pytest.raises(AlreadyExists) as refusal:
        installation.events.add(an_event(event_id="other"))
    assert refusal.value.field == "number"


def test_lists_walk_the_buckets_without_loss_or_repeat(installation, place):
    names = ["Åsa", "Bo", "aaron", "Ada", "Zoë", "李明", "bob"]
    for n, name in enumerate(names):
        place(
            key=f"k{n}",
            now=NOON - timedelta(minutes=25 * n),
            guest=a_guest(name=name, email=f"g{n}@example.org"),
        )
    registrations = installation.registrations

    def walked(walk):
        found, cursor = [], None
        while True:
            page = registrations.page(walk, 2, cursor)
            found += [r.guest.name for r in page]
            if not (cursor := page.next):
                return found

    assert walked(registrations.by_name("demo")) == [
        "aaron", "Ada", "Åsa", "Bo", "bob", "Zoë", "李明",
    ]  # fmt: skip
    assert walked(registrations.newest("demo")) == names
    assert walked(registrations.by_name("demo", "ås")) == ["Åsa"]
    assert walked(registrations.by_name("demo", "b")) == ["Bo", "bob"]
    assert walked(registrations.newest("demo", status="cancelled")) == []
    assert registrations.newest("demo").count() == (7, True)


def test_a_made_up_cursor_is_refused(installation, place):
    place()
    walk = installation.registrations.newest("demo")
    for cursor in ("nonsense", "W10", "eyJhIjoxfQ", "é"):
        with pytest.raises(EventSiteError) as refusal:
            installation.registrations.page(walk, 2, cursor)
        assert refusal.value.code == "bad_cursor"


def test_a_new_type_can_be_added_to_a_running_event(installation, place):
    set_up(
        installation.events,
        a_setup(types=(TicketType(event_id="demo", type_id="day", number=3, name="Day"),)),
    )
    assert place(type_id="day").registration.type_id == "day"
