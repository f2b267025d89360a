"""What staff do at a kiosk page: search, register, overrule, undo, ask, and open its settings."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from eventsite.core.domain.staff import DeviceRight
from tests.browser.kiosks import PIN, STAFF, Doors, forged, next_guest, says, scan
from tests.browser.looking import PHONE, WIDE, Visitor, is_sound
from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.engine]

on_both = pytest.mark.parametrize("width", [WIDE, PHONE], ids=["wide", "phone"])

Desk = Callable[..., Page]


@pytest.fixture
def desk(visitor: Visitor, doors: Doors) -> Desk:
    """Opens a page that may do whatever staff do."""

    def stand(
        width: int = WIDE,
        gate: str = "main",
        rights: tuple[DeviceRight, ...] = STAFF,
        excused: tuple[str, ...] = (),
    ) -> Page:
        page = visitor.window(width, excused=excused)
        page.goto(doors.address(gate, rights=rights))
        expect(page.locator("#code")).to_be_focused()
        return page

    return stand


def give_reason(page: Page, reason: str) -> None:
    page.get_by_label("Reason").fill(reason)
    is_sound(page)
    page.get_by_role("button", name="Confirm").click()


# -- rights --
def test_a_device_shows_only_what_it_may(desk: Desk, doors: Doors) -> None:
    page, code = desk(rights=(DeviceRight.SCAN,)), doors.ticket("Plain Guest")
    for hidden in ("#open-search", "#open-walk-in", "#undo", "#print-again"):
        expect(page.locator(hidden)).to_be_hidden()
    scan(page, code)
    says(page, "admitted", "Welcome")
    scan(page, code)
    says(page, "already", "Already checked in")
    expect(page.locator("#force")).to_be_hidden()
    next_guest(page)
    expect(page.locator("#undo")).to_be_hidden()


# -- searching --
@on_both
def test_a_guest_is_found_by_name_and_let_in(desk: Desk, doors: Doors, width: int) -> None:
    doors.guest(f"Zenobia Found{width}")
    page = desk(width)
    page.get_by_role("button", name="Search").click()
    page.get_by_role("searchbox").fill(f"zenobia found{width}")
    page.keyboard.press("Enter")
    found = page.locator("#found").get_by_role("button")
    expect(found).to_have_text([re.compile(f"Zenobia Found{width}.*Visitor")])
    is_sound(page)
    found.click()
    says(page, "admitted", "Welcome")
    expect(page.locator("#first-name")).to_have_text("Zenobia")
    expect(page.locator("#search-dialog")).to_be_hidden()
    next_guest(page)
    assert "Zenobia" not in page.content()


def test_nobody_is_found_by_half_a_letter(desk: Desk) -> None:
    page = desk()
    page.get_by_role("button", name="Search").click()
    page.get_by_role("searchbox").fill("Nobody at all is called so")
    page.keyboard.press("Enter")
    expect(page.locator("#search-words")).to_have_text("Nobody was found.")


def test_a_scan_into_the_search_field_is_a_scan(desk: Desk, doors: Doors) -> None:
    page = desk()
    page.get_by_role("button", name="Search").click()
    page.get_by_role("searchbox").fill("half a na")
    scan(page, doors.ticket("Hasty Guest"))
    says(page, "admitted", "Welcome")
    expect(page.locator("#guest")).to_contain_text("Hasty Guest")
    expect(page.locator("#search-dialog")).to_be_hidden()


def test_searching_says_when_there_is_no_connection(desk: Desk) -> None:
    page = desk(excused=("net::ERR_",))
    page.route("**/api/v1/guests*", lambda route: route.abort())
    page.get_by_role("button", name="Search").click()
    page.get_by_role("searchbox").fill("anybody")
    page.keyboard.press("Enter")
    expect(page.locator("#search-words")).to_contain_text("needs a connection")


# -- without a ticket --
@on_both
def test_somebody_without_a_ticket_is_registered_and_let_in(
    desk: Desk, site: Site, width: int
) -> None:
    page = desk(width)
    page.get_by_role("button", name="Guest without a ticket").click()
    page.get_by_label("Name", exact=True).fill("Walburga Inn")
    page.get_by_label("Ticket type").select_option("Visitor")
    is_sound(page)
    page.get_by_role("button", name="Register and check in").click()
    says(page, "admitted", "Welcome")
    expect(page.locator("#guest")).to_have_text("Walburga Inn · Visitor")


# -- overruling and undoing --
@on_both
def test_staff_let_in_anyway_with_a_reason(desk: Desk, doors: Doors, width: int) -> None:
    page, code = desk(width), doors.ticket("Twice Guest")
    scan(page, code)
    says(page, "admitted", "Welcome")
    scan(page, code)
    says(page, "already", "Already checked in")
    page.get_by_role("button", name="Let in anyway").click()
    give_reason(page, "went out to smoke")
    says(page, "admitted", "Welcome")

    scan(page, forged(code))
    says(page, "refused", "This ticket is forged or damaged")
    expect(page.locator("#force")).to_be_hidden()


def test_the_last_admission_is_undone_with_a_reason(desk: Desk, doors: Doors) -> None:
    page, code = desk(), doors.ticket("Undone Guest")
    scan(page, code)
    says(page, "admitted", "Welcome")
    next_guest(page)
    page.get_by_role("button", name="Undo the last admission").click()
    expect(page.locator("#reason-about")).to_contain_text("Visitor")
    give_reason(page, "wrong person")
    expect(page.locator("#notice")).to_have_text("The admission was undone.")
    expect(page.locator("#undo")).to_be_hidden()
    is_sound(page)
    scan(page, code)
    says(page, "admitted", "Welcome")


# -- questions --
@on_both
def test_door_questions_of_every_kind_are_answered(
    desk: Desk, doors: Doors, site: Site, width: int
) -> None:
    page, guest = desk(width), doors.guest("Hungry Guest", "asked")
    scan(page, doors.ticket(guest))
    says(page, "asking", "A question is to be answered first")
    is_sound(page)
    send = page.get_by_role("button", name="Answer and check in")

    send.click()
    expect(page.locator("#q2-error")).to_have_text("An answer is needed.")
    page.get_by_label("Vegan").check()
    page.get_by_label("How many seats?").fill("9")
    send.click()
    expect(page.locator("#q1-error")).to_have_text("1 to 4")
    expect(page.get_by_label("How many seats?")).to_be_focused()
    is_sound(page)
    page.get_by_label("How many seats?").fill("2")
    for day in ("Friday", "Saturday"):
        page.get_by_label(day).check()
    page.get_by_label("Allergies?").fill("Nuts")
    page.get_by_label("No", exact=True).check()
    page.get_by_label("Until when?").fill("2026-11-23")
    page.get_by_label("I agree").check()
    send.click()

    says(page, "admitted", "Welcome")
    answers = site.registration(guest.registration_id).answers
    assert {name: tuple(given) for name, given in answers.items()} == {
        "note": ("Nuts",),
        "seats": ("2",),
        "meal": ("Vegan",),
        "days": ("Friday", "Saturday"),
        "bike": ("no",),
        "until": ("2026-11-23",),
        "photo": ("yes",),
    }


def test_who_walks_away_from_questions_is_not_let_in(desk: Desk, doors: Doors) -> None:
    page = desk()
    code = doors.ticket(doors.guest("Leaving Guest", "asked"))
    scan(page, code)
    expect(page.locator("#questions")).to_be_visible()
    scan(page, doors.ticket("Next Guest"))  # cuts it short
    says(page, "admitted", "Welcome")
    expect(page.locator("#questions")).to_be_hidden()
    scan(page, code)
    says(page, "asking", "A question is to be answered first")


# -- badges --
def test_a_badge_is_printed_at_the_first_admission_and_again_with_a_reason(
    desk: Desk, doors: Doors, site: Site
) -> None:
    page = desk(gate="badges", rights=(*STAFF, DeviceRight.BADGE))
    page.evaluate("() => { window.sheets = 0; window.print = () => { window.sheets += 1; }; }")
    expect(page.locator("#printer")).to_have_text("Printer ready.")
    guest = doors.guest("Named Guest")
    scan(page, doors.ticket(guest))
    says(page, "admitted", "Welcome")
    expect(page.locator("#print-words")).to_have_text("Take your badge")
    is_sound(page)
    next_guest(page)

    page.get_by_role("button", name="Print the last badge again").click()
    give_reason(page, "torn")
    expect(page.locator("#notice")).to_have_text("Take your badge")
    assert page.evaluate("() => window.sheets") == 2
    scan(page, doors.ticket(guest))
    says(page, "refused", "This ticket was replaced by a newer one")


# -- settings --
def test_a_pin_is_in_front_of_the_settings(desk: Desk) -> None:
    page = desk(PHONE)
    page.get_by_role("button", name="Settings").click()
    pin, error = page.get_by_label("PIN"), page.locator("#pin-error")
    expect(pin).to_be_focused()
    pin.fill("0000")
    page.keyboard.press("Enter")
    expect(error).to_have_text("This PIN is wrong.")
    is_sound(page)
    pin.fill(PIN)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    is_sound(page)
    page.get_by_role("button", name="Back").click()
    expect(page.locator("#code")).to_be_focused()


def test_after_five_wrong_pins_there_is_a_minute_to_wait(desk: Desk) -> None:
    page = desk()
    page.get_by_role("button", name="Settings").click()
    pin, error = page.get_by_label("PIN"), page.locator("#pin-error")
    for wrong in ("1", "2", "3", "4"):
        pin.fill(wrong)
        page.keyboard.press("Enter")
        expect(error).to_have_text("This PIN is wrong.")
        page.evaluate("() => { document.getElementById('pin-error').textContent = ''; }")
    pin.fill("5")
    page.keyboard.press("Enter")
    expect(error).to_contain_text("Wait 60 seconds")

    page.reload()  # does not help
    page.get_by_role("button", name="Settings").click()
    pin.fill(PIN)
    page.keyboard.press("Enter")
    expect(error).to_contain_text(re.compile(r"Wait \d+ seconds"))


def test_a_disconnected_device_knows_nothing_more(desk: Desk) -> None:
    page = desk()
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("PIN").fill(PIN)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Disconnect this device").click()
    expect(page.get_by_label("Device code or credential")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Device code or credential")).to_be_visible()
