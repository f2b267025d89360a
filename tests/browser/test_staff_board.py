"""The staff board on a phone: what waits at a station, and handing it over."""

# ruff: noqa: RUF001 - words as the page writes them
from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from eventsite.core.domain.requests import GuestRequest, RequestStatus
from eventsite.core.domain.staff import DeviceRight
from eventsite.core.services.devices import NewDevice
from eventsite.core.services.enrolling import enrol_by_code
from eventsite.local.demo_event import EVENT_ID
from tests.browser.looking import PHONE, WIDE, Visitor, is_sound
from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.engine]

on_both = pytest.mark.parametrize("width", [WIDE, PHONE], ids=["wide", "phone"])

Board = Callable[..., Page]


@pytest.fixture
def board(visitor: Visitor, site: Site) -> Board:
    """Opens the board of the bar."""

    def watch(width: int = PHONE, excused: tuple[str, ...] = ()) -> Page:
        page = visitor.window(width, excused=excused)
        page.goto(f"{site.url}/staff/#device={site.credential('Bar phone', DeviceRight.FULFIL)}")
        page.locator("#station-list").get_by_role("button", name="bar").click()
        expect(page.locator(".card").first).to_be_visible()
        return page

    return watch


@pytest.fixture
def wanted(site: Site) -> GuestRequest:
    return site.asks(site.guest("Thirsty Guest"), "tea", "with two cups")


def card_of(page: Page, request: GuestRequest) -> Locator:
    return page.locator(f'.card[data-id="{request.request_id}"]')


def state_of(site: Site, request: GuestRequest) -> RequestStatus:
    found = site.stores.registrations.guest_page(request.registration_id).requests
    return next(each.status for each in found if each.request_id == request.request_id)


def test_a_device_chooses_its_station(visitor: Visitor, site: Site) -> None:
    page = visitor.window(PHONE)
    page.goto(f"{site.url}/staff/#device={site.credential('Info phone', DeviceRight.FULFIL)}")
    stations = page.locator("#station-list").get_by_role("button")
    expect(stations).to_have_text(["bar", "info", "merch"])
    expect(page).to_have_url(f"{site.url}/staff/")
    is_sound(page)
    stations.get_by_text("info").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("info")


def test_a_one_time_code_connects_a_device_once(visitor: Visitor, site: Site) -> None:
    new = NewDevice(event_id=EVENT_ID, name="Coded phone", rights=[DeviceRight.FULFIL])
    _, code = enrol_by_code(site.stores.devices, new, datetime.now(UTC))
    page = visitor.window(PHONE)
    page.goto(f"{site.url}/staff/#enrol={code}")
    expect(page.locator("#station-list").get_by_role("button")).to_have_count(3)
    expect(page.locator("#device-name")).to_contain_text("Coded phone")
    expect(page).to_have_url(f"{site.url}/staff/")
    again = visitor.window(PHONE, excused=("401",))
    again.goto(f"{site.url}/staff/")
    again.locator("#credential").fill(code)
    again.locator("#enrol button[type=submit]").click()
    expect(again.locator("#enrol-error")).to_contain_text("used")


@on_both
def test_an_open_request_is_handed_over_and_gone(
    board: Board, site: Site, wanted: GuestRequest, width: int
) -> None:
    page = board(width)
    card = card_of(page, wanted)
    for words in ("1 × Pot of tea", "with two cups", "just now"):
        expect(card).to_contain_text(words)
    is_sound(page)

    card.get_by_role("button", name="Handed over: 1 × Pot of tea").click()
    expect(card).to_have_count(0)
    expect(page.locator("#news")).to_contain_text("Handed over: 1 × Pot of tea")
    expect(page.locator("#problem")).to_be_empty()
    assert state_of(site, wanted) is RequestStatus.FULFILLED
    is_sound(page)


def test_other_boards_follow_by_themselves(board: Board, site: Site, wanted: GuestRequest) -> None:
    mine, theirs = board(), board()
    gone = card_of(theirs, wanted)
    expect(gone).to_be_visible()
    card_of(mine, wanted).get_by_role("button").click()
    new = site.asks(site.guest("Late Guest"), "soup", "")

    expect(gone).to_have_count(0)
    expect(card_of(theirs, new)).to_be_visible()
    expect(theirs.locator("#news")).to_have_text("1 new request")


def test_without_network_a_card_waits_and_says_so(
    board: Board, site: Site, wanted: GuestRequest
) -> None:
    page = board(excused=("net::ERR_",))
    tries: list[str] = []

    def down_at_first(route: Route) -> None:
        tries.append(route.request.url)
        route.abort() if len(tries) == 1 else route.continue_()

    page.route("**/fulfil", down_at_first)
    card = card_of(page, wanted)
    card.get_by_role("button").click()
    expect(card.get_by_role("button")).to_have_text("No connection – trying again")
    assert state_of(site, wanted) is RequestStatus.OPEN
    expect(card).to_have_count(0)
    assert state_of(site, wanted) is RequestStatus.FULFILLED
