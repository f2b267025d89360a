"""`make pictures`: take the pictures of the check-in pages of docs/ anew, from a demo event.

Uses the stack that `make run` started, or starts one of its own as the smoke does. Not a test:
what these pages must be is tested beside this file.
"""

from __future__ import annotations

import json
import secrets
import tempfile
import uuid
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests
from playwright.sync_api import Browser, Locator, Page

from tests.browser.looking import chromium
from tests.browser.video import film
from tests.smoke.__main__ import own_stack, running_stack

IMAGES = Path(__file__).parents[2] / "docs" / "images"
SECONDS = 30
DESK, PHONE = (1180, 800), (390, 720)


@dataclass(frozen=True)
class Demo:
    """A running demo event and its logins."""

    url: str
    login: dict[str, str]

    def call(self, path: str, body: Any, **headers: str) -> dict[str, Any]:
        """Do what the demo's kiosk may; raises when it was refused."""
        headers |= {"Authorization": f"Device {self.login['kiosk']}"}
        answer = requests.post(
            f"{self.url}/api/v1/{path}", json=body, headers=headers, timeout=SECONDS
        )
        answer.raise_for_status()
        return dict(answer.json())

    def ticket(self, name: str, type_id: str = "standard") -> str:
        """Register somebody on the spot and return the ticket."""
        body = {"type_id": type_id, "guest": {"name": name}}
        key = {"Idempotency-Key": secrets.token_hex(8)}
        return str(self.call("events/demo/walk-ins", body, **key)["ticket_code"])

    def contradict(self, ticket: str) -> None:
        """Let somebody in at the yard who is inside, as a kiosk without a network would."""
        now = datetime.now(UTC)
        scan = {
            "scan_id": str(uuid.uuid4()),
            "gate_id": "yard",
            "direction": "entry",
            "ticket_code": ticket,
            "scanned_at": (now - timedelta(minutes=1)).isoformat(),
            "offline_code": "ok",
        }
        self.call("scans/batch", {"sent_at": now.isoformat(), "scans": [scan]})


def window(browser: Browser, size: tuple[int, int]) -> Page:
    page = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="light",
        reduced_motion="reduce",
        locale="en-GB",
        permissions=["camera"],
    ).new_page()
    page.set_default_timeout(SECONDS * 1000)
    return page


def keep(seen: Page | Locator, name: str) -> None:
    seen.screenshot(path=IMAGES / f"{name}.png")
    print(f"docs/images/{name}.png", flush=True)


def kiosk(browser: Browser, demo: Demo) -> None:
    """What guests and staff see at the main entrance, on a phone."""
    ada = demo.ticket("Ida Nyström")
    page = window(browser, PHONE)
    page.goto(f"{demo.url}/kiosk/#device={demo.login['kiosk']}")
    page.get_by_role("button", name="Main entrance").click()
    page.wait_for_function("() => document.querySelector('video')?.readyState >= 2")
    page.wait_for_timeout(1000)
    keep(page, "kiosk-ready")
    forged = f"{ada[:-4]}{'AAAA' if ada[-4:] != 'AAAA' else 'BBBB'}"
    shown = (
        (ada, "Welcome", "kiosk-welcome"),
        (ada, "Already checked in", "kiosk-already"),
        (forged, "forged", "kiosk-forged"),
        (demo.ticket("Noor Haddad", "friend"), "first aid", "kiosk-question"),
    )
    for code, words, name in shown:
        page.keyboard.press("Escape")
        page.keyboard.type(code)
        page.keyboard.press("Enter")
        page.get_by_text(words).first.wait_for()
        keep(page, name)
    demo.contradict(ada)


def office(browser: Browser, demo: Demo) -> None:
    """What organizers see of the doors."""
    page = window(browser, DESK)
    page.goto(f"{demo.url}/admin/")
    page.fill("[name=username]", demo.login["username"])
    page.fill("[name=password]", demo.login["password"])
    page.click("[type=submit]")
    page.goto(f"{demo.url}/admin/checkin/board/demo/change/")
    page.get_by_role("link", name="Let in twice").first.wait_for()
    page.wait_for_timeout(1000)
    content = page.locator("#content")
    keep(content, "board")
    page.goto(f"{demo.url}/admin/checkin/conflict/?event_id=demo")
    page.get_by_role("link", name="Let in twice").first.click()
    keep(content, "conflict")
    page.goto(f"{demo.url}/admin/checkin/badgelayout/?event_id=demo")
    page.locator("#result_list tbody a").first.click()
    page.locator(".badge-preview").first.wait_for()
    page.wait_for_load_state("networkidle")
    keep(content, "badges")


def main() -> None:
    with ExitStack() as stack:
        running = running_stack() or own_stack(stack)
        login = json.loads((Path(running["state_dir"]) / "demo-login.json").read_text())
        demo = Demo(running["web_url"], login)
        camera = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "door.y4m"
        film(camera, "")
        eye = (
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={camera}",
        )
        browser = stack.enter_context(chromium(*eye))
        kiosk(browser, demo)
        office(browser, demo)


if __name__ == "__main__":
    main()
