"""The back office in a browser: signing in, finding a guest, changing and cancelling."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from eventsite.core.domain.registrations import RegistrationStatus
from tests.browser.looking import PHONE, WIDE, Visitor, is_sound
from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.engine, pytest.mark.xdist_group("browser")]

on_both = pytest.mark.parametrize("width", [WIDE, PHONE], ids=["wide", "phone"])
LIST = "/admin/registration/registration/"


@pytest.fixture(scope="module")
def cookies(running_chromium: Any, site: Site) -> Any:
    """Those of an organizer who signed in."""
    page = Visitor(running_chromium).window()
    page.goto(f"{site.url}/admin/")
    sign_in(page, site.username, site.password)
    expect(page.locator("#user-tools")).to_contain_text("Log out")
    kept = page.context.storage_state()
    page.context.close()
    return kept


def sign_in(page: Page, username: str, password: str) -> None:
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def rows(page: Page) -> Any:
    return page.locator("#result_list tbody tr")


@pytest.fixture
def opened(visitor: Visitor, site: Site, cookies: Any) -> Iterator[Any]:
    """Opens an address of the admin for the organizer."""

    def at(path: str, width: int = WIDE) -> Page:
        page = visitor.window(width, cookies=cookies)
        page.goto(f"{site.url}{path}")
        return page

    return at


@on_both
def test_only_the_right_password_gets_in(visitor: Visitor, site: Site, width: int) -> None:
    page = visitor.window(width)
    page.goto(f"{site.url}{LIST}")
    is_sound(page)
    sign_in(page, site.username, "not the password")
    expect(page.locator(".errornote")).to_contain_text("Please enter the correct")
    is_sound(page)
    sign_in(page, site.username, site.password)
    expect(page).to_have_url(f"{site.url}{LIST}")
    expect(rows(page).first).to_be_visible()


@on_both
def test_every_list_can_be_used(opened: Any, width: int) -> None:
    page = opened("/admin/", width)
    is_sound(page)
    names = ("Events", "Agenda sessions", "Registrations", "Guest requests")
    for name in names:
        page.goto(page.url.split("/admin/")[0] + "/admin/")
        page.get_by_role("main").get_by_role("link", name=name, exact=True).click()
        expect(rows(page).first).to_be_visible()
        is_sound(page)


@on_both
def test_a_guest_is_found_by_name(opened: Any, site: Site, width: int) -> None:
    guest = site.guest("Wilhelmina Findable")
    page = opened(LIST, width)
    page.get_by_role("searchbox").fill("wilhelmina f")
    page.get_by_role("button", name="Search").click()
    expect(rows(page)).to_contain_text([guest.guest.email])
    expect(rows(page).filter(has_not_text="Wilhelmina Findable")).to_have_count(0)
    is_sound(page)


@on_both
def test_the_list_is_filtered_by_status(opened: Any, width: int) -> None:
    page = opened(LIST, width)
    expect(rows(page).filter(has_text="Confirmed").first).to_be_visible()
    if width == PHONE:
        page.get_by_text("Show filters").click()
    page.locator("#changelist-filter").get_by_role("link", name="Cancelled").click()
    expect(rows(page).first).to_contain_text("Cancelled")
    expect(rows(page).filter(has_text="Confirmed")).to_have_count(0)
    is_sound(page)


@on_both
def test_a_changed_name_is_kept_and_in_the_history(opened: Any, site: Site, width: int) -> None:
    guest = site.guest("Misspelt Nmae")
    page = opened(f"{LIST}?q={guest.guest.email}", width)
    rows(page).get_by_role("link", name="Misspelt Nmae").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    is_sound(page)
    page.get_by_label("Name").fill("Misspelt Name")
    page.get_by_role("button", name="Save and continue editing").click()

    expect(page.locator(".messagelist .success")).to_contain_text("changed successfully")
    expect(page.get_by_label("Name")).to_have_value("Misspelt Name")
    page.get_by_role("link", name="History").click()
    history = page.locator("#change-history tbody tr")
    expect(history).to_have_count(1)
    expect(history).to_contain_text("Changed Name")
    expect(history).to_contain_text(site.username)
    is_sound(page)


@on_both
def test_the_cancel_action_gives_a_place_back(opened: Any, site: Site, width: int) -> None:
    guest = site.guest("Cancelled By Staff")
    page = opened(f"{LIST}?q={guest.guest.email}", width)
    rows(page).get_by_role("checkbox").check()
    page.get_by_label("Action:").select_option("Cancel selected registrations")
    page.get_by_role("button", name="Go", exact=True).click()

    expect(page.locator(".messagelist .success")).to_contain_text("1 cancelled.")
    expect(rows(page)).to_contain_text(["Cancelled"])
    kept = site.registration(guest.registration_id)
    assert kept.status is RegistrationStatus.CANCELLED
    is_sound(page)
