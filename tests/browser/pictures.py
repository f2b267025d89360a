"""Makes the pictures of README and docs anew: `python -m tests.browser.pictures [running.json]`.

Without an argument it starts a whole local stack of its own, which takes a minute or two; with
one it looks at the stack that wrote the file.
"""

from __future__ import annotations

import io
import json
import re
import secrets
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from eventsite.local.demo_event import EVENT_ID
from eventsite.local.demo_logins import FILE, LoginFile
from eventsite.local.launcher import Options, Stack
from eventsite.local.processes import ROOT
from tests.browser.looking import PHONE, Visitor, chromium, read_code
from tests.browser.video import film

IMAGES = ROOT / "docs" / "images"
COLOURS = 256
MAIL_SECONDS = 60
WISHES = (("tea", 1, "table by the window"), ("mug", 1, ""))


@dataclass
class Scene:
    """The running stack, and a guest who has just registered."""

    site: str
    mailbox: str
    logins: dict[str, Any]
    guest_page: str = ""
    address: str = ""
    shown: str = ""

    def register(self) -> None:
        """Register by the API, open the link in the mail, sign up and ask for things."""
        self.address = f"marlowe.{secrets.token_hex(2)}@example.org"
        guest = {"name": "Marlowe Fairweather", "email": self.address}
        body = {"type_id": "standard", "guest": guest}
        self._call("POST", f"events/{EVENT_ID}/registrations", body)
        token = self._mailed_token()
        self.guest_page = f"{self.site}/g/{token}/"
        mine = f"registrations/{token.partition('-')[0]}"
        made = self._call("GET", mine, token=token)
        coming = [
            session["session_id"]
            for session in self._call("GET", f"events/{EVENT_ID}/agenda")["sessions"]
            if session["starts_at"] > made["registered_at"] and session["track"]
        ]
        for session_id in coming[1:3]:
            self._call("PUT", f"{mine}/sign-ups/{session_id}", {}, token)
        for item_id, quantity, note in WISHES:
            wish = {"item_id": item_id, "quantity": quantity, "note": note}
            self._call("POST", f"{mine}/requests", wish, token)

    def ticket(self, name: str, type_id: str = "standard") -> str:
        """Register somebody without an address at the door; returns the ticket."""
        body = {"type_id": type_id, "guest": {"name": name}}
        made = self._call("POST", f"events/{EVENT_ID}/walk-ins", body, desk=True)
        return str(made["ticket_code"])

    def let_in_twice(self, ticket: str) -> None:
        """Let somebody who is inside in at the yard, as a kiosk without a network would."""
        now = datetime.now(UTC)
        scan = {
            "scan_id": str(uuid.uuid4()),
            "gate_id": "yard",
            "direction": "entry",
            "ticket_code": ticket,
            "scanned_at": (now - timedelta(minutes=1)).isoformat(),
            "offline_code": "ok",
        }
        upload = {"sent_at": now.isoformat(), "scans": [scan]}
        self._call("POST", "scans/batch", upload, desk=True)

    def _call(
        self,
        method: str,
        path: str,
        body: Any = None,
        token: str = "",
        *,
        desk: bool = False,
    ) -> Any:
        headers = {"Idempotency-Key": secrets.token_urlsafe(12)}
        if token:
            headers["X-Guest-Token"] = token
        if desk:
            headers["Authorization"] = f"Device {self.logins['kiosk']}"
        url = f"{self.site}/api/v1/{path}"
        answer = requests.request(method, url, json=body, headers=headers, timeout=30)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def _mailed_token(self) -> str:
        """Return the guest's token, which only the mail has."""
        deadline = time.monotonic() + MAIL_SECONDS
        while time.monotonic() < deadline:
            url = f"{self.mailbox}/messages.json"
            for mail in requests.get(url, params={"to": self.address}, timeout=10).json():
                if found := re.search(r"/g/([^/\s]+)/", mail["text"]):
                    return found[1]
            time.sleep(0.3)
        raise SystemExit(f"No ticket came within {MAIL_SECONDS} seconds.")


# -- the pictures ---------------------------------------------------------------------------------
def event(page: Page, scene: Scene) -> None:
    page.goto(f"{scene.site}/e/{EVENT_ID}/")


def register(page: Page, scene: Scene) -> None:
    page.goto(f"{scene.site}/e/{EVENT_ID}/register/?type=maker")


def guest(page: Page, scene: Scene) -> None:
    page.goto(scene.guest_page)


def kiosk(page: Page, scene: Scene) -> None:
    page.goto(scene.guest_page)
    code = read_code(page.get_by_role("img", name="QR code of your ticket"))
    _scan(page, scene, code, "Marlowe Fairweather")


def kiosk_ready(page: Page, scene: Scene) -> None:
    _at_the_gate(page, scene)
    page.wait_for_function("() => document.querySelector('video')?.readyState >= 2")
    page.wait_for_timeout(1000)


def kiosk_welcome(page: Page, scene: Scene) -> None:
    scene.shown = scene.ticket("Ida Nyström")
    _scan(page, scene, scene.shown, "Nyström")


def kiosk_already(page: Page, scene: Scene) -> None:
    _scan(page, scene, scene.shown, "Already checked in")


def kiosk_forged(page: Page, scene: Scene) -> None:
    end = "BBBB" if scene.shown.endswith("AAAA") else "AAAA"
    _scan(page, scene, scene.shown[: -len(end)] + end, "forged")


def kiosk_question(page: Page, scene: Scene) -> None:
    _scan(page, scene, scene.ticket("Noor Haddad", "friend"), "first aid")


def _at_the_gate(page: Page, scene: Scene) -> None:
    page.goto(f"{scene.site}/kiosk/#device={scene.logins['kiosk']}")
    page.get_by_role("button", name="Main entrance").click()


def _scan(page: Page, scene: Scene, code: str, words: str) -> None:
    _at_the_gate(page, scene)
    page.locator("#code").fill(code)
    page.keyboard.press("Enter")
    expect(page.locator("body")).to_contain_text(words)


def board(page: Page, scene: Scene) -> Locator:
    scene.let_in_twice(scene.shown)
    _signed_in(page, scene, f"checkin/board/{EVENT_ID}/change/")
    expect(page.get_by_role("link", name="Let in twice").first).to_be_visible()
    return page.locator("#content")


def conflict(page: Page, scene: Scene) -> Locator:
    _signed_in(page, scene, f"checkin/conflict/?event_id={EVENT_ID}")
    page.get_by_role("link", name="Let in twice").first.click()
    return page.locator("#content")


def badges(page: Page, scene: Scene) -> Locator:
    _signed_in(page, scene, f"checkin/badgelayout/?event_id={EVENT_ID}")
    page.locator("#result_list tbody a").first.click()
    expect(page.locator(".badge-preview").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    return page.locator("#content")


def _signed_in(page: Page, scene: Scene, path: str) -> None:
    page.goto(f"{scene.site}/admin/{path}")
    page.get_by_label("Username").fill(scene.logins["username"])
    page.get_by_label("Password").fill(scene.logins["password"])
    page.get_by_role("button", name="Log in").click()


def admin(page: Page, scene: Scene) -> None:
    _signed_in(page, scene, "registration/registration/?listing=name")
    expect(page.locator("#result_list")).to_be_visible()
    page.mouse.move(0, 0)
    page.mouse.wheel(0, -9999)
    page.wait_for_timeout(300)


def mailbox(page: Page, scene: Scene) -> None:
    page.goto(f"{scene.mailbox}/?to={scene.address}")
    mail = page.locator("details").filter(has_text="ticket").last
    mail.locator("summary").click()
    mail.locator("iframe").scroll_into_view_if_needed()  # it is loaded only when it is seen
    page.wait_for_timeout(500)
    page.evaluate("() => window.scrollTo(0, 0)")


PICTURES: tuple[tuple[Callable[[Page, Scene], Locator | None], int, int], ...] = (
    (event, 1280, 900),
    (register, PHONE, 844),
    (guest, PHONE, 844),
    (mailbox, 1280, 1120),
    (kiosk, 1280, 800),
    (kiosk_ready, PHONE, 720),
    (kiosk_welcome, PHONE, 720),
    (kiosk_already, PHONE, 720),
    (kiosk_forged, PHONE, 720),
    (kiosk_question, PHONE, 720),
    (board, 1280, 900),
    (conflict, 1280, 900),
    (badges, 1280, 900),
    (admin, 1280, 900),
)


def take(scene: Scene, camera: Path) -> None:
    """Take each picture, of the page or of what its function returns; nobody is at the camera."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    film(camera, "")
    eye = (
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={camera}",
    )
    with chromium(*eye) as browser:
        visitor = Visitor(browser)
        for show, width, height in PICTURES:
            page = visitor.window(width, dark=False)
            page.set_viewport_size({"width": width, "height": height})
            seen = show(page, scene) or page
            page.wait_for_load_state("load")
            file = IMAGES / f"{show.__name__.replace('_', '-')}.png"
            shown = Image.open(io.BytesIO(seen.screenshot())).convert("RGB")
            shown.quantize(COLOURS).save(file, optimize=True)
            print(f"{file.relative_to(ROOT)}: {file.stat().st_size // 1024} KB")
            visitor.leave()


def main() -> None:
    with ExitStack() as until_the_end:
        folder = Path(until_the_end.enter_context(tempfile.TemporaryDirectory()))
        if sys.argv[1:]:
            file = Path(sys.argv[1])
            running = json.loads(file.read_text())
            site, mails, state = running["web_url"], running["messaging_url"], file.parent
        else:
            state = folder / "aws"
            stack = Stack(Options(engine_port=0, messaging_port=0, web_port=0, state_dir=state))
            until_the_end.enter_context(stack)
            site, mails = stack.web_url, stack.messaging_url
        scene = Scene(site, mails, LoginFile(state / FILE).read())
        scene.register()
        take(scene, folder / "door.y4m")


if __name__ == "__main__":
    main()
