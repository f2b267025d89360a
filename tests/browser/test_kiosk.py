"""The kiosk page at a door: a device is connected, tickets are scanned, verdicts are shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, Route, expect

from eventsite.core.domain.staff import DeviceRight
from eventsite.core.services.deciding import cancel
from tests.browser.kiosks import Doors, forged, next_guest, says, scan
from tests.browser.looking import PHONE, WIDE, Visitor, is_sound, read_code
from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.engine]

on_both = pytest.mark.parametrize("width", [WIDE, PHONE], ids=["wide", "phone"])

HEARTBEATS_MS = 45_000

Kiosk = Callable[..., Page]


@pytest.fixture
def kiosk(visitor: Visitor, doors: Doors) -> Kiosk:
    """Opens a kiosk that stands at one gate."""

    def stand(width: int = WIDE, gate: str = "main") -> Page:
        page = visitor.window(width)
        page.goto(doors.address(gate))
        expect(page.locator("#code")).to_be_focused()
        return page

    return stand


# -- connecting --
@on_both
def test_a_link_connects_the_device_and_is_gone_from_the_address(
    visitor: Visitor, site: Site, doors: Doors, width: int
) -> None:
    page = visitor.window(width)
    page.goto(doors.address("main", "hall", "crew"))
    gates = page.locator("#gate-list").get_by_role("button")
    expect(gates).to_have_text(["Crew door", "Hall door", "Main door"])
    expect(page).to_have_url(f"{site.url}/kiosk/")
    expect(page.locator("#device-name")).to_have_text("Door fair · Door device")
    is_sound(page)

    gates.get_by_text("Main door").click()
    expect(page.locator("#link")).to_have_attribute("data-link", "online")
    expect(page.get_by_role("heading", level=1)).to_have_text("Main door")
    is_sound(page)

    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Main door")
    expect(page.locator("#code")).to_be_focused()


def test_an_unknown_device_is_told_so(visitor: Visitor, site: Site) -> None:
    page = visitor.window(PHONE, excused=("status of 401", "status of 4"))
    page.goto(f"{site.url}/kiosk/")
    typed = page.get_by_label("Device code or credential")
    expect(typed).to_be_focused()
    is_sound(page)
    typed.fill("no.credential at all")
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.locator("#enrol-error")).to_contain_text("neither a code nor a credential")
    typed.fill("WRONGCODE")
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.locator("#enrol-error")).to_contain_text("wrong, used or too old")
    typed.fill(f"0123456789abcdef.{'x' * 43}")
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.locator("#enrol-error")).to_contain_text("not known")
    is_sound(page)


def test_a_code_connects_a_device_once(visitor: Visitor, site: Site, doors: Doors) -> None:
    code = doors.code("main")
    page = visitor.window(excused=("status of 4",))
    page.goto(f"{site.url}/kiosk/#enrol={code}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Main door")
    expect(page).to_have_url(f"{site.url}/kiosk/")

    another = visitor.window(excused=("status of 4",))
    another.goto(f"{site.url}/kiosk/#enrol={code}")
    expect(another.locator("#enrol-error")).to_contain_text("wrong, used or too old")


def test_a_device_that_may_not_scan_cannot_stand_at_a_gate(visitor: Visitor, doors: Doors) -> None:
    page = visitor.window()
    page.goto(doors.address(rights=(DeviceRight.FULFIL,)))
    expect(page.locator("#no-gates")).to_contain_text("This device may not scan tickets")
    expect(page.locator("#gate-list").get_by_role("button")).to_have_count(0)


def test_a_device_that_was_revoked_says_so(visitor: Visitor, site: Site, doors: Doors) -> None:
    page, address = visitor.window(excused=("status of 401",)), doors.address("main")
    page.goto(address)
    expect(page.locator("#code")).to_be_focused()
    device_id = address.partition("#device=")[2].partition(".")[0]
    site.stores.devices.revoke(device_id, datetime.now(UTC))
    told = page.locator("#enrol-error")
    expect(told).to_contain_text("its access was withdrawn", timeout=HEARTBEATS_MS)
    is_sound(page)


# -- verdicts --
@on_both
def test_a_ticket_is_admitted_once(kiosk: Kiosk, doors: Doors, width: int) -> None:
    page, code = kiosk(width), doors.ticket("Ada Lovelace")
    page.locator("#code").fill(code)
    page.get_by_role("button", name="Check in").click()
    says(page, "admitted", "Welcome")
    expect(page.locator("#first-name")).to_have_text("Ada")
    expect(page.locator("#guest")).to_have_text("Ada Lovelace · Visitor")
    expect(page.locator("#next")).to_be_focused()
    is_sound(page)

    next_guest(page)
    expect(page.locator("#last")).to_have_text(re.compile("^Last ticket, .*: Welcome$"))
    scan(page, code)
    says(page, "already", "Already checked in")
    expect(page.locator("#guest")).to_have_text("Ada Lovelace · Visitor")
    first = re.compile(r"^First at \d\d:\d\d:\d\d, Main door, this device$")
    expect(page.locator("#detail")).to_have_text(first)
    is_sound(page)


def test_a_code_off_a_guests_phone_is_admitted(visitor: Visitor, site: Site) -> None:
    guest = site.guest("Grace Hopper")
    phone = visitor.window(PHONE)
    phone.goto(site.page_of(guest))
    code = read_code(phone.get_by_role("img", name="QR code of your ticket"))
    page = visitor.window()
    page.goto(f"{site.url}/kiosk/#device={site.credential('Kiosk', DeviceRight.SCAN)}")
    page.locator("#gate-list").get_by_role("button", name="Main entrance").click()
    scan(page, code)
    says(page, "admitted", "Welcome")

    phone.reload()
    expect(phone.get_by_label("Ticket", exact=True)).to_contain_text("Checked in")


@on_both
def test_what_is_refused_is_red_and_says_why(
    kiosk: Kiosk, site: Site, doors: Doors, width: int
) -> None:
    page = kiosk(width)
    scan(page, forged(doors.ticket("Real Guest")))
    says(page, "refused", "This ticket is forged or damaged")
    expect(page.locator("#guest")).to_have_text(re.compile(r"^\s*$"))
    is_sound(page)

    page.keyboard.press("Escape")
    scan(page, "9783161484100")
    says(page, "refused", "This is not one of our tickets")

    gone = doors.guest("Gone Guest")
    cancel(site.stores, gone.registration_id, gone.registered_at)
    scan(page, doors.ticket(gone))
    says(page, "refused", "This registration was cancelled")

    scan(page, site.ticket(site.guest("Elsewhere Guest")))
    says(page, "refused", "This ticket is for another event")


def test_a_gate_lets_only_its_types_in(kiosk: Kiosk, doors: Doors) -> None:
    page = kiosk(gate="crew")
    scan(page, doors.ticket("Curious Guest"))
    says(page, "refused", "This ticket type is not admitted at this gate")
    scan(page, doors.ticket(doors.guest("Crew Member", "crew")))
    says(page, "admitted", "Welcome")


def test_a_verdict_goes_away_by_itself_and_leaves_no_name(kiosk: Kiosk, doors: Doors) -> None:
    page = kiosk()
    scan(page, doors.ticket("Passing Guest"))
    says(page, "admitted", "Welcome")
    expect(page.locator("#verdict")).to_be_hidden()
    expect(page.locator("#code")).to_be_focused()
    assert "Passing" not in page.content()


def test_a_hand_scanner_works_wherever_the_focus_is(kiosk: Kiosk, doors: Doors) -> None:
    page = kiosk()
    first, second = (doors.ticket(name) for name in ("First Guest", "Second Guest"))
    page.locator("#open-settings").focus()
    scan(page, first)
    says(page, "admitted", "Welcome")
    expect(page.locator("#guest")).to_contain_text("First Guest")

    scan(page, second)  # the verdict before it is still there
    expect(page.locator("#guest")).to_contain_text("Second Guest")
    says(page, "admitted", "Welcome")


# -- gates of other kinds --
def test_at_a_gate_for_both_ways_the_staff_say_which(kiosk: Kiosk, doors: Doors) -> None:
    page, code = kiosk(gate="hall"), doors.ticket("Roaming Guest")
    expect(page.locator("#counts")).to_contain_text(re.compile(r"^Hall: \d+ of 400 inside$"))
    scan(page, code)
    says(page, "admitted", "Welcome")
    next_guest(page)

    page.get_by_role("button", name="Exit").click()
    expect(page.get_by_role("button", name="Exit")).to_have_attribute("aria-pressed", "true")
    is_sound(page)
    scan(page, code)
    says(page, "admitted", "Goodbye")
    next_guest(page)

    page.get_by_role("button", name="Entry").click()
    scan(page, code)
    says(page, "admitted", "Welcome")


def test_at_a_session_gate_the_next_session_is_suggested(kiosk: Kiosk, doors: Doors) -> None:
    page = kiosk(PHONE, gate="blue")
    session = page.get_by_label("Session")
    expect(session).to_have_value("s1")  # the one before still runs for ten minutes
    is_sound(page)
    code = doors.ticket("Listening Guest")
    scan(page, code)
    says(page, "admitted", "Welcome")
    next_guest(page)

    session.select_option("s0")
    scan(page, code)
    says(page, "admitted", "Welcome")


# -- out of order --
@on_both
def test_a_device_that_was_away_too_long_is_out_of_order_until_it_is_back(
    visitor: Visitor, doors: Doors, width: int
) -> None:
    page, over = visitor.window(width), [True]

    def status(route: Route) -> None:
        answer = route.fetch()
        body = answer.json()
        body["lease_until"] = body["server_time"] if over else body["lease_until"]
        route.fulfill(response=answer, json=body)

    page.route("**/api/v1/device", status)
    page.goto(doors.address("main"))
    expect(page.locator("#out")).to_be_visible()
    expect(page.locator("body")).to_have_attribute("data-state", "out")
    is_sound(page)
    over.clear()
    expect(page.locator("#code")).to_be_focused(timeout=HEARTBEATS_MS)


# -- languages --
@pytest.mark.parametrize(
    ("language", "title", "verdict"),
    [
        ("de", "Ticket scannen", "Das ist keines unserer Tickets"),
        ("fr", "Lire un billet", "Ce n\N{RIGHT SINGLE QUOTATION MARK}est pas un de nos billets"),
        ("es", "Leer una entrada", "No es una de nuestras entradas"),
    ],
)
def test_the_page_speaks_the_language_of_the_door(
    kiosk: Kiosk, language: str, title: str, verdict: str
) -> None:
    page = kiosk(PHONE)
    page.locator("#language").select_option(language)
    expect(page.locator("#scan-title")).to_have_text(title)
    expect(page.locator("html")).to_have_attribute("lang", language)
    is_sound(page)
    scan(page, "9783161484100")
    says(page, "refused", verdict)

    page.reload()
    expect(page.locator("#scan-title")).to_have_text(title)
