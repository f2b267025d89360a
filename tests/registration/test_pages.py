"""The pages of guests, as a browser without scripts meets them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from eventsite.core.domain.registrations import RegistrationStatus
from eventsite.core.services.organizing import set_up
from eventsite.core.wiring import Stores
from tests.builders import a_setup, an_event
from tests.registration.conftest import Register, facts, token_of

FORM = {"type_id": "general", "name": "Ada", "email": "ada@example.org", "channel": "email"}


@pytest.fixture
def visitor() -> Client:
    return Client(enforce_csrf_checks=True)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def hidden(answer: Any, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', text(answer))
    assert found, name
    return found[1]


def filled(page: Any, **changes: str) -> dict[str, str]:
    """Return the register form as the browser would send it."""
    secrets = {name: hidden(page, name) for name in ("csrfmiddlewaretoken", "idempotency_key")}
    return FORM | secrets | changes


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
    for said in ("Tidal Fair", "Harbour Hall", "CET", "General", "Knots for beginners", "Dock A"):
        assert said in text(answer)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "<script" not in text(answer)


def test_registering_leads_to_the_ticket(visitor: Client, fair: Stores) -> None:
    page = visitor.get("/e/demo/register/?type=general")
    assert page["Cache-Control"] == "no-store"
    answer = visitor.post("/e/demo/register/", filled(page))
    assert answer.status_code == 302
    own = urlsplit(answer["Location"])
    assert own.path.startswith("/g/")
    assert "lovelace" not in answer["Location"].lower()
    assert "example" not in answer["Location"]
    shown = visitor.get(answer["Location"])
    assert "You are registered" in text(shown)
    assert f'src="{own.path}ticket.svg"' in text(shown)
    assert fair.registrations.by_email("demo", "ada@example.org")


def test_a_form_sent_twice_registers_once(visitor: Client) -> None:
    form = filled(visitor.get("/e/demo/register/"))
    first = visitor.post("/e/demo/register/", form)
    before = facts()
    assert visitor.post("/e/demo/register/", form)["Location"] == first["Location"]
    assert facts() == before


def test_a_form_without_its_csrf_token_is_refused(visitor: Client) -> None:
    before = facts()
    assert visitor.post("/e/demo/register/", FORM).status_code == 403
    assert facts() == before


WRONG = [
    ({"email": "nobody"}, 400, "id_email_error", "This is not an e-mail address."),
    ({"name": "  "}, 400, "id_name_error", "This field is required."),
    ({"name": "a" * 121}, 400, "id_name_error", "120"),
    ({"channel": "sms"}, 400, "id_phone_error", "need a phone number"),
    ({"phone": "12"}, 400, "id_phone_error", "looks like"),
    ({"type_id": "vip"}, 400, "id_type_id_error", "not one of the available choices"),
    ({"email": "eve@example.org"}, 409, "id_email_error", "registered for this event already"),
]


@pytest.mark.parametrize(("change", "status", "place", "said"), WRONG, ids=str)
def test_a_refusal_is_shown_at_its_field_with_what_was_typed(
    visitor: Client,
    registered: Register,
    change: dict[str, str],
    status: int,
    place: str,
    said: str,
) -> None:
    registered(email="eve@example.org")
    page = visitor.get("/e/demo/register/")
    form = filled(page, **({"name": "Typed Name"} | change))
    before = facts()
    answer = visitor.post("/e/demo/register/", form)
    assert answer.status_code == status
    assert re.search(rf'id="{place}">[^<]*{said}', text(answer))
    assert said in text(answer).split('class="summary"')[1].split("</div>")[0]
    assert 'value="Typed Name"' in text(answer) or "name" in change
    assert hidden(answer, "idempotency_key") == form["idempotency_key"]
    assert facts() == before


def test_a_used_key_with_other_values_is_told_and_replaced(visitor: Client) -> None:
    form = filled(visitor.get("/e/demo/register/"))
    visitor.post("/e/demo/register/", form)
    answer = visitor.post("/e/demo/register/", form | {"email": "grace@example.org"})
    assert answer.status_code == 422
    again = form | {
        "email": "grace@example.org",
        "idempotency_key": hidden(answer, "idempotency_key"),
    }
    assert visitor.post("/e/demo/register/", again).status_code == 302


def test_an_event_that_is_over_has_no_form(visitor: Client, fair: Stores) -> None:
    past = timezone.now() - timedelta(days=9)
    event = an_event(event_id="old", number=3, starts_at=past, ends_at=past + timedelta(days=1))
    set_up(fair.events, a_setup(event))
    assert "This event is over" in text(visitor.get("/e/old/"))
    assert visitor.get("/e/old/register/")["Location"] == "/e/old/"


def test_a_zone_that_nobody_knows_shows_utc(visitor: Client, fair: Stores) -> None:
    fair.events.save(replace(fair.events.get("demo"), zone="Mars/Olympus"))
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
