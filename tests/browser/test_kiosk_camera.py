"""The camera of the kiosk page: codes on a film in front of it, good ones and others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from eventsite.core.services.deciding import cancel
from tests.browser.kiosks import Doors, forged, next_guest, says, scan
from tests.browser.looking import PHONE, WIDE, Visitor, chromium, is_sound
from tests.browser.site import Site
from tests.browser.video import film

pytestmark = [pytest.mark.browser, pytest.mark.engine]

HELD_MS = 5_000
"""Longer than the page waits before the same code is another reading."""

Camera = Callable[..., Page]
"""Shows a code to the camera of a new page; keywords as ``film`` has them."""


@pytest.fixture(scope="module")
def tape(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("camera") / "film.y4m"
    film(file, "")
    return file


@pytest.fixture(scope="module")
def browser_with_camera(site: Site, tape: Path, running_chromium: Browser) -> Iterator[Browser]:
    """A browser of its own kind, started by the Playwright that runs already."""
    with chromium(
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={tape}",
        beside=running_chromium,
    ) as browser:
        yield browser


@pytest.fixture
def camera(browser_with_camera: Browser, tape: Path, doors: Doors) -> Iterator[Camera]:
    visitor = Visitor(browser_with_camera)

    def show(code: str, width: int = WIDE, **how: float) -> Page:
        film(tape, code, **how)  # type: ignore[arg-type]
        page = visitor.window(width)
        page.goto(doors.address("main"))
        expect(page.locator("#camera")).to_be_visible()
        return page

    yield show
    visitor.leave()
    assert visitor.complaints == []


@pytest.mark.parametrize("width", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_ticket_in_front_of_the_camera_is_admitted(
    camera: Camera, doors: Doors, width: int
) -> None:
    page = camera(doors.ticket("Camera Guest"), width)
    says(page, "admitted", "Welcome")
    expect(page.locator("#guest")).to_contain_text("Camera Guest")
    next_guest(page)
    expect(page.locator("#scan-title")).to_have_text("Hold your ticket in front of the camera")
    is_sound(page)


def test_a_ticket_that_is_held_for_longer_is_one_reading(camera: Camera, doors: Doors) -> None:
    page = camera(doors.ticket("Patient Guest"))
    scans: list[str] = []
    page.on("request", lambda sent: scans.append(sent.url) if "/scans" in sent.url else None)
    says(page, "admitted", "Welcome")
    page.wait_for_timeout(HELD_MS)
    expect(page.locator("#verdict")).to_be_hidden()
    assert len(scans) <= 1


def test_a_used_ticket_is_yellow(camera: Camera, doors: Doors) -> None:
    page = camera(code := doors.ticket("Used Guest"))
    says(page, "admitted", "Welcome")
    again = camera(code)
    says(again, "already", "Already checked in")
    page.close()


def test_a_forged_ticket_is_red(camera: Camera, doors: Doors) -> None:
    page = camera(forged(doors.ticket("Copied Guest")))
    says(page, "refused", "This ticket is forged or damaged")


def test_a_cancelled_ticket_is_red(camera: Camera, doors: Doors, site: Site) -> None:
    guest = doors.guest("Cancelled Guest")
    cancel(site.stores, guest.registration_id, guest.registered_at)
    says(camera(doors.ticket(guest)), "refused", "This registration was cancelled")


def test_a_small_tilted_ticket_is_read(camera: Camera, doors: Doors) -> None:
    page = camera(doors.ticket("Tilted Guest"), side=210, angle=24, blur=0.9)
    says(page, "admitted", "Welcome")


def test_what_is_too_blurred_to_read_has_no_verdict_and_the_scanner_helps(
    camera: Camera, doors: Doors
) -> None:
    code = doors.ticket("Blurred Guest")
    page = camera(code, blur=7)
    page.wait_for_timeout(2_000)
    expect(page.locator("#verdict")).to_be_hidden()
    scan(page, code)
    says(page, "admitted", "Welcome")


def test_without_the_camera_the_hand_scanner_goes_on(camera: Camera, doors: Doors) -> None:
    page = camera("")
    page.evaluate("""() => {
        const track = document.getElementById("video").srcObject.getVideoTracks()[0];
        track.stop();
        track.dispatchEvent(new Event("ended"));
    }""")
    expect(page.locator("#camera-problem")).to_contain_text("The camera is gone")
    is_sound(page)
    scan(page, doors.ticket("Scanned Guest"))
    says(page, "admitted", "Welcome")
    next_guest(page)
    expect(page.locator("#camera")).to_be_visible()  # it is tried again by itself
