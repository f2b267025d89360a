"""What guests see and do, in a browser: from the home page to a ticket and what comes after."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from eventsite.core.domain import tickets
from eventsite.core.domain.registrations import RegistrationStatus
from tests.browser import guests
from tests.browser.looking import PHONE, WIDE, Visitor, is_sound, read_code
from tests.browser.site import Site, an_address

pytestmark = [pytest.mark.browser, pytest.mark.engine]

on_both = pytest.mark.parametrize("width", [WIDE, PHONE], ids=["wide", "phone"])
REFUSED = "status of 4"
"""What Chromium's console says of a form that came back with errors."""


def fill_in(page: Page, name: str, email: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("E-mail address").fill(email)


def send(page: Page) -> None:
    page.get_by_role("button", name="Register", exact=True).click()


@pytest.fixture(scope="module")
def pages(site: Site) -> dict[str, str]:
    """Addresses of pages, by the name of the state that they show."""
    return guests.prepare(site)


# -- every page in every state --
PUBLIC = ("event", "code", "wrong code", "choose", "form", "line", "links", "links sent")
RECEIPTS = ("received", "received pending", "received waitlisted", "queued", "refused")
OWN = (
    *("confirmed", "long name", "group of 20", "approval", "payment", "paid", "email"),
    *("email of a group", "lapsed", "offered", "waiting", "cancelled", "erased"),
)
BEHIND = (
    *(("email", "confirm/"), ("email of a group", "cancel/"), ("offered", "cancel/")),
    *(("waiting", "cancel/"), ("confirmed", "cancel/"), ("confirmed", "sessions/")),
    *(("payment", "particulars/"), ("payment", "answers/"), ("payment", "data/")),
    *(("payment", "erase/"), ("email of a group", "erase/")),
)


@on_both
@pytest.mark.parametrize("state", [*PUBLIC, *RECEIPTS, *OWN])
def test_a_page_is_sound_in_every_state(
    visitor: Visitor, pages: dict[str, str], state: str, width: int
) -> None:
    page = visitor.window(width)
    page.goto(pages[state])
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    is_sound(page)


@on_both
@pytest.mark.parametrize(("state", "tail"), BEHIND, ids=lambda value: value)
def test_a_page_behind_a_link_is_sound(
    visitor: Visitor, pages: dict[str, str], state: str, tail: str, width: int
) -> None:
    page = visitor.window(width)
    page.goto(pages[state] + tail)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    is_sound(page)


@pytest.mark.parametrize("language", ["de", "fr", "es"])
@pytest.mark.parametrize("state", ["event", "form", "queued", "confirmed", "offered", "payment"])
def test_a_page_is_sound_in_every_language(
    visitor: Visitor, pages: dict[str, str], state: str, language: str
) -> None:
    page = visitor.window(PHONE)
    address = pages[state]
    page.goto(f"{address}{'&' if '?' in address else '?'}lang={language}")
    expect(page.locator("html")).to_have_attribute("lang", language)
    is_sound(page)


# -- from the home page to a ticket --
@pytest.mark.parametrize(
    ("width", "script"),
    [(WIDE, True), (PHONE, True), (PHONE, False)],
    ids=["wide", "phone", "phone without JavaScript"],
)
def test_a_guest_walks_from_the_event_to_a_ticket(
    visitor: Visitor, site: Site, width: int, script: bool
) -> None:
    page = visitor.window(width, script=script)
    page.goto(f"{site.url}/e/demo/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Lanternfold")
    page.get_by_role("link", name="Register", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose your ticket")
    page.get_by_label("Standard").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Register")
    email = an_address()
    fill_in(page, "Ada Lovelace", email)
    send(page)

    expect(page.get_by_role("status")).to_contain_text("We have written to")
    expect(page.get_by_role("status")).to_contain_text(email)
    assert email not in page.url
    (made,) = site.registered_as(email)
    assert made.registration_id not in page.content()

    page.goto(site.page_of(made))  # as the mail has it
    expect(page.get_by_label("Ticket", exact=True)).to_contain_text("Ada Lovelace")
    page.wait_for_load_state("load")
    picture = page.get_by_role("img", name="QR code of your ticket")
    assert picture.evaluate("image => image.naturalWidth") > 0
    shown = tickets.verify(read_code(picture), site.secrets.ticket_public_keys)
    assert shown.registration_id == made.registration_id


def test_several_events_are_on_the_home_page(
    visitor: Visitor, site: Site, pages: dict[str, str]
) -> None:
    page = visitor.window(PHONE)
    page.goto(site.url)
    is_sound(page)
    page.get_by_role("link", name="Tides").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tides")


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
    expect(page.get_by_label("Ticket")).to_have_value("maker")
    expect(page.get_by_role("region", name="What it costs")).to_contain_text("€45.00")


@on_both
def test_errors_are_announced_and_what_was_typed_stays(
    visitor: Visitor, site: Site, width: int
) -> None:
    page = visitor.window(width, excused=(REFUSED,))
    page.goto(f"{site.url}/e/demo/register/?type=crew")
    fill_in(page, "Grace Hopper", "not an address")
    page.get_by_label("Wire").check()
    send(page)

    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("E-mail address")
    expect(summary).to_be_focused()
    expect(page).to_have_title(re.compile("^Please check"))  # the first thing a reader says
    email = page.get_by_label("E-mail address")
    expect(email).to_have_value("not an address")
    expect(email).to_have_attribute("aria-invalid", "true")
    expect(email).to_have_accessible_description(re.compile(r"address", re.IGNORECASE))
    expect(page.get_by_label("Name")).to_have_value("Grace Hopper")
    expect(page.get_by_label("Ticket")).to_have_value("crew")
    expect(page.get_by_label("Wire")).to_be_checked()
    is_sound(page)

    summary.get_by_role("link", name="E-mail address").click()
    expect(email).to_be_focused()
    email.fill(an_address())
    page.keyboard.press("Enter")  # sends the form, and does nothing else to it
    expect(page.get_by_role("status")).to_contain_text("We have written to")


@on_both
def test_every_kind_of_question_can_be_wrong_and_right(
    visitor: Visitor, site: Site, pages: dict[str, str], width: int
) -> None:
    page = visitor.window(width, excused=(REFUSED,))
    page.goto(pages["form"])
    fill_in(page, "Ada", email := an_address())
    page.get_by_label("How many boats have you got?").fill("some")
    send(page)
    expect(page.get_by_role("alert").get_by_role("link")).to_have_count(3)
    is_sound(page)

    page.get_by_role("alert").get_by_role("link", name="What do you eat?").click()
    expect(page.get_by_role("group", name="What do you eat?")).to_be_focused()
    page.get_by_role("radio", name="Plants").check()
    page.get_by_label("How many boats have you got?").fill("2")
    page.get_by_label("Pictures of me").check()
    send(page)
    expect(page.get_by_role("status")).to_contain_text("something on this page is new")
    expect(page.get_by_role("radio", name="Plants")).to_be_checked()
    is_sound(page)

    page.get_by_label("Which plants?").fill("Kelp")
    send(page)
    expect(page.get_by_role("status")).to_contain_text(email)
    assert site.stores.registrations.of_address(guests.EVENT, email)[0].answers == {
        "food": ("Plants",),
        "why": ("Kelp",),
        "boats": ("2",),
        "photos": ("yes",),
    }


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without"])
def test_a_group_registers_together(
    visitor: Visitor, site: Site, pages: dict[str, str], script: bool
) -> None:
    page = visitor.window(PHONE, script=script)
    page.goto(pages["form"].replace("paid", "free"))
    fill_in(page, "First", email := an_address())
    for number in range(2, 21):
        page.get_by_role("button", name="Add another guest").click()
        expect(page.get_by_role("heading", name=f"Guest {number}", exact=True)).to_be_in_viewport()
    expect(page.get_by_role("button", name="Add another guest")).to_have_count(0)
    if script:
        is_sound(page)
    for number in range(20, 3, -1):
        page.get_by_role("button", name=f"Remove guest {number}").click()
        expect(page.get_by_role("heading", name=f"Guest {number}", exact=True)).to_have_count(0)
    for number in (2, 3):
        guest = page.get_by_role("region", name=f"Guest {number}", exact=True)
        guest.get_by_label("Name").fill(f"Member {number}")
    send(page)
    expect(page.get_by_role("status")).to_contain_text(email)
    made = site.stores.registrations.of_address(guests.EVENT, email)
    assert sorted(each.guest.name for each in made) == ["First", "Member 2", "Member 3"]
    assert {each.party_size for each in made} == {3}


def test_a_code_opens_what_is_hidden_and_lowers_the_price(
    visitor: Visitor, pages: dict[str, str]
) -> None:
    page = visitor.window(PHONE)
    page.goto(pages["event"])
    expect(page.get_by_role("heading", name="Members of the club")).to_have_count(0)
    page.get_by_label("Do you have a code?").fill("club")
    page.get_by_role("button", name="Use it").click()
    expect(page.get_by_role("status")).to_contain_text("CLUB")
    page.get_by_role("link", name="Choose Members of the club").click()
    expect(page.get_by_role("region", name="What it costs")).to_contain_text("€36.00")
    expect(page.get_by_label("Code")).to_have_value("CLUB")


def test_a_double_click_registers_once(visitor: Visitor, site: Site) -> None:
    page = visitor.window()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    for _ in range(6):  # a quick server answers before the second click: then once more
        sent.clear()
        page.goto(f"{site.url}/e/demo/register/?type=standard")
        email = an_address()
        fill_in(page, "Double Click", email)
        page.get_by_role("button", name="Register", exact=True).dblclick(delay=5)
        expect(page.get_by_role("status")).to_contain_text(email)
        assert len(site.registered_as(email)) == 1
        if sent.count("POST") == 2:
            return
    pytest.fail("the form was never sent twice")


def test_whoever_waits_in_the_queue_is_shown_what_became_of_it(
    visitor: Visitor, pages: dict[str, str]
) -> None:
    page = visitor.window(PHONE)
    page.goto(pages["queued"])
    expect(page.get_by_role("heading", level=1)).to_have_text("You are in the queue")
    page.wait_for_url("**/?look=1")  # by itself
    page.get_by_role("link", name="Do not look again by itself").click()
    expect(page.get_by_role("main")).to_contain_text("does not look again by itself")
    page.wait_for_timeout(2500)
    assert page.url.endswith("?look=stop")


def test_links_are_sent_again(visitor: Visitor, site: Site, pages: dict[str, str]) -> None:
    page = visitor.window(PHONE, excused=(REFUSED,))
    page.goto(pages["event"])
    page.get_by_role("link", name="Lost your ticket?").click()
    page.get_by_label("E-mail address").fill("nobody")
    page.get_by_role("button", name="Send me my links").click()
    expect(page.get_by_role("alert")).to_contain_text("not an e-mail address")
    is_sound(page)
    page.get_by_label("E-mail address").fill(an_address())
    page.get_by_role("button", name="Send me my links").click()
    expect(page.get_by_role("status")).to_contain_text("Please look into your mail")


# -- a guest's own page --
def test_the_address_is_confirmed_with_a_button(
    visitor: Visitor, site: Site, pages: dict[str, str]
) -> None:
    page = visitor.window(PHONE)
    page.goto(site.page_of(guests.register(site, "seat", event=guests.MAILED)))
    expect(page.get_by_role("heading", level=2).first).to_have_text("Please confirm your address")
    page.goto(f"{page.url}confirm/")  # as the mail has it
    page.get_by_role("button", name="Yes, confirm my address").click()
    expect(page.get_by_role("status")).to_contain_text("Your address is confirmed")
    expect(page.get_by_role("img", name="QR code of your ticket")).to_be_visible()


def test_an_offered_place_is_taken(visitor: Visitor, pages: dict[str, str]) -> None:
    page = visitor.window(PHONE)
    page.goto(pages["offered"])
    page.get_by_role("button", name="Yes, I take it").click()
    expect(page.get_by_role("status")).to_contain_text("The place is yours")
    expect(page.get_by_role("img", name="QR code of your ticket")).to_be_visible()


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

    page.get_by_role("link", name="Back").click()
    mine = page.get_by_role("region", name="Your sessions")
    expect(mine.get_by_role("heading", level=3)).to_have_text(title)
    expect(mine.get_by_role("link", name="Add to calendar")).to_be_visible()
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
    page.get_by_label("Name").fill("Zoë Nó-Ainm")
    page.get_by_label("Mobile number").fill("+353 85 123 4567")
    page.get_by_label("Text message (SMS)").check()
    page.get_by_label("Language of our messages").select_option("Deutsch")
    page.get_by_label("Time zone").select_option("Asia/Tokyo")
    page.get_by_role("button", name="Save").click()

    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.get_by_role("main")).to_contain_text("Zoë Nó-Ainm")
    expect(page.get_by_role("main")).to_contain_text("+353851234567")
    expect(page.get_by_role("main")).to_contain_text("Asia/Tokyo (UTC+9)")
    is_sound(page)


def test_a_guest_cancels_after_being_asked(visitor: Visitor, site: Site) -> None:
    registration = site.guest("Cannot Come")
    page = visitor.window(PHONE)
    page.goto(site.page_of(registration))
    page.get_by_role("link", name="Cancel my registration").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cancel your registration?")
    page.get_by_role("link", name="No, keep my ticket").click()
    expect(page.get_by_role("img", name="QR code of your ticket")).to_be_visible()

    page.get_by_role("link", name="Cancel my registration").click()
    page.get_by_role("button", name="Yes, cancel it").click()
    expect(page.get_by_role("status")).to_contain_text("Your registration is cancelled")
    expect(page.get_by_role("img", name="QR code of your ticket")).to_have_count(0)
    is_sound(page)
    kept = site.registration(registration.registration_id)
    assert kept.status is RegistrationStatus.CANCELLED


def test_a_guest_sees_their_data_and_has_them_erased(visitor: Visitor, site: Site) -> None:
    page = visitor.window(PHONE, excused=(REFUSED,))
    registration = site.guest("Wants Out")
    page.goto(site.page_of(registration))
    page.get_by_role("link", name="See all that is kept about me").click()
    expect(page.get_by_role("region", name="You", exact=True)).to_contain_text("Wants Out")
    page.get_by_role("link", name="Erase my personal data").click()
    page.get_by_role("button", name="Erase my personal data").click()
    expect(page.get_by_role("alert")).to_contain_text("I understand")
    is_sound(page)
    page.get_by_label("I understand").check()
    page.get_by_role("button", name="Erase my personal data").click()
    expect(page.get_by_role("status")).to_contain_text("Your personal data are erased")
    is_sound(page)
    assert site.registration(registration.registration_id).guest.email == ""


def test_a_wrong_link_is_refused_in_words(visitor: Visitor, site: Site) -> None:
    page = visitor.window(PHONE, excused=(REFUSED,))
    page.goto(site.page_of(site.guest("Somebody Else"))[:-3] + "aa/")
    expect(page.get_by_role("main")).to_contain_text("This link is not ours or is incomplete")
    is_sound(page)
