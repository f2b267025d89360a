"""Badges from the kiosk: on the browser's printer, on a label printer, and with the server gone."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page

from eventsite.core.domain.badges import BadgeLayout, arranged, ink_on, layout_for
from eventsite.core.domain.registrations import Registration
from eventsite.core.domain.staff import DeviceRight
from eventsite.core.errors import AlreadyExists
from eventsite.core.services.devices import enrol
from eventsite.core.services.organizing import save_door_part
from eventsite.local.demo_event import EVENT_ID
from tests.browser.looking import WIDE, Visitor
from tests.browser.site import Site
from tests.printing import Agent, label_printer

pytestmark = [pytest.mark.browser, pytest.mark.engine]

LAYOUT = BadgeLayout(event_id=EVENT_ID, layout_id="printed", name="Badge", lines=("name", "type"))
SIZES = [(86, 54), (62, 100), (102, 152), (30, 60)]
NAMES = [
    "Li",
    "Wolfeschlegelsteinhausenbergerdorff-Montgomery von und zu Hohenlohe",
    "X" * 120,
    "محمد بن عبد الله الفهيدي",
    "דוד בן־גוריון",
    "山田 太郎",
    "Владимир Достоевский",
]
NO_NETWORK = ("net::ERR_", "Failed to load resource")


class Kiosk:
    """A page of a device that prints, and what its browser was told to print."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def do(self, what: str, **given: Any) -> Any:
        modules = "async ({ given, t, call, printing }) => {" + what + "}"
        return self.page.evaluate(_WITH_MODULES.replace("WHAT", modules), given)

    def print_badge(self, **given: Any) -> dict[str, Any]:
        return self.do("return await printing.printBadge({ ...given, call, t });", **given)  # type: ignore[no-any-return]

    @property
    def sheets(self) -> list[str]:
        return self.page.evaluate("window.sheets")  # type: ignore[no-any-return]


_WITH_MODULES = """async (given) => {
  const at = (name) => new URL(`../static/${name}.js`, document.baseURI).href;
  const device = await import(at("eventsite/device"));
  const { WORDS } = await import(at("checkin/printing/words"));
  const t = (key, values = {}) => WORDS.en[key].replace(/\\{(\\w+)\\}/g, (_, name) => values[name]);
  const names = ["printing", "arranging", "drawing", "sheet"];
  const found = await Promise.all(names.map((name) => import(at(`checkin/printing/${name}`))));
  const printing = Object.assign({}, ...found);
  return (WHAT)({ given, t, call: device.call, printing });
}"""

RECORDING = """
window.sheets = [];
window.print = () => window.sheets.push(document.querySelector(".badge-sheet").textContent);
"""


@pytest.fixture(scope="module")
def layout(site: Site) -> BadgeLayout:
    with suppress(AlreadyExists):
        save_door_part(site.stores.events, LAYOUT, None)
    time.sleep(6)  # the web server keeps an event for five seconds
    return LAYOUT


@pytest.fixture
def kiosk(visitor: Visitor, site: Site, layout: BadgeLayout) -> Kiosk:
    rights = (DeviceRight.SCAN, DeviceRight.BADGE)
    _, credential = enrol(
        site.stores.devices, EVENT_ID, "Printing kiosk", (), rights, datetime.now(UTC)
    )
    page = visitor.window(WIDE, excused=NO_NETWORK)
    page.add_init_script(RECORDING)
    page.goto(f"{site.url}/kiosk/#device={credential}")
    page.wait_for_function("localStorage.getItem('eventsite.device')")
    return Kiosk(page)


@pytest.fixture
def agent() -> Iterator[Agent]:
    with label_printer() as printer:
        yield printer


def shown(layout: BadgeLayout) -> dict[str, Any]:
    names = ("layout_id", "type_ids", "width_mm", "height_mm", "colour", "lines", "show_code")
    return {
        name: list(value) if isinstance(value := getattr(layout, name), tuple) else value
        for name in names
    }


def me(registration: Registration) -> dict[str, str]:
    return {"registrationId": registration.registration_id}


# -- the same numbers as the server ----------------------------------------------------------------
def test_the_page_and_the_server_arrange_a_badge_alike(kiosk: Kiosk) -> None:
    every = [("name",), ("name", "type"), ("type", "name", "event")]
    for (width, height), lines, coded in product((*SIZES, (86, 54)), every, (True, False)):
        layout = replace(LAYOUT, lines=lines, show_code=coded, width_mm=width, height_mm=height)
        here = arranged(layout)
        there = kiosk.do("return printing.arranged(given.layout)", layout=shown(layout))
        for name in ("band", "text", "code", "serial"):
            box, told = getattr(here, name), there[name]
            assert (box is None) == (told is None)
            for side in ("left", "top", "width", "height") if box else ():
                assert told[side] == pytest.approx(getattr(box, side)), (name, side)
        assert there["shares"] == pytest.approx(list(here.shares))
        told = (there["lines"], there["band_line"], there["centred"])
        assert told == (list(here.lines), here.band_line, here.centred)


def test_the_page_and_the_server_choose_alike(kiosk: Kiosk) -> None:
    for colour in ("#ffffff", "#000000", "#ffd400", "#1d4ed8", "#777777"):
        assert kiosk.do("return printing.inkOn(given.colour)", colour=colour) == ink_on(colour)
    every = [
        BadgeLayout(event_id="e", layout_id=name, name=name, type_ids=types)
        for name, types in (("z", ()), ("b", ("crew",)), ("a", ("press",)))
    ]
    for kind in ("crew", "press", "other"):
        told = kiosk.do(
            "return printing.layoutFor(given.layouts, given.kind).layout_id",
            layouts=[shown(each) for each in every],
            kind=kind,
        )
        found = layout_for(every, kind)
        assert found
        assert told == found.layout_id


# -- the browser's printer -------------------------------------------------------------------------
LAY_OUT = """
const { layout, name, code } = given;
const lines = { name, type: "Speaker", event: "Tidal Fair" };
const badge = printing.drawn({ layout, lines, ticketCode: code, serial: "9F3A-C1D2·0" });
window.clear = printing.laidOut(badge, layout);
"""


@pytest.mark.parametrize("size", SIZES)
def test_the_page_that_is_printed_is_the_badge_and_scans(
    kiosk: Kiosk, site: Site, size: tuple[int, int]
) -> None:
    code = site.ticket(site.guest("Ada Lovelace"))
    layout = shown(LAYOUT) | {"width_mm": size[0], "height_mm": size[1]}
    kiosk.do(LAY_OUT, layout=layout, name="Ada Lovelace", code=code)
    pdf = kiosk.page.pdf(prefer_css_page_size=True, print_background=True)
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert [tuple(round(float(side) * 25.4 / 72) for side in box) for box in boxes] == [size]
    kiosk.page.emulate_media(media="print")
    picture = kiosk.page.locator(".badge-sheet svg").screenshot(scale="device")
    kiosk.page.emulate_media(media="screen")
    image = Image.open(io.BytesIO(picture)).convert("L")
    found = zxingcpp.read_barcode(image.resize((image.width * 3, image.height * 3)))
    assert found is not None
    assert found.text == code
    kiosk.page.evaluate("window.clear()")
    assert kiosk.page.locator(".badge-sheet").count() == 0


@pytest.mark.parametrize("size", SIZES)
def test_no_name_leaves_the_badge(kiosk: Kiosk, size: tuple[int, int]) -> None:
    layout = shown(LAYOUT) | {"width_mm": size[0], "height_mm": size[1]}
    kiosk.page.emulate_media(media="print")
    for name in NAMES:
        kiosk.do(LAY_OUT, layout=layout, name=name, code="A" * 130)
        boxes = kiosk.page.evaluate(
            """[...document.querySelectorAll(".badge-sheet text")].map((text) => {
              const { x, y, width, height } = text.getBBox();
              return [x, y, x + width, y + height];
            })"""
        )
        kiosk.page.evaluate("window.clear()")
        assert len(boxes) >= 3
        for left, top, right, bottom in boxes:
            assert left >= -0.2, name
            assert top >= -0.6, name
            assert right <= size[0] + 0.2, name
            assert bottom <= size[1] + 0.6, name


def test_a_badge_is_printed_once_and_again_with_a_reason(kiosk: Kiosk, site: Site) -> None:
    guest = site.guest("Ada Lovelace")
    first = kiosk.print_badge(**me(guest))
    assert first == {"state": "printed", "words": "Take your badge"}
    assert len(kiosk.sheets) == 1
    assert "Lovelace" in kiosk.sheets[0]
    assert kiosk.print_badge(**me(guest))["state"] == "had"
    assert len(kiosk.sheets) == 1
    assert kiosk.print_badge(**me(guest), reason="Lost it")["state"] == "printed"
    assert kiosk.sheets[1].endswith("·1")
    assert site.registration(guest.registration_id).reissue == 1


def test_without_the_server_a_badge_is_printed_from_the_roster(kiosk: Kiosk, site: Site) -> None:
    guest = site.guest("Grace Hopper")
    given = {
        "ticketCode": site.ticket(guest),
        "offlineBadge": {"lines": {"name": "Grace Hopper", "type": "Standard"}},
        "layouts": [shown(LAYOUT)],
    }
    kiosk.do("return 0;")  # the modules are there before the network goes
    kiosk.page.context.set_offline(True)
    assert kiosk.print_badge(**given)["state"] == "printed"
    assert "Hopper" in kiosk.sheets[0]
    assert kiosk.print_badge(**given)["state"] == "had"
    assert kiosk.print_badge(**given, reason="Lost it")["state"] == "refused"
    kept = kiosk.page.evaluate("JSON.stringify({ ...localStorage })")
    assert "Hopper" not in kept
    assert given["ticketCode"] not in kept
    kiosk.page.context.set_offline(False)
    kiosk.do("await printing.settlePrints(call);")
    badge = site.stores.badges.of(EVENT_ID, guest.registration_id, "-").badge
    assert badge
    assert [each.serial for each in badge.prints] == [0]
    assert "eventsite.prints" not in kiosk.page.evaluate("Object.keys(localStorage)")


# -- a label printer -------------------------------------------------------------------------------
def test_a_label_printer_gets_one_label(kiosk: Kiosk, site: Site, agent: Agent) -> None:
    guest = site.guest("Ada Lovelace")
    kiosk.do("printing.usePrinter('agent');")
    assert kiosk.do("return await printing.printerState();") == "ready"
    assert kiosk.print_badge(**me(guest))["state"] == "printed"
    (label,) = agent.labels.values()
    assert label.startswith("^XA^CI28")
    assert site.ticket(guest) in label
    assert kiosk.sheets == []


def test_a_printer_without_paper_says_so_and_prints_the_same_later(
    kiosk: Kiosk, site: Site, agent: Agent
) -> None:
    guest = site.guest("Ada Lovelace")
    kiosk.do("printing.usePrinter('agent');")
    agent.trouble = "Out of labels"
    told = kiosk.print_badge(**me(guest))
    assert told == {"state": "failed", "words": "The printer says: Out of labels"}
    assert kiosk.do("return await printing.printerState();") == "error"
    agent.trouble = ""
    assert kiosk.print_badge(**me(guest))["state"] == "printed"
    assert len(agent.labels) == 1
    badge = site.stores.badges.of(EVENT_ID, guest.registration_id, "-").badge
    assert badge
    assert len(badge.prints) == 1


def test_a_label_is_made_here_while_the_server_is_gone(
    kiosk: Kiosk, site: Site, agent: Agent
) -> None:
    guest = site.guest("山田 太郎")
    kiosk.do("printing.usePrinter('agent');")
    kiosk.page.route("**/api/v1/**", lambda route: route.abort())
    told = kiosk.print_badge(
        ticketCode=site.ticket(guest),
        offlineBadge={"lines": {"name": "山田 太郎", "type": "Standard"}},
        layouts=[shown(LAYOUT)],
    )
    assert told["state"] == "printed"
    (label,) = agent.labels.values()
    assert re.match(r"\^XA\^LH0,0\^PW688\^LL432\^FO0,0\^GFA,37152,37152,86,", label)


def test_without_an_agent_the_staff_are_asked(kiosk: Kiosk, site: Site) -> None:
    kiosk.do("printing.usePrinter('agent');")
    told = kiosk.print_badge(**me(site.guest("Ada Lovelace")))
    assert told["state"] == "failed"
    kiosk.do("printing.usePrinter('none');")
    assert kiosk.print_badge(**me(site.guest("Ada Lovelace")))["state"] == "none"
