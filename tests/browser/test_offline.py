"""A kiosk without its server: it decides alone, forgets nothing, and gives nobody away."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, Route, expect

from eventsite.core.domain.registrations import Registration
from eventsite.core.domain.staff import DeviceRight
from tests.browser.looking import PHONE, WIDE, Visitor, is_sound
from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.engine]

NO_SERVER = ("net::ERR_", "Failed to load resource", "Service Worker")
SOON_MS = 40_000
"""A device pauses up to 15 seconds, and a little more by chance, before it tries again."""

DUMP = """async () => {
  const text = (value) => {
    if (value instanceof ArrayBuffer) value = new Uint8Array(value);
    if (value instanceof Uint8Array) return String.fromCharCode(...value);
    if (value instanceof CryptoKey) return `key:${value.extractable}`;
    if (value && typeof value === "object") return JSON.stringify(Object.values(value).map(text));
    return String(value);
  };
  const told = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })];
  for (const { name } of await indexedDB.databases()) {
    const base = await new Promise((done) => {
      const opening = indexedDB.open(name);
      opening.onsuccess = () => done(opening.result);
    });
    for (const table of base.objectStoreNames) {
      const rows = await new Promise((done) => {
        const reading = base.transaction(table).objectStore(table).getAll();
        reading.onsuccess = () => done(reading.result);
      });
      told.push(...rows.map((row) => `${table}: ${text(row)}`));
    }
    base.close();
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    told.push(...(await cache.keys()).map((request) => request.url));
  }
  return told;
}"""
CHANGE_STATUS = """async (changes) => {
  const base = await new Promise((done) => {
    const opening = indexedDB.open("eventsite-door");
    opening.onsuccess = () => done(opening.result);
  });
  const kept = base.transaction("kept", "readwrite").objectStore("kept");
  await new Promise((done) => {
    kept.get("device").onsuccess = ({ target }) => {
      kept.put({ ...target.result, ...changes }, "device").onsuccess = done;
    };
  });
  base.close();
}"""


@dataclass
class Kiosk:
    """A page that stands at the main entrance, with the roster and its own files on the device."""

    page: Page
    device_id: str

    def scan(self, code: str) -> None:
        self.page.keyboard.type(code)
        self.page.keyboard.press("Enter")

    def says(self, look: str, words: str) -> None:
        expect(self.page.locator("#verdict")).to_have_attribute("data-look", look)
        expect(self.page.locator("#says")).to_have_text(words)

    def next(self) -> None:
        self.page.locator("#next").click()
        expect(self.page.locator("#verdict")).to_be_hidden()

    def link(self, state: str) -> None:
        expect(self.page.locator("#link")).to_have_attribute("data-link", state, timeout=SOON_MS)

    def waiting(self, words: str) -> None:
        expect(self.page.locator("#to-sync")).to_have_text(words, timeout=SOON_MS)

    def synced(self) -> None:
        """The server has everything; the browser says that there is a network again."""
        self.page.evaluate("() => { dispatchEvent(new Event('online')); }")
        self.waiting("")

    def dump(self) -> list[str]:
        found: list[str] = self.page.evaluate(DUMP)
        return found


Stand = Callable[..., Kiosk]


@pytest.fixture
def stand(visitor: Visitor, site: Site) -> Stand:
    """Enrol a device and wait until it could do without the server."""

    def standing(width: int = WIDE, *rights: DeviceRight, credential: str = "") -> Kiosk:
        page = visitor.window(width, excused=NO_SERVER)
        credential = credential or site.credential("Test kiosk", DeviceRight.SCAN, *rights)
        page.goto(f"{site.url}/kiosk/#device={credential}")
        page.locator("#gate-list").get_by_role("button", name="Main entrance").click()
        expect(page.locator("#code")).to_be_focused()
        expect(page.locator("#roster")).to_contain_text("Guest list: ", timeout=SOON_MS)
        page.evaluate("() => navigator.serviceWorker.ready.then(() => null)")
        return Kiosk(page, credential.partition(".")[0])

    return standing


def passages(site: Site, guest: Registration) -> list[tuple[str, bool]]:
    """Return the device of each passage of a guest, and whether it decided alone."""
    found = site.stores.scans.attendances([guest.registration_id])
    attendance = found.get(guest.registration_id)
    return [(p.device_id, p.offline) for p in attendance.passages] if attendance else []


# -- one kiosk --
def test_a_kiosk_decides_alone_and_tells_the_server_later(stand: Stand, site: Site) -> None:
    guest, other = site.guest("Offline Olivia"), site.guest("Second Samuel")
    kiosk = stand()
    with site.web.gone():
        kiosk.scan(site.ticket(guest))
        kiosk.says("admitted", "Welcome")
        expect(kiosk.page.locator("#first-name")).to_have_text("Offline")
        expect(kiosk.page.locator("#offline-words")).to_contain_text("by this device alone")
        is_sound(kiosk.page)
        kiosk.next()
        kiosk.link("offline")
        kiosk.waiting("1 to sync.")

        kiosk.page.reload()
        expect(kiosk.page.locator("#code")).to_be_focused()
        kiosk.waiting("1 to sync.")
        kiosk.scan(site.ticket(guest))
        kiosk.says("already", "Already checked in")
        expect(kiosk.page.locator("#detail")).to_contain_text("Main entrance, this device")
        kiosk.next()
        kiosk.scan(site.ticket(other))
        kiosk.says("admitted", "Welcome")
        kiosk.next()
        kiosk.waiting("3 to sync.")
        assert passages(site, guest) == []

    kiosk.synced()
    kiosk.link("online")
    assert passages(site, guest) == passages(site, other) == [(kiosk.device_id, True)]


def test_what_is_wrong_with_a_ticket_is_known_without_the_server(stand: Stand, site: Site) -> None:
    guest = site.guest("Real Rita")
    kiosk = stand(PHONE)
    code = site.ticket(guest)
    with site.web.gone():
        kiosk.scan(code[:60] + ("A" if code[60] != "A" else "B") + code[61:])
        kiosk.says("refused", "This ticket is forged or damaged")
        expect(kiosk.page.locator("#first-name")).to_be_empty()
        kiosk.next()
        kiosk.scan("9783161484100")
        kiosk.says("refused", "This is not one of our tickets")
        is_sound(kiosk.page)


def test_who_was_let_in_online_is_not_let_in_again_offline(stand: Stand, site: Site) -> None:
    kiosk = stand()
    code = site.ticket(site.guest("Later Lena"))  # not in the roster that the kiosk has
    kiosk.scan(code)
    kiosk.says("admitted", "Welcome")
    kiosk.next()
    before = site.ticket(site.guest("Early Emil"))
    known = stand()
    known.scan(before)
    known.says("admitted", "Welcome")
    known.next()
    with site.web.gone():
        known.scan(before)
        known.says("already", "Already checked in")


def test_a_scan_during_a_slow_answer_is_decided_in_time(stand: Stand, site: Site) -> None:
    guest = site.guest("Hasty Hanna")
    kiosk = stand()
    held: list[Route] = []
    kiosk.page.route("**/api/v1/scans", lambda route: held.append(route))
    kiosk.scan(site.ticket(guest))
    kiosk.says("admitted", "Welcome")
    expect(kiosk.page.locator("#offline-words")).not_to_be_empty()
    for route in held:
        route.abort()
    kiosk.synced()
    assert passages(site, guest) == [(kiosk.device_id, True)]


def test_what_the_server_does_not_take_is_kept_and_shown(stand: Stand, site: Site) -> None:
    guest = site.guest("Unlucky Uta")
    kiosk = stand()
    with site.web.gone():
        kiosk.scan(site.ticket(guest))
        kiosk.says("admitted", "Welcome")
        kiosk.next()
        kiosk.waiting("1 to sync.")

    def taken_by_nobody(route: Route) -> None:
        error = {"code": "key_reused", "detail": "This scan_id was used for another scan."}
        (scan,) = route.request.post_data_json["scans"]
        answer = {"scan_id": scan["scan_id"], "status": 422, "verdict": None, "error": error}
        route.fulfill(json={"answers": [answer]})

    kiosk.page.route("**/api/v1/scans/batch", taken_by_nobody)
    kiosk.synced()
    told = kiosk.page.locator("#conflicts-words")
    expect(told).to_have_text("Tickets to look into at this gate: 1")
    assert [line for line in kiosk.dump() if line.startswith("failed: ")] != []
    kiosk.page.reload()
    expect(told).to_have_text("Tickets to look into at this gate: 1")


# -- two kiosks --
def test_two_kiosks_that_let_the_same_guest_in_are_both_told(stand: Stand, site: Site) -> None:
    guest = site.guest("Double Dora")
    kiosks = [stand(), stand()]
    with site.web.gone():
        for kiosk in kiosks:
            kiosk.scan(site.ticket(guest))
            kiosk.says("admitted", "Welcome")
            kiosk.next()
    for kiosk in kiosks:
        kiosk.synced()
    for kiosk in kiosks:
        told = kiosk.page.locator("#conflicts-words")
        expect(told).to_have_text(re.compile("look into at this gate: [1-9]"), timeout=SOON_MS)
    assert sorted(passages(site, guest)) == sorted((k.device_id, True) for k in kiosks)


# -- what a thief finds --
def test_the_storage_names_nobody_and_holds_no_ticket(stand: Stand, site: Site) -> None:
    guests = [site.guest("Secret Sibylle"), site.guest("Hidden Hugo")]
    kiosk = stand()
    kiosk.scan(site.ticket(guests[0]))
    kiosk.says("admitted", "Welcome")
    kiosk.next()
    with site.web.gone():
        kiosk.scan(site.ticket(guests[1]))
        kiosk.says("admitted", "Welcome")
        kiosk.next()
        kiosk.waiting("1 to sync.")
        dump = kiosk.dump()
    assert any(line.startswith("outbox: ") for line in dump)
    assert any(re.match("roster[01]: ", line) for line in dump)
    assert [line for line in dump if "key:" in line] == ["kept: key:false"]
    text = "\n".join(dump)
    for guest in guests:
        code = site.ticket(guest)
        raw = base64.b32decode(code + "=" * (-len(code) % 8)).decode("latin-1")
        for secret in (*guest.guest.name.split(), guest.guest.email, code, raw[17:]):
            assert secret not in text


def test_answers_of_the_api_are_not_in_the_cache(stand: Stand, site: Site) -> None:
    kept = [line for line in stand().dump() if line.startswith(site.url)]
    assert f"{site.url}/kiosk/" in kept
    assert f"{site.url}/kiosk/reader.js" in kept
    assert [url for url in kept if "/api/" in url] == []


# -- a device that must not go on --
def test_after_the_lease_the_roster_goes_and_what_is_owed_stays(stand: Stand, site: Site) -> None:
    guest = site.guest("Leased Leo")
    kiosk = stand()
    with site.web.gone():
        kiosk.scan(site.ticket(guest))
        kiosk.says("admitted", "Welcome")
        kiosk.next()
        kiosk.waiting("1 to sync.")
        kiosk.page.evaluate(CHANGE_STATUS, {"lease_until": "2026-01-01T00:00:00Z"})
        kiosk.page.reload()
        expect(kiosk.page.locator("#out")).to_be_visible()
        is_sound(kiosk.page)
        dump = kiosk.dump()
        assert not any(line.startswith(("roster0", "roster1", "seen")) for line in dump)
        assert any(line.startswith("outbox: ") for line in dump)
    kiosk.synced()
    expect(kiosk.page.locator("#out")).to_be_hidden()
    assert passages(site, guest) == [(kiosk.device_id, True)]


def test_a_revoked_device_forgets_the_guests_and_keeps_what_it_owes(
    stand: Stand, site: Site
) -> None:
    guest = site.guest("Revoked Rosa")
    kiosk = stand()
    with site.web.gone():
        kiosk.scan(site.ticket(guest))
        kiosk.says("admitted", "Welcome")
        kiosk.next()
        kiosk.waiting("1 to sync.")
        site.stores.devices.revoke(kiosk.device_id, datetime.now(UTC))
    settings = kiosk.page.locator("#settings")
    expect(settings).to_be_visible(timeout=SOON_MS)
    dump = kiosk.dump()
    assert not any(line.startswith(("roster0", "roster1", "seen")) for line in dump)
    assert any(line.startswith("outbox: ") for line in dump)
    assert passages(site, guest) == []

    again = site.credential("Test kiosk again", DeviceRight.SCAN)
    kiosk.page.locator("#credential").fill(again)
    kiosk.page.get_by_role("button", name="Connect", exact=True).click()
    kiosk.waiting("")
    assert passages(site, guest) == [(again.partition(".")[0], True)]
