"""What guests see and do, in a browser: from the home page to a ticket and what comes after."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from eventsite.core.domain import tickets
from eventsite.core.domain.registrations import RegistrationStatus
from tests.browser.looking import PHONE, WIDE, Visitor, is_sound, read_code
from tests.browser.site import Site, an_address

pytestmark = [pytest.mark.browser, pytest.mark.engine]

on_both = pytest.mark.parametrize("width", [WIDE, PHONE], ids=["wide", "phone"])
REFUSED = "status of 4"
"""What Chromium's console says of a form that came back with errors."""


def fill_in(page: Page, name: str, email: str, ticket: str = "Standard") -> None:
    page.get_by_label(ticket, exact=True).check()
    page.get_by_label("Name").fill(name)
    page.get_by_label("E-mail address").fill(email)


def registration_of(page: Page) -> str:
    """Return the registration id in a guest's address."""
    found = re.search(r"/g/([0-9a-f]{16})-", page.url)
    assert found, page.url
    return found[1]


# -- from the home page to a ticket --
@pytest.mark.parametrize(
    ("width", "script"),
    [(WIDE, True), (PHONE, True), (PHONE, False)],
    ids=["wide", "phone", "phone without JavaScript"],
)
def test_a_guest_walks_from_the_home_page_to_a_ticket(
    visitor: Visitor, site: Site, width: int, script: bool
) -> None:
    page = visitor.window(width, script=script)
    page.goto(site.url)
    expect(page.get_by_role("heading", level=1)).to_have_text("Lanternfold")
    if script:
        is_sound(page)

    page.get_by_role("link", name="Register", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Register")
    if script:
        is_sound(page)
    fill_in(page, "Ada Lovelace", an_address())
    page.get_by_role("button", name="Get my ticket").click()

    expect(page.get_by_role("status")).to_contain_text("You are registered")
    expect(page.get_by_label("Ticket", exact=True)).to_contain_text("Ada Lovelace")
    page.wait_for_load_state("load")
    picture = page.get_by_role("img", name="QR code of your ticket")
    assert picture.evaluate("image => image.naturalWidth") > 0
    shown = tickets.verify(read_code(picture), site.secrets.ticket_public_keys)
    assert shown.registration_id == registration_of(page)
    if script:
        is_sound(page)


def test_any_day_of_the_programme_can_be_looked_at(visitor: Visitor, site: Site) -> None:
    page = visitor.window(PHONE)
    page.goto(f"{site.url}/e/demo/")
    days = page.get_by_role("navigation", name="Days of the programme").get_by_role("link")
    for number in range(days.count()):
        days.nth(number).click()
        expect(days.nth(number)).to_have_attribute("aria-current", "page")
        expect(page.locator(".slot").first).to_be_visible()
    is_sound(page)


def test_a_ticket_chosen_on_the_event_page_is_chosen_in_the_form(
    visitor: Visitor, site: Site
) -> None:
    page = visitor.window()
    page.goto(f"{site.url}/e/demo/")
    page.get_by_role("link", name="Choose Maker table").click()
    expect(page.get_by_label("Maker table")).to_be_checked()


@on_both
def test_errors_are_announced_and_what_was_typed_stays(
    visitor: Visitor, site: Site, width: int
) -> None:
    page = visitor.window(width, excused=(REFUSED,))
    page.goto(f"{site.url}/e/demo/register/")
    page.get_by_label("Crew").check()
    page.get_by_label("Name").fill("Grace Hopper")
    page.get_by_label("E-mail address").fill("not an address")
    page.get_by_role("button", name="Get my ticket").click()

    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("E-mail address")
    expect(page).to_have_title(re.compile("^Please check"))  # the first thing a reader says
    email = page.get_by_label("E-mail address")
    expect(email).to_have_value("not an address")
    expect(email).to_have_attribute("aria-invalid", "true")
    expect(email).to_have_accessible_description(re.compile(r"address", re.IGNORECASE))
    expect(page.get_by_label("Name")).to_have_value("Grace Hopper")
    expect(page.get_by_label("Crew")).to_be_checked()
    is_sound(page)

    summary.get_by_role("link", name="E-mail address").click()
    expect(email).to_be_in_viewport()
    email.fill(an_address())
    page.get_by_role("button", name="Get my ticket").click()
    expect(page.get_by_role("status")).to_contain_text("You are registered")


def test_a_double_click_registers_once(visitor: Visitor, site: Site) -> None:
    page = visitor.window()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    for _ in range(6):  # a quick server answers before the second click: then once more
        sent.clear()
        page.goto(f"{site.url}/e/demo/register/")
        email = an_address()
        fill_in(page, "Double Click", email)
        page.get_by_role("button", name="Get my ticket").dblclick(delay=5)
        expect(page.get_by_role("status")).to_contain_text("You are registered")
        mine = [each.registration_id for each in site.registered_as(email)]
        assert mine == [registration_of(page)]
        if sent.count("POST") == 2:
            return
    pytest.fail("the form was never sent twice")


# -- a guest's own page --
def test_a_guest_signs_up_for_a_session_and_off_again(visitor: Visitor, site: Site) -> None:
    page = visitor.window(PHONE)
    page.goto(site.page_of(site.guest("Session Goer")))
    page.get_by_role("link", name="Choose from the programme").click()
    days = page.get_by_role("navigation", name="Days of the programme").get_by_role("link")
    days.nth(2).click()  # the first is yesterday
    expect(days.nth(2)).to_have_attribute("aria-current", "page")
    slot = page.locator(".slot").filter(has=page.get_by_role("button", name="Sign up")).first
    title = slot.get_by_role("heading").inner_text()
    slot.get_by_role("button", name="Sign up").click()

    expect(page.get_by_role("status")).to_contain_text("You are signed up")
    expect(days.nth(2)).to_have_attribute("aria-current", "page")
    expect(page.locator(".slot.mine").get_by_role("heading")).to_have_text(title)
    is_sound(page)

    page.get_by_role("link", name="Your ticket").click()
    mine = page.get_by_role("region", name="Your sessions")
    expect(mine.get_by_role("heading", level=3)).to_have_text(title)
    is_sound(page)
    mine.get_by_role("button", name="Sign off").click()
    expect(page.get_by_role("status")).to_contain_text("no longer signed up")
    expect(mine.get_by_role("heading", level=3)).to_have_count(0)


def test_a_guest_asks_for_an_item(visitor: Visitor, site: Site) -> None:
    page = visitor.window(WIDE, excused=(REFUSED,))
    page.goto(site.page_of(site.guest("Thirsty Person")))
    page.get_by_label("What would you like?").select_option("Pot of tea")
    page.get_by_label("How many?").fill("0")
    page.get_by_label("Anything we should know?").fill("by the window")
    page.get_by_role("button", name="Ask for it").click()

    expect(page.get_by_role("alert")).to_contain_text("How many?")
    expect(page.get_by_label("Anything we should know?")).to_have_value("by the window")
    is_sound(page)

    page.get_by_label("How many?").fill("2")
    page.get_by_role("button", name="Ask for it").click()
    expect(page.get_by_role("status")).to_contain_text("We got your request")
    asked = page.get_by_role("region", name="Ask for something").get_by_role("listitem")
    expect(asked).to_have_count(1)
    for words in ("2", "Pot of tea", "by the window", "Asked for"):
        expect(asked).to_contain_text(words)
    is_sound(page)


def test_a_guest_changes_their_particulars(visitor: Visitor, site: Site) -> None:
    page = visitor.window(PHONE)
    page.goto(site.page_of(site.guest("Old Name")))
    page.get_by_role("link", name="Change my details").click()
    expect(page.get_by_label("Name")).to_have_value("Old Name")
    is_sound(page)
    page.get_by_label("Name").fill("Zoë Nó-Ainm")
    page.get_by_label("Mobile number").fill("+353 85 123 4567")
    page.get_by_label("Text message (SMS)").check()
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("status")).to_contain_text("Your details are saved")
    expect(page.get_by_label("Ticket", exact=True)).to_contain_text("Zoë Nó-Ainm")
    expect(page.get_by_role("region", name="Your details")).to_contain_text("+353851234567")
    is_sound(page)


def test_a_guest_cancels_after_being_asked(visitor: Visitor, site: Site) -> None:
    registration = site.guest("Cannot Come")
    page = visitor.window(PHONE)
    page.goto(site.page_of(registration))
    page.get_by_role("link", name="Cancel my registration").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cancel your registration?")
    is_sound(page)
    page.get_by_role("link", name="No, keep my ticket").click()
    expect(page.get_by_role("img", name="QR code of your ticket")).to_be_visible()

    page.get_by_role("link", name="Cancel my registration").click()
    page.get_by_role("button", name="Yes, cancel it").click()
    expect(page.get_by_role("status")).to_contain_text("Your registration is cancelled")
    expect(page.get_by_role("img", name="QR code of your ticket")).to_have_count(0)
    is_sound(page)
    kept = site.registration(registration.registration_id)
    assert kept.status is RegistrationStatus.CANCELLED


def test_a_wrong_link_is_refused_in_words(visitor: Visitor, site: Site) -> None:
    page = visitor.window(PHONE, excused=(REFUSED,))
    page.goto(site.page_of(site.guest("Somebody Else"))[:-3] + "aa/")
    expect(page.get_by_role("main")).to_contain_text("This link is not ours or is incomplete")
    is_sound(page)
