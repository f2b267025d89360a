"""What a guest does by API on the way to a ticket: confirm, accept, answer; and documents."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from eventsite.core.domain.questions import Question, QuestionKind
from eventsite.core.domain.registrations import Registration
from eventsite.core.services.deciding import cancel
from eventsite.core.services.organizing import save_question
from eventsite.core.wiring import Stores
from tests.registration.conftest import Api, Register, facts, refusal, sell, token_of


def own(api: Api, method: str, mine: Registration, tail: str = "", body: Any = None) -> Any:
    path = f"registrations/{mine.registration_id}{tail}"
    return api(method, path, body, X_Guest_Token=token_of(mine))


def test_the_address_is_confirmed_by_the_link(api: Api, fair: Stores, registered: Register) -> None:
    sell(fair, event={"confirm_email": True})
    mine = registered()
    shown = own(api, "GET", mine).json()
    assert (shown["status"], shown["awaiting"], shown["lapsed"]) == ("pending", ["email"], False)
    assert shown["held_until"]
    for _ in range(2):
        body = own(api, "POST", mine, "/confirm-email").json()
        assert (body["status"], body["awaiting"], body["held_until"]) == ("confirmed", [], None)


def test_what_was_held_too_long_is_gone(api: Api, fair: Stores, registered: Register) -> None:
    sell(fair, event={"confirm_email": True})
    mine = registered()
    late = replace(mine, held_until=timezone.now() - timedelta(seconds=1))
    fair.registrations.save(late)
    assert own(api, "GET", mine).json()["lapsed"] is True
    refused = refusal(own(api, "POST", mine, "/confirm-email"))
    assert refused == (409, "hold_expired", "status")


def test_an_offer_is_accepted_or_declined(api: Api, fair: Stores, registered: Register) -> None:
    sell(fair, capacity=1, waitlist=True)
    first = registered()
    second, third = registered(email="b@example.org"), registered(email="c@example.org")
    assert [own(api, "GET", each).json()["ahead"] for each in (first, second, third)] == [
        None,
        0,
        1,
    ]
    refused = refusal(own(api, "POST", second, "/accept-offer"))
    assert refused == (409, "not_allowed", "status")
    cancel(fair, first.registration_id, timezone.now())
    offered = own(api, "GET", second).json()
    assert (offered["status"], bool(offered["held_until"])) == ("waitlisted", True)
    declined = own(api, "POST", second, "/cancel").json()
    assert (declined["status"], declined["cause"]) == ("cancelled", "declined")
    for _ in range(2):
        assert own(api, "POST", third, "/accept-offer").json()["status"] == "confirmed"


def test_a_mail_can_be_asked_for_again(api: Api, registered: Register) -> None:
    mine = registered()
    for _ in range(2):
        answer = own(api, "POST", mine, "/resend")
        assert (answer.status_code, answer.json()) == (202, {"state": "received"})
    assert [item["entity"]["S"] for item in facts()].count("mail_wish") == 1


# -- answers --
@pytest.fixture
def asking(fair: Stores) -> Stores:
    for question_id, kind, more in (
        ("food", QuestionKind.CHOICE, {"choices": ("a", "b")}),
        ("photos", QuestionKind.CONSENT, {}),
        ("age", QuestionKind.NUMBER, {"minimum": 16}),
    ):
        question = Question(
            event_id="demo", question_id=question_id, name="Is this fine?", kind=kind, **more
        )
        save_question(fair.events, question)
    return fair


def test_answers_and_consents_are_shown_and_changed(
    api: Api, asking: Stores, registered: Register
) -> None:
    mine = registered()
    answers = {"food": "a", "photos": True, "age": 30}
    body = own(api, "PATCH", mine, body={"answers": answers}).json()
    assert body["answers"] == {"food": ["a"], "photos": ["yes"], "age": ["30"]}
    assert [(c["text"], c["given"]) for c in body["consents"]] == [("Is this fine?", True)]
    body = own(api, "PATCH", mine, body={"answers": {"food": ["b"]}, "guest": {"name": "X"}}).json()
    assert (body["answers"], body["guest"]["name"]) == ({"food": ["b"]}, "X")
    assert [c["given"] for c in body["consents"]] == [True, False]


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"answers": {"food": "c"}}, (400, "invalid", "answers.food")),
        ({"answers": {"age": 3}}, (400, "invalid", "answers.age")),
        ({"answers": {"boat": "x"}}, (400, "invalid", "answers.boat")),
        ({"answers": {"food": {}}}, (400, "invalid", "answers.food")),
        ({"answers": {"food": "c"}, "guest": {"name": "X"}}, (400, "invalid", "answers.food")),
        ({"answers": {"food": "a"}, "guest": {"email": "x"}}, (400, "invalid", "guest.email")),
        ({"answers": {"food": "a"}, "version": 7}, (409, "stale_write", "")),
    ],
    ids=str,
)
def test_wrong_answers_are_refused_and_nothing_else_is_written(
    api: Api,
    asking: Stores,
    registered: Register,
    change: dict[str, Any],
    refused: tuple[int, str, str],
) -> None:
    mine = registered()
    before = facts()
    assert refusal(own(api, "PATCH", mine, body=change)) == refused
    assert facts() == before


# -- documents --
def test_the_ticket_comes_on_paper(api: Api, registered: Register) -> None:
    answer = own(api, "GET", registered(), "/ticket.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Cache-Control"] == "no-store"
    assert answer.content.startswith(b"%PDF-")


def test_the_calendar_has_the_event_and_what_was_signed_up_for(
    api: Api, registered: Register
) -> None:
    mine = registered()
    own(api, "PUT", mine, "/sign-ups/s1")
    answer = own(api, "GET", mine, "/event.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.content.count(b"BEGIN:VEVENT") == 2
    assert b"Ada" not in answer.content


# -- personal data --
def test_a_guest_gets_all_that_is_kept_and_has_it_erased(
    api: Api, fair: Stores, registered: Register
) -> None:
    mine = registered()
    data = own(api, "GET", mine, "/data")
    assert data["Cache-Control"] == "no-store"
    assert data.json()["guest"]["email"] == "ada@example.org"
    for _ in range(2):
        body = own(api, "POST", mine, "/erase").json()
        assert (body["status"], body["cause"], body["guest"]["email"]) == (
            "cancelled",
            "erased",
            "",
        )
    assert "ada@" not in str(facts()).lower()
    refused = refusal(own(api, "POST", mine, "/resend"))
    assert refused == (409, "not_allowed", "status")
