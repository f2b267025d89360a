"""Zones within zones, the days of an event, and since when a zone counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventsite.core.domain.zones import (
    NEVER,
    Zone,
    chain,
    clock_time,
    day_began,
    emptied,
    outermost_first,
    session_of,
    session_zone,
)
from tests.builders import NOON

BERLIN = "Europe/Berlin"


def a_zone(zone_id="hall", **changes):
    return Zone(**({"event_id": "demo", "zone_id": zone_id, "name": zone_id} | changes))


def test_a_zone_is_within_all_around_it():
    within = {"stand": "hall", "hall": "house", "house": ""}
    assert chain("stand", within) == ("", "house", "hall", "stand")
    assert chain("house", within) == ("", "house")
    assert chain("", within) == ("",)
    assert chain("unknown", within) == ("", "unknown")


def test_zones_within_each_other_in_a_ring_end():
    assert set(chain("a", {"a": "b", "b": "a"})) == {"", "a", "b"}


def test_a_session_has_a_zone_that_no_organizer_can_name():
    assert session_of(session_zone("s.1")) == "s.1"
    assert [session_of(zone) for zone in ("", "hall", "session", "other.x")] == [""] * 4


@pytest.mark.parametrize(
    ("moment", "began"),
    [
        (datetime(2026, 11, 21, 3, 0, tzinfo=UTC), datetime(2026, 11, 21, 3, 0, tzinfo=UTC)),
        (datetime(2026, 11, 21, 2, 59, tzinfo=UTC), datetime(2026, 11, 20, 3, 0, tzinfo=UTC)),
        (datetime(2026, 11, 21, 23, 30, tzinfo=UTC), datetime(2026, 11, 21, 3, 0, tzinfo=UTC)),
        # The clocks go forward at 01:00 UTC: four in the morning is an hour earlier in UTC.
        (datetime(2026, 3, 29, 2, 0, tzinfo=UTC), datetime(2026, 3, 29, 2, 0, tzinfo=UTC)),
        (datetime(2026, 3, 29, 1, 59, tzinfo=UTC), datetime(2026, 3, 28, 3, 0, tzinfo=UTC)),
        # And back.
        (datetime(2026, 10, 25, 2, 59, tzinfo=UTC), datetime(2026, 10, 24, 2, 0, tzinfo=UTC)),
        (datetime(2026, 10, 25, 3, 0, tzinfo=UTC), datetime(2026, 10, 25, 3, 0, tzinfo=UTC)),
    ],
)
def test_a_day_begins_when_the_party_is_over(moment, began):
    assert day_began(moment, BERLIN, "04:00") == began


@given(st.integers(0, 2 * 365 * 24 * 60))
def test_every_moment_is_in_the_day_that_began_before_it(minutes):
    moment = NOON + timedelta(minutes=minutes)
    began = day_began(moment, BERLIN, "04:00")
    assert began <= moment < began + timedelta(hours=25)
    assert day_began(began, BERLIN, "04:00") == began


def test_a_zone_counts_since_it_was_emptied_last():
    today = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
    assert emptied(a_zone(), NOON, BERLIN, "04:00") == today
    by_hand = NOON - timedelta(hours=1)
    assert emptied(a_zone(emptied_at=by_hand), NOON, BERLIN, "04:00") == by_hand
    early = a_zone(emptied_at=today - timedelta(hours=9))
    assert emptied(early, NOON, BERLIN, "04:00") == today
    later = a_zone(emptied_at=NOON + timedelta(hours=1))
    assert emptied(later, NOON, BERLIN, "04:00") == today, "not yet"
    assert emptied(a_zone(emptied_daily=False), NOON, BERLIN, "04:00") == NEVER
    assert emptied(None, NOON, BERLIN, "04:00") == NEVER


@pytest.mark.parametrize(
    "text", ["", "4:00", "24:00", "12:60", "12-00", "1200", "ab:cd", "\u0660\u0664:\u0660\u0660"]
)
def test_what_is_no_time_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says
        clock_time(text)


def test_zones_are_listed_from_the_outside_in():
    zones = [a_zone("stand", within="hall"), a_zone("tent"), a_zone("hall", within="house")]
    listed = outermost_first([*zones, a_zone("house")])
    assert [zone.zone_id for zone in listed] == ["house", "tent", "hall", "stand"]
