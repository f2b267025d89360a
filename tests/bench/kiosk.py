"""How long a guest waits at a kiosk: from the camera's frame with the code to the verdict.

A real Chromium shows the real page, and a film is its camera: tickets one after the other, with
nobody between them, in the size that the page asks a camera for. Time starts when the browser
presents the first frame that holds a code, though the page may still be busy with the one before,
and ends when the verdict is in the page. ``kiosk_watch.js`` looks on; the page knows nothing of it.
"""

from __future__ import annotations

import os
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect

from tests.bench.measuring import Measure
from tests.browser.kiosks import Doors, open_doors
from tests.browser.looking import PHONE, Visitor, chromium
from tests.browser.site import serving
from tests.browser.video import RATE, scene, sequence

WARM, COUNTED = 2, 24
"""The first scans of a page load its reader: they are no claim."""

SIZE = (1280, 720)
CODE_PX = 320
BITS, SQUARE = 6, 24
"""As in ``kiosk_watch.js``: how a frame says which code it holds."""

HELD, BETWEEN = 10, 5
"""Frames with a code, and without: half a second and a quarter."""

OPENING = 30
"""Frames without a code at the start: the page shows its gate and opens the camera."""

WATCH = Path(__file__).with_name("kiosk_watch.js")
ONLINE_MS, OFFLINE_MS = 120, 80
ROSTER_MS = 40_000


def measure() -> list[Measure]:
    """With the server, and without it: then the device decides with the roster that it has."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eventsite.settings")
    with tempfile.TemporaryDirectory(prefix="eventsite-bench-") as folder:
        film = Path(folder) / "film.y4m"
        _write(film, [])
        with serving(Path(folder) / "state") as site, _with_camera(film) as browser:
            doors = open_doors(site)
            crowds = [[doors.ticket(_name(n)) for n in _numbers()] for _ in range(2)]
            page = _stand(browser, doors)
            online = _scans(page, film, crowds[0])
            page.context.close()  # pages that have the camera open see the same film
            _write(film, [])
            page = _stand(browser, doors)
            with site.web.gone():
                offline = _scans(page, film, crowds[1], alone=True)
                page.context.close()
    name = "kiosk.frame_to_verdict{}_p50_ms"
    return [
        _measured(name.format(""), online, ONLINE_MS),
        _measured(name.format("_offline"), offline, OFFLINE_MS),
    ]


def _measured(name: str, scans: list[dict[str, Any]], budget: float) -> Measure:
    times = [each["shown"] - each["presented"] for each in scans]
    reading, painting = (
        statistics.median(each[what] - each["presented"] for each in scans)
        for what in ("read", "painted")
    )
    late = statistics.quantiles(times, n=10)[-1]
    note = (
        f"{len(scans)} scans, 90th of 100 {late:.0f} ms, longest {max(times):.0f} ms; "
        f"medians: code read after {reading:.0f} ms, verdict painted after {painting:.0f}"
    )
    return Measure(name, round(statistics.median(times), 1), "ms", budget, note=note)


# -- the device -----------------------------------------------------------------------------------
def _with_camera(film: Path) -> AbstractContextManager[Browser]:
    return chromium(
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )


def _stand(browser: Browser, doors: Doors) -> Page:
    """Open a new device, and wait until it could do without the server."""
    page = Visitor(browser).window(PHONE)
    page.add_init_script(path=WATCH)
    page.goto(doors.address("main"))
    expect(page.locator("#camera")).to_be_visible()
    expect(page.locator("#roster")).to_contain_text("Guest list: ", timeout=ROSTER_MS)
    page.evaluate("() => navigator.serviceWorker.ready.then(() => null)")
    return page


def _scans(
    page: Page, film: Path, codes: list[str], *, alone: bool = False
) -> list[dict[str, Any]]:
    """Show the codes to the camera, and return what was seen of each; the page reads the film."""
    _write(film, codes)
    page.reload()  # the camera reads the film again
    playing = (OPENING + len(codes) * (HELD + BETWEEN)) / RATE
    last = f"() => watched.at(-1)?.number === {len(codes)} && watched.at(-1).painted"
    page.wait_for_function(last, timeout=(playing + 20) * 1000)
    scans: list[dict[str, Any]] = page.evaluate("() => watched")
    told = [(each["number"], each["look"], each["name"], each["alone"]) for each in scans]
    assert told == [(n, "admitted", _name(n), alone) for n in _numbers()], told
    return scans[WARM:]


# -- the film -------------------------------------------------------------------------------------
def _numbers() -> range:
    return range(1, WARM + COUNTED + 1)


def _name(number: int) -> str:
    return f"Guest{number}"


def _write(film: Path, codes: list[str]) -> None:
    """Put another film in place; a camera that is open goes on with the one before."""
    fresh = film.with_suffix(".new")
    sequence(fresh, _pictures(codes))
    fresh.replace(film)


def _pictures(codes: list[str]) -> Iterator[tuple[Image.Image, int]]:
    nobody = _marked(scene("", CODE_PX, 0, 0.6, SIZE), 0)
    yield nobody, OPENING
    for number, code in enumerate(codes, 1):
        yield _marked(scene(code, CODE_PX, 4, 0.6, SIZE), number), HELD
        yield nobody, BETWEEN


def _marked(picture: Image.Image, number: int) -> Image.Image:
    """Return a picture that says in its corner which code it holds."""
    draw = ImageDraw.Draw(picture)
    for bit in range(BITS):
        box = (bit * SQUARE, 0, (bit + 1) * SQUARE - 1, SQUARE - 1)
        draw.rectangle(box, fill="white" if number >> bit & 1 else "black")
    return picture
