"""What everybody may read of an event."""

from __future__ import annotations

import pytest

from tests.registration.conftest import Api, refusal


def test_an_event_is_public_and_may_be_kept(api: Api) -> None:
    answer = api("GET", "events/demo")
    body = answer.json()
    assert answer["Cache-Control"] == "public, max-age=30"
    assert (body["title"], body["zone"]) == ("Tidal Fair", "Europe/Berlin")
    assert [kind["type_id"] for kind in body["types"]] == ["general", "crew"]
    assert [kind["limited"] for kind in body["types"]] == [True, False]


def test_the_agenda_is_public_and_has_days(api: Api) -> None:
    body = api("GET", "events/demo/agenda").json()
    assert {session["session_id"] for session in body["sessions"]} == {"s1", "s2"}
    day = body["days"][0]
    assert len(api("GET", f"events/demo/agenda?day={day}").json()["sessions"]) == 2
    assert api("GET", "events/demo/agenda?day=2020-01-01").json()["sessions"] == []


def test_an_agenda_that_did_not_change_is_not_sent_again(api: Api) -> None:
    first = api("GET", "events/demo/agenda")
    assert first["Cache-Control"] == "public, max-age=30"
    again = api("GET", "events/demo/agenda", If_None_Match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    assert api("GET", "events/demo/agenda", If_None_Match='"other"').status_code == 200


@pytest.mark.parametrize(
    "day", ["", "today", "2026-13-01", "20261121", "2026-11-21T00:00", "٢٠٢٦-11-21"]
)
def test_a_day_that_is_none_is_refused(api: Api, day: str) -> None:
    assert refusal(api("GET", f"events/demo/agenda?day={day}")) == (400, "invalid", "day")
