"""An event in the back office: what an organizer sets, how full it is, when it forgets."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import pytest
from django.test import Client
from django.utils import timezone

from eventsite.accounts.models import StaffUser
from eventsite.core import wiring
from eventsite.core.domain.applications import Applicant
from eventsite.core.domain.events import Rush, TicketType
from eventsite.core.domain.jobs import JobState
from eventsite.core.domain.questions import Question, QuestionKind
from eventsite.core.services import exporting, filling
from eventsite.core.services.deciding import cancel
from eventsite.core.services.organizing import save_event, save_question, save_type
from eventsite.core.services.retaining import due, job_id
from eventsite.core.store.stock import EVENT
from eventsite.core.wiring import Stores
from registration.admin import event_panels
from tests.builders import a_guest
from tests.doing import apply, left
from tests.registration.conftest import facts
from tests.repoadmin.pages import form_values, text

PAGE = "/admin/registration/event/demo/change/"
ADD = "/admin/registration/event/add/"
TIMES = {
    "starts_at_0": "2027-05-01",
    "starts_at_1": "10:00",
    "ends_at_0": "2027-05-02",
    "ends_at_1": "10:00",
}


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


def saved(office: Client, **changes: Any) -> Any:
    return office.post(PAGE, form_values(office.get(PAGE), **changes))


# -- what is set --
def test_a_new_event_is_set_as_told(office: Client, fair: Stores) -> None:
    told = {
        "event_id": "regatta",
        "title": "Regatta",
        "zone": "Europe/Dublin",
        "capacity": "500",
        "stock_shards": "7",
        "region": "IE",
        "confirm_email": "on",
        "hold_minutes_0": "3",
        "hold_minutes_1": "60",
        "offer_minutes_0": "2",
        "offer_minutes_1": "1440",
        "rush": "always",
        "rush_per_minute": "100",
        "retention_days": "30",
    }
    answer = office.post(ADD, form_values(office.get(ADD), **TIMES, **told))
    assert answer.status_code == 302
    event = fair.events.get("regatta")
    assert (event.capacity, event.stock_shards, event.region) == (500, 7, "IE")
    assert (event.confirm_email, event.hold_minutes, event.offer_minutes) == (True, 180, 2880)
    assert (event.rush, event.rush_per_minute, event.retention_days) == (Rush.ALWAYS, 100, 30)
    assert left(fair, EVENT, "regatta") == 500


def test_what_nobody_touches_stays(office: Client, fair: Stores) -> None:
    before = fair.events.get("demo")
    assert saved(office).status_code == 302
    times = {
        name: getattr(before, name).replace(microsecond=0) for name in ("starts_at", "ends_at")
    }
    assert fair.events.get("demo") == replace(before, version=before.version + 1, **times)


@pytest.mark.parametrize(
    ("minutes", "shown"),
    [(1440, ("1", "1440")), (90, ("90", "1")), (120, ("2", "60")), (2880, ("2", "1440"))],
)
def test_a_span_is_shown_in_the_unit_that_fits(
    office: Client, fair: Stores, minutes: int, shown: tuple[str, str]
) -> None:
    event = fair.events.get("demo")
    save_event(fair.events, replace(event, hold_minutes=minutes), event)
    form = form_values(office.get(PAGE))
    assert (form["hold_minutes_0"], form["hold_minutes_1"]) == ([shown[0]], [shown[1]])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"capacity": "5"}, "capacity"),
        ({"hold_minutes_0": ""}, "hold_minutes"),
        ({"hold_minutes_0": "0"}, "hold_minutes"),
        ({"hold_minutes_0": "9999999", "hold_minutes_1": "1440"}, "hold_minutes"),
        ({"offer_minutes_0": "99", "offer_minutes_1": "1440"}, "offer_minutes"),
        ({"region": "XX"}, "region"),
        ({"rush": "sometimes"}, "rush"),
        ({"rush_per_minute": "0"}, "rush_per_minute"),
        ({"retention_days": "0"}, "retention_days"),
        ({"locale": "xx-nowhere"}, "locale"),
    ],
    ids=str,
)
def test_what_is_wrong_is_told_at_its_field(
    office: Client, change: dict[str, str], field: str
) -> None:
    before = facts()
    assert field in errors(saved(office, **change))
    assert facts() == before


def test_shards_are_set_once(office: Client) -> None:
    assert "stock_shards" in form_values(office.get(ADD))
    assert "stock_shards" not in form_values(office.get(PAGE))


def test_a_capacity_is_never_less_than_what_is_taken(office: Client, fair: Stores) -> None:
    told = {"event_id": "regatta", "title": "Regatta", "capacity": "3"}
    office.post(ADD, form_values(office.get(ADD), **TIMES, **told))
    save_type(fair.events, TicketType(event_id="regatta", type_id="day", number=1, name="Day"))
    apply(fair, event_id="regatta", type_id="day", now=timezone.now())
    page = "/admin/registration/event/regatta/change/"
    answer = office.post(page, form_values(office.get(page), capacity="0"))
    assert "1 are taken already" in str(errors(answer)["capacity"])


# -- how full it is --
@pytest.fixture
def queue(fair: Stores) -> Stores:
    """Two places for a workshop: one taken, one held for payment, and a group of two in line."""
    workshop = TicketType(
        event_id="demo", type_id="workshop", number=9, name="Workshop", capacity=2, waitlist=True
    )
    save_type(fair.events, workshop)
    apply(fair, "k1", type_id="workshop", guest=a_guest(email="a@example.org"), now=timezone.now())
    seen = fair.events.fresh_setup("demo").type("workshop")
    save_type(fair.events, replace(seen, price=500, currency="EUR"), seen)
    apply(fair, "k2", type_id="workshop", guest=a_guest(email="b@example.org"), now=timezone.now())
    party = tuple(
        Applicant(type_id="workshop", guest=a_guest(email=f"{n}@example.org")) for n in range(2)
    )
    apply(fair, "k3", applicants=party, now=timezone.now())
    return fair


def row(page: Any, name: str) -> list[str]:
    """Return the cells of a row of the table of places."""
    body = page.content.decode().partition(f'<th scope="row">{name}</th>')[2].partition("</tr>")[0]
    return [cell.partition("</td>")[0] for cell in body.split("<td>")[1:]]


def test_the_page_says_how_full_each_ticket_is(office: Client, queue: Stores) -> None:
    page = office.get(PAGE)
    assert row(page, "Workshop") == ["2", "2", "1", "0", "2"]
    assert row(page, "General") == ["100", "0", "0", "100", "0"]
    assert row(page, "Crew") == ["no limit", "not counted", "0", "", "0"]
    assert "kept for those who wait: Workshop." in text(page)


def test_a_line_too_long_to_count_says_so(
    office: Client, queue: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = a_guest(email="c@example.org")
    apply(queue, "k4", type_id="workshop", guest=others, now=timezone.now())
    assert row(office.get(PAGE), "Workshop")[4] == "3"
    for module in (filling, event_panels):
        monkeypatch.setattr(module, "PARTIES_READ", 1)
    page = office.get(PAGE)
    assert row(page, "Workshop")[4] == "2"
    assert "at least; the first 1 groups were counted." in text(page)


def test_free_places_are_offered_when_told(office: Client, queue: Stores) -> None:
    act = "/admin/registration/event/demo/offer/"
    assert "Nobody who waits fits" in text(office.post(act, follow=True))
    seen = queue.events.fresh_setup("demo").type("workshop")
    save_type(queue.events, replace(seen, capacity=4), seen)
    assert "offered to who waits" in text(office.get(act))
    assert "1 offer made." in text(office.post(act, follow=True))
    assert row(office.get(PAGE), "Workshop") == ["4", "4", "3", "0", "0"]
    assert "Free places offered." in text(office.get("/admin/registration/event/demo/history/"))


def test_only_organizers_offer(office: Client) -> None:
    for role in ("viewer", "checkin_lead", "fulfilment"):
        browser = signed_in(role)
        assert browser.post("/admin/registration/event/demo/offer/").status_code == 403
        assert "Offer free places" not in text(browser.get(PAGE))
    assert "Offer free places" in text(office.get(PAGE))


def test_the_page_says_whether_registrations_are_queued(office: Client, fair: Stores) -> None:
    assert "Registrations are answered at once." in text(office.get(PAGE))
    event = fair.events.get("demo")
    event = save_event(fair.events, replace(event, rush_per_minute=9), event)
    for _ in range(10):
        fair.rates.note("demo", timezone.now())
    assert "come fast and are queued: about 10 a minute." in text(office.get(PAGE))
    save_event(fair.events, replace(event, rush=Rush.ALWAYS), event)
    assert "Registrations are queued." in text(office.get(PAGE))
    fair.intake.put("demo", {}, idempotency_key="k")
    wiring.stores.cache_clear()
    assert "1 waits in the queue." in text(office.get(PAGE))


# -- when it forgets --
def test_the_page_says_when_personal_data_are_erased(office: Client, fair: Stores) -> None:
    assert "Never, unless a guest asks" in text(office.get(PAGE))
    assert saved(office, retention_days="30").status_code == 302
    assert "in 31 days." in text(office.get(PAGE))


def test_nobody_is_erased_at_once_by_mistake(office: Client, fair: Stores) -> None:
    now = timezone.now()
    event = fair.events.get("demo")
    past = {"starts_at": now - timedelta(days=9), "ends_at": now - timedelta(days=5)}
    save_event(fair.events, replace(event, **past), event)
    answer = saved(office, retention_days="3")
    assert "everybody is erased at once" in str(errors(answer)["retention_days"])
    assert fair.events.get("demo").retention_days is None
    assert saved(office, retention_days="3", erase_at_once="on").status_code == 302
    assert fair.events.get("demo").retention_days == 3
    assert saved(office, venue="Elsewhere").status_code == 302, "it is asked once"


def test_the_page_says_how_far_erasing_is(
    office: Client, fair: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = boto3.client("sqs").create_queue(QueueName="eventsite-jobs")["QueueUrl"]
    monkeypatch.setenv("EVENTSITE_JOBS_URL", url)
    wiring.forget()
    stores = wiring.stores()
    now = timezone.now()
    event = stores.events.get("demo")
    past = {"starts_at": now - timedelta(days=9), "ends_at": now - timedelta(days=5)}
    event = save_event(stores.events, replace(event, retention_days=1, **past), event)
    assert "begins within minutes" in text(office.get(PAGE))
    due(stores, now)
    assert "waits to begin: 0 erased" in text(office.get(PAGE))
    job = stores.jobs.lease(job_id(event), "worker", now)
    stores.jobs.end(job, JobState.FAILED, now, "Nobody was there.")
    assert "failed: 0 erased. Nobody was there." in text(office.get(PAGE))


# -- the consent log --
def test_consents_are_exported_with_their_words(office: Client, fair: Stores) -> None:
    save_question(
        fair.events,
        Question(event_id="demo", question_id="p", name="=Pictures?", kind=QuestionKind.CONSENT),
    )
    now = timezone.now()
    mine = apply(fair, answers={"p": ("yes",)}, now=now).registration
    gone = apply(fair, "k2", guest=a_guest(email="x@example.org"), answers={"p": ("yes",)}, now=now)
    cancel(fair, gone.registration.registration_id, now)
    apply(fair, "k3", guest=a_guest(email="y@example.org"), now=now)
    answer = office.post("/admin/registration/event/demo/consents/")
    body = b"".join(answer.streaming_content).decode("utf-8-sig")
    first, *rows = list(csv.reader(io.StringIO(body)))
    assert first == ["event_id", "question_id", "text", "given", "at", "registration_id"]
    assert {each[5] for each in rows} == {
        mine.registration_id,
        gone.registration.registration_id,
    }
    assert rows[0][:4] == ["demo", "p", "'=Pictures?", "yes"]
    assert "@" not in body
    assert "Consent log exported." in text(office.get("/admin/registration/event/demo/history/"))


def test_the_consents_of_many_are_written_by_a_job(
    office: Client, fair: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = boto3.client("sqs").create_queue(QueueName="eventsite-jobs")["QueueUrl"]
    monkeypatch.setenv("EVENTSITE_JOBS_URL", url)
    wiring.forget()
    monkeypatch.setattr(exporting, "AT_ONCE_MAX", 0)
    apply(wiring.stores(), now=timezone.now())
    answer = text(office.post("/admin/registration/event/demo/consents/", follow=True))
    assert "the file is made in the background. Look" in answer
    (job,) = wiring.stores().jobs.of_event("demo", 9)
    assert (job.kind, job.options["sheet"]) == ("export_guests", "consents")


@pytest.mark.parametrize("role", ["viewer", "checkin_lead", "fulfilment"])
def test_only_organizers_have_the_consent_log(office: Client, role: str) -> None:
    browser = signed_in(role)
    assert browser.post("/admin/registration/event/demo/consents/").status_code == 403
    assert "Consent log" not in text(browser.get(PAGE))
    assert browser.get(PAGE).status_code == 200
