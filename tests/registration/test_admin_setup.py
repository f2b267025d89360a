"""Ticket types, questions and promo codes in the back office, with all that they can be."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from eventsite.accounts.models import StaffUser
from eventsite.core.domain.promo_codes import PromoCode
from eventsite.core.domain.questions import Question, QuestionKind
from eventsite.core.services.organizing import save_code, save_question
from eventsite.core.store.stock import code_stock
from eventsite.core.wiring import Stores
from tests.doing import apply, left
from tests.registration.conftest import Register, facts
from tests.repoadmin.pages import column, form_values, text

TYPES = "/admin/registration/tickettype/"
GENERAL = f"{TYPES}demo~general/change/"
QUESTIONS = "/admin/registration/question/"
CODES = "/admin/registration/promocode/"


def signed_in(role: str) -> Client:
    browser = Client()
    browser.force_login(StaffUser.objects.create_user(role, "Corr3ct-horse-battery", roles=[role]))
    return browser


@pytest.fixture
def office(settings: Any, fair: Stores) -> Client:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return signed_in("organizer")


def errors(answer: Any) -> Any:
    assert answer.status_code == 200
    return answer.context["adminform"].form.errors


def sent(office: Client, page: str, **changes: Any) -> Any:
    return office.post(page, form_values(office.get(page), **changes))


# -- ticket types --
def test_a_ticket_type_has_all_that_is_told(office: Client, fair: Stores) -> None:
    told = {
        "type_id": "day",
        "name": "Day ticket",
        "capacity": "12",
        "per_guest": "4",
        "waitlist": "on",
        "approval": "on",
        "hidden": "on",
        "sale_from_0": "2027-01-01",
        "sale_from_1": "10:00",
        "sale_until_0": "2027-02-01",
        "sale_until_1": "10:00",
        "price": "12.50",
        "currency": "eur",
    }
    assert sent(office, f"{TYPES}add/?event_id=demo", **told).status_code == 302
    kind = fair.events.fresh_setup("demo").type("day")
    assert (kind.capacity, kind.per_guest, kind.price, kind.currency) == (12, 4, 1250, "EUR")
    assert (kind.waitlist, kind.approval, kind.hidden) == (True, True, True)
    assert kind.sale_from == datetime(2027, 1, 1, 10, tzinfo=UTC)
    assert kind.sale_until == datetime(2027, 2, 1, 10, tzinfo=UTC)
    assert form_values(office.get(f"{TYPES}demo~day/change/"))["price"] == ["12.50"]
    cells = dict(
        zip(column(office.get(TYPES), "name"), column(office.get(TYPES), "sale"), strict=True)
    )
    assert cells["Day ticket"] == "from 1 Jan 2027, 10:00 UTC, hidden"


@pytest.mark.parametrize(
    ("price", "currency", "minor"),
    [
        ("12.50", "EUR", 1250),
        ("12.5", "EUR", 1250),
        ("0.1", "EUR", 10),
        ("1000", "JPY", 1000),
        ("1.234", "KWD", 1234),
        ("", "", 0),
        ("0", "EUR", 0),
    ],
)
def test_a_price_is_kept_in_minor_units(
    office: Client, fair: Stores, price: str, currency: str, minor: int
) -> None:
    assert sent(office, GENERAL, price=price, currency=currency).status_code == 302
    assert fair.events.fresh_setup("demo").type("general").price == minor


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"price": "12.505", "currency": "EUR"}, "price"),
        ({"price": "0.5", "currency": "JPY"}, "price"),
        ({"price": "-1", "currency": "EUR"}, "price"),
        ({"price": "much", "currency": "EUR"}, "price"),
        ({"price": "99999999", "currency": "EUR"}, "price"),
        ({"price": "5"}, "currency"),
        ({"price": "5", "currency": "E1"}, "currency"),
        ({"per_guest": "0"}, "per_guest"),
        ({"per_guest": "5000"}, "per_guest"),
        (
            {
                "sale_from_0": "2027-02-01",
                "sale_from_1": "10:00",
                "sale_until_0": "2027-01-01",
                "sale_until_1": "10:00",
            },
            "sale_until",
        ),
    ],
    ids=str,
)
def test_what_a_type_cannot_be_is_told_at_its_field(
    office: Client, change: dict[str, str], field: str
) -> None:
    before = facts()
    assert field in errors(sent(office, GENERAL, **change))
    assert facts() == before


def test_the_list_says_what_is_left(office: Client, registered: Register) -> None:
    registered("general")
    assert column(office.get(TYPES), "left") == ["-", "99"]
    assert column(office.get(TYPES), "price_shown") == ["free", "free"]


# -- questions --
def asked(fair: Stores, question_id: str, kind: str = "text", **fields: Any) -> Question:
    told = {"name": f"{question_id}?", "kind": QuestionKind(kind), "event_id": "demo"}
    return save_question(fair.events, Question(question_id=question_id, **(told | fields)))


def question(fair: Stores, question_id: str) -> Question:
    setup = fair.events.fresh_setup("demo")
    return next(each for each in setup.questions if each.question_id == question_id)


def test_a_question_is_added_with_its_choices_and_condition(office: Client, fair: Stores) -> None:
    asked(fair, "veg", "yes_no", order=1)
    told = {
        "question_id": "diet",
        "name": "What do you eat?",
        "kind": "choice",
        "choices": "Vegan\r\n\r\n  Vegetarian \r\n",
        "help": "At lunch.",
        "required": "on",
        "type_ids": ["general"],
        "when_question": "veg",
        "when_answers": "Yes",
    }
    assert sent(office, f"{QUESTIONS}add/?event_id=demo", **told).status_code == 302
    made = question(fair, "diet")
    assert (made.kind, made.choices) == (QuestionKind.CHOICE, ("Vegan", "Vegetarian"))
    assert (made.required, made.type_ids, made.help) == (True, ("general",), "At lunch.")
    assert (made.when_question, made.when_answers) == ("veg", ("yes",))
    page = office.get(QUESTIONS)
    assert column(page, "words") == ["veg?", "What do you eat?"]
    assert column(page, "of_guests") == ["all", "general; if veg is yes"]


def test_what_nobody_touches_of_a_question_stays(office: Client, fair: Stores) -> None:
    asked(fair, "veg", "yes_no", order=1)
    before = asked(
        fair,
        "how",
        "several",
        order=2,
        choices=("a", "b, c"),
        minimum=1,
        maximum=2,
        when_question="veg",
        when_answers=("yes",),
        type_ids=("crew",),
    )
    assert sent(office, f"{QUESTIONS}demo~how/change/").status_code == 302
    assert question(fair, "how") == replace(before, version=2)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"question_id": "veg"}, "question_id"),
        ({"name": " "}, "name"),
        ({"kind": ""}, "kind"),
        ({"kind": "choice"}, "choices"),
        ({"choices": "a"}, "choices"),
        ({"minimum": "3", "maximum": "2"}, "maximum"),
        ({"when_question": "veg"}, "when_answers"),
        ({"when_question": "veg", "when_answers": "yes", "order": "0"}, "when_question"),
        ({"when_question": "nothing", "when_answers": "yes"}, "when_question"),
    ],
    ids=str,
)
def test_what_a_question_cannot_be_is_told_at_its_field(
    office: Client, fair: Stores, change: dict[str, str], field: str
) -> None:
    asked(fair, "veg", "yes_no", order=1)
    told = {"question_id": "new", "name": "New?", "kind": "text", "order": "10"}
    before = facts()
    assert field in errors(sent(office, f"{QUESTIONS}add/?event_id=demo", **(told | change)))
    assert facts() == before


def test_new_words_of_a_consent_do_not_change_what_was_agreed_to(
    office: Client, fair: Stores
) -> None:
    asked(fair, "photos", "consent", name="You may publish pictures.")
    mine = apply(fair, answers={"photos": ("yes",)}, now=timezone.now()).registration
    page = f"{QUESTIONS}demo~photos/change/"
    assert "does not change what guests agreed to" in text(office.get(page))
    form = form_values(office.get(page), name="You may sell pictures.")
    assert "agreed to the old words" in text(office.post(page, form, follow=True))
    kept = fair.registrations.get(mine.registration_id).consents
    assert [each.text for each in kept] == ["You may publish pictures."]


def test_a_question_is_retired_and_not_deleted(office: Client, fair: Stores) -> None:
    asked(fair, "old", required=True)
    page = f"{QUESTIONS}demo~old/"
    assert office.post(f"{page}delete/", {"post": "yes"}).status_code == 403
    assert sent(office, f"{page}change/", retired="on").status_code == 302
    assert apply(fair, now=timezone.now()).registration.answers == {}
    offered = office.get(f"{QUESTIONS}add/?event_id=demo").content.decode()
    assert not re.search(r'<option value="old"', offered)


# -- promo codes --
EARLY = {
    "code": "early 26",
    "name": "Early birds",
    "limit": "2",
    "percent_off": "50",
    "type_ids": ["general"],
    "unlocks": "on",
}


def test_a_promo_code_is_added_and_its_uses_are_counted(office: Client, fair: Stores) -> None:
    assert sent(office, f"{CODES}add/?event_id=demo", **EARLY).status_code == 302
    code = fair.events.fresh_setup("demo").code("EARLY26")
    assert (code.limit, code.percent_off, code.type_ids, code.unlocks) == (
        2,
        50,
        ("general",),
        True,
    )
    apply(fair, code="Early26", now=timezone.now())
    assert column(office.get(CODES), "uses") == ["1 of 2"]
    page = f"{CODES}demo~EARLY26/change/"
    assert "1 of 2" in text(office.get(page))
    assert sent(office, page, limit="5").status_code == 302
    assert left(fair, code_stock("EARLY26")) == 4
    assert "1 are taken already" in str(errors(sent(office, page, limit="0"))["limit"])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"code": "a b/c"}, "code"),
        ({"percent_off": "101"}, "percent_off"),
        ({"type_ids": ["nothing"]}, "type_ids"),
        ({"name": ""}, "name"),
    ],
    ids=str,
)
def test_what_a_code_cannot_be_is_told_at_its_field(
    office: Client, change: dict[str, Any], field: str
) -> None:
    before = facts()
    assert field in errors(sent(office, f"{CODES}add/?event_id=demo", **(EARLY | change)))
    assert facts() == before


def test_codes_are_found_by_word_and_name(office: Client, fair: Stores) -> None:
    for code in ("EARLY", "LATE"):
        save_code(fair.events, PromoCode(event_id="demo", code=code, name=f"{code} birds"))
    assert column(office.get(CODES), "code") == ["EARLY", "LATE"]
    assert column(office.get(f"{CODES}?event_id=demo&q=lat"), "code") == ["LATE"]
    assert column(office.get(CODES), "uses") == ["no limit", "no limit"]


# -- who may what --
@pytest.mark.parametrize("role", ["viewer", "checkin_lead", "fulfilment"])
def test_others_see_questions_and_change_nothing(office: Client, fair: Stores, role: str) -> None:
    asked(fair, "veg")
    browser, before = signed_in(role), facts()
    assert column(browser.get(QUESTIONS), "words") == ["veg?"]
    assert browser.get(f"{QUESTIONS}demo~veg/change/").status_code == 200
    assert browser.post(f"{QUESTIONS}demo~veg/change/", {"name": "X"}).status_code == 403
    assert browser.post(f"{QUESTIONS}add/", {"name": "X"}).status_code == 403
    assert facts() == before


@pytest.mark.parametrize(
    ("role", "status"), [("viewer", 200), ("checkin_lead", 403), ("fulfilment", 403)]
)
def test_codes_are_seen_by_whom_they_concern(
    office: Client, fair: Stores, role: str, status: int
) -> None:
    save_code(fair.events, PromoCode(event_id="demo", code="EARLY", name="Early"))
    browser = signed_in(role)
    assert browser.get(CODES).status_code == status
    assert browser.post(f"{CODES}add/", EARLY).status_code == 403
