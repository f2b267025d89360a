"""Organizing: what an event may be, and changing its types, gates and items part by part."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eventsite.core.domain.agenda import checked_session
from eventsite.core.domain.events import Gate, RequestItem, TicketType
from eventsite.core.errors import AlreadyExists, EventSiteError, Invalid, NotAllowed, StaleWrite
from eventsite.core.services.deciding import cancel
from eventsite.core.services.organizing import (
    add_type,
    checked_event,
    save_gate,
    save_item,
    save_type,
    set_up,
)
from eventsite.core.store.stock import StockRepository, item_stock, kept, type_stock
from tests.builders import NOON, a_guest, a_session, a_setup, an_event
from tests.conftest import everything
from tests.doing import take_place


def a_type(**changes):
    fields = {"event_id": "demo", "type_id": "day", "number": 9, "name": "Day", "capacity": 10}
    return TicketType(**(fields | changes))


def a_gate(**changes):
    return Gate(**({"event_id": "demo", "gate_id": "back", "name": "Back door"} | changes))


def an_item(**changes):
    fields = {"event_id": "demo", "item_id": "mug", "name": "Mug", "station_id": "bar", "stock": 7}
    return RequestItem(**(fields | changes))


@pytest.fixture
def events(installation):
    set_up(installation.events, a_setup())
    return installation.events


@pytest.fixture
def take(installation):
    """Takes a place of a type."""

    def one(number, type_id="day"):
        guest = a_guest(email=f"g{number}@example.org")
        return take_place(installation, str(number), type_id=type_id, guest=guest)

    return one


def left(events, what):
    return StockRepository(events._table).left(an_event(), what)


def refused(call, *args):
    """Return the code and field of a refusal, which wrote nothing."""
    before = everything()
    with pytest.raises(EventSiteError) as refusal:
        call(*args)
    assert everything() == before
    return refusal.value.code, refusal.value.field


# -- events and sessions --
@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "Europe", "x" * 300, "\0"])
def test_an_event_is_in_a_zone_that_exists(zone):
    with pytest.raises(Invalid) as refusal:
        checked_event(an_event(zone=zone))
    assert refusal.value.field == "zone"


def test_an_event_is_in_any_zone_that_exists():
    for zone in ("UTC", "Europe/Berlin", "America/Argentina/Ushuaia"):
        assert checked_event(an_event(zone=zone)).zone == zone


def test_a_session_ends_after_it_starts():
    assert checked_session(a_session()) == a_session()
    with pytest.raises(Invalid) as refusal:
        checked_session(a_session(ends_at=a_session().starts_at))
    assert refusal.value.field == "ends_at"


# -- new parts --
def test_a_new_type_has_its_places_and_takes_guests(events, take):
    assert save_type(events, a_type(name="  Day   ticket ")).name == "Day ticket"
    assert left(events, type_stock("day")) == 10
    assert take(1).type_id == "day"
    assert left(events, type_stock("day")) == 9


def test_a_new_type_gets_the_next_free_number(events):
    assert add_type(events, a_type()).number == 3
    assert add_type(events, a_type(type_id="night")).number == 4


def test_a_number_that_is_taken_meanwhile_is_passed_over(events, monkeypatch):
    before = events.fresh_setup("demo")
    save_type(events, a_type(type_id="first", number=3))
    monkeypatch.setattr(type(events), "fresh_setup", lambda *_: before)
    assert add_type(events, a_type()).number == 4


def test_an_event_has_room_for_256_types_and_no_more(events, monkeypatch):
    known = [a_type(type_id=f"t{number}", number=number) for number in range(255)]
    full = a_setup(types=tuple(known))
    monkeypatch.setattr(type(events), "fresh_setup", lambda *_: full)
    assert add_type(events, a_type()).number == 255
    full = a_setup(types=(*known, a_type(number=255)))
    assert refused(add_type, events, a_type(type_id="one-more")) == ("not_allowed", "type_id")


def test_ids_and_numbers_are_taken_once(events):
    assert refused(save_type, events, a_type(number=1)) == ("already_exists", "number")
    assert refused(save_type, events, a_type(type_id="crew")) == ("already_exists", "type_id")
    assert refused(add_type, events, a_type(type_id="crew")) == ("already_exists", "type_id")
    assert refused(save_gate, events, a_gate(gate_id="main")) == ("already_exists", "gate_id")
    assert refused(save_item, events, an_item(item_id="tea")) == ("already_exists", "item_id")


def test_gates_and_items_are_added(events):
    gate = save_gate(events, a_gate(type_ids=["crew", "crew"]))
    item = save_item(events, an_item(type_ids=("general",), version=4))
    assert gate.type_ids == ("crew",)
    assert item.version == 1
    assert events.setup("demo").gate("back") == gate
    assert events.setup("demo").item("mug") == item
    assert left(events, item_stock("mug")) == 7


def test_an_event_must_be_there(events):
    elsewhere = {"event_id": "nowhere"}
    for save, part in (
        (save_type, a_type(**elsewhere)),
        (add_type, a_type(**elsewhere)),
        (save_gate, a_gate(**elsewhere)),
        (save_item, an_item(**elsewhere)),
    ):
        assert refused(save, events, part) == ("not_found", "event_id")


@pytest.mark.parametrize(
    ("save", "part", "field"),
    [
        (save_type, a_type(type_id="a.b"), "type_id"),
        (save_type, a_type(type_id=""), "type_id"),
        (save_type, a_type(type_id="x" * 65), "type_id"),
        (save_type, a_type(type_id="a\n"), "type_id"),
        (save_type, a_type(number=256), "number"),
        (save_type, a_type(number=-1), "number"),
        (save_type, a_type(capacity=-1), "capacity"),
        (save_type, a_type(capacity=10**9), "capacity"),
        (save_type, a_type(name=" "), "name"),
        (save_type, a_type(name="a\x07"), "name"),
        (save_gate, a_gate(gate_id="a~b"), "gate_id"),
        (save_gate, a_gate(type_ids=("crew", "vip")), "type_ids"),
        (save_item, an_item(item_id="a/b"), "item_id"),
        (save_item, an_item(station_id="the bar"), "station_id"),
        (save_item, an_item(stock=-1), "stock"),
        (save_item, an_item(per_guest=0), "per_guest"),
        (save_item, an_item(type_ids=("vip",)), "type_ids"),
    ],
)
def test_a_part_that_breaks_a_rule_is_refused_at_its_field(events, save, part, field):
    assert refused(save, events, part) == ("invalid", field)


# -- changes --
def test_a_changed_part_is_stored_under_the_next_version(events):
    gate = save_gate(events, a_gate())
    changed = save_gate(events, replace(gate, name="Rear door"), gate)
    assert (changed.name, changed.version) == ("Rear door", 2)
    assert events.setup("demo").gate("back") == changed


def test_nobody_overwrites_what_somebody_else_changed(events):
    gate, kind, item = save_gate(events, a_gate()), save_type(events, a_type()), an_item()
    save_item(events, item)
    save_gate(events, replace(gate, name="First"), gate)
    save_type(events, replace(kind, name="First"), kind)
    save_item(events, replace(item, name="First"), item)
    for save, part in ((save_gate, gate), (save_type, kind), (save_item, item)):
        assert refused(save, events, replace(part, name="Second"), part) == ("stale_write", "")


def test_the_version_of_an_older_form_is_stale_whatever_was_read_since(events):
    kind = save_type(events, a_type())
    now = save_type(events, replace(kind, capacity=20), kind)
    assert refused(save_type, events, replace(now, capacity=5, version=1), now)[0] == "stale_write"
    assert left(events, type_stock("day")) == 20


def test_the_number_and_the_id_of_a_type_stay(events):
    kind = save_type(events, a_type())
    assert refused(save_type, events, replace(kind, number=8), kind) == ("invalid", "number")
    assert refused(save_type, events, replace(kind, type_id="crew"), kind) == ("invalid", "type_id")


@pytest.mark.parametrize("capacity", [10, 11, 13, 250, 4, 3])
def test_a_changed_capacity_moves_the_difference(events, take, capacity):
    kind = save_type(events, a_type())
    for number in range(3):
        take(number)
    save_type(events, replace(kind, capacity=capacity), kind)
    assert left(events, type_stock("day")) == capacity - 3
    sizes = [i for i in everything() if i["pk"]["S"].startswith("STOCK#demo#TYPE.day")]
    assert sum(int(item["size"]["N"]) for item in sizes) == capacity


def test_places_that_are_taken_cannot_be_taken_away(events, take):
    kind = save_type(events, a_type())
    for number in range(3):
        take(number)
    assert refused(save_type, events, replace(kind, capacity=2), kind) == (
        "not_allowed",
        "capacity",
    )
    with pytest.raises(NotAllowed, match="3 are taken"):
        save_type(events, replace(kind, capacity=0), kind)


def test_stock_goes_up_and_down(events):
    item = save_item(events, an_item())
    item = save_item(events, replace(item, stock=2), item)
    assert left(events, item_stock("mug")) == 2
    save_item(events, replace(item, stock=100), item)
    assert left(events, item_stock("mug")) == 100


def test_a_limit_goes_and_cannot_come_back(events, take, installation):
    kind = save_type(events, a_type())
    taken = take(1)
    free = save_type(events, replace(kind, capacity=None), kind)
    assert take(2).places == {}
    assert refused(save_type, events, replace(free, capacity=9), free) == (
        "not_allowed",
        "capacity",
    )
    assert cancel(installation, taken.registration_id, NOON).status == "cancelled"
    item = events.fresh_setup("demo").item("tea")
    assert refused(save_item, events, replace(item, stock=9), item) == ("not_allowed", "stock")


def test_a_type_without_places_left_takes_nobody(events, take):
    kind = save_type(events, a_type(capacity=1))
    take(1)
    with pytest.raises(EventSiteError, match="No place"):
        take(2)
    save_type(events, replace(kind, capacity=2), kind)
    assert take(3)


# -- setting up --
def test_setting_up_again_keeps_what_an_organizer_changed(events):
    kind = events.fresh_setup("demo").type("general")
    save_type(events, replace(kind, name="Everybody", capacity=150), kind)
    before = everything()
    assert not set_up(events, a_setup())
    assert everything() == before


def test_setting_up_again_completes_what_a_crash_left_out(installation):
    installation.events.add(an_event())
    assert not set_up(installation.events, a_setup())
    whole = everything()
    assert installation.events.fresh_setup("demo") == a_setup()
    assert left(installation.events, type_stock("general")) == 100
    set_up(installation.events, a_setup())
    assert everything() == whole


def test_a_setup_that_breaks_a_rule_writes_nothing(installation):
    wrong = a_setup(gates=(a_gate(type_ids=("vip",)),))
    assert refused(set_up, installation.events, wrong) == ("invalid", "type_ids")


def test_two_types_of_one_number_cannot_be_set_up(events):
    with pytest.raises(AlreadyExists) as refusal:
        set_up(events, a_setup(types=(a_type(number=1),), gates=()))
    assert refusal.value.field == "number"


@pytest.mark.parametrize(
    ("unsold", "stay", "kept_back"),
    [
        ([3, 3, 3, 3], 12, [3, 3, 3, 3]),
        ([3, 3, 3, 3], 6, [1, 1, 2, 2]),
        ([9, 0, 1, 0], 4, [3, 0, 1, 0]),
        ([9, 0, 1, 0], 0, [0, 0, 0, 0]),
        ([5], 2, [2]),
    ],
)
def test_what_stays_is_as_even_as_it_can_be(unsold, stay, kept_back):
    assert kept(unsold, stay) == kept_back


def test_what_stays_is_always_there():
    for first in range(6):
        for second in range(6):
            for third in range(6):
                unsold = [first, second, third]
                for stay in range(sum(unsold) + 1):
                    keep = kept(unsold, stay)
                    assert sum(keep) == stay
                    assert all(0 <= k <= u for k, u in zip(keep, unsold, strict=True))


def test_a_stale_write_is_no_surprise_to_the_store(events):
    kind = save_type(events, a_type())
    events.save_part(an_event(), replace(kind, name="First"), kind)
    with pytest.raises(StaleWrite):
        events.save_part(an_event(), replace(kind, name="Second"), kind)
