"""A guest is given what was printed for them; erasing takes the words, and the counts stay."""

from __future__ import annotations

from datetime import timedelta

from eventsite.core.services.personal_data import erase, export
from tests.builders import NOON
from tests.conftest import everything
from tests.core.test_badges import ada, fair, printed  # noqa: F401

LATER = NOON + timedelta(hours=2)


def test_a_guest_is_given_what_was_printed(fair):  # noqa: F811
    me = ada(fair)
    printed(fair, me)
    printed(fair, me, "p2", reason="Name misspelt", by="staff:eve", at=LATER)
    told = export(fair, fair.registrations.get(me), LATER)["badges"]
    name = f"{me[:4]}-{me[4:8]}".upper()
    assert told == [
        {
            "printed_at": "2026-11-21T12:00:00+00:00",
            "badge": f"{name}·0",
            "reason": "",
            "by": "device",
        },
        {
            "printed_at": "2026-11-21T14:00:00+00:00",
            "badge": f"{name}·1",
            "reason": "Name misspelt",
            "by": "staff",
        },
    ]


def test_whoever_has_no_badge_is_told_of_none(fair):  # noqa: F811
    assert export(fair, fair.registrations.get(ada(fair)), NOON)["badges"] == []


def test_erasing_takes_why_a_badge_was_printed_and_keeps_that_it_was(fair):  # noqa: F811
    me, other = ada(fair), ada(fair, 2)
    printed(fair, me)
    printed(fair, me, "p2", reason="Ms Quux changed her name", at=LATER)
    printed(fair, other, "o1")
    printed(fair, other, "o2", reason="Torn in two", at=LATER)
    erase(fair, me, LATER, "staff:eve")
    assert "Quux" not in str(everything())
    page = fair.badges.page(fair.badges.log("demo"), 10)
    assert sorted((each.print_id, each.serial, each.reason) for each in page) == [
        ("o1", 0, ""),
        ("o2", 1, "Torn in two"),
        ("p1", 0, ""),
        ("p2", 1, ""),
    ]
    assert len(fair.badges.of("demo", me, "-").badge.prints) == 2
    erase(fair, me, LATER, "staff:eve")  # again changes nothing
