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
from eventsite.core.services.changing import change_guest
from eventsite.core.services.deciding import cancel
from eventsite.core.services.drafting import Clearance
from eventsite.core.services.mailing_links import send_again, send_links
from eventsite.core.services.organizing import set_up
from eventsite.core.store.stock import type_stock
from tests.builders import NOON, a_guest, a_setup, an_event
from tests.conftest import everything
from tests.doing import apply, left


@pytest.fixture
def place(installation):
    set_up(installation.events, a_setup())

    def registering(key="key-1", now=NOON, **changes):
        return apply(installation, key, now, **changes)

    return registering


def test_a_place_is_taken_from_the_stock(installation, place):
    done = place()
    assert done.registration.status is RegistrationStatus.CONFIRMED
    assert installation.registrations.get(done.registration.registration_id) == done.registration
    assert left(installation, type_stock("general")) == 99


def test_the_same_call_again_gives_the_first_answer_again(installation, place):
    first = place()
    again = place()
    assert (again.registration, again.replayed) == (first.registration, True)
    assert left(installation, type_stock("general")) == 99


def test_the_same_key_for_somebody_else_is_refused(place):
    place()
    with pytest.raises(KeyReused):
        place(guest=a_guest(name="Somebody Else"))


def test_an_address_registers_once_however_it_is_written(installation, place):
    place()
    again = place(key="key-2", guest=a_guest(email="ADA@Example.org"))
    assert (again.registrations, again.replayed) == ((), False)
    assert [r.guest.email for r in installation.registrations.page(walk(installation), 9)] == [
        "ada@example.org"
    ]


def walk(installation):
    return installation.registrations.newest("demo")


def test_the_last_place_is_found_in_whatever_shard_it_is(installation):
    small = TicketType(event_id="demo", type_id="general", number=1, name="General", capacity=13)
    set_up(installation.events, a_setup(an_event(stock_shards=5), types=(small,), gates=()))
    for n in range(13):
        apply(installation, f"key-{n}", guest=a_guest(email=f"g{n}@example.org"))
    assert left(installation, type_stock("general")) == 0
    with pytest.raises(SoldOut) as refusal:
        apply(installation, "one-more", guest=a_guest(email="late@example.org"))
    assert refusal.value.field == "type_id"


def test_an_event_can_be_full_before_its_types_are(installation):
    set_up(installation.events, a_setup(an_event(capacity=2)))
    for n, kind in enumerate(("general", "crew")):
        apply(installation, f"key-{n}", type_id=kind, guest=a_guest(email=f"g{n}@example.org"))
    with pytest.raises(SoldOut):
        apply(installation, "one-more", type_id="crew", guest=a_guest(email="late@example.org"))
    assert left(installation, type_stock("general")) == 99


def test_a_refusal_is_the_answer_for_its_key_whatever_happens_later(installation):
    none = TicketType(event_id="demo", type_id="general", number=1, name="General", capacity=1)
    set_up(installation.events, a_setup(types=(none,), gates=()))
    first = apply(installation, "first").registration
    for _ in range(2):
        with pytest.raises(SoldOut) as refusal:
            apply(installation, "late", guest=a_guest(email="late@example.org"))
        cancel(installation, first.registration_id, NOON) if not refusal.value.replayed else None
    assert refusal.value.replayed
    assert apply(installation, "later", guest=a_guest(email="late@example.org")).registration.live


def test_what_is_over_is_refused_once_and_for_all(place):
    for _ in range(2):
        with pytest.raises(NotAllowed) as refusal:
            place(now=NOON + timedelta(days=9))
    assert (refusal.value.field, refusal.value.replayed) == ("event_id", True)


def test_a_first_answer_outlives_what_it_was_decided_on(installation, place):
    first = place()
    over = place(now=NOON + timedelta(days=9))
    assert (over.registration, over.replayed) == (first.registration, True)


def test_who_registers_again_is_answered_as_if_new_and_told_by_mail(installation, place):
    first = place()
    again = place(key="key-2", guest=a_guest(name="Somebody Else"))
    assert (again.told, first.told) == ("confirmed", "confirmed")
    wishes = [item for item in everything() if item["entity"]["S"] == "mail_wish"]
    assert [w["registration_id"]["S"] for w in wishes] == [first.registration.registration_id]
    assert place(key="key-2", guest=a_guest(name="Somebody Else")).replayed
    assert len([i for i in everything() if i["entity"]["S"] == "mail_wish"]) == 1


def test_who_has_proved_the_address_is_told(place):
    place()
    with pytest.raises(AlreadyRegistered) as refusal:
        place(key="key-2", proved_email="Ada@EXAMPLE.org".replace("Ada", "ada"))
    assert refusal.value.field == "email"


def test_staff_are_told(place):
    place()
    with pytest.raises(AlreadyRegistered):
        place(key="key-2", clearance=Clearance.STAFF, source="office")


def test_a_guest_is_mailed_their_link_once_in_a_while(installation, place):
    mine = place().registration
    assert send_again(installation, mine, NOON)
    assert not send_again(installation, mine, NOON + timedelta(minutes=1))
    assert send_again(installation, mine, NOON + timedelta(minutes=11))


def test_asking_for_links_says_nothing_about_the_address(installation, place):
    place()
    before = everything()
    send_links(installation, "demo", "nobody@example.org", NOON)
    assert everything() == before
    send_links(installation, "demo", "ada@example.org", NOON)
    assert len(everything()) == len(before) + 1


def test_cancelling_gives_place_and_address_back_once(installation, place):
    done = place().registration
    assert cancel(installation, done.registration_id, NOON).status == "cancelled"
    with pytest.raises(NotAllowed):
        cancel(installation, done.registration_id, NOON)
    assert left(installation, type_stock("general")) == 100
    assert not place(key="key-2").replayed


def test_a_freed_address_is_still_found_until_somebody_takes_it(installation, place):
    done = place().registration
    cancelled = cancel(installation, done.registration_id, NOON)
    assert installation.registrations.of_address("demo", "ada@example.org") == (cancelled,)
    again = place(key="key-2").registration
    assert installation.registrations.of_address("demo", "ada@example.org") == (again,)


def test_a_type_without_capacity_takes_no_stock(place):
    assert place(type_id="crew").registration.places == {}


@pytest.mark.parametrize(
    ("changes", "error", "field"),
    [
        ({"event_id": "nowhere"}, NotFound, "event_id"),
        ({"guest": a_guest(zone="the moon")}, Invalid, "zone"),
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
        ({"answers": {"diet": ("vegan",)}}, Invalid, "answers.diet"),
        ({"code": "NONE"}, NotFound, "code"),
        ({"applicants": ()}, Invalid, "guests"),
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
    moved = change_guest(installation, done, a_guest(email="new@example.org"), NOON)
    assert installation.registrations.of_address("demo", "new@example.org") == (moved,)
    assert installation.registrations.of_address("demo", "ada@example.org") == (moved,)


def test_a_changed_address_cannot_be_anothers(installation, place):
    place(key="other", guest=a_guest(email="taken@example.org"))
    done = place().registration
    with pytest.raises(AlreadyExists):
        change_guest(installation, done, a_guest(email="taken@example.org"), NOON)


def test_two_people_cannot_change_one_registration_unaware(installation, place):
    done = place().registration
    change_guest(installation, done, a_guest(name="First"), NOON)
    with pytest.raises(StaleWrite):
        change_guest(installation, done, a_guest(name="Second"), NOON)


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
