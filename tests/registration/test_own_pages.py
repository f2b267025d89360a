"""A guest's own pages: whoever has the link, and nobody else, with no cookie."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from eventsite.core.domain.registrations import Registration
from eventsite.core.wiring import Stores
from tests.registration.conftest import Register, facts, token_of
from tests.registration.test_pages import hidden, text


@pytest.fixture
def visitor() -> Client:
    """A browser under `no-referrer`: its forms say that they come from nowhere."""
    return Client(enforce_csrf_checks=True, headers={"Origin": "null"})


@pytest.fixture
def mine(registered: Register) -> Registration:
    return registered()


@pytest.fixture
def own(mine: Registration) -> str:
    return f"/g/{token_of(mine)}/"


@pytest.mark.parametrize(
    "tail", ["", "ticket.svg", "ticket.png", "particulars/", "sessions/", "cancel/"]
)
def test_nothing_of_it_is_kept_or_told_to_others(visitor: Client, own: str, tail: str) -> None:
    answer = visitor.get(own + tail)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer["X-Robots-Tag"]
    assert not answer.cookies


def test_the_page_shows_ticket_state_and_particulars(visitor: Client, own: str) -> None:
    page = text(visitor.get(own))
    for said in ("Ada Lovelace", "Confirmed", "General", "ada@example.org", "ticket.svg"):
        assert said in page


def test_the_picture_can_be_saved(visitor: Client, own: str) -> None:
    answer = visitor.get(f"{own}ticket.png")
    assert answer["Content-Type"] == "image/png"
    assert "attachment" in answer["Content-Disposition"]


def test_signing_up_and_off(visitor: Client, own: str, mine: Registration, fair: Stores) -> None:
    page = visitor.get(f"{own}sessions/")
    day = hidden(page, "day")
    form = {"session_id": "s1", "action": "sign-up", "day": day}
    told = visitor.post(f"{own}sessions/", form, follow=True)
    assert "You are signed up" in text(told)
    assert "Knots for beginners" in text(visitor.get(own)).split('id="requests"')[0]
    gone = visitor.post(f"{own}sessions/", {"session_id": "s1", "action": "sign-off"}, follow=True)
    assert "no longer signed up" in text(gone)
    assert not fair.registrations.guest_page(mine.registration_id).sign_ups


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"session_id": "s2", "action": "sign-up"}, 409),
        ({"session_id": "s9", "action": "sign-up"}, 404),
        ({"session_id": "s1", "action": "sign-up", "day": "x"}, 400),
        ({}, 404),
    ],
    ids=str,
)
def test_a_refused_sign_up_is_told_and_not_written(
    visitor: Client, own: str, form: dict[str, str], status: int
) -> None:
    before = facts()
    answer = visitor.post(f"{own}sessions/", form)
    assert answer.status_code == status
    assert "<h1" in text(answer)
    assert facts() == before


def a_wish(page: Any, **changes: str) -> dict[str, str]:
    key = hidden(page, "idempotency_key")
    return {"item_id": "tea", "quantity": "2", "note": "", "idempotency_key": key} | changes


def test_asking_twice_asks_once(
    visitor: Client, own: str, mine: Registration, fair: Stores
) -> None:
    wish = a_wish(visitor.get(own), note="no milk")
    for _ in range(2):
        told = visitor.post(f"{own}requests/", wish, follow=True)
        assert "We got your request" in text(told)
    asked = fair.registrations.guest_page(mine.registration_id).requests
    assert [(each.item_name, each.quantity) for each in asked] == [("Tea", 2)]
    assert "2 × Tea" in text(told)  # noqa: RUF001 - as the page writes it
    assert "Asked for" in text(told)


@pytest.mark.parametrize(
    ("change", "status", "place"),
    [
        ({"quantity": "0"}, 400, "id_quantity_error"),
        ({"quantity": "lots"}, 400, "id_quantity_error"),
        ({"quantity": "9" * 50}, 400, "id_quantity_error"),
        ({"item_id": "boat"}, 400, "id_item_id_error"),
        ({"note": "x" * 201}, 400, "id_note_error"),
        ({"note": "a\x07b"}, 400, "id_note_error"),
    ],
    ids=str,
)
def test_a_refused_wish_is_shown_at_its_field(
    visitor: Client, own: str, change: dict[str, str], status: int, place: str
) -> None:
    wish = a_wish(visitor.get(own), **change)
    before = facts()
    answer = visitor.post(f"{own}requests/", wish)
    assert answer.status_code == status
    assert f'id="{place}"' in text(answer)
    assert facts() == before


def test_nobody_gets_more_than_their_share(visitor: Client, own: str) -> None:
    too_much = visitor.post(f"{own}requests/", a_wish(visitor.get(own), quantity="6"))
    assert too_much.status_code == 409
    assert 'id="id_quantity_error">You can have 5 of Tea.' in text(too_much)


def test_a_share_that_was_had_is_not_given_again(visitor: Client, own: str) -> None:
    visitor.post(f"{own}requests/", a_wish(visitor.get(own), quantity="5"))
    before = facts()
    answer = visitor.post(f"{own}requests/", a_wish(visitor.get(own), quantity="1"))
    assert answer.status_code == 409
    assert 'id="id_quantity_error">You can have 5 of Tea.' in text(answer)
    assert facts() == before


def test_the_particulars_change(
    visitor: Client, own: str, mine: Registration, fair: Stores
) -> None:
    form = {"name": "Ada King", "email": "king@example.org", "phone": "", "channel": "email"}
    told = visitor.post(f"{own}particulars/", form, follow=True)
    assert "Your details are saved" in text(told)
    stored = fair.registrations.get(mine.registration_id)
    assert (stored.guest.name, stored.guest.email) == ("Ada King", "king@example.org")
    assert fair.registrations.by_email("demo", "ada@example.org") is None


def test_refused_particulars_stay_in_the_form(
    visitor: Client, own: str, registered: Register
) -> None:
    registered(email="eve@example.org")
    form = {"name": "Ada King", "email": "eve@example.org", "phone": "", "channel": "email"}
    before = facts()
    answer = visitor.post(f"{own}particulars/", form)
    assert answer.status_code == 409
    assert re.search(r'id="id_email_error">Another guest', text(answer))
    assert 'value="Ada King"' in text(answer)
    assert facts() == before


def test_cancelling_asks_first_and_happens_once(visitor: Client, own: str, fair: Stores) -> None:
    before = facts()
    assert "somebody else can have your place" in text(visitor.get(f"{own}cancel/"))
    assert facts() == before
    told = visitor.post(f"{own}cancel/", follow=True)
    assert "is cancelled" in text(told)
    assert "ticket.svg" not in text(told)
    assert visitor.get(f"{own}ticket.svg").status_code == 409
    after = facts()
    assert visitor.post(f"{own}cancel/", follow=True).status_code == 200
    assert facts() == after
    assert fair.events.stock_left(fair.events.get("demo"), "TYPE.general") == 100
