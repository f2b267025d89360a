"""The kiosk page at a door: a device is connected, tickets are scanned, the network fails."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from eventsite.core.domain.staff import DeviceRight
from tests.browser.looking import PHONE, WIDE, Visitor, is_sound, read_code
from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.engine]

on_both = pytest.mark.parametrize("width", [WIDE, PHONE], ids=["wide", "phone"])
NO_NETWORK = ("net::ERR_",)
SCANS = "**/api/v1/scans"

Kiosk = Callable[..., Page]


@pytest.fixture
def kiosk(visitor: Visitor, site: Site) -> Kiosk:
    """Opens a kiosk that stands at the main entrance."""

    def stand(width: int = WIDE, excused: tuple[str, ...] = ()) -> Page:
        page = visitor.window(width, excused=excused)
        page.goto(f"{site.url}/kiosk/#device={site.credential('Test kiosk', DeviceRight.SCAN)}")
        page.locator("#gate-list").get_by_role("button", name="Main entrance").click()
        expect(page.locator("#code")).to_be_focused()
        return page

    return stand


def scan(page: Page, code: str) -> None:
    """As a hand scanner does: a fast keyboard that ends with Enter, wherever the focus is."""
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def says(page: Page, look: str, words: str) -> None:
    verdict = page.locator("#verdict")
    expect(verdict).to_be_visible()
    expect(verdict).to_have_attribute("data-look", look)
    expect(page.locator("#says")).to_have_text(words)


# -- connecting --
@on_both
def test_a_link_connects_the_device_and_is_gone_from_the_address(
    visitor: Visitor, site: Site, width: int
) -> None:
    page = visitor.window(width)
    page.goto(f"{site.url}/kiosk/#device={site.credential('Side door', DeviceRight.SCAN)}")
    gates = page.locator("#gate-list").get_by_role("button")
    expect(gates).to_have_text(["Crew entrance", "Main entrance", "Yard gate"])
    expect(page).to_have_url(f"{site.url}/kiosk/")
    expect(page.locator("#device-name")).to_have_text("Lanternfold · Side door")
    is_sound(page)

    gates.get_by_text("Yard gate").click()
    expect(page.locator("#link")).to_have_attribute("data-link", "online")
    expect(page.get_by_role("heading", level=1)).to_have_text("Yard gate")
    is_sound(page)

    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Yard gate")
    expect(page.locator("#code")).to_be_focused()


def test_an_unknown_device_is_told_so(visitor: Visitor, site: Site) -> None:
    page = visitor.window(PHONE, excused=("status of 401",))
    page.goto(f"{site.url}/kiosk/")
    expect(page.get_by_label("Device credential")).to_be_focused()
    page.get_by_label("Device credential").fill("not a credential")
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.locator("#enrol-error")).to_contain_text("looks like")
    page.get_by_label("Device credential").fill(f"0123456789abcdef.{'x' * 43}")
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.locator("#enrol-error")).to_contain_text("not known")
    is_sound(page)


def test_a_device_that_may_not_scan_cannot_stand_at_a_gate(visitor: Visitor, site: Site) -> None:
    page = visitor.window()
    page.goto(f"{site.url}/kiosk/#device={site.credential('Phone', DeviceRight.FULFIL)}")
    expect(page.get_by_role("alert")).to_contain_text("This device may not scan tickets")
    expect(page.locator("#gate-list").get_by_role("button")).to_have_count(0)


# -- scanning --
def test_a_ticket_off_a_phone_is_admitted_once(kiosk: Kiosk, visitor: Visitor, site: Site) -> None:
    guest = site.guest("Ada Lovelace")
    phone = visitor.window(PHONE)
    phone.goto(site.page_of(guest))
    code = read_code(phone.get_by_role("img", name="QR code of your ticket"))
    page = kiosk(WIDE)

    page.locator("#code").fill(code)
    page.get_by_role("button", name="Check in").click()
    says(page, "admitted", "Welcome")
    expect(page.locator("#guest")).to_have_text("Ada Lovelace · Standard")
    expect(page.locator("#next")).to_be_focused()
    is_sound(page)

    page.locator("#next").click()
    expect(page.locator("#verdict")).to_be_hidden()
    expect(page.locator("#last")).to_have_text(re.compile("Last ticket, .*: Welcome$"))
    page.locator("#code").fill(code)
    page.get_by_role("button", name="Check in").click()
    says(page, "already", "Already checked in")
    expect(page.locator("#guest")).to_have_text("Ada Lovelace · Standard")
    expect(page.locator("#detail")).to_have_text(
        re.compile(r"^First at \d\d:\d\d:\d\d, Main entrance, this device$")
    )
    is_sound(page)

    phone.reload()
    expect(phone.get_by_label("Ticket", exact=True)).to_contain_text("Checked in")


def test_a_forged_ticket_is_refused(kiosk: Kiosk, site: Site) -> None:
    page = kiosk(PHONE)
    code = site.ticket(site.guest("Real Guest"))
    scan(page, code[:60] + ("A" if code[60] != "A" else "B") + code[61:])
    says(page, "refused", "This ticket is forged or damaged")
    expect(page.locator("#guest")).to_be_empty()
    is_sound(page)

    page.keyboard.press("Escape")
    scan(page, "9783161484100")
    says(page, "refused", "This is not one of our tickets")


def test_a_verdict_goes_away_by_itself_and_leaves_no_name(kiosk: Kiosk, site: Site) -> None:
    page = kiosk()
    scan(page, site.ticket(site.guest("Passing Guest")))
    says(page, "admitted", "Welcome")
    expect(page.locator("#verdict")).to_be_hidden()
    expect(page.locator("#code")).to_be_focused()
    assert "Passing Guest" not in page.content()


def test_a_hand_scanner_works_wherever_the_focus_is(kiosk: Kiosk, site: Site) -> None:
    page = kiosk()
    first, second = (site.ticket(site.guest(name)) for name in ("First Guest", "Second Guest"))
    page.locator("#change-gate").focus()
    scan(page, first)
    says(page, "admitted", "Welcome")
    expect(page.locator("#guest")).to_contain_text("First Guest")

    scan(page, second)  # the verdict before it is still there
    expect(page.locator("#guest")).to_contain_text("Second Guest")
    says(page, "admitted", "Welcome")


# -- no network --
def test_a_scan_without_an_answer_is_repeated_until_there_is_one(kiosk: Kiosk, site: Site) -> None:
    page = kiosk(excused=NO_NETWORK)
    sent: list[str] = []

    def down_at_first(route: Route) -> None:
        sent.append(route.request.post_data_json["scan_id"])
        route.abort() if len(sent) == 1 else route.continue_()

    page.route(SCANS, down_at_first)
    scan(page, site.ticket(site.guest("Patient Guest")))

    expect(page.locator("#waiting-text")).to_contain_text("No connection")
    expect(page.locator("#link")).to_have_attribute("data-link", "offline")
    is_sound(page)
    says(page, "admitted", "Welcome")
    expect(page.locator("#link")).to_have_attribute("data-link", "online")
    expect(page.locator("#waiting")).to_be_hidden()
    assert len(sent) == 2
    assert len(set(sent)) == 1, "it is the same scan each time"


def test_a_lost_answer_is_not_taken_for_a_second_visit(kiosk: Kiosk, site: Site) -> None:
    page = kiosk(excused=NO_NETWORK)
    lost: list[str] = []

    def answer_lost_at_first(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().json()["code"])
        route.abort()

    page.route(SCANS, answer_lost_at_first)
    scan(page, site.ticket(site.guest("Lucky Guest")))

    says(page, "admitted", "Welcome")
    assert lost == ["ok"]


def test_somebody_who_gave_up_may_scan_the_same_ticket_again(kiosk: Kiosk, site: Site) -> None:
    page = kiosk(excused=NO_NETWORK)
    sent: list[str] = []

    def down(route: Route) -> None:
        sent.append(route.request.post_data_json["scan_id"])
        route.abort()

    page.route(SCANS, down)
    code = site.ticket(site.guest("Waiting Guest"))
    scan(page, code)
    page.locator("#give-up").click()
    expect(page.locator("#waiting")).to_be_hidden()
    expect(page.locator("#code")).to_be_focused()

    page.unroute(SCANS)
    with page.expect_request(SCANS) as again:
        scan(page, code)
    says(page, "admitted", "Welcome")
    assert {*sent, again.value.post_data_json["scan_id"]} == {sent[0]}
