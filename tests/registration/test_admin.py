"""The back office of this door: lists, forms, actions and history, without SQL."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from eventsite.accounts.models import StaffUser
from eventsite.core.domain.registrations import Cause, Registration, RegistrationStatus
from eventsite.core.services.deciding import cancel
from eventsite.core.wiring import Stores
from tests.builders import a_session
from tests.registration.conftest import Register, facts
from tests.repoadmin.pages import form_values

BASE = "/admin/registration"
LIST = f"{BASE}/registration/?event_id=demo"


@pytest.fixture(autouse=True)
def quick(settings: Any, fair: Stores) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def signed_in(name: str, **fields: Any) -> Client:
    browser = Client()
    browser.force_login(StaffUser.objects.create_user(name, "Corr3ct-horse-battery", **fields))
    return browser


@pytest.fixture
def office(quick: None) -> Client:
    return signed_in("ada", roles=["organizer"])


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer
    return str(answer.content.decode())


def names(answer: Any) -> list[str]:
    return re.findall(r'<th class="field-(?:name|title)"><a [^>]*>([^<]+)</a>', text(answer))


# -- events --
def test_events_are_listed_searched_and_opened(office: Client) -> None:
    assert names(office.get(f"{BASE}/event/")) == ["Tidal Fair"]
    assert names(office.get(f"{BASE}/event/?q=harbour")) == ["Tidal Fair"]
    assert names(office.get(f"{BASE}/event/?q=mountain")) == []
    assert "4021" in text(office.get(f"{BASE}/event/demo/change/"))


def test_an_event_is_changed_and_its_history_told(office: Client, fair: Stores) -> None:
    page = f"{BASE}/event/demo/change/"
    form = form_values(office.get(page), reminder_minutes="20", title="Spring Fair")
    assert office.post(page, form).status_code == 302
    stored = fair.events.get("demo")
    assert (stored.title, stored.reminder_minutes, stored.number) == ("Spring Fair", 20, 4021)
    history = text(office.get(f"{BASE}/event/demo/history/"))
    assert "Changed Title and Reminders" in history


def test_two_people_do_not_overwrite_each_other(office: Client, fair: Stores) -> None:
    page = f"{BASE}/event/demo/change/"
    form = form_values(office.get(page), venue="Mine")
    office.post(page, form | {"venue": "Theirs"})
    answer = office.post(page, form)
    assert "Somebody else saved this" in text(answer)
    assert 'value="Mine"' in text(answer)
    assert fair.events.get("demo").venue == "Theirs"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ends_at_0": "2001-01-01"}, "ends_at"),
        ({"reminder_minutes": "61"}, "reminder_minutes"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"title": ""}, "title"),
    ],
    ids=str,
)
def test_a_wrong_event_is_refused_at_its_field(
    office: Client, change: dict[str, str], field: str
) -> None:
    page = f"{BASE}/event/demo/change/"
    before = facts()
    answer = office.post(page, form_values(office.get(page), **change))
    assert answer.status_code == 200
    assert field in answer.context["adminform"].form.errors
    assert facts() == before


def test_a_new_event_gets_a_number_and_an_id_is_taken_once(office: Client, fair: Stores) -> None:
    page = f"{BASE}/event/add/"
    form = form_values(
        office.get(page),
        event_id="regatta",
        title="Regatta",
        starts_at_0="2027-05-01",
        starts_at_1="10:00",
        ends_at_0="2027-05-02",
        ends_at_1="10:00",
        zone="Europe/Dublin",
    )
    assert office.post(page, form).status_code == 302
    assert fair.events.get("regatta").number > 0
    answer = office.post(page, form)
    assert "event_id" in answer.context["adminform"].form.errors


# -- sessions --
def test_sessions_are_listed_by_event_day_and_title(office: Client, fair: Stores) -> None:
    start = timezone.now() + timedelta(days=1)
    later = a_session(
        session_id="s3", title="Morning", starts_at=start, ends_at=start + timedelta(hours=1)
    )
    fair.agenda.add(later)
    listed = f"{BASE}/agendasession/?event_id=demo"
    assert set(names(office.get(listed))) == {"Knots for beginners", "Off", "Morning"}
    assert names(office.get(f"{listed}&q=knots")) == ["Knots for beginners"]
    assert names(office.get(f"{listed}&cancelled__exact=1")) == ["Off"]
    assert "day=" in text(office.get(listed))
    assert names(office.get(f"{listed}&day=2001-01-01")) == []
    assert office.get(f"{listed}&day=nonsense").status_code in (302, 400)


def test_a_session_is_moved_and_cancelled(office: Client, fair: Stores) -> None:
    page = f"{BASE}/agendasession/demo.s1/change/"
    form = form_values(office.get(page), room="Dock B", cancelled="on", starts_at_1="00:01")
    form |= {"ends_at_1": "23:59"}
    assert office.post(page, form).status_code == 302
    moved = next(s for s in fair.agenda.fresh("demo") if s.session_id == "s1")
    assert (moved.room, moved.cancelled, moved.version) == ("Dock B", True, 2)
    assert len(fair.agenda.fresh("demo")) == 2
    assert "Changed" in text(office.get(f"{BASE}/agendasession/demo.s1/history/"))


def test_a_session_ends_after_it_starts(office: Client) -> None:
    page = f"{BASE}/agendasession/demo.s1/change/"
    before = facts()
    answer = office.post(page, form_values(office.get(page), ends_at_0="2001-01-01"))
    assert "ends_at" in answer.context["adminform"].form.errors
    assert facts() == before


def test_a_session_is_added(office: Client, fair: Stores) -> None:
    page = f"{BASE}/agendasession/add/"
    form = form_values(
        office.get(page),
        event_id="demo",
        title="Extra",
        starts_at_0="2027-05-01",
        starts_at_1="10:00",
        ends_at_0="2027-05-01",
        ends_at_1="11:00",
    )
    assert office.post(page, form).status_code == 302
    assert "Extra" in {session.title for session in fair.agenda.fresh("demo")}


# -- registrations --
@pytest.fixture
def guests(registered: Register, fair: Stores) -> list[Registration]:
    people = [("Zoe", "zoe@example.org"), ("Ada", "ada@example.org"), ("Adam", "adam@example.org")]
    made = [registered(name=name, email=email) for name, email in people]
    cancel(fair, made[0].registration_id, timezone.now())
    return made


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Adam", "Ada", "Zoe"]),
        ("&listing=name", ["Ada", "Adam", "Zoe"]),
        ("&status__exact=cancelled", ["Zoe"]),
        ("&listing=name&status__exact=confirmed", ["Ada", "Adam"]),
        ("&q=adam", ["Adam"]),
        ("&q=ad", ["Ada", "Adam"]),
        ("&q=ADA%40example.org", ["Ada"]),
        ("&q=nobody%40example.org", []),
        ("&q=ada%40example.org&status__exact=cancelled", []),
    ],
)
def test_registrations_are_listed_filtered_and_searched(
    office: Client, guests: list[Registration], query: str, found: list[str]
) -> None:
    assert names(office.get(LIST + query)) == found


def test_a_registration_shows_all_of_it(office: Client, guests: list[Registration]) -> None:
    page = text(office.get(f"{BASE}/registration/{guests[1].registration_id}/change/"))
    picture = re.search(r'src="([^"]+ticket.png)"', page)
    assert picture
    answer = office.get(picture[1])
    assert answer["Content-Type"] == "image/png"
    assert "no-store" in answer["Cache-Control"]
    gone = f"{BASE}/registration/{guests[0].registration_id}/"
    told = text(office.get(f"{gone}change/"))
    assert "Cancelled: by the guest." in told
    assert "ticket.png" not in told
    assert office.get(f"{gone}ticket.png").status_code == 404


def test_particulars_change_and_refusals_keep_what_was_form_values(
    office: Client, guests: list[Registration], fair: Stores
) -> None:
    page = f"{BASE}/registration/{guests[1].registration_id}/change/"
    assert office.post(page, form_values(office.get(page), name="Ada King")).status_code == 302
    assert fair.registrations.get(guests[1].registration_id).guest.name == "Ada King"
    taken = form_values(office.get(page), name="Typed", email="adam@example.org")
    before = facts()
    answer = office.post(page, taken)
    assert "email" in answer.context["adminform"].form.errors
    assert 'value="Typed"' in text(answer)
    assert facts() == before


def test_selected_registrations_are_cancelled_and_refusals_told(
    office: Client, guests: list[Registration], fair: Stores
) -> None:
    chosen = [guest.registration_id for guest in guests[:2]]
    form = {"action": "cancel", "_selected_action": chosen}
    asked = office.post(LIST, form)
    assert fair.registrations.get(chosen[1]).live, "it asks first"
    answer = text(office.post(LIST, form_values(asked), follow=True))
    assert "1 cancelled." in answer
    assert "Zoe: This registration is cancelled already." in answer
    ended = fair.registrations.get(chosen[1])
    assert (ended.status, ended.cause) == (RegistrationStatus.CANCELLED, Cause.STAFF)
    assert ended.changed_by == "staff:ada"
    assert "Cancelled." in text(office.get(f"{BASE}/registration/{chosen[1]}/history/"))


def test_registrations_are_exported(office: Client, guests: list[Registration]) -> None:
    chosen = [guest.registration_id for guest in guests]
    answer = office.post(LIST, {"action": "export_csv", "_selected_action": chosen})
    assert answer["Content-Type"].startswith("text/csv")
    assert text(answer).count("example.org") == 3


def test_staff_register_a_guest_once(office: Client, fair: Stores) -> None:
    page = f"{BASE}/registration/add/"
    form = form_values(
        office.get(page), place="demo general", name="Walk In", email="walk@example.org"
    )
    for _ in range(2):
        assert office.post(page, form).status_code == 302
    (found,) = fair.registrations.of_address("demo", "walk@example.org")
    assert (found.source, found.guest.name) == ("office", "Walk In")
    again = office.post(
        page, form_values(office.get(page), **{**form, "idempotency_key": "another"})
    )
    assert "email" in again.context["adminform"].form.errors


def test_roles_hold(guests: list[Registration]) -> None:
    viewer = signed_in("eve", roles=["viewer"])
    one = f"{BASE}/registration/{guests[1].registration_id}/change/"
    assert viewer.get(one).status_code == 200
    assert viewer.post(one, {"name": "X"}).status_code == 403
    assert viewer.get(f"{BASE}/registration/add/").status_code == 403
    assert 'value="cancel"' not in text(viewer.get(LIST))
    before = facts()
    form = {"action": "cancel", "_selected_action": [guests[1].registration_id]}
    viewer.post(LIST, form)
    assert facts() == before
    assert Client().get(f"{BASE}/registration/x/ticket.png").status_code == 302
