"""The back office in a browser: signing in, finding a guest, changing and cancelling."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from eventsite.core.domain.registrations import Guest, Payment, Registration, RegistrationStatus
from eventsite.core.services.deciding import cancel
from tests.browser.looking import PHONE, WIDE, Visitor, fits, is_sound
from tests.browser.site import Site, an_address
from tests.doing import take_place

pytestmark = [pytest.mark.browser, pytest.mark.engine]

LIST = "/admin/registration/registration/"


@pytest.fixture(scope="module")
def cookies(running_chromium: Any, site: Site) -> Any:
    """Those of an organizer who signed in."""
    page = Visitor(running_chromium).window()
    page.goto(f"{site.url}/admin/")
    sign_in(page, site.username, site.password)
    expect(page.locator("#user-tools")).to_contain_text("Log out")
    kept = page.context.cookies()
    page.context.close()
    return kept


def sign_in(page: Page, username: str, password: str) -> None:
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def maker(site: Site, name: str) -> Registration:
    """Somebody who wants a table: it needs approval, and costs."""
    return take_place(
        site.stores,
        secrets.token_urlsafe(16),
        now=datetime.now(UTC),
        event_id="demo",
        type_id="maker",
        guest=Guest(name=name, email=an_address()),
        answers={"diet": ("Vegan",), "bringing": ("Spoons",), "photos": ("yes",)},
    )


def rows(page: Page) -> Any:
    return page.locator("#result_list tbody tr")


@pytest.fixture
def opened(visitor: Visitor, site: Site, cookies: Any) -> Any:
    """Opens an address of the admin for the organizer."""

    def at(path: str, width: int = WIDE) -> Page:
        page = visitor.window(width, cookies=cookies)
        page.goto(f"{site.url}{path}")
        return page

    return at


# -- for everybody --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("path", "width"),
    [
        ("/admin/", WIDE),
        ("/admin/", PHONE),
        (f"{LIST}add/", PHONE),
        ("/admin/accounts/device/", WIDE),
        ("/admin/accounts/staffuser/", PHONE),
        ("/admin/registration/event/", WIDE),
        ("/admin/registration/event/demo/change/", WIDE),
        ("/admin/registration/event/demo/change/", PHONE),
        ("/admin/registration/event/add/", WIDE),
        ("/admin/registration/event/demo/offer/", PHONE),
        ("/admin/registration/tickettype/", PHONE),
        ("/admin/registration/tickettype/demo~maker/change/", WIDE),
        ("/admin/registration/question/", WIDE),
        ("/admin/registration/question/demo~diet-other/change/", PHONE),
        ("/admin/registration/question/add/", WIDE),
        ("/admin/registration/promocode/", WIDE),
        ("/admin/registration/promocode/demo~WORKBENCH/change/", PHONE),
        ("/admin/registration/agendasession/", PHONE),
        (LIST, WIDE),
        (LIST, PHONE),
        (f"{LIST}?listing=line", WIDE),
        ("/admin/requests_app/guestrequest/", PHONE),
    ],
)
def test_a_page_is_for_everybody(opened: Any, path: str, width: int) -> None:
    is_sound(opened(path, width))


def test_signing_in_is_for_everybody(visitor: Visitor, site: Site) -> None:
    page = visitor.window()
    page.goto(f"{site.url}{LIST}")
    is_sound(page)


# -- signing in -----------------------------------------------------------------------------------
def test_only_the_right_password_gets_in(visitor: Visitor, site: Site) -> None:
    page = visitor.window(WIDE)
    page.goto(f"{site.url}{LIST}")
    fits(page)
    sign_in(page, site.username, "not the password")
    expect(page.locator(".errornote")).to_contain_text("Please enter the correct")
    fits(page)
    sign_in(page, site.username, site.password)
    expect(page).to_have_url(f"{site.url}{LIST}")
    expect(rows(page).first).to_be_visible()


# -- lists ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["Events", "Sessions", "Registrations", "Guest requests"])
def test_every_list_is_reached_on_a_phone(opened: Any, name: str) -> None:
    page = opened("/admin/", PHONE)
    page.get_by_role("main").get_by_role("rowheader", name=name).get_by_role("link").click()
    expect(rows(page).first).to_be_visible()
    fits(page)


@pytest.mark.parametrize("path", [LIST, "/admin/requests_app/guestrequest/"])
def test_the_table_fits_beside_the_open_menu(opened: Any, site: Site, path: str) -> None:
    site.asks(site.guest("Long Requester"), "tea", "a table by the window")
    page = opened(path)
    expect(page.locator("#nav-sidebar")).to_be_visible()
    expect(rows(page).first).to_be_visible()
    hidden = "table => table.parentElement.scrollWidth - table.parentElement.clientWidth"
    assert page.locator("#result_list").evaluate(hidden) <= 0


def test_the_list_speaks_in_words(opened: Any) -> None:
    row = rows(opened(LIST)).first
    expect(row.locator(".field-ticket_type")).to_have_text(re.compile("^[A-Z]"))
    expect(row.locator(".field-state")).to_have_text(re.compile("^[A-Z]"))
    when = re.compile(r"^\d{1,2} [A-Z][a-z]{2} \d{4}, \d\d:\d\d UTC$")
    expect(row.locator(".field-registered_at")).to_have_text(when)


def test_dates_and_times_say_of_what_they_are(opened: Any) -> None:
    page = opened("/admin/registration/event/demo/change/")
    for name in ("Starts at: date", "Starts at: time", "Ends at: date", "Ends at: time"):
        expect(page.get_by_role("textbox", name=name)).to_be_visible()


def test_a_guest_is_found_by_name(opened: Any, site: Site) -> None:
    guest = site.guest("Wilhelmina Findable")
    page = opened(LIST, PHONE)
    page.get_by_role("textbox", name="Search").fill("wilhelmina f")
    page.get_by_role("button", name="Search").click()
    expect(rows(page)).to_contain_text([guest.guest.email])
    expect(rows(page)).to_have_count(1)
    fits(page)


def test_the_list_is_filtered_by_status(opened: Any, site: Site) -> None:
    cancelled = site.guest("Gave It Back")
    cancel(site.stores, cancelled.registration_id, datetime.now(UTC))
    page = opened(LIST, PHONE)
    expect(rows(page).filter(has_text="Confirmed").first).to_be_visible()
    page.locator("#changelist-filter").get_by_role("link", name="Cancelled").click()
    expect(rows(page).filter(has_text=cancelled.guest.email)).to_be_visible()
    expect(rows(page).filter(has_text="Confirmed")).to_have_count(0)
    fits(page)


# -- one registration -----------------------------------------------------------------------------
def test_a_changed_name_is_kept_and_in_the_history(opened: Any, site: Site) -> None:
    guest = site.guest("Misspelt Nmae")
    page = opened(f"{LIST}?q={guest.guest.email}", PHONE)
    rows(page).get_by_role("link", name="Misspelt Nmae").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    is_sound(page)
    page.get_by_label("Name:", exact=True).fill("Misspelt Name")
    page.get_by_role("button", name="Save and continue editing").click()

    expect(page.locator(".messagelist .success")).to_contain_text("changed successfully")
    expect(page.get_by_label("Name:", exact=True)).to_have_value("Misspelt Name")
    page.get_by_role("link", name="History").click()
    history = page.locator("#change-history tbody tr")
    expect(history).to_have_count(1)
    expect(history).to_contain_text("Changed Name")
    expect(history).to_contain_text(site.username)
    is_sound(page)


def test_the_cancel_action_gives_a_place_back(opened: Any, site: Site) -> None:
    guest = site.guest("Nobody Comes")
    page = opened(f"{LIST}?q=nobody+comes", WIDE)
    rows(page).get_by_role("checkbox").check()
    page.get_by_label("Action:").select_option("Cancel selected registrations")
    page.locator(".actions button[name=index]").click()  # Go, or Run from Django 6.1 on
    expect(page.locator("ul.chosen")).to_have_text("Nobody Comes")
    is_sound(page)
    page.get_by_role("button", name="Cancel").click()

    expect(page.locator(".messagelist .success")).to_contain_text("1 cancelled.")
    expect(rows(page)).to_contain_text(["Cancelled"])
    kept = site.registration(guest.registration_id)
    assert kept.status is RegistrationStatus.CANCELLED


def test_a_cancelled_guest_is_found_by_address(opened: Any, site: Site) -> None:
    guest = site.guest("Called Off")
    cancel(site.stores, guest.registration_id, datetime.now(UTC))
    page = opened(f"{LIST}?q={guest.guest.email}")
    expect(page.locator("#changelist")).to_be_visible()
    assert rows(page).count() == 1


def test_a_guest_is_approved_and_pays(opened: Any, site: Site) -> None:
    guest = maker(site, "Wants A Table")
    page = opened(f"{LIST}{guest.registration_id}/change/", PHONE)
    expect(page.locator(".field-standing")).to_contain_text("Pending: approval, payment.")
    page.get_by_role("link", name="Approve").click()
    is_sound(page)
    page.get_by_role("button", name="Approve").click()
    expect(page.locator(".messagelist .success")).to_contain_text("Still to come: payment.")
    page.get_by_role("link", name="Record payment").click()
    page.get_by_role("button", name="Record payment").click()
    expect(page.locator(".errorlist")).to_contain_text("This field is required")
    is_sound(page)
    page.get_by_label("Reference").fill("INV-2027-014")
    page.get_by_role("button", name="Record payment").click()
    expect(page.locator(".field-paying")).to_contain_text("Paid, reference INV-2027-014")
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    kept = site.registration(guest.registration_id)
    assert (kept.status, kept.payment) == (RegistrationStatus.CONFIRMED, Payment.PAID)


def test_answers_are_changed_beside_the_guest(opened: Any, site: Site) -> None:
    guest = maker(site, "Changes Diet")
    page = opened(f"{LIST}{guest.registration_id}/change/", WIDE)
    is_sound(page)
    page.get_by_label("What do you eat?").select_option("Everything")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.locator(".messagelist .success")).to_contain_text("changed successfully")
    assert site.registration(guest.registration_id).answers["diet"] == ("Everything",)


# -- personal data --------------------------------------------------------------------------------
@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_a_guest_is_given_their_data_and_erased(opened: Any, site: Site, width: int) -> None:
    guest = maker(site, "Forget Me Soon")
    page = opened(f"{LIST}{guest.registration_id}/change/", width)
    page.get_by_role("link", name="Personal data", exact=True).click()
    expect(page.get_by_text("Forget Me Soon").last).to_be_visible()
    is_sound(page)
    page.get_by_role("link", name="Back").click()
    page.get_by_role("link", name="Erase personal data").click()
    is_sound(page)
    page.get_by_label("I know that this cannot be undone").check()
    page.get_by_role("button", name="Erase personal data").click()
    expect(page.locator(".messagelist .success")).to_contain_text("Erased.")
    expect(page.locator("#content h2").first).to_have_text("Erased guest")
    is_sound(page)
    assert site.registration(guest.registration_id).erased_at is not None


# -- the event ------------------------------------------------------------------------------------
def test_an_event_is_set_in_units_that_people_use(opened: Any, site: Site) -> None:
    page = opened("/admin/registration/event/demo/change/", PHONE)
    expect(page.get_by_role("region", name="Places")).to_contain_text("Early bird")
    page.get_by_label("Places are held for: number").fill("36")
    page.get_by_label("Places are held for: unit").select_option("hours")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.locator(".messagelist .success")).to_contain_text("changed successfully")
    expect(page.get_by_label("Places are held for: number")).to_have_value("36")
    assert site.stores.events.get("demo").hold_minutes == 36 * 60
