"""Whom a rule binds, when it is open, and how it reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from eventsite.core.domain.rules import Rule, in_words
from tests.builders import NOON

BERLIN = "Europe/Berlin"


def a_rule(**changes):
    return Rule(**({"event_id": "demo", "rule_id": "r", "name": "Rule"} | changes))


def at(text, day=21):
    hours, minutes = text.split(":")
    return datetime(2026, 11, day, int(hours), int(minutes), tzinfo=ZoneInfo(BERLIN))


@pytest.mark.parametrize(
    ("gates", "types", "binds"),
    [
        ((), (), True),
        (("main",), (), True),
        (("stage",), (), False),
        ((), ("general",), True),
        ((), ("crew",), False),
        (("main", "stage"), ("crew", "general"), True),
        (("main",), ("crew",), False),
    ],
)
def test_a_rule_binds_its_types_at_its_gates(gates, types, binds):
    rule = a_rule(gate_ids=gates, type_ids=types)
    assert rule.binds("main", "general") is binds
    assert not a_rule(gate_ids=gates, type_ids=types, active=False).binds("main", "general")


def test_a_span_has_its_first_moment_and_not_its_last():
    rule = a_rule(opens_at=NOON, closes_at=NOON + timedelta(hours=1))
    moments = [NOON + timedelta(minutes=m) for m in (-1, 0, 59, 60)]
    assert [rule.open(moment, "UTC") for moment in moments] == [False, True, True, False]


@pytest.mark.parametrize(
    ("begins", "ends", "open_at"),
    [
        ("18:30", "23:00", {"18:29": False, "18:30": True, "22:59": True, "23:00": False}),
        ("22:00", "02:00", {"21:59": False, "22:00": True, "01:59": True, "02:00": False}),
        ("18:30", "", {"18:29": False, "18:30": True, "23:59": True, "00:00": False}),
        ("", "09:00", {"00:00": True, "08:59": True, "09:00": False}),
        ("", "", {"00:00": True, "12:00": True}),
    ],
)
def test_hours_of_a_day_are_those_of_the_event(begins, ends, open_at):
    rule = a_rule(daily_from=begins, daily_until=ends)
    assert {text: rule.open(at(text), BERLIN) for text in open_at} == open_at
    utc = {text: rule.open(at(text).astimezone(UTC), BERLIN) for text in open_at}
    assert utc == open_at, "whatever zone a moment is told in"


def test_a_day_of_summer_time_has_the_same_hours():
    summer = datetime(2026, 7, 1, 16, 30, tzinfo=UTC)  # 18:30 in Berlin
    rule = a_rule(daily_from="18:30")
    assert rule.open(summer, BERLIN)
    assert not rule.open(summer - timedelta(minutes=1), BERLIN)


def test_a_span_and_the_hours_of_a_day_both_count():
    rule = a_rule(opens_at=at("00:00", 21), closes_at=at("00:00", 22), daily_from="18:00")
    assert rule.open(at("19:00", 21), BERLIN)
    assert not rule.open(at("17:00", 21), BERLIN)
    assert not rule.open(at("19:00", 22), BERLIN)


def test_rules_read_as_sentences():
    gates, types = {"main": "Main gate"}, {"crew": "Crew"}
    said = [
        a_rule(),
        a_rule(gate_ids=("main",), type_ids=("crew",), entries=1, reentry=False),
        a_rule(daily_from="18:30", entries_per_day=2, active=False),
        a_rule(opens_at=NOON, closes_at=NOON + timedelta(days=1), type_ids=("gone",), entries=3),
    ]
    assert [in_words(rule, gates, types, BERLIN) for rule in said] == [
        "Every ticket type: no limits",
        "Crew at Main gate: once in all; nobody who left comes in again",
        "Every ticket type: daily 18:30 to 24:00; twice a day (switched off)",
        "gone: from 2026-11-21 13:00 until 2026-11-22 13:00; 3 times in all",
    ]
