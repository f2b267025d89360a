"""The live board in a browser: it follows the doors by itself, and says when it cannot."""

from __future__ import annotations

import random
import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from eventsite.core.domain.attendance import Attendance, Passage
from eventsite.core.domain.events import Event, EventSetup, Gate, TicketType
from eventsite.core.domain.registrations import Guest
from eventsite.core.domain.scan_ledger import ScanFact
from eventsite.core.domain.scans import VerdictCode
from eventsite.core.domain.staff import Device, DeviceReport
from eventsite.core.domain.zones import Zone
from eventsite.core.services.chaining import DoorChanges, chain, registered, scanned
from eventsite.core.services.doorways import change_of
from eventsite.core.services.drafting import Clearance
from eventsite.core.services.organizing import set_up
from eventsite.core.store.tallies import Mark
from tests.browser.looking import PHONE, WIDE, Visitor, is_sound
from tests.browser.site import Site, an_address
from tests.browser.test_admin import sign_in
from tests.doing import take_place

pytestmark = [pytest.mark.browser, pytest.mark.engine]

EVENT_ID = "boards"
BOARD = f"/admin/checkin/board/{EVENT_ID}/change/"
GATES = {"main": "Main entrance", "yard": "Yard gate", "crew": "Crew entrance"}


@pytest.fixture(scope="module")
def cookies(running_chromium: Any, site: Site, fair: EventSetup) -> Any:
    page = Visitor(running_chromium).window()
    page.goto(f"{site.url}/admin/")
    sign_in(page, site.username, site.password)
    expect(page.locator("#user-tools")).to_contain_text("Log out")
    kept = page.context.cookies()
    page.context.close()
    return kept


@pytest.fixture(scope="module")
def fair(site: Site) -> EventSetup:
    """An event in the middle of its morning: people came for hours, and still come."""
    now, mine = datetime.now(UTC), {"event_id": EVENT_ID}
    event = Event(
        event_id=EVENT_ID,
        number=4343,
        title="Board fair",
        starts_at=now - timedelta(hours=6),
        ends_at=now + timedelta(days=1),
        zone="UTC",
        day_start=f"{(now - timedelta(hours=6)):%H:00}",
    )
    setup = EventSetup(
        event=event,
        types=(TicketType(**mine, type_id="guest", number=1, name="Guest"),),
        gates=tuple(Gate(**mine, gate_id=each, name=name) for each, name in GATES.items()),
        zones=(
            Zone(**mine, zone_id="house", name="The Ropeworks", limit=450),
            Zone(**mine, zone_id="attic", name="Attic workshop", limit=1, within="house"),
        ),
    )
    set_up(site.stores.events, setup)
    for number, name in enumerate(("Kiosk left", "Kiosk right", "Yard phone")):
        device = Device(device_id=f"board-{number}", **mine, name=name, enrolled_at=now)
        site.stores.devices.add(device)
        seen = now + timedelta(minutes=10 if number else -40)  # stays online while tests run
        report = DeviceReport(
            device_id=device.device_id, **mine, seen_at=seen, gate_id="main", to_sync=number * 3
        )
        site.stores.device_reports.keep(report)
    chance = random.Random(7)  # noqa: S311 - the same morning each time
    passages = DoorChanges()
    for minutes in range(210):
        for gate, busy in (("main", 3), ("yard", 1), ("crew", 0.3)):
            for _ in range(int(chance.random() * busy * 2)):
                passages += _passed(gate, now - timedelta(minutes=minutes), chance)
    many = Mark(
        event_id=EVENT_ID,
        registration_id="0" * 16,
        by="test",
        version=1,
        changes={"expected": 1200, "admitted": 700, "inside": 640},
    )
    chain(site.stores, replace(passages, marks=(many,)), now)
    _contradict(site, setup, now)
    return setup


def _passed(gate: str, at: datetime, chance: random.Random) -> DoorChanges:
    codes = [VerdictCode.OK] * 12 + [VerdictCode.ALREADY_ADMITTED, VerdictCode.WRONG_TYPE]
    return scanned(
        ScanFact(
            actor=f"board-{chance.randrange(3)}",
            entry_id=secrets.token_hex(8),
            event_id=EVENT_ID,
            gate_id=gate,
            at=at,
            decided_at=at,
            code=chance.choice(codes),
        )
    )


def _contradict(site: Site, setup: EventSetup, now: datetime) -> None:
    """Let a guest into the attic twice."""
    placed = take_place(
        site.stores,
        secrets.token_urlsafe(16),
        now=now,
        event_id=EVENT_ID,
        type_id="guest",
        guest=Guest(name="Twofold Tess", email=an_address()),
        source="test",
        clearance=Clearance.STAFF,
    )
    before = after = Attendance(event_id=EVENT_ID, registration_id=placed.registration_id)
    for number in range(2):
        passage = Passage(
            device_id=f"board-{number}",
            scan_id=f"twice-{number}",
            gate_id="main",
            zone_id="attic",
            at=now - timedelta(minutes=20 - number),
            offline=True,
        )
        after = after.passing(passage)
    site.stores.scans.change(change_of(setup, before, after, now))
    chain(site.stores, registered(None, placed), now)


@pytest.fixture
def opened(visitor: Visitor, site: Site, cookies: Any) -> Any:
    def at(path: str = BOARD, width: int = WIDE, **more: Any) -> Page:
        page = visitor.window(width, cookies=cookies, **more)
        page.goto(f"{site.url}{path}")
        return page

    return at


@pytest.mark.parametrize("width", [WIDE, PHONE])
@pytest.mark.parametrize(
    "path", [BOARD, "/admin/checkin/board/", f"/admin/checkin/conflict/?event_id={EVENT_ID}"]
)
def test_a_page_is_for_everybody(opened: Any, path: str, width: int) -> None:
    page = opened(path, width)
    for closed in page.locator("details").all():
        closed.locator("summary").click()
    is_sound(page)


def test_every_hour_below_a_chart_can_be_read(opened: Any) -> None:
    cut = opened().evaluate(
        """() => [...document.querySelectorAll(".board-charts svg")].map((chart) => {
          const edge = chart.getBoundingClientRect().right;
          const hours = [...chart.querySelectorAll("text.hour")];
          return [hours.length, hours.filter((h) => h.getBoundingClientRect().right > edge).length];
        })"""
    )
    assert cut
    assert all(hours and not beyond for hours, beyond in cut)


def test_the_page_of_a_conflict_is_for_everybody(opened: Any) -> None:
    page = opened(width=PHONE)
    page.get_by_role("link", name="Let in twice").click()
    expect(page.get_by_text("Twofold Tess")).to_be_visible()
    is_sound(page)
    page.get_by_role("link", name="Settle").click()
    is_sound(page)


def test_it_follows_the_doors_by_itself(opened: Any, site: Site) -> None:
    page = opened()
    figure = page.locator("figure", has_text="Crew entrance").locator("strong")
    before = int(figure.inner_text())
    page.get_by_text("As a table").click()
    chance, now = random.Random(1), datetime.now(UTC)  # noqa: S311
    fact = _passed("crew", now, chance).facts[0]
    chain(site.stores, scanned(replace(fact, code=VerdictCode.OK)), now)
    expect(figure).to_have_text(str(before + 1), timeout=15_000)
    expect(page.locator("section[data-part=arrivals] details")).to_have_attribute("open", "")


def test_it_says_when_the_server_does_not_answer(opened: Any) -> None:
    page = opened(excused=("Failed to load", "ERR_"))
    page.route("**/parts/*", lambda route: route.abort())
    page.clock.install()
    for _ in range(8):
        page.clock.run_for(5000)
        page.wait_for_timeout(100)
    expect(page.locator("#board-state")).to_contain_text("No answer from the server")
    page.unroute("**/parts/*")
    page.clock.run_for(6000)
    expect(page.locator("#board-state")).to_be_empty()


def test_without_a_script_the_board_is_there(opened: Any) -> None:
    page = opened(script=False)
    expect(page.get_by_role("heading", name="Queues")).to_be_visible()
    expect(page.get_by_role("link", name="Look again")).to_be_visible()
