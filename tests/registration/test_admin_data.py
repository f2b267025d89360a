"""Personal data in the back office: given out and taken away, by organizers, and on record."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from eventsite.accounts.models import StaffUser
from eventsite.core.domain.questions import Question, QuestionKind
from eventsite.core.domain.registrations import Registration
from eventsite.core.services.organizing import save_question
from eventsite.core.services.requesting import Wish, ask
from eventsite.core.wiring import Stores
from eventsite.personal_words import HIDDEN, LABELS, SECTIONS
from tests.builders import a_guest
from tests.conftest import everything
from tests.doing import apply
from tests.registration.conftest import facts
from tests.repoadmin.pages import form_values, text

BASE = "/admin/registration/registration/"
LIST = f"{BASE}?event_id=demo"
TYPED = ("quux", "+353851234567", "allergic to nuts", "under the stairs")


def signed_in(role: str) -> Client:
    browser = Client()
    browser.force_login(StaffUser.objects.create_user(role, "Corr3ct-horse-battery", roles=[role]))
    return browser


@pytest.fixture
def office(settings: Any, fair: Stores) -> Client:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return signed_in("organizer")


@pytest.fixture
def quux(fair: Stores) -> Registration:
    """A guest who told a lot, and of whom staff changed something."""
    question = Question(
        event_id="demo", question_id="diet", name="What do you eat?", kind=QuestionKind.TEXT
    )
    save_question(fair.events, question)
    guest = a_guest(name="Quentin Quux", email="Quux@example.org", phone="+353851234567")
    now = timezone.now()
    mine = apply(fair, guest=guest, answers={"diet": ("Allergic to nuts",)}, now=now).registration
    wish = Wish(registration_id=mine.registration_id, item_id="tea", note="Under the stairs")
    ask(fair.events, fair.registrations, fair.requests, wish, idempotency_key="w", now=now)
    return mine


def page_of(registration: Registration, what: str = "change/") -> str:
    return f"{BASE}{registration.registration_id}/{what}"


def kept() -> str:
    items = [*everything("eventsite-events"), *everything("eventsite-office")]
    return json.dumps(items, default=sorted, ensure_ascii=False).casefold()


# -- given out --
def test_a_guest_is_given_everything_to_read(office: Client, quux: Registration) -> None:
    page = office.get(page_of(quux, "data/"))
    told = text(page)
    for words in (
        "Quentin Quux",
        "+353851234567",
        "Allergic to nuts",
        "Under the stairs",
        "What you asked for",
    ):
        assert words in told
    assert "no-store" in page["Cache-Control"]
    assert "Personal data shown." in text(office.get(page_of(quux, "history/")))


def test_a_guest_is_given_everything_as_a_file(office: Client, quux: Registration) -> None:
    answer = office.get(page_of(quux, "data.json"))
    assert answer["Content-Disposition"].startswith('attachment; filename="personal-data-')
    assert "Quux" not in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]
    data = json.loads(answer.content)
    assert data["guest"]["name"] == "Quentin Quux"
    assert data["requests"][0]["note"] == "Under the stairs"
    assert "Personal data downloaded." in text(office.get(page_of(quux, "history/")))


@pytest.mark.parametrize("role", ["viewer", "checkin_lead", "fulfilment"])
def test_only_organizers_give_it_out(office: Client, quux: Registration, role: str) -> None:
    browser = signed_in(role)
    for what in ("data/", "data.json"):
        assert browser.get(page_of(quux, what)).status_code == 403
    assert "Personal data" not in text(browser.get(page_of(quux)))


def test_what_is_not_there_is_not_found(office: Client, fair: Stores) -> None:
    for what in ("data/", "data.json"):
        assert office.get(f"{BASE}{'0' * 16}/{what}").status_code == 404


def test_everything_that_can_be_told_has_words(fair: Stores, quux: Registration) -> None:
    """A key without a label would fail on the page of the first guest who has it."""
    import inspect
    import re

    from eventsite.core.domain import personal_data

    source = inspect.getsource(personal_data)
    code = source[source.index("def account(") :]
    keys = set(re.findall(r'^\s+"(\w+)": ', code, re.M))
    top = {"format", "made_at", "amount", "currency", "price"}
    assert keys - top - set(SECTIONS) - HIDDEN - set(LABELS) == set()


# -- taken away --
def test_erasing_asks_first_and_takes_everything_away(
    office: Client, fair: Stores, quux: Registration
) -> None:
    office.post(page_of(quux), form_values(office.get(page_of(quux)), name="Quincy Quux"))
    office.get(page_of(quux, "data/"))
    erase = page_of(quux, "erase/")
    assert "taken away for good" in text(office.get(erase))
    assert "This field is required" in text(office.post(erase))
    assert fair.registrations.get(quux.registration_id).live
    assert "Erased." in text(office.post(erase, {"sure": "on"}, follow=True))
    assert [words for words in TYPED if words in kept()] == []


def test_the_trail_of_staff_names_no_guest(office: Client, quux: Registration) -> None:
    office.post(page_of(quux), form_values(office.get(page_of(quux)), phone="+353857654321"))
    trail = everything("eventsite-office")
    written = [item for item in trail if item["entity"]["S"] == "audit_entry"]
    assert written, "the act is on record"
    assert "quux" not in json.dumps(written).casefold()
    assert quux.registration_id in text(office.get("/admin/")), "and among the recent ones"


def test_who_was_erased_is_shown_and_not_changed(
    office: Client, fair: Stores, quux: Registration
) -> None:
    office.post(page_of(quux, "erase/"), {"sure": "on"})
    page = office.get(page_of(quux))
    told = text(page)
    assert "Cancelled: erased. Personal data were erased on" in told
    assert page.context["acts"] == []
    assert office.post(page_of(quux), {"name": "Back"}).status_code == 403
    assert "Erased guest" in text(office.get(LIST))
    assert "Erased guest" in text(office.get(page_of(quux, "data/")))
    assert "Nobody is known" in text(
        office.post(page_of(quux, "erase/"), {"sure": "on"}, follow=True)
    ), "a second time does no harm"


def test_many_are_erased_at_once(office: Client, fair: Stores, quux: Registration) -> None:
    other = apply(fair, "k2", now=timezone.now()).registration
    ids = [quux.registration_id, other.registration_id]
    asked = office.post(LIST, {"action": "erase", "_selected_action": ids})
    assert fair.registrations.get(other.registration_id).live
    told = text(office.post(LIST, form_values(asked, sure="on"), follow=True))
    assert "2 erased." in told
    assert [words for words in TYPED if words in kept()] == []


def test_more_than_a_request_can_do_is_refused(
    office: Client, fair: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from registration.admin import registration_acts as acts
    from registration.admin import registrations

    small = [replace(act, rows_max=1) if act.name == "erase" else act for act in acts.acts()]
    monkeypatch.setattr(registrations, "acts", lambda: small)
    ids = [
        apply(
            fair, f"k{n}", guest=a_guest(email=f"{n}@example.org"), now=timezone.now()
        ).registration.registration_id
        for n in range(2)
    ]
    before = facts()
    answer = office.post(LIST, {"action": "erase", "_selected_action": ids}, follow=True)
    assert "More than 1 rows" in text(answer)
    assert facts() == before
