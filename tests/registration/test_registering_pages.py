"""Registering by page, as a browser without scripts does it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from eventsite.core.domain.promo_codes import PromoCode
from eventsite.core.domain.questions import Question, QuestionKind
from eventsite.core.services.deciding import cancel
from eventsite.core.services.organizing import save_code, save_question, save_type
from eventsite.core.wiring import Stores
from tests.registration.conftest import Register, facts, sell, stored
from tests.registration.test_pages import hidden, text

HERE = "/e/demo/register/"
KINDS = {
    "food": {"kind": QuestionKind.CHOICE, "choices": ("meat", "plants"), "required": True},
    "which": {
        "kind": QuestionKind.TEXT,
        "required": True,
        "when_question": "food",
        "when_answers": ("plants",),
    },
    "days": {"kind": QuestionKind.SEVERAL, "choices": ("Fri", "Sat"), "maximum": 1},
    "bring": {"kind": QuestionKind.YES_NO},
    "born": {"kind": QuestionKind.DATE},
    "boats": {"kind": QuestionKind.NUMBER, "maximum": 9},
    "photos": {"kind": QuestionKind.CONSENT, "required": True},
}


@pytest.fixture
def visitor() -> Client:
    return Client(enforce_csrf_checks=True)


def ask(fair: Stores, *names: str, **changes: Any) -> None:
    for order, name in enumerate(names):
        fields = {"event_id": "demo", "question_id": name, "order": order} | KINDS[name] | changes
        save_question(fair.events, Question(**({"name": f"About {name}?"} | fields)))


def form_of(page: Any) -> dict[str, Any]:
    """Return what a browser would send of a form as it stands, with who applies filled in."""
    body = text(page)
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', body))
    fields |= dict(re.findall(r'name="(g\d+-type_id)">\s*<option value="([^"]+)" selected', body))
    for name in re.findall(r'<select [^>]*name="(g\d+-type_id)"', body):
        chosen = re.search(
            rf'name="{name}">.*?<option value="([^"]+)" selected', body, flags=re.DOTALL
        )
        assert chosen
        fields[name] = chosen[1]
    return fields | {"g0-name": "Ada", "g0-email": "ada@example.org", "g0-channel": "email"}


def opened(visitor: Client, type_id: str = "general", **query: str) -> Any:
    return visitor.get(HERE, {"type": type_id} | query)


def sent(visitor: Client, page: Any, **changes: Any) -> Any:
    named = {name.replace("__", "-"): value for name, value in changes.items()}
    return visitor.post(HERE, form_of(page) | named)


def test_the_ticket_is_chosen_first_where_there_are_several(visitor: Client) -> None:
    page = visitor.get(HERE)
    assert page["Cache-Control"] == "no-store"
    assert 'name="type"' in text(page)
    assert "General" in text(page)
    assert 'name="g0-name"' in text(opened(visitor))
    assert 'name="type"' in text(opened(visitor, "boat"))


def test_registering_leads_to_a_receipt_that_names_nobody(visitor: Client, fair: Stores) -> None:
    answer = sent(visitor, opened(visitor))
    assert answer.status_code == 302
    assert answer["Cache-Control"] == "no-store"
    address = urlsplit(answer["Location"]).path
    assert address.startswith("/e/demo/receipts/")
    assert stored(fair).registration_id not in address
    page = visitor.get(address)
    assert "We have written to <strong>ada@example.org</strong>" in text(page)
    assert (page["Cache-Control"], page["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert "/g/" not in text(page)
    elsewhere = text(Client().get(address))
    assert "ada@example.org" not in elsewhere
    assert "We have written to the address that you gave" in elsewhere


def test_a_form_sent_twice_registers_once(visitor: Client) -> None:
    form = form_of(opened(visitor))
    first = visitor.post(HERE, form)
    before = facts()
    assert visitor.post(HERE, form)["Location"] == first["Location"]
    assert facts() == before


def test_a_form_without_its_csrf_token_is_refused(visitor: Client) -> None:
    form = form_of(opened(visitor))
    before = facts()
    assert Client(enforce_csrf_checks=True).post(HERE, form).status_code == 403
    assert facts() == before


def test_a_known_address_gets_the_same_page(
    visitor: Client, fair: Stores, registered: Register
) -> None:
    registered()
    known = sent(visitor, opened(visitor), g0__name="Eve")
    new = sent(Client(), opened(visitor), g0__email="new@example.org")
    pages = [text(Client().get(answer["Location"])) for answer in (known, new)]
    links = re.compile(r"/receipts/[^\"?]*")
    assert links.sub("", pages[0]) == links.sub("", pages[1])
    assert stored(fair).guest.name == "Ada Lovelace"


def test_the_language_of_the_page_is_the_guests(visitor: Client, fair: Stores) -> None:
    page = visitor.get(HERE, {"type": "general", "lang": "de"})
    visitor.post(HERE, form_of(page))
    assert stored(fair).guest.locale == "de"


WRONG: list[tuple[dict[str, str], str, str]] = [
    ({"g0__email": "nobody"}, "id_g0-email_error", "This is not an e-mail address."),
    ({"g0__name": "  "}, "id_g0-name_error", "This field is required."),
    ({"g0__name": "a" * 121}, "id_g0-name_error", "120"),
    ({"g0__channel": "sms"}, "id_g0-channel_error|id_g0-phone_error", "need a phone number"),
    ({"g0__phone": "12"}, "id_g0-phone_error", "looks like"),
]


@pytest.mark.parametrize(("change", "place", "said"), WRONG, ids=str)
def test_a_refusal_is_shown_at_its_field_with_what_was_typed(
    visitor: Client, change: dict[str, str], place: str, said: str
) -> None:
    page = opened(visitor)
    before = facts()
    answer = sent(visitor, page, **({"g0__name": "Typed Name"} | change))
    assert answer.status_code == 400
    assert re.search(rf'id="(?:{place})">[^<]*{said}', text(answer))
    assert said in text(answer).split('class="summary"')[1].split("</div>")[0]
    assert 'value="Typed Name"' in text(answer) or "g0__name" in change
    assert hidden(answer, "idempotency_key") == hidden(page, "idempotency_key")
    assert facts() == before


def test_a_used_key_with_other_values_is_told_and_replaced(visitor: Client) -> None:
    form = form_of(opened(visitor))
    visitor.post(HERE, form)
    other = form | {"g0-email": "grace@example.org"}
    answer = visitor.post(HERE, other)
    assert answer.status_code == 422
    fresh = hidden(answer, "idempotency_key")
    assert visitor.post(HERE, other | {"idempotency_key": fresh}).status_code == 302


def test_after_a_refusal_trying_again_is_a_new_try(
    visitor: Client, fair: Stores, registered: Register
) -> None:
    sell(fair, capacity=1)
    page = opened(visitor)
    other = registered(email="faster@example.org")
    answer = sent(visitor, page)
    assert answer.status_code == 409
    assert "places are left" in text(answer) or "No place is left" in text(answer)
    assert 'value="Ada"' in text(answer)
    assert hidden(answer, "idempotency_key") != hidden(page, "idempotency_key")
    cancel(fair, other.registration_id, timezone.now())
    assert sent(visitor, answer).status_code == 302


def test_a_ticket_that_went_meanwhile_is_not_swapped_in_silence(
    visitor: Client, fair: Stores
) -> None:
    page = opened(visitor)
    sell(fair, sale_until=timezone.now())
    before = facts()
    answer = sent(visitor, page)
    assert answer.status_code == 400
    assert "General is not to be had any more" in text(answer)
    assert facts() == before
    assert sent(visitor, answer).status_code == 302
    assert stored(fair).type_id == "crew"


# -- questions --
def test_every_kind_of_question_is_asked_and_answered(visitor: Client, fair: Stores) -> None:
    ask(fair, *(name for name in KINDS if name != "which"))
    answers: dict[str, Any] = {
        "g0-q.food": "meat",
        "g0-q.days": ["Sat"],
        "g0-q.bring": "no",
        "g0-q.born": "2000-02-29",
        "g0-q.boats": "2,5",
        "g0-q.photos": "on",
    }
    answer = sent(visitor, opened(visitor), **answers)
    assert answer.status_code == 302
    made = stored(fair)
    assert made.answers == {
        "food": ("meat",),
        "days": ("Sat",),
        "bring": ("no",),
        "born": ("2000-02-29",),
        "boats": ("2.5",),
        "photos": ("yes",),
    }
    assert [(each.text, each.given) for each in made.consents] == [("About photos?", True)]


def test_a_question_on_condition_comes_as_a_second_step(visitor: Client, fair: Stores) -> None:
    ask(fair, "food", "which")
    page = opened(visitor)
    assert "About which?" not in text(page)
    before = facts()
    second = sent(visitor, page, **{"g0-q.food": "plants"})
    assert second.status_code == 200
    assert "something on this page is new" in text(second)
    assert "About which?" in text(second)
    assert 'class="error"' not in text(second)
    assert re.search(r'value="plants"[^>]* checked', text(second))
    assert facts() == before
    wrong = sent(visitor, second, **{"g0-q.food": "plants"})
    assert wrong.status_code == 400
    assert 'id="id_g0-q.which_error"' in text(wrong)
    done = sent(visitor, wrong, **{"g0-q.food": "plants", "g0-q.which": "All of them"})
    assert done.status_code == 302
    assert stored(fair).answers == {"food": ("plants",), "which": ("All of them",)}


def test_what_is_not_asked_any_more_is_not_kept(visitor: Client, fair: Stores) -> None:
    ask(fair, "food", "which")
    second = sent(visitor, opened(visitor), **{"g0-q.food": "plants"})
    answers = {"g0-q.food": "meat", "g0-q.which": "All of them"}
    third = sent(visitor, second, **answers)
    assert third.status_code == 200
    assert sent(visitor, third, **answers).status_code == 302
    assert stored(fair).answers == {"food": ("meat",)}


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        ({"g0-q.boats": "many"}, "boats"),
        ({"g0-q.boats": "12"}, "boats"),
        ({"g0-q.born": "29.02.2000"}, "born"),
        ({"g0-q.days": ["Fri", "Sat"]}, "days"),
        ({"g0-q.days": ["Mon"]}, "days"),
        ({"g0-q.food": "nails"}, "food"),
        ({"g0-q.food": ""}, "food"),
        ({"g0-q.photos": ""}, "photos"),
    ],
    ids=str,
)
def test_a_wrong_answer_is_told_at_its_question(
    visitor: Client, fair: Stores, answer: dict[str, Any], place: str
) -> None:
    ask(fair, *(name for name in KINDS if name != "which"))
    page = opened(visitor)
    before = facts()
    right = {"g0-q.food": "meat", "g0-q.photos": "on"}
    sent_with = {name: value for name, value in (right | answer).items() if value}
    refused = sent(visitor, page, **sent_with)
    assert refused.status_code == 400
    assert f'id="id_g0-q.{place}_error"' in text(refused)
    assert facts() == before


def test_nobody_agrees_to_words_they_did_not_see(visitor: Client, fair: Stores) -> None:
    ask(fair, "photos")
    page = opened(visitor)
    question = fair.events.setup("demo").questions[0]
    ask_again = Question(
        event_id="demo",
        question_id="photos",
        name="Other words",
        kind=QuestionKind.CONSENT,
        required=True,
        version=question.version,
    )
    save_question(fair.events, ask_again, question)
    agreed = {"g0-q.photos": "on"}
    second = sent(visitor, page, **agreed)
    assert second.status_code == 200
    assert "Other words" in text(second)
    assert sent(visitor, second, **agreed).status_code == 302
    assert stored(fair).consents[0].text == "Other words"


def test_questions_follow_the_ticket(visitor: Client, fair: Stores) -> None:
    ask(fair, "born", type_ids=("crew",))
    page = opened(visitor)
    assert "About born?" not in text(page)
    second = sent(visitor, page, g0__type_id="crew")
    assert "About born?" in text(second)
    assert sent(visitor, second, **{"g0-q.born": "2001-01-01"}).status_code == 302
    assert stored(fair).type_id == "crew"


# -- prices and codes --
def test_a_price_is_told_before_it_is_agreed_to(visitor: Client, fair: Stores) -> None:
    page = opened(visitor)
    sell(fair, price=2500, currency="EUR")
    second = sent(visitor, page)
    assert second.status_code == 200
    assert "€25.00" in text(second).split('id="sum"')[1]
    assert sent(visitor, second).status_code == 302
    assert stored(fair).price == 2500


@pytest.fixture
def club(fair: Stores) -> Stores:
    sell(fair, hidden=True, price=2500, currency="EUR")
    code = PromoCode(event_id="demo", code="CLUB", name="Club", unlocks=True, percent_off=20)
    save_code(fair.events, code)
    return fair


def test_a_code_shows_what_it_unlocks(visitor: Client, club: Stores) -> None:
    public = text(visitor.get("/e/demo/"))
    assert "Do you have a code?" in public
    assert "General" not in public
    page = visitor.get("/e/demo/?code=club")
    assert page["Cache-Control"] == "no-store"
    assert "€20.00" in text(page)
    assert "€25.00" in text(page)
    link = re.search(r'href="([^"]*type=general[^"]*)"', text(page))
    assert link
    form = visitor.get(link[1].replace("&amp;", "&"))
    assert sent(visitor, form, code="CLUB").status_code == 302
    made = stored(club)
    assert (made.code, made.price) == ("CLUB", 2000)


def test_a_wrong_code_is_told_and_nothing_is_shown(visitor: Client, club: Stores) -> None:
    page = text(visitor.get("/e/demo/?code=nope"))
    assert 'id="code_error">There is no such code' in page
    assert "General" not in page
    refused = sent(visitor, visitor.get(HERE), code="nope")
    assert refused.status_code == 400
    assert 'id="id_code_error"' in text(refused)


def test_a_code_in_the_form_changes_the_price_first(visitor: Client, fair: Stores) -> None:
    sell(fair, price=1000, currency="EUR")
    save_code(fair.events, PromoCode(event_id="demo", code="HALF", name="H", percent_off=50))
    second = sent(visitor, opened(visitor), code="half")
    assert second.status_code == 200
    assert "€5.00" in text(second)
    used = sent(visitor, opened(visitor), code="half", action="code")
    assert used.status_code == 200
    assert 'class="summary"' not in text(used)
    assert sent(visitor, second, code="half").status_code == 302
    assert stored(fair).price == 500


# -- groups --
def test_guests_are_added_and_removed_without_a_script(visitor: Client, fair: Stores) -> None:
    page = sent(visitor, opened(visitor), action="add")
    assert hidden(page, "guests") == "2"
    assert 'value="Ada"' in text(page)
    assert 'class="error"' not in text(page)
    page = sent(visitor, page, action="add", **{"g1-name": "Bob", "g1-email": "bob@example.org"})
    names = {"g1-name": "Bob", "g2-name": "Cy"}
    page = sent(visitor, page, action="remove-1", **names)
    assert hidden(page, "guests") == "2"
    assert 'value="Cy"' in text(page)
    assert 'value="Bob"' not in text(page)
    done = sent(visitor, page, **{"g1-name": "Cy", "g1-email": "cy@example.org"})
    assert done.status_code == 302
    assert stored(fair).party_size == 2
    assert stored(fair, "cy@example.org").guest.name == "Cy"


def test_twenty_are_as_many_as_there_can_be(visitor: Client, fair: Stores) -> None:
    sell(fair, per_guest=20)
    page = opened(visitor)
    for _ in range(25):
        page = sent(visitor, page, action="add")
    assert hidden(page, "guests") == "20"
    assert "Add another guest" not in text(page)
    names = {f"g{number}-name": f"G{number}" for number in range(20)}
    assert sent(visitor, page, **names).status_code == 302
    assert len(fair.registrations.of_address("demo", "ada@example.org")) == 20


def test_where_an_address_gets_one_ticket_everybody_needs_their_own(
    visitor: Client, fair: Stores
) -> None:
    page = sent(visitor, opened(visitor), action="add")
    refused = sent(visitor, page, **{"g1-name": "Bob", "g1-email": ""})
    assert refused.status_code == 400
    assert 'id="id_g1-email_error">This field is required' in text(refused)
    sell(fair, per_guest=2)
    assert sent(visitor, refused, **{"g1-name": "Bob", "g1-email": ""}).status_code == 302


def test_answers_that_no_queue_would_take_are_refused(visitor: Client, fair: Stores) -> None:
    for number in range(16):
        question = Question(
            event_id="demo", question_id=f"q{number}", name="?", kind=QuestionKind.TEXT
        )
        save_question(fair.events, question)
    page = opened(visitor)
    for _ in range(2):
        page = sent(visitor, page, action="add")
    long = {f"g{g}-q.q{n}": "\U0001f3ea" * 1000 for g in range(3) for n in range(16)}
    names = {"g1-name": "B", "g1-email": "b@b.co", "g2-name": "C", "g2-email": "c@c.co"}
    before = facts()
    assert sent(visitor, page, **names, **long).status_code == 400
    assert facts() == before


def test_a_refusal_of_one_of_a_group_is_at_that_guest(visitor: Client) -> None:
    page = sent(visitor, opened(visitor), action="add")
    before = facts()
    answer = sent(visitor, page, **{"g1-name": "Bob", "g1-email": "nobody"})
    assert answer.status_code == 400
    assert 'id="id_g1-email_error">This is not an e-mail address' in text(answer)
    summary = text(answer).split('class="summary"')[1].split("</div>")[0]
    assert "Guest 2" in summary
    assert 'href="#id_g1-email"' in summary
    assert facts() == before


@pytest.mark.parametrize(
    "change",
    [
        {"guests": "0"},
        {"guests": "-1"},
        {"guests": "999999"},
        {"guests": "x"},
        {"guests": "٣"},
        {"action": "remove-0"},
        {"action": "remove-99"},
        {"action": "remove-x"},
        {"action": "nonsense"},
        {"seen": "", "g0-asked": "nothing.like.this"},
        {"g0-type_id": "boat"},
        {"g0-type_id": ""},
    ],
    ids=str,
)
def test_a_form_that_was_tampered_with_breaks_nothing(
    visitor: Client, change: dict[str, str]
) -> None:
    answer = visitor.post(HERE, form_of(opened(visitor)) | change)
    assert answer.status_code in (200, 302, 400)


def test_what_is_sold_out_has_a_line_to_get_into(
    visitor: Client, fair: Stores, registered: Register
) -> None:
    sell(fair, capacity=1, waitlist=True)
    registered(email="first@example.org")
    page = opened(visitor)
    assert "You get in line" in text(page)
    done = sent(visitor, page)
    assert stored(fair).status.value == "waitlisted"
    assert "You are on the waiting list" in text(visitor.get(done["Location"]))


def test_without_any_ticket_there_is_no_form(visitor: Client, fair: Stores) -> None:
    page = opened(visitor)
    sell(fair, sale_until=timezone.now())
    crew = fair.events.setup("demo").type("crew")
    save_type(fair.events, replace(crew, sale_until=timezone.now()), crew)
    assert visitor.get(HERE)["Location"] == "/e/demo/"
    assert "No longer on sale" in text(visitor.get("/e/demo/"))
    refused = sent(visitor, page)
    assert refused.status_code in (400, 409)
    assert 'value="Ada"' in text(refused)
