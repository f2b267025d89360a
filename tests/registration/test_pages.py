"""The pages of guests, as a browser without scripts meets them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from eventsite.core.domain.attempts import Attempt, Receipt
from eventsite.core.domain.events import Rush
from eventsite.core.domain.links import receipt_token
from eventsite.core.domain.registrations import RegistrationStatus
from eventsite.core.services.organizing import set_up
from eventsite.core.wiring import Stores, secrets
from pipeline.handlers.take_registrations import take
from tests.builders import a_setup, an_event
from tests.registration.conftest import Register, facts, sell, stored, token_of


@pytest.fixture
def visitor() -> Client:
    return Client(enforce_csrf_checks=True)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def hidden(answer: Any, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', text(answer))
    assert found, name
    return found[1]


def test_one_event_is_the_home_page(visitor: Client) -> None:
    assert visitor.get("/")["Location"] == "/e/demo/"


def test_several_events_are_listed_and_those_that_are_over_are_not(
    visitor: Client, fair: Stores
) -> None:
    now = timezone.now()
    soon = {"starts_at": now + timedelta(days=9), "ends_at": now + timedelta(days=10)}
    past = {"starts_at": now - timedelta(days=9), "ends_at": now - timedelta(days=8)}
    fair.events.add(an_event(event_id="next", number=2, title="Regatta", **soon))
    fair.events.add(an_event(event_id="old", number=3, title="Long gone", **past))
    page = text(visitor.get("/"))
    assert page.index("Tidal Fair") < page.index("Regatta")
    assert "Long gone" not in page


def test_the_event_page_tells_what_when_and_where(visitor: Client) -> None:
    answer = visitor.get("/e/demo/")
    for said in (
        "Tidal Fair",
        "Harbour Hall",
        "Europe/Berlin (UTC+1)",
        "General",
        "Knots for beginners",
        "Dock A",
    ):
        assert said in text(answer)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "<script" not in text(answer)


def test_an_event_that_is_over_has_no_form(visitor: Client, fair: Stores) -> None:
    past = timezone.now() - timedelta(days=9)
    event = an_event(event_id="old", number=3, starts_at=past, ends_at=past + timedelta(days=1))
    set_up(fair.events, a_setup(event))
    assert "This event is over" in text(visitor.get("/e/old/"))
    assert visitor.get("/e/old/register/")["Location"] == "/e/old/"


def test_a_zone_that_nobody_knows_shows_utc(visitor: Client, fair: Stores) -> None:
    seen = fair.events.get("demo")
    fair.events.save(replace(seen, zone="Mars/Olympus"), seen)
    assert "UTC" in text(visitor.get("/e/demo/"))


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/e/nothing/", 404),
        ("/e/" + "x" * 3000 + "/", 404),
        ("/e/demo/?day=nonsense", 400),
        ("/nowhere/", 404),
        ("/g/nonsense/", 401),
        ("/g/0123456789abcdef-1-aaaaaaaaaaaaaaaaaaaaaaaaaa/", 401),
        ("/g/0123456789abcdef-1-aaaaaaaaaaaaaaaaaaaaaaaaaa/ticket.svg", 401),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_wrong_address_gets_a_page_in_words(visitor: Client, path: str, status: int) -> None:
    answer = visitor.get(path)
    assert answer.status_code == status
    assert "<h1>" in text(answer)


def test_a_valid_link_to_nothing_is_not_found(visitor: Client, registered: Register) -> None:
    gone = replace(registered(), registration_id="0" * 16)
    assert visitor.get(f"/g/{token_of(gone)}/").status_code == 404
    assert gone.status is RegistrationStatus.CONFIRMED


# -- links again --
def test_links_are_mailed_again_and_every_address_gets_the_same_answer(
    visitor: Client, registered: Register
) -> None:
    registered()
    answers = []
    for email in ("ada@example.org", "nobody@example.org"):
        page = visitor.get("/e/demo/links/")
        form = {"email": email, "csrfmiddlewaretoken": hidden(page, "csrfmiddlewaretoken")}
        answer = visitor.post("/e/demo/links/", form, follow=True)
        answers.append((answer.status_code, answer.redirect_chain, text(answer)))
    assert answers[0] == answers[1]
    assert "Please look into your mail" in answers[0][2]
    assert [item["entity"]["S"] for item in facts()].count("mail_wish") == 1


def test_what_is_no_address_is_told(visitor: Client) -> None:
    page = visitor.get("/e/demo/links/")
    form = {"email": "x", "csrfmiddlewaretoken": hidden(page, "csrfmiddlewaretoken")}
    answer = visitor.post("/e/demo/links/", form)
    assert answer.status_code == 400
    assert 'id="id_email_error">This is not an e-mail address' in text(answer)


# -- receipts --
def receipt(**fields: Any) -> str:
    held = Receipt(**({"event_id": "demo", "attempt_id": "a" * 32} | fields))
    return f"/e/demo/receipts/{receipt_token(held, secrets().link_keys())}/"


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("confirmed", "it has your ticket"),
        ("pending", "what your place still waits for"),
        ("waitlisted", "You are on the waiting list"),
    ],
)
def test_a_receipt_says_what_happens_next(visitor: Client, told: str, said: str) -> None:
    answer = visitor.get(receipt(told=told))
    assert said in text(answer)
    assert "Refresh" not in answer


def test_who_has_to_confirm_is_told_so(visitor: Client, fair: Stores) -> None:
    sell(fair, event={"confirm_email": True})
    assert "confirm your address" in text(visitor.get(receipt(told="pending")))


def test_a_queued_page_looks_again_more_and_more_seldom(
    visitor: Client, fair: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fair.intake, "depth", lambda: 900)
    address, waits = receipt(ahead=1234), []
    for _ in range(9):
        answer = visitor.get(address)
        assert "About <strong>900</strong> are before you" in text(answer)
        seconds, _, address = answer["Refresh"].partition("; url=")
        waits.append(int(seconds))
    assert waits == [2, 3, 5, 8, 13, 21, 30, 30, 30]
    assert "Refresh" not in visitor.get(f"{receipt(ahead=1)}?look=stop")
    assert visitor.get(f"{receipt(ahead=1)}?look=%D9%A3")["Refresh"].startswith("2;")


def test_a_receipt_tells_how_it_went(visitor: Client, fair: Stores) -> None:
    outcome = Attempt(attempt_id="a" * 32, event_id="demo", answered_at=timezone.now())
    refused = {"code": "sold_out", "message": "No place is left.", "field": "type_id"}
    fair.attempts.answer(replace(outcome, **refused))
    page = text(visitor.get(receipt(ahead=3)))
    assert "No place is left." in page
    assert "Others were a little faster" in page
    fair.attempts.answer(replace(outcome, attempt_id="b" * 32, told="confirmed"))
    assert "it has your ticket" in text(visitor.get(receipt(attempt_id="b" * 32)))


def test_a_receipt_of_another_event_or_of_nobody_is_refused(visitor: Client) -> None:
    elsewhere = receipt(told="confirmed").replace("/e/demo/", "/e/other/")
    assert visitor.get(elsewhere).status_code == 404
    assert visitor.get("/e/demo/receipts/x.1.y/").status_code == 401


def test_in_a_rush_the_form_leads_to_the_queue(visitor: Client, fair: Stores, queued: Any) -> None:
    sell(fair, event={"rush": Rush.ALWAYS})
    page = visitor.get("/e/demo/register/?type=general")
    form = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text(page)))
    form |= {"g0-name": "Ada", "g0-email": "ada@example.org", "g0-channel": "email"}
    form |= {"g0-type_id": "general"}
    answer = visitor.post("/e/demo/register/", form)
    assert "You are in the queue" in text(visitor.get(answer["Location"]))
    (message,) = queued("eventsite-intake")
    take(message, "m-1")
    assert "it has your ticket" in text(visitor.get(answer["Location"]))
    assert stored(fair).source == "queue"
