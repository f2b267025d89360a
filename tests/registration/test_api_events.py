"""What everybody may read of an event."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from eventsite.core.domain.promo_codes import PromoCode
from eventsite.core.domain.questions import Question, QuestionKind
from eventsite.core.services.organizing import save_code, save_question, set_up
from eventsite.core.wiring import Stores
from tests.builders import a_setup, an_event
from tests.registration.conftest import Api, Register, refusal, sell

DAY = timedelta(days=1)


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


# -- what can be had --
def kinds(api: Api, code: str = "") -> dict[str, Any]:
    answer = api("GET", f"events/demo?code={code}" if code else "events/demo")
    assert answer["Cache-Control"] == ("no-store" if code else "public, max-age=30")
    return {kind["type_id"]: kind for kind in answer.json()["types"]}


@pytest.mark.parametrize(
    ("capacity", "taken", "said"),
    [(100, 0, "many"), (30, 24, "many"), (30, 25, "few"), (5, 0, "few"), (3, 3, "none")],
)
def test_how_many_are_left_is_told_in_a_word(
    api: Api, fair: Stores, registered: Register, capacity: int, taken: int, said: str
) -> None:
    sell(fair, capacity=capacity)
    for number in range(taken):
        registered(email=f"g{number}@example.org")
    shown = kinds(api)["general"]
    assert shown["left"] == said
    assert str(capacity) not in str(shown)


def test_sales_are_told(api: Api, fair: Stores) -> None:
    now = timezone.now()
    assert kinds(api)["general"]["sale"] == "open"
    sell(fair, sale_from=now + timedelta(days=1))
    assert kinds(api)["general"]["sale"] == "not_yet"
    sell(fair, sale_from=None, sale_until=now)
    assert kinds(api)["general"]["sale"] == "over"


@pytest.mark.parametrize(("waitlist", "sale"), [(False, "sold_out"), (True, "waitlist")])
def test_what_is_sold_out_may_have_a_waiting_list(
    api: Api, fair: Stores, waitlist: bool, sale: str
) -> None:
    sell(fair, capacity=0, waitlist=waitlist)
    shown = kinds(api)["general"]
    assert (shown["sale"], shown["left"]) == (sale, "none")


def test_a_full_event_has_no_ticket_of_any_type(api: Api, fair: Stores) -> None:
    event = an_event(event_id="full", number=9, capacity=0, ends_at=timezone.now() + DAY)
    set_up(fair.events, a_setup(event, gates=(), items=()))
    types = api("GET", "events/full").json()["types"]
    assert {(kind["limited"], kind["left"], kind["sale"]) for kind in types} == {
        (True, "none", "sold_out"),
        (False, "none", "sold_out"),
    }


def test_hidden_types_are_shown_to_who_has_the_code(api: Api, fair: Stores) -> None:
    sell(fair, hidden=True, price=2001, currency="EUR")
    asks = Question(
        event_id="demo",
        question_id="q",
        name="?",
        kind=QuestionKind.TEXT,
        type_ids=("general", "crew"),
    )
    save_question(fair.events, asks)
    for code, fields in {"OPEN": {"unlocks": True, "percent_off": 50}, "LESS": {}}.items():
        save_code(fair.events, PromoCode(event_id="demo", code=code, name=code, **fields))
    assert "general" not in api("GET", "events/demo").content.decode()
    assert "general" not in kinds(api, "less")
    shown = kinds(api, "open")["general"]
    assert (shown["price"], shown["full_price"], shown["currency"]) == (1000, 2001, "EUR")
    body = api("GET", "events/demo?code=open").json()
    assert body["questions"][0]["type_ids"] == ["general", "crew"]


def test_a_code_that_is_not_good_is_refused(api: Api, fair: Stores) -> None:
    early = PromoCode(event_id="demo", code="EARLY", name="E", good_until=timezone.now())
    save_code(fair.events, early)
    save_code(fair.events, PromoCode(event_id="demo", code="USED", name="U", limit=0))
    for typed, refused in (
        ("nothing", (404, "not_found", "code")),
        ("early", (409, "not_allowed", "code")),
        ("used", (409, "limit_reached", "code")),
    ):
        assert refusal(api("GET", f"events/demo?code={typed}")) == refused


def test_questions_are_told_in_order(api: Api, fair: Stores) -> None:
    for order, name in ((2, "b"), (1, "a")):
        save_question(
            fair.events,
            Question(
                event_id="demo",
                question_id=name,
                name=f"{name}?",
                kind=QuestionKind.TEXT,
                order=order,
            ),
        )
    body = api("GET", "events/demo").json()
    assert [each["question_id"] for each in body["questions"]] == ["a", "b"]
    assert (body["group_max"], body["confirm_email"]) == (20, False)
