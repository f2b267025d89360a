"""Chromium, and what holds for every page that it shows."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect, sync_playwright

WIDE, PHONE = 1280, 390
HEIGHTS = {WIDE: 900, PHONE: 844}
PATIENCE_MS = 10_000

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def chromium(*more: str, beside: Browser | None = None) -> Iterator[Browser]:
    """Start the machine's Chromium, or else Playwright's own, with ``more`` arguments.

    One that runs ``beside`` another is started by the same Playwright: a thread has only one.
    """
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    expect.set_options(timeout=PATIENCE_MS)
    with nullcontext() if beside else sync_playwright() as playwright:
        kind = beside.browser_type if beside else playwright.chromium
        browser = kind.launch(executable_path=found, args=[*_ARGUMENTS, *more])
        yield browser
        browser.close()


@dataclass
class Visitor:
    """Opens windows and hears what their consoles complain about."""

    browser: Browser
    complaints: list[str] = field(default_factory=list)

    def window(
        self,
        width: int = WIDE,
        *,
        script: bool = True,
        excused: tuple[str, ...] = (),
        cookies: Any = None,
        dark: bool | None = None,
    ) -> Page:
        """Open a window with nothing kept from others. A phone's is dark unless told, to see both.

        Complaints with one of the ``excused`` texts are what the test is about.
        """
        context = self.browser.new_context(
            viewport={"width": width, "height": HEIGHTS[width]},
            java_script_enabled=script,
            color_scheme="dark" if (width == PHONE if dark is None else dark) else "light",
            reduced_motion="reduce",
            locale="en-GB",
        )
        context.add_cookies(cookies or [])
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()

        def heard(message: ConsoleMessage) -> None:
            ours = bool(message.location["url"])  # what axe does in the page has no address
            if message.type == "error" and ours and not any(t in message.text for t in excused):
                self.complaints.append(f"{page.url}: {message.text}")

        page.on("console", heard)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        return page

    def leave(self) -> None:
        for context in self.browser.contexts:
            context.close()


def is_sound(page: Page) -> None:
    """Everybody can use the page that is shown now, and it fits its window."""
    fits(page)
    found = Axe().run(page)
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"


def fits(page: Page) -> None:
    """Nothing is beyond the right edge."""
    page.wait_for_load_state("load")
    too_wide = page.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert too_wide <= 0, f"{page.url} scrolls {too_wide} px to the side"


def read_code(shown: Locator) -> str:
    """Return what a reader of QR codes reads off the screen."""
    shown.scroll_into_view_if_needed()
    read = zxingcpp.read_barcodes(Image.open(io.BytesIO(shown.screenshot())))
    assert len(read) == 1, "there is one code to read"
    return read[0].text
