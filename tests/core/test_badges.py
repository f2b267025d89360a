"""A guest's first badge is printed once; another needs a reason and revokes the one before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from eventsite.core.domain.badge_prints import PrintFormat, lines_of, serial_text
from eventsite.core.domain.badges import BadgeLayout, arranged, has_room, ink_on, layout_for
from eventsite.core.domain.questions import Question, QuestionKind
from eventsite.core.errors import Invalid, KeyReused, NotAllowed, NotFound, StaleWrite
from eventsite.core.services.badges import Order, face_of, print_badge, shown_ticket
from eventsite.core.services.organizing import set_up
from eventsite.core.services.ticketing import ticket_code
from eventsite.core.wiring import secrets
from tests.builders import NOON, a_guest, a_setup
from tests.doing import put_cancelled, take_place

COMPANY = Question(event_id="demo", question_id="company", name="Company", kind=QuestionKind.TEXT)
LAYOUT = BadgeLayout(event_id="demo", layout_id="all", name="Badge", lines=("name", "type"))


@pytest.fixture
def fair(installation):
    set_up(installation.events, a_setup(questions=(COMPANY,), badges=(LAYOUT,)))
    return installation


def setup_of(stores):
    return stores.events.fresh_setup("demo")


def ada(stores, number=1):
    guest = a_guest(email=f"ada{number}@example.org")
    return take_place(stores, f"key-{number}", guest=guest).registration_id


def order(registration_id, print_id="p1", **changes):
    fields = {"registration_id": registration_id, "print_id": print_id, "by": "device:d1"}
    return Order(**(fields | {"at": NOON} | changes))


def printed(stores, *args, **changes):
    return print_badge(stores, setup_of(stores), order(*args, **changes))


# -- once -----------------------------------------------------------------------------------------
def test_the_first_badge_has_the_serial_of_the_ticket(fair):
    done = printed(fair, ada(fair))
    assert (done.made.serial, done.first, done.replayed) == (0, True, False)


def test_the_same_print_again_is_the_same_badge(fair):
    me = ada(fair)
    first = printed(fair, me)
    again = printed(fair, me, at=NOON + timedelta(hours=1), format=PrintFormat.PDF)
    assert again == replace(first, replayed=True)


def test_the_same_print_for_another_guest_is_refused(fair):
    printed(fair, ada(fair))
    with pytest.raises(KeyReused) as refused:
        printed(fair, ada(fair, 2))
    assert refused.value.field == "print_id"


def test_a_second_badge_needs_a_reason(fair):
    me = ada(fair)
    printed(fair, me)
    with pytest.raises(NotAllowed) as refused:
        printed(fair, me, "p2")
    assert refused.value.field == "reason"
    assert fair.registrations.get(me).reissue == 0


@pytest.mark.parametrize("reason", ["no", "x" * 201, "ring\x07ring"])
def test_a_reason_has_a_length(fair, reason):
    with pytest.raises(Invalid):
        printed(fair, ada(fair), reason=reason)


def test_a_reprint_replaces_the_ticket(fair):
    me = ada(fair)
    old = ticket_code(fair.registrations.get(me), setup_of(fair), secrets())
    printed(fair, me)
    done = printed(fair, me, "p2", reason="Lost it")
    now = fair.registrations.get(me)
    assert (done.made.serial, done.first, now.reissue, now.changed_by) == (1, False, 1, "device:d1")
    assert shown_ticket(old, setup_of(fair), secrets()).reissue == 0
    face = face_of(now, done.made.serial, setup_of(fair), secrets())
    assert shown_ticket(face.code, setup_of(fair), secrets()).reissue == 1


def test_a_badge_of_before_can_still_be_asked_for_by_its_id(fair):
    me = ada(fair)
    printed(fair, me)
    printed(fair, me, "p2", reason="Lost it")
    again = printed(fair, me)
    assert (again.made.serial, again.replayed, again.first) == (0, True, True)


def test_a_replaced_ticket_prints_nothing(fair):
    me = ada(fair)
    printed(fair, me)
    printed(fair, me, "p2", reason="Lost it")
    with pytest.raises(NotAllowed) as refused:
        printed(fair, me, "p3", reason="Lost it", reissue=0)
    assert refused.value.field == "ticket_code"


def test_the_reprint_that_a_shown_ticket_asked_for_is_given_again(fair):
    me = ada(fair)
    printed(fair, me)
    first = printed(fair, me, "p2", reason="Torn", reissue=0)
    again = printed(fair, me, "p2", reason="Torn", reissue=0)
    assert (again.made, again.replayed) == (first.made, True)


def test_nobody_prints_for_whom_is_not_confirmed_or_not_there(fair):
    me = ada(fair)
    put_cancelled(fair, me)
    with pytest.raises(NotAllowed):
        printed(fair, me)
    with pytest.raises(NotFound):
        printed(fair, "0" * 16)


def test_two_who_print_again_at_once_do_not_revoke_each_others_badge(fair, monkeypatch):
    me = ada(fair)
    printed(fair, me)
    record = fair.badges.again

    def second_comes_first(*args):
        monkeypatch.setattr(fair.badges, "again", record)
        printed(fair, me, "p2", reason="Lost it")
        return record(*args)

    monkeypatch.setattr(fair.badges, "again", second_comes_first)
    with pytest.raises(StaleWrite):
        printed(fair, me, "p3", reason="Lost it")
    assert fair.registrations.get(me).reissue == 1


def test_a_ticket_is_not_replaced_more_often_than_it_can_say(fair):
    me = ada(fair)
    fair.registrations.save(replace(fair.registrations.get(me), reissue=255))
    assert printed(fair, me).made.serial == 255
    with pytest.raises(NotAllowed):
        printed(fair, me, "p2", reason="Lost it")


def test_the_log_has_every_print_newest_first(fair):
    me, other = ada(fair), ada(fair, 2)
    printed(fair, me)
    printed(fair, other, "p2", at=NOON + timedelta(minutes=1), by="staff:eve")
    printed(fair, me, "p3", at=NOON + timedelta(hours=3), reason="Wrong name")
    page = fair.badges.page(fair.badges.log("demo"), 10)
    assert [(each.print_id, each.by, each.reason) for each in page] == [
        ("p3", "device:d1", "Wrong name"),
        ("p2", "staff:eve", ""),
        ("p1", "device:d1", ""),
    ]


# -- what stands on it ----------------------------------------------------------------------------
def test_the_lines_are_what_the_layout_names(fair):
    me = fair.registrations.get(ada(fair))
    me = replace(me, answers={"company": ("Ångström & Søn",)})
    lines = lines_of(me, setup_of(fair), ("name", "type", "event", "answer.company", "answer.no"))
    assert lines == {
        "name": "Ada Lovelace",
        "type": "General",
        "event": "Tidal Fair",
        "answer.company": "Ångström & Søn",
        "answer.no": "",
    }


def test_a_badge_is_called_by_its_ticket_and_its_serial():
    assert serial_text("9f3ac1d2e4b50617", 3) == "9F3A-C1D2·3"


def test_a_ticket_types_own_badge_comes_before_one_for_all():
    own = replace(LAYOUT, layout_id="crew", type_ids=("crew",))
    off = replace(own, layout_id="a", active=False)
    assert layout_for((LAYOUT, off, own), "crew") == own
    assert layout_for((LAYOUT, off, own), "general") == LAYOUT
    assert layout_for((off, own), "general") is None


@pytest.mark.parametrize(
    ("colour", "ink"),
    [
        ("#ffffff", "#000000"),
        ("#000000", "#ffffff"),
        ("#ffd400", "#000000"),
        ("#1d4ed8", "#ffffff"),
    ],
)
def test_what_stands_on_the_band_can_be_read(colour, ink):
    assert ink_on(colour) == ink


@pytest.mark.parametrize("size", [(86, 54), (54, 86), (102, 152), (210, 148), (100, 50), (62, 100)])
@pytest.mark.parametrize("lines", [("name",), ("name", "type"), ("type", "name", "event")])
@pytest.mark.parametrize("coded", [True, False])
def test_nothing_leaves_the_badge_or_lies_on_something_else(size, lines, coded):
    layout = replace(LAYOUT, width_mm=size[0], height_mm=size[1], lines=lines, show_code=coded)
    where = arranged(layout)
    assert has_room(layout)
    boxes = [box for box in (where.band, where.text, where.code, where.serial) if box]
    for box in boxes:
        assert box.left >= 0
        assert box.top >= 0
        assert box.left + box.width <= size[0] + 1e-6
        assert box.top + box.height <= size[1] + 1e-6
    for n, one in enumerate(boxes):
        for other in boxes[n + 1 :]:
            beside = (
                one.left + one.width <= other.left + 1e-6
                or other.left + other.width <= one.left + 1e-6
            )
            over = (
                one.top + one.height <= other.top + 1e-6
                or other.top + other.height <= one.top + 1e-6
            )
            assert beside or over, (one, other)


def test_a_label_that_is_too_small_for_a_code_is_known():
    assert not has_room(replace(LAYOUT, width_mm=40, height_mm=20))
    assert has_room(replace(LAYOUT, width_mm=40, height_mm=20, show_code=False))
