"""Calendar entries that any calendar reads, updates and forgets."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from eventsite.core.domain.registrations import Cause
from eventsite.core.services.documents.calendars import event_calendar, session_calendar
from tests.builders import NOON, a_guest, a_registration, a_session, a_setup, an_event

SETUP = a_setup()
LINK = "https://fair.example/g/9f3ac1d2e4b50617-1-abc/"


def entries(file: bytes) -> list:
    return list(Calendar.from_ical(file).walk("VEVENT"))


def the_entry(file: bytes):
    (entry,) = entries(file)
    return entry


def test_the_file_has_the_event_and_every_session_that_was_signed_up_for():
    sessions = [a_session(), a_session(session_id="s2", title="Sails")]
    found = entries(event_calendar(a_registration(), SETUP, sessions, NOON))
    assert [str(e["summary"]) for e in found] == ["Tidal Fair", "Knots for beginners", "Sails"]
    assert [str(e["location"]) for e in found[:2]] == ["Harbour Hall", "Dock A, Harbour Hall"]


def test_times_are_instants_in_utc():
    event = an_event(starts_at=datetime.fromisoformat("2026-07-01T09:00+02:00"))
    entry = the_entry(event_calendar(a_registration(), a_setup(event), [], NOON))
    assert entry["dtstart"].to_ical() == b"20260701T070000Z"
    assert entry.decoded("dtstart") == datetime(2026, 7, 1, 7, tzinfo=UTC)
    assert entry["dtstamp"].to_ical() == b"20261121T120000Z"


def test_ids_are_stable_distinct_and_name_nobody():
    file = event_calendar(a_registration(), SETUP, [a_session()], NOON, host="fair.example")
    later = event_calendar(
        a_registration(registration_id="0" * 16, version=7), SETUP, [a_session()], NOON
    )
    ids = [str(entry["uid"]) for entry in entries(file)]
    assert ids == ["demo@fair.example", "s1.demo@fair.example"]
    assert [str(e["uid"]) for e in entries(later)] == ["demo@eventsite", "s1.demo@eventsite"]
    alone = session_calendar(a_session(), SETUP, NOON, host="fair.example")
    assert str(the_entry(alone)["uid"]) == ids[1]
    for private in (b"9f3ac1d2e4b50617", b"Lovelace", b"ada@"):
        assert private not in file


def test_a_changed_session_comes_with_a_higher_sequence():
    moved = a_session(version=4)
    assert int(the_entry(session_calendar(moved, SETUP, NOON))["sequence"]) == 4
    assert int(entries(event_calendar(a_registration(), SETUP, [moved], NOON))[1]["sequence"]) == 4


def test_a_cancelled_session_is_cancelled_and_rings_no_alarm():
    file = event_calendar(
        a_registration(), SETUP, [a_session(), a_session(session_id="s2", cancelled=True)], NOON
    )
    assert [str(e["status"]) for e in entries(file)] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert [len(e.subcomponents) for e in entries(file)] == [0, 1, 0]


def test_when_the_registration_is_cancelled_so_is_everything():
    gone = a_registration().cancelled(Cause.GUEST)
    file = event_calendar(gone, SETUP, [a_session()], NOON)
    assert {str(e["status"]) for e in entries(file)} == {"CANCELLED"}


@pytest.mark.parametrize(("minutes", "alarms"), [(20, 1), (0, 0)])
def test_a_session_rings_as_long_before_as_the_event_says(minutes, alarms):
    setup = a_setup(an_event(reminder_minutes=minutes))
    found = the_entry(session_calendar(a_session(), setup, NOON)).walk("VALARM")
    assert len(found) == alarms
    for alarm in found:
        assert alarm.decoded("trigger") == timedelta(minutes=-20)
        assert str(alarm["action"]) == "DISPLAY"
        assert str(alarm["description"]) == "Knots for beginners"


def test_a_link_is_only_in_when_it_is_given_and_makes_the_entry_private():
    without = the_entry(event_calendar(a_registration(), SETUP, [], NOON))
    assert "url" not in without
    linked = the_entry(event_calendar(a_registration(), SETUP, [], NOON, url=LINK))
    assert (str(linked["url"]), str(linked["class"])) == (LINK, "PRIVATE")


def test_the_head_is_what_rfc_5545_asks_for():
    calendar = Calendar.from_ical(session_calendar(a_session(), SETUP, NOON))
    assert str(calendar["version"]) == "2.0"
    assert str(calendar["prodid"])
    assert str(calendar["method"]) == "PUBLISH"
    assert calendar.errors == []
    assert all(part.errors == [] for part in calendar.walk())


def test_special_characters_are_escaped():
    event = an_event(title="Knots, ropes; sails\\masts", description="one\r\ntwo\x00\nthree")
    file = event_calendar(a_registration(), a_setup(event), [], NOON)
    assert b"SUMMARY:Knots\\, ropes\\; sails\\\\masts\r\n" in file
    assert b"DESCRIPTION:one\\ntwo\\nthree\r\n" in file
    assert str(the_entry(file)["description"]) == "one\ntwo\nthree"


def test_long_lines_are_folded_between_characters():
    title = "潮汐博览会" * 30
    file = event_calendar(a_registration(), a_setup(an_event(title=title)), [], NOON)
    assert_well_formed(file)
    assert str(the_entry(file)["summary"]) == title


def assert_well_formed(file: bytes) -> None:
    assert file.endswith(b"\r\n")
    assert file.count(b"\n") == file.count(b"\r\n") == file.count(b"\r")
    for line in file.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()  # no character is cut in two


@settings(max_examples=40)
@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_survives(title, abstract):
    session = a_session(title=title, abstract=abstract, speakers=(title,), track=title, room=title)
    event = an_event(title=title, venue=title, description=abstract)
    file = event_calendar(a_registration(), a_setup(event), [session], NOON, url=LINK)
    assert_well_formed(file)
    assert len(entries(file)) == 2


def test_speakers_and_abstract_are_the_description():
    session = a_session(subtitle="Part 1", speakers=("Ann", "Bo"), abstract="All about it.")
    entry = the_entry(session_calendar(session, SETUP, NOON))
    assert str(entry["description"]) == "Part 1\n\nAnn, Bo\n\nAll about it."


def test_a_guests_own_data_change_nothing():
    guest = a_guest(name="Somebody Else", email="else@example.org")
    mine = event_calendar(a_registration(), SETUP, [], NOON)
    assert event_calendar(replace(a_registration(), guest=guest), SETUP, [], NOON) == mine
