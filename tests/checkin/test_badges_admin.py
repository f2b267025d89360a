"""Organizers lay badges out, print them before the event, and see who printed which."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from defusedxml import ElementTree

from eventsite.core.domain.badges import BadgeLayout
from eventsite.core.services.badges import Order, print_badge
from eventsite.core.services.jobs import run
from eventsite.core.services.organizing import save_door_part
from tests.checkin.test_admin import signed_in
from tests.importing import working
from tests.repoadmin.pages import column, hidden, text

LIST = "/admin/checkin/badgelayout/"
LOG = "/admin/checkin/badgeprint/"
FORM = {
    "event_id": "demo",
    "layout_id": "card",
    "name": "Card",
    "active": "on",
    "lines": "name\ntype",
    "colour": "#075c34",
    "width_mm": "86",
    "height_mm": "54",
    "show_code": "on",
    "on_admission": "on",
}


@pytest.fixture
def office(settings, door):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return signed_in("organizer")


@pytest.fixture(autouse=True)
def one_hand(monkeypatch):
    """What stands in for the table here takes one call at a time."""
    monkeypatch.setattr("eventsite.core.services.printing_badges.AT_ONCE", 1)


@pytest.fixture
def card(door):
    layout = BadgeLayout(event_id="demo", layout_id="card", name="Card")
    return save_door_part(door.stores.events, layout, None)


def printed(door, registration, print_id="p1", **changes):
    setup = door.stores.events.fresh_setup("demo")
    fields = {"by": f"device:{door.device.device_id}", "at": datetime.now(UTC)} | changes
    order = Order(registration_id=registration.registration_id, print_id=print_id, **fields)
    return print_badge(door.stores, setup, order)


# -- layouts ------------------------------------------------------------------------------------
def test_a_badge_is_laid_out(office, door):
    assert office.post(f"{LIST}add/", FORM).status_code == 302
    (layout,) = door.stores.events.fresh_setup("demo").badges
    assert (layout.lines, layout.colour, layout.width_mm) == (("name", "type"), "#075c34", 86)
    assert column(office.get(LIST), "size") == ["86 x 54 mm"]
    assert "Added" in text(office.get(f"{LIST}demo~card/history/"))


def test_a_badge_is_changed_as_it_was_read(office, door, card):
    page = f"{LIST}demo~card/change/"
    form = FORM | {"lines": "type\nname", "version": hidden(office.get(page), "version")}
    assert office.post(page, form).status_code == 302
    assert door.stores.events.fresh_setup("demo").badges[0].lines == ("type", "name")
    assert "Somebody else saved this" in text(office.post(page, form))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"lines": "name\nanswer.shoe"}, "lines"),
        ({"lines": ""}, "lines"),
        ({"colour": "green"}, "colour"),
        ({"width_mm": "5"}, "width_mm"),
        ({"width_mm": "40", "height_mm": "20"}, "show_code"),
    ],
)
def test_what_cannot_be_printed_is_refused_at_its_field(office, change, field):
    page = office.post(f"{LIST}add/", FORM | change)
    assert field in page.context["adminform"].form.errors


def test_the_form_says_what_can_stand_on_it(office, card):
    assert "name, type, event" in text(office.get(f"{LIST}demo~card/change/"))


@pytest.mark.parametrize("name", ["short", "long", "arabic", "chinese"])
def test_the_preview_is_a_picture(office, card, name):
    answer = office.get(f"{LIST}demo~card/preview/{name}.svg")
    assert answer["Content-Type"] == "image/svg+xml"
    picture = ElementTree.fromstring(answer.content)
    assert picture.get("width") == "86mm"
    texts = list(picture.iter("{http://www.w3.org/2000/svg}text"))
    assert "General" in [each.text for each in texts]
    for each in texts:
        half = float(each.get("textLength")) / 2
        assert float(each.get("x")) - half >= 0
        assert float(each.get("x")) + half <= 86 * 72 / 25.4


def test_the_preview_is_a_pdf_as_well(office, card):
    assert office.get(f"{LIST}demo~card/preview/all.pdf").content.startswith(b"%PDF-")


@pytest.mark.parametrize("path", ["demo~card/preview/x.svg", "demo~no/preview/short.svg"])
def test_there_is_no_other_preview(office, card, path):
    assert office.get(LIST + path).status_code == 404


# -- one guest ------------------------------------------------------------------------------------
def page_of(registration):
    return f"/admin/registration/registration/{registration.registration_id}/"


def ask(office, registration, **said):
    page = f"{page_of(registration)}badge/"
    print_id = hidden(office.get(page), "print_id")
    return office.post(page, {"print_id": print_id} | said)


def test_a_badge_is_printed_from_the_page_of_a_guest(office, door, card):
    assert "Print badge" in text(office.get(f"{page_of(door.registration)}change/"))
    answer = ask(office, door.registration)
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    (entry,) = door.stores.badges.page(door.stores.badges.log("demo"), 10)
    assert (entry.by, entry.serial) == ("staff:organizer", 0)
    assert "Badge printed" in text(office.get(f"{page_of(door.registration)}history/"))


def test_another_asks_why(office, door, card):
    printed(door, door.registration)
    assert "Why another?" in text(ask(office, door.registration))
    answer = ask(office, door.registration, reason="The name was wrong")
    assert answer["Content-Type"] == "application/pdf"
    assert door.stores.registrations.get(door.registration.registration_id).reissue == 1


def test_without_a_layout_nothing_is_offered(office, door):
    assert "Print badge" not in text(office.get(f"{page_of(door.registration)}change/"))


# -- the log ------------------------------------------------------------------------------------
def test_the_log_says_who_printed_what(office, door, card):
    printed(door, door.registration)
    printed(door, door.registration, "p2", by="staff:eve", reason="Coffee on it")
    page = office.get(LOG)
    assert column(page, "guest") == [door.registration.guest.name] * 2
    assert column(page, "who") == ["eve", "Kiosk 1"]
    assert column(page, "reason")[0] == "Coffee on it"
    name = column(page, "badge")[0]
    assert name.endswith("·1")
    link = re.search(rf'href="({LOG}[^"]+/change/[^"]*)"', page.content.decode())[1]
    assert "Coffee on it" in text(office.get(link.replace("&amp;", "&")))


def test_what_was_printed_cannot_be_changed(office, door, card):
    assert office.get(f"{LOG}add/").status_code == 403


# -- everybody ------------------------------------------------------------------------------------
def test_badges_of_an_event_are_asked_for_and_fetched(office, door, card):
    door.guest("grace@example.org", "crew")
    asked = office.post(f"{LIST}print/", {"whose": "demo ", "recorded": "on"})
    assert asked.status_code == 302
    job_id = re.search(r"/job/([^/]+)/", asked["Location"])[1]
    early = office.get(f"{LIST}files/{job_id}/", follow=True)
    assert "not done" in text(early)
    run(door.stores, job_id, "worker", working(datetime.now(UTC)), queue=False)
    assert "Files" in text(office.get(asked["Location"]))
    files = office.get(f"{LIST}files/{job_id}/")
    assert "2 badges" in text(files)
    assert "File 1 of 1" in text(files)
    answer = office.get(f"{LIST}files/{job_id}/1/")
    assert answer.status_code == 302
    assert "no-store" in answer["Cache-Control"]
    assert "badges-001.pdf" in answer["Location"]
    told = text(office.get(f"{LIST}demo~card/history/"))
    assert "Badges asked for as PDF." in told
    assert "Badges downloaded as PDF, file 1." in told
    gone = office.get(f"{LIST}files/{job_id}/2/", follow=True)
    assert "no such file" in text(gone)
    assert {each.by for each in door.stores.badges.page(door.stores.badges.log("demo"), 9)} == {
        "staff:organizer"
    }


def test_without_a_layout_nothing_can_be_asked_for(office):
    page = office.post(f"{LIST}print/", {"whose": "demo ", "recorded": "on"})
    assert page.status_code == 200
    assert page.context["form"].errors


@pytest.mark.parametrize("role", ["checkin_lead", "viewer", "fulfilment"])
def test_only_who_may_export_guests_gets_them_on_paper(settings, door, card, role):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    browser = signed_in(role)
    assert browser.get(f"{LIST}print/").status_code == 403
    assert browser.get(f"{LIST}files/x/").status_code == 403
    assert browser.get(f"{LIST}files/x/1/").status_code == 403
    assert "Badges as PDF" not in text(browser.get(LIST))
