"""A guest's own pages: whoever has the link, and nobody else, with no cookie."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import boto3
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.test import Client
from django.utils import timezone

from eventsite.core import wiring
from eventsite.core.domain.applications import Applicant
from eventsite.core.domain.questions import Question, QuestionKind
from eventsite.core.domain.registrations import Payment, Registration
from eventsite.core.services.deciding import cancel, record_payment
from eventsite.core.services.organizing import save_question
from eventsite.core.wiring import Stores
from tests.builders import a_guest
from tests.doing import apply, left
from tests.registration.conftest import Register, facts, sell, token_of
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
    "tail",
    [
        *("", "ticket.svg", "ticket.png", "ticket.pdf", "tickets.pdf", "event.ics"),
        *("sessions/s1.ics", "particulars/", "answers/", "sessions/", "cancel/", "data/"),
        *("data.json", "erase/"),
    ],
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


PARTICULARS = {
    "name": "Ada King",
    "email": "ada@example.org",
    "phone": "",
    "channel": "email",
    "locale": "en",
    "zone": "",
}


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
    assert 'id="id_quantity_error">You can have 5 of this.' in text(too_much)


def test_a_share_that_was_had_is_not_given_again(visitor: Client, own: str) -> None:
    visitor.post(f"{own}requests/", a_wish(visitor.get(own), quantity="5"))
    before = facts()
    answer = visitor.post(f"{own}requests/", a_wish(visitor.get(own), quantity="1"))
    assert answer.status_code == 409
    assert 'id="id_quantity_error">You can have 5 of this.' in text(answer)
    assert facts() == before


def test_the_particulars_change(
    visitor: Client, own: str, mine: Registration, registered: Register, fair: Stores
) -> None:
    form = PARTICULARS | {"email": "king@example.org", "locale": "de", "zone": "Asia/Tokyo"}
    told = visitor.post(f"{own}particulars/", form, follow=True)
    assert "Ihre Angaben" in text(told)
    assert "Asia/Tokyo (UTC+9)" in text(told)
    guest = fair.registrations.get(mine.registration_id).guest
    assert (guest.name, guest.email) == ("Ada King", "king@example.org")
    assert (guest.locale, guest.zone) == ("de", "Asia/Tokyo")
    assert registered(email="ada@example.org")


def test_refused_particulars_stay_in_the_form(
    visitor: Client, own: str, registered: Register
) -> None:
    registered(email="eve@example.org")
    form = PARTICULARS | {"email": "eve@example.org"}
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
    assert left(fair, "TYPE.general") == 100


def test_a_locale_that_pages_have_not_stays_as_it_is(
    visitor: Client, registered: Register, fair: Stores
) -> None:
    mine = registered(locale="en-IE", zone="Etc/GMT+5")
    page = f"/g/{token_of(mine)}/particulars/"
    assert 'value="en-IE" selected' in text(visitor.get(page))
    visitor.post(page, PARTICULARS | {"locale": "en-IE", "zone": "Etc/GMT+5"})
    guest = fair.registrations.get(mine.registration_id).guest
    assert (guest.locale, guest.zone) == ("en-IE", "Etc/GMT+5")


# -- on the way to a ticket --
def test_the_address_is_confirmed_by_a_button_and_not_by_opening_the_link(
    visitor: Client, registered: Register, fair: Stores
) -> None:
    sell(fair, event={"confirm_email": True})
    mine = registered()
    own = f"/g/{token_of(mine)}/"
    before = facts()
    assert "Please confirm your address" in text(visitor.get(own))
    assert "Yes, confirm my address" in text(visitor.get(f"{own}confirm/"))
    visitor.head(f"{own}confirm/")
    assert facts() == before
    told = visitor.post(f"{own}confirm/", follow=True)
    assert "Your address is confirmed" in text(told)
    assert "ticket.svg" in text(told)
    after = facts()
    assert visitor.post(f"{own}confirm/").status_code == 302
    assert visitor.get(f"{own}confirm/")["Location"] == own
    assert facts() == after


@pytest.fixture
def line(fair: Stores, registered: Register) -> list[Registration]:
    """Three guests who want the one place: one has it, two wait."""
    sell(fair, capacity=1, waitlist=True)
    return [registered(email=f"{name}@example.org") for name in "abc"]


def own_page(visitor: Client, registration: Registration, tail: str = "") -> Any:
    return visitor.get(f"/g/{token_of(registration)}/{tail}")


def test_who_waits_sees_how_many_are_before(visitor: Client, line: list[Registration]) -> None:
    assert "You are next" in text(own_page(visitor, line[1]))
    assert "<strong>1</strong> registration is before yours" in text(own_page(visitor, line[2]))
    assert "Leave the waiting list" in text(own_page(visitor, line[1]))


def test_an_offer_is_accepted_by_a_button(
    visitor: Client, line: list[Registration], fair: Stores
) -> None:
    cancel(fair, line[0].registration_id, timezone.now())
    page = text(own_page(visitor, line[1]))
    assert "There is a place for you" in page
    assert "The place is held for you until" in page
    before = facts()
    assert visitor.get(f"/g/{token_of(line[1])}/offer/").status_code == 302
    assert facts() == before
    told = visitor.post(f"/g/{token_of(line[1])}/offer/", follow=True)
    assert "The place is yours" in text(told)
    assert fair.registrations.get(line[1].registration_id).status.value == "confirmed"


def test_an_offer_that_is_declined_goes_to_the_next(
    visitor: Client, line: list[Registration], fair: Stores
) -> None:
    cancel(fair, line[0].registration_id, timezone.now())
    asked = own_page(visitor, line[1], "cancel/")
    assert "Decline the place?" in text(asked)
    told = visitor.post(f"/g/{token_of(line[1])}/cancel/", follow=True)
    assert "You declined the place" in text(told)
    assert "There is a place for you" in text(own_page(visitor, line[2]))


def test_a_place_whose_time_is_over_is_told_gone(
    visitor: Client, line: list[Registration], fair: Stores
) -> None:
    cancel(fair, line[0].registration_id, timezone.now())
    offered = fair.registrations.get(line[1].registration_id)
    fair.registrations.save(replace(offered, held_until=timezone.now()))
    page = text(own_page(visitor, line[1]))
    assert "The time is over" in page
    assert "Yes, I take it" not in page
    before = facts()
    assert visitor.post(f"/g/{token_of(line[1])}/offer/").status_code == 302
    assert facts() == before


def test_who_has_to_pay_sees_how_much_and_under_which_reference(
    visitor: Client, registered: Register, fair: Stores
) -> None:
    sell(fair, price=2500, currency="EUR")
    mine = registered()
    page = text(own_page(visitor, mine))
    short = mine.registration_id[:8].upper()
    assert "Please pay €25.00" in page
    assert f"{short[:4]}-{short[4:]}" in page
    record_payment(fair, mine.registration_id, Payment.PAID, "tx", timezone.now(), "staff:x")
    assert "ticket.svg" in text(own_page(visitor, mine))


def test_who_is_to_be_approved_is_told_to_wait(
    visitor: Client, registered: Register, fair: Stores
) -> None:
    sell(fair, approval=True)
    assert "The organizers are looking at it" in text(own_page(visitor, registered()))


# -- groups --
def group(fair: Stores, emails: tuple[str, ...]) -> tuple[Registration, ...]:
    sell(fair, per_guest=9)
    applicants = tuple(
        Applicant(type_id="general", guest=a_guest(name=f"G{n}", email=email))
        for n, email in enumerate(emails)
    )
    return apply(fair, now=timezone.now(), applicants=applicants).registrations


def test_a_group_sees_each_other_but_opens_only_what_comes_to_its_address(
    visitor: Client, fair: Stores
) -> None:
    first, second, third = group(fair, ("a@example.org", "a@example.org", "b@example.org"))
    page = text(own_page(visitor, first))
    assert "G1" in page
    assert "G2" in page
    assert token_of(second) in page
    assert token_of(third) not in page
    tickets = own_page(visitor, first, "tickets.pdf")
    assert tickets["Content-Type"] == "application/pdf"
    assert token_of(first) not in text(own_page(visitor, third))


def test_cancelling_says_what_it_means_for_the_group(visitor: Client, fair: Stores) -> None:
    confirmed = group(fair, ("a@example.org", "b@example.org"))[0]
    assert "The others in your group keep their tickets" in text(
        own_page(visitor, confirmed, "cancel/")
    )
    sell(fair, event={"confirm_email": True})
    unconfirmed = apply(
        fair,
        "other-key",
        now=timezone.now(),
        applicants=tuple(
            Applicant(type_id="general", guest=a_guest(email=f"{n}@example.org")) for n in "xyz"
        ),
    ).registration
    asked = text(own_page(visitor, unconfirmed, "cancel/"))
    assert "This ends the registration of all 3 in your group" in asked


# -- answers, data --
@pytest.fixture
def asking(fair: Stores) -> Stores:
    for name, fields in {
        "food": {"kind": QuestionKind.CHOICE, "choices": ("meat", "plants"), "required": True},
        "which": {
            "kind": QuestionKind.TEXT,
            "required": True,
            "when_question": "food",
            "when_answers": ("plants",),
            "order": 1,
        },
        "photos": {"kind": QuestionKind.CONSENT, "order": 2},
    }.items():
        question = {"event_id": "demo", "question_id": name, "name": f"About {name}?"} | fields
        save_question(fair.events, Question(**question))
    return fair


def test_answers_are_changed_in_as_many_steps_as_it_takes(
    visitor: Client, own: str, mine: Registration, asking: Stores
) -> None:
    page = visitor.get(f"{own}answers/")
    form = {name: hidden(page, name) for name in ("asked", "seen")}
    second = visitor.post(f"{own}answers/", form | {"q.food": "plants", "q.photos": "on"})
    assert second.status_code == 200
    assert "About which?" in text(second)
    form = {name: hidden(second, name) for name in ("asked", "seen")}
    answers = {"q.food": "plants", "q.photos": "on"}
    wrong = visitor.post(f"{own}answers/", form | answers)
    assert wrong.status_code == 400
    assert 'id="id_q.which_error"' in text(wrong)
    told = visitor.post(f"{own}answers/", form | answers | {"q.which": "All"}, follow=True)
    assert "Your answers are saved" in text(told)
    assert "You agreed on" in text(told)
    stored = asking.registrations.get(mine.registration_id)
    assert stored.answers == {"food": ("plants",), "which": ("All",), "photos": ("yes",)}


def test_the_mail_can_be_had_again(visitor: Client, own: str) -> None:
    for _ in range(2):
        told = visitor.post(f"{own}resend/", follow=True)
        assert "We have sent you the mail again" in text(told)
    assert [item["entity"]["S"] for item in facts()].count("mail_wish") == 1


def test_everything_kept_can_be_read_and_taken_along(visitor: Client, own: str) -> None:
    page = text(visitor.get(f"{own}data/"))
    for said in ("Ada Lovelace", "ada@example.org", "General", "Registered"):
        assert said in page
    file = visitor.get(f"{own}data.json")
    assert "attachment" in file["Content-Disposition"]
    assert file.json()["guest"]["name"] == "Ada Lovelace"


def test_erasing_asks_twice_and_leaves_nobody(
    visitor: Client, own: str, mine: Registration
) -> None:
    before = facts()
    assert "What stays" in text(visitor.get(f"{own}erase/"))
    refused = visitor.post(f"{own}erase/")
    assert refused.status_code == 400
    assert 'id="id_sure_error"' in text(refused)
    assert facts() == before
    told = visitor.post(f"{own}erase/", {"sure": "on"}, follow=True)
    assert "Your personal data are erased" in text(told)
    assert "Ada" not in text(told)
    assert "ada@example" not in str(facts()).lower()
    assert visitor.post(f"{own}erase/", {"sure": "on"}).status_code == 302


# -- language and zone --
def test_the_page_speaks_the_guests_language_unless_they_choose_another(
    visitor: Client, registered: Register
) -> None:
    mine = registered(locale="fr")
    page = visitor.get(f"/g/{token_of(mine)}/", headers={"Accept-Language": "de"})
    assert '<html lang="fr"' in text(page)
    chosen = visitor.get(f"/g/{token_of(mine)}/?lang=es")
    assert '<html lang="es"' in text(chosen)


def test_times_are_in_the_guests_zone_and_the_venues_are_named(
    visitor: Client, registered: Register
) -> None:
    page = text(visitor.get(f"/g/{token_of(registered(zone='America/New_York'))}/"))
    assert "America/New York (UTC−5)" in page  # noqa: RUF001 - a real minus
    assert "At the venue:" in page
    assert "Europe/Berlin (UTC+1)" in page


def test_without_credentials_there_is_no_wallet(visitor: Client, own: str) -> None:
    assert "Wallet" not in text(visitor.get(own))
    assert visitor.get(f"{own}ticket.pkpass").status_code == 404
    assert visitor.get(f"{own}google-wallet").status_code == 404


def test_a_wallet_is_offered_where_the_organizer_has_credentials(
    visitor: Client, own: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    google = {
        "issuer_id": "3388000000012345678",
        "organization": "Example Events",
        "client_email": "wallet@example.org",
        "private_key": pem,
    }
    secret = json.dumps({"google": google})
    boto3.client("secretsmanager").create_secret(Name="wallets", SecretString=secret)
    monkeypatch.setenv("EVENTSITE_WALLET_SECRET_ID", "wallets")
    wiring.forget()
    page = text(visitor.get(own))
    assert "Save to Google Wallet" in page
    assert "Apple" not in page
    answer = visitor.get(f"{own}google-wallet")
    assert answer["Location"].startswith("https://pay.google.com/gp/v/save/")
    assert answer["Cache-Control"] == "no-store"
    assert visitor.get(f"{own}ticket.pkpass").status_code == 404
