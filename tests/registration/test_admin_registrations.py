"""Registrations in the back office: found, decided on, paid, answered, each by whom it concerns."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from eventsite.accounts.models import StaffUser
from eventsite.core.domain.applications import Applicant
from eventsite.core.domain.events import TicketType
from eventsite.core.domain.ledger import fact_of
from eventsite.core.domain.promo_codes import PromoCode
from eventsite.core.domain.questions import Question, QuestionKind
from eventsite.core.domain.registrations import Cause, Payment, Registration
from eventsite.core.services.deciding import cancel, record_payment
from eventsite.core.services.organizing import save_code, save_question, save_type
from eventsite.core.wiring import Stores
from tests.builders import a_guest
from tests.doing import apply
from tests.registration.conftest import facts
from tests.repoadmin.pages import column, form_values, text

BASE = "/admin/registration/registration/"
LIST = f"{BASE}?event_id=demo"

TYPES = (
    TicketType(event_id="demo", type_id="paid", number=11, name="Paid", price=500, currency="EUR"),
    TicketType(event_id="demo", type_id="press", number=12, name="Press", approval=True),
    TicketType(event_id="demo", type_id="boat", number=13, name="Boat", capacity=1, waitlist=True),
    TicketType(event_id="demo", type_id="secret", number=14, name="Secret", hidden=True),
)
QUESTIONS = (
    Question(
        event_id="demo",
        question_id="diet",
        name="What do you eat?",
        kind=QuestionKind.CHOICE,
        choices=("Meat", "Vegan"),
        required=True,
    ),
    Question(
        event_id="demo",
        question_id="photos",
        name="You may publish pictures.",
        kind=QuestionKind.CONSENT,
        order=1,
    ),
    Question(
        event_id="demo",
        question_id="size",
        name="How tall are you?",
        kind=QuestionKind.NUMBER,
        order=2,
        maximum=250,
        when_question="diet",
        when_answers=("Vegan",),
    ),
    Question(
        event_id="demo",
        question_id="paper",
        name="Which paper?",
        kind=QuestionKind.TEXT,
        order=3,
        type_ids=("press",),
    ),
)
ANSWERS = {"diet": ("Vegan",), "photos": ("yes",), "size": ("180",)}


def signed_in(role: str) -> Client:
    browser = Client()
    browser.force_login(StaffUser.objects.create_user(role, "Corr3ct-horse-battery", roles=[role]))
    return browser


@pytest.fixture
def office(settings: Any, fair: Stores) -> Client:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    for kind in TYPES:
        save_type(fair.events, kind)
    for question in QUESTIONS:
        save_question(fair.events, question)
    return signed_in("organizer")


def come(fair: Stores, name: str, type_id: str = "general", **changes: Any) -> Registration:
    guest = a_guest(name=name, email=f"{name.lower().replace(' ', '.')}@example.org")
    told = {"answers": {"diet": ("Meat",)}, "now": timezone.now()} | changes
    return apply(fair, f"key-{name}", type_id=type_id, guest=guest, **told).registration


def page_of(registration: Registration, act: str = "change") -> str:
    return f"{BASE}{registration.registration_id}/{act}/"


def now_of(fair: Stores, registration: Registration) -> Registration:
    return fair.registrations.get(registration.registration_id)


def chosen(office: Client, action: str, *registrations: Registration, **said: Any) -> str:
    """Do an act with many, answering what it asks, and return what the list says then."""
    form = {"action": action, "_selected_action": [r.registration_id for r in registrations]}
    answer = office.post(LIST, form, follow=True)
    if 'name="confirmed"' in answer.content.decode():
        answer = office.post(LIST, form_values(answer, **said), follow=True)
    return text(answer)


# -- the list --
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("&awaiting=payment", ["Paula"]),
        ("&awaiting=approval", ["Rita"]),
        ("&type_id=boat", ["Wanda", "Bo"]),
        ("&type_id=boat&status__exact=waitlisted", ["Wanda"]),
        ("&type_id=paid&awaiting=approval", []),
        ("&listing=line", ["Wanda"]),
        ("&listing=line&type_id=general", []),
        ("&listing=line&status__exact=confirmed", []),
        ("&listing=held", ["Paula"]),
        ("&listing=name&type_id=boat", ["Bo", "Wanda"]),
        ("&q=wanda&type_id=boat", ["Wanda"]),
        ("&q=wanda&type_id=paid", []),
        ("&q=bo%40example.org&type_id=paid", []),
        ("&q=BO%40example.org", ["Bo"]),
        ("&q=0123456789abcdef", []),
        ("&q=%40", []),
    ],
)
def test_registrations_are_narrowed_down(
    office: Client, fair: Stores, query: str, found: list[str]
) -> None:
    for name, type_id in (("Bo", "boat"), ("Paula", "paid"), ("Rita", "press"), ("Wanda", "boat")):
        come(fair, name, type_id)
    assert column(office.get(LIST + query), "name") == found


def test_a_registration_is_found_by_its_id(office: Client, fair: Stores) -> None:
    mine = come(fair, "Bo")
    assert column(office.get(f"{LIST}&q={mine.registration_id.upper()}"), "name") == ["Bo"]
    assert column(office.get(f"{BASE}?event_id=other&q={mine.registration_id}"), "name") == []


def test_the_list_says_what_each_waits_for(office: Client, fair: Stores) -> None:
    come(fair, "Paula", "paid")
    come(fair, "Bo", "boat")
    come(fair, "Wanda", "boat")
    assert column(office.get(f"{LIST}&listing=name"), "state") == [
        "Confirmed",
        "Pending: payment",
        "Waiting list",
    ]


@pytest.mark.parametrize("query", ["&type_id=\x00", "&awaiting=nothing", "&type_id=" + "x" * 3000])
def test_what_nothing_has_finds_nothing(office: Client, fair: Stores, query: str) -> None:
    come(fair, "Bo")
    assert column(office.get(LIST + query), "name") == []


# -- one registration --
def test_the_page_says_how_it_stands(office: Client, fair: Stores) -> None:
    paula = come(fair, "Paula", "paid")
    told = text(office.get(page_of(paula)))
    assert "Pending: payment, until" in told
    assert "5.00 EUR: Due" in told
    fair.ledger.append(fact_of(None, paula))
    done = record_payment(
        fair, paula.registration_id, Payment.PAID, "INV-1", timezone.now(), "staff:organizer"
    )
    fair.ledger.append(fact_of(paula, done))
    told = text(office.get(page_of(paula)))
    assert "5.00 EUR: Paid, reference INV-1" in told
    assert "Pending: payment guest" in told, "the history has a row of it"
    assert "Confirmed staff organizer" in told


def test_the_page_says_where_in_line_a_guest_stands(office: Client, fair: Stores) -> None:
    for name in ("Bo", "Wanda", "Will"):
        last = come(fair, name, "boat")
    assert "1 before this one." in text(office.get(page_of(last)))
    assert "Place in line" not in text(office.get(page_of(come(fair, "Ada"))))


def test_a_group_is_linked(office: Client, fair: Stores) -> None:
    party = tuple(
        Applicant(
            type_id="general",
            guest=a_guest(name=name, email=f"{name}@example.org"),
            answers={"diet": ("Meat",)},
        )
        for name in ("Lea", "Mo")
    )
    lead, member = apply(fair, applicants=party, now=timezone.now()).registrations
    page = office.get(page_of(member))
    assert f'href="{page_of(lead)}">Lea</a>, who registered all (Confirmed)' in (
        page.content.decode()
    )
    assert page_of(member) not in page.content.decode().partition("Group")[2].partition("Guest")[0]


def test_messages_to_a_guest_are_listed(office: Client, fair: Stores) -> None:
    bo = come(fair, "Bo")
    me = bo.registration_id
    fair.deliveries.claim("t.1", now=timezone.now(), at_most_once=False, registration_id=me,
                          kind="confirm_email")  # fmt: skip
    fair.deliveries.finish(
        "t.1", outcome="refused", detail="SES said no", channel="email", now=timezone.now()
    )
    assert "confirm email email refused" in text(office.get(page_of(bo)))


# -- decisions --
def test_an_organizer_approves_and_turns_down(office: Client, fair: Stores) -> None:
    rita, sam = come(fair, "Rita", "press"), come(fair, "Sam", "press")
    page = text(office.get(page_of(rita, "approve")))
    assert "Let Rita in?" in page
    assert "Approved." in text(office.post(page_of(rita, "approve"), follow=True))
    done = now_of(fair, rita)
    assert (done.status.value, done.changed_by) == ("confirmed", "staff:organizer")
    assert "Turned down." in text(office.post(page_of(sam, "turn-down"), follow=True))
    assert now_of(fair, sam).cause is Cause.NOT_APPROVED
    assert "does not wait for approval" in text(office.post(page_of(sam, "turn-down"), follow=True))
    assert "Approved." in text(office.get(page_of(rita, "history")))


def test_acts_are_offered_where_they_fit(office: Client, fair: Stores) -> None:
    rita, paula = come(fair, "Rita", "press"), come(fair, "Paula", "paid")
    offered = {
        name: [act.name for act, _ in office.get(page_of(each)).context["acts"]]
        for name, each in (("rita", rita), ("paula", paula))
    }
    assert offered == {
        "rita": ["approve", "turn-down", "send", "cancel", "erase", "block"],
        "paula": ["pay", "send", "cancel", "erase", "block"],
    }
    cancel(fair, paula.registration_id, timezone.now())
    left = [act.name for act, _ in office.get(page_of(paula)).context["acts"]]
    assert left == ["pay", "send", "erase"], "money may still come"


def test_a_group_that_is_not_confirmed_is_told_to_stand_together(
    office: Client, fair: Stores
) -> None:
    party = tuple(
        Applicant(
            type_id="press",
            guest=a_guest(name=name, email=f"{name}@example.org"),
            answers={"diet": ("Meat",)},
        )
        for name in ("Lea", "Mo")
    )
    lead, member = apply(fair, applicants=party, now=timezone.now()).registrations
    assert "all 2 of the group" in text(office.get(page_of(lead, "cancel")))
    office.post(page_of(member, "approve"))
    assert now_of(fair, lead).status.value == "confirmed"
    assert "of the group" not in text(office.get(page_of(lead, "cancel")))


def test_a_payment_is_recorded_and_given_back(office: Client, fair: Stores) -> None:
    paula = come(fair, "Paula", "paid")
    pay = page_of(paula, "pay")
    assert "no-store" in office.get(pay)["Cache-Control"]
    assert "This field is required" in text(office.post(pay, {"reference": " "}))
    assert now_of(fair, paula).payment is Payment.DUE
    assert "Recorded. The ticket goes out" in text(
        office.post(pay, {"reference": "INV-1"}, follow=True)
    )
    paid = now_of(fair, paula)
    assert (paid.payment, paid.payment_reference, paid.status.value) == (
        Payment.PAID,
        "INV-1",
        "confirmed",
    )
    wrong = office.post(pay, {"reference": "INV-2"})
    assert "paid under another reference" in text(wrong)
    assert 'value="INV-2"' in wrong.content.decode()
    office.post(page_of(paula, "refund"), {"reference": "R-1"})
    assert now_of(fair, paula).payment is Payment.REFUNDED


def test_money_that_comes_too_late_is_told(office: Client, fair: Stores) -> None:
    paula = come(fair, "Paula", "paid")
    late = timezone.now() - timedelta(minutes=1)
    fair.registrations.save(replace(paula, held_until=late))
    assert "That time is over" in text(office.get(page_of(paula)))
    answer = office.post(page_of(paula, "pay"), {"reference": "INV-1"}, follow=True)
    assert "It came too late: the place is gone" in text(answer)
    assert now_of(fair, paula).payment is Payment.PAID


def test_the_link_is_sent_again_once_in_a_while(office: Client, fair: Stores) -> None:
    bo = come(fair, "Bo")
    assert "On its way." in text(office.post(page_of(bo, "send"), follow=True))
    assert "a moment ago" in text(office.post(page_of(bo, "send"), follow=True))


def test_many_are_decided_at_once_and_refusals_told_row_by_row(
    office: Client, fair: Stores
) -> None:
    rita, sam, bo = come(fair, "Rita", "press"), come(fair, "Sam", "press"), come(fair, "Bo")
    told = chosen(office, "approve", rita, sam, bo)
    assert "2 approved." in told
    assert "Bo: This registration does not wait for approval." in told
    paula, paul = come(fair, "Paula", "paid"), come(fair, "Paul", "paid")
    told = chosen(office, "pay", paula, paul, bo, reference="BATCH-7")
    assert "2 paid." in told
    assert "Bo: No payment is due" in told
    assert now_of(fair, paul).payment_reference == "BATCH-7"
    told = chosen(office, "send", bo, paul)
    assert "2 on their way." in told


def test_what_is_asked_of_many_must_be_answered(office: Client, fair: Stores) -> None:
    paula = come(fair, "Paula", "paid")
    form = {"action": "pay", "_selected_action": [paula.registration_id]}
    asked = office.post(LIST, form)
    assert "Paula" in text(asked)
    again = office.post(LIST, form_values(asked))
    assert "This field is required" in text(again)
    assert now_of(fair, paula).payment is Payment.DUE


# -- answers --
def test_answers_are_changed_and_checked(office: Client, fair: Stores) -> None:
    ada = come(fair, "Ada", answers=ANSWERS)
    page = page_of(ada)
    form = form_values(office.get(page))
    assert (form["q.diet"], form["q.size"], form["q.photos"]) == (["Vegan"], ["180"], ["on"])
    assert "q.paper" not in form, "that is asked of others"
    wrong = office.post(page, form | {"q.size": "900"})
    assert "This is to 250" in str(wrong.context["adminform"].form.errors["q.size"])
    assert now_of(fair, ada) == ada
    changed = {name: value for name, value in form.items() if name != "q.photos"}
    assert office.post(page, changed | {"q.diet": "Meat"}).status_code == 302
    kept = now_of(fair, ada)
    assert kept.answers == {"diet": ("Meat",)}, "what is not asked of meat eaters goes"
    assert [(each.text, each.given) for each in kept.consents] == [
        ("You may publish pictures.", True),
        ("You may publish pictures.", False),
    ]
    assert kept.changed_by == "staff:organizer"


def test_staff_need_not_answer(office: Client, fair: Stores) -> None:
    ada = come(fair, "Ada", answers=ANSWERS)
    form = form_values(office.get(page_of(ada)), **{"q.diet": "", "q.size": ""})
    assert office.post(page_of(ada), form).status_code == 302
    assert now_of(fair, ada).answers == {"photos": ("yes",)}


def test_an_answer_that_is_no_choice_any_more_stays(office: Client, fair: Stores) -> None:
    ada = come(fair, "Ada", answers=ANSWERS)
    seen = next(q for q in fair.events.fresh_setup("demo").questions if q.question_id == "diet")
    save_question(fair.events, replace(seen, choices=("Meat",)), seen)
    form = form_values(office.get(page_of(ada)), phone="+353851234567")
    assert office.post(page_of(ada), form).status_code == 302
    kept = now_of(fair, ada)
    assert (kept.guest.phone, kept.answers["diet"]) == ("+353851234567", ("Vegan",))


def test_particulars_and_answers_change_together_or_not_at_all(
    office: Client, fair: Stores
) -> None:
    ada = come(fair, "Ada", answers=ANSWERS)
    form = form_values(office.get(page_of(ada)), name="Ada King", **{"q.size": "900"})
    office.post(page_of(ada), form)
    assert now_of(fair, ada) == ada
    form |= {"q.size": "170", "zone": "Europe/Dublin", "locale": "de"}
    office.post(page_of(ada), form)
    kept = now_of(fair, ada)
    assert (kept.guest.name, kept.guest.zone, kept.guest.locale) == (
        "Ada King",
        "Europe/Dublin",
        "de",
    )
    assert kept.answers["size"] == ("170",)


def test_two_people_do_not_overwrite_each_other(office: Client, fair: Stores) -> None:
    ada = come(fair, "Ada", answers=ANSWERS)
    form = form_values(office.get(page_of(ada)), **{"q.size": "170"})
    fair.registrations.save(ada)
    answer = office.post(page_of(ada), form)
    assert "Somebody else saved this" in text(answer)
    assert now_of(fair, ada).answers["size"] == ("180",)


# -- walk-ins --
def test_staff_register_somebody_without_an_address_for_a_hidden_ticket(
    office: Client, fair: Stores
) -> None:
    page = f"{BASE}add/"
    form = form_values(office.get(page), place="demo secret", name="At The Door", email="")
    assert office.post(page, form).status_code == 302
    (found,) = fair.registrations.page(fair.registrations.newest("demo"), 9)
    assert (found.guest.name, found.guest.email, found.source) == ("At The Door", "", "office")
    assert (found.type_id, found.changed_by) == ("secret", "staff:organizer")
    assert "At The Door" in text(office.get(page_of(found)))
    assert "send" not in [act.name for act, _ in office.get(page_of(found)).context["acts"]]


def test_a_code_lowers_the_price_and_a_wrong_one_is_told(office: Client, fair: Stores) -> None:
    save_code(fair.events, PromoCode(event_id="demo", code="HALF", name="Half", percent_off=50))
    page = f"{BASE}add/"
    told = {"place": "demo paid", "name": "Half Price", "email": "half@example.org"}
    form = form_values(office.get(page), promo_code="QUARTER", **told)
    answer = office.post(page, form)
    assert "promo_code" in answer.context["adminform"].form.errors
    assert office.post(page, form | {"promo_code": "half"}).status_code == 302
    (found,) = fair.registrations.of_address("demo", "half@example.org")
    assert (found.price, found.code) == (250, "HALF")


def test_sold_out_is_told_at_the_ticket(office: Client, fair: Stores) -> None:
    come(fair, "Bo", "boat")
    page = f"{BASE}add/"
    told = {"place": "demo boat", "name": "Too Late", "email": "late@example.org"}
    answer = office.post(page, form_values(office.get(page), **told))
    assert "No place is left." in str(answer.context["adminform"].form.errors["place"])


# -- who may what --
ACTS = ("approve", "turn-down", "pay", "refund", "cancel", "erase")


@pytest.mark.parametrize("role", ["viewer", "checkin_lead", "fulfilment"])
def test_others_decide_nothing(office: Client, fair: Stores, role: str) -> None:
    rita, browser = come(fair, "Rita", "press"), signed_in(role)
    before = facts()
    for act in ACTS:
        assert browser.get(page_of(rita, act)).status_code == 403
        assert browser.post(page_of(rita, act), {"reference": "X"}).status_code == 403
        browser.post(LIST, {"action": act, "_selected_action": [rita.registration_id]})
    assert facts() == before
    page = browser.get(page_of(rita))
    assert page.status_code == 200
    assert {act.name for act, _ in page.context["acts"]} <= (
        {"send", "block"} if role == "checkin_lead" else set()
    )


@pytest.mark.parametrize(
    ("role", "sees"), [("viewer", True), ("checkin_lead", False), ("fulfilment", False)]
)
def test_answers_are_seen_by_whom_they_concern(
    office: Client, fair: Stores, role: str, sees: bool
) -> None:
    ada, browser = come(fair, "Ada", answers=ANSWERS), signed_in(role)
    told = browser.get(page_of(ada)).content.decode()
    for words in ("Vegan", "You may publish pictures."):
        assert (words in told) is sees
    assert "ada@example.org" in told


def test_who_may_not_see_answers_keeps_them(office: Client, fair: Stores) -> None:
    ada, browser = come(fair, "Ada", answers=ANSWERS), signed_in("checkin_lead")
    form = form_values(browser.get(page_of(ada)), name="Ada King")
    assert browser.post(page_of(ada), form | {"q.diet": "Meat"}).status_code == 302
    kept = now_of(fair, ada)
    assert (kept.guest.name, kept.answers) == ("Ada King", ada.answers)
