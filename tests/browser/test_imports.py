"""Importing and exporting guests in a browser, with and without its script."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from eventsite.local.demo_event import EVENT_ID
from tests.browser.looking import PHONE, WIDE, Visitor, is_sound
from tests.browser.site import Site
from tests.browser.test_admin import sign_in
from tests.importing import csv_of

pytestmark = [pytest.mark.browser, pytest.mark.engine]

IMPORTS = "/admin/registration/guestimport/"
JOBS = "/admin/registration/job/"
HEADINGS = ("number", "who", "email", "ticket", "status", "note")


@pytest.fixture(scope="module")
def cookies(running_chromium: Any, site: Site) -> Any:
    page = Visitor(running_chromium).window()
    page.goto(f"{site.url}/admin/")
    sign_in(page, site.username, site.password)
    expect(page.locator("#user-tools")).to_contain_text("Log out")
    kept = page.context.cookies()
    page.context.close()
    return kept


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file in which something is wrong with some rows."""
    rows = [
        (f"T{n}", f"Imported Person {n}", f"person{n}@example.org", "standard", "paid", "-")
        for n in range(1, 61)
    ]
    rows[3] = ("T4", "Imported Person 4", "not an address", "standard", "paid", "-")
    rows[4] = ("T5", "Imported Person 5", "person5@example.org", "Early Bird", "paid", "-")
    rows[5] = ("T6", "Imported Person 6", "person6@example.org", "standard", "refunded", "-")
    path = tmp_path / "list.csv"
    path.write_bytes(csv_of(rows, HEADINGS, ";"))
    return path


def upload(page: Page, site: Site, file: Path) -> str:
    """Upload a file and return the import's id."""
    page.goto(f"{site.url}{IMPORTS}add/?event_id={EVENT_ID}")
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Upload and plan").click()
    expect(page.locator(".import-words")).to_contain_text("being compared")
    return page.url.split(IMPORTS)[1].split("/")[0]


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_a_file_is_uploaded_looked_at_and_applied(
    visitor: Visitor, site: Site, cookies: Any, file: Path, width: int
) -> None:
    page = visitor.window(width, cookies=cookies)
    import_id = upload(page, site, file)
    is_sound(page)
    site.work(f"{import_id}.plan1")
    # The page notices by itself.
    expect(page.get_by_text("The file could not be read.")).to_be_visible()
    is_sound(page)
    page.get_by_label("who", exact=True).select_option(label="Name")
    page.get_by_label("number", exact=True).select_option(label="Number of the ticket")
    page.get_by_role("button", name="Plan again").click()
    site.work(f"{import_id}.plan2")
    expect(page.get_by_text("Planned. Nothing has been changed yet.")).to_be_visible()
    is_sound(page)
    page.get_by_role("link", name="1 error").click()
    expect(page.locator("#import_rows")).to_contain_text("This is not an e-mail address.")
    page.get_by_text("Read the file otherwise").click()
    is_sound(page)
    page.get_by_label("Early Bird").select_option(label="Leave out")
    page.get_by_role("button", name="Plan again").click()
    site.work(f"{import_id}.plan3")
    expect(page.get_by_role("button", name="Apply")).to_be_visible()
    page.get_by_role("button", name="Apply").click()
    site.work(f"{import_id}.apply")
    expect(page.locator(".import-words")).to_contain_text("Applied.")
    is_sound(page)
    page.get_by_role("link", name="Undo the import").click()
    is_sound(page)
    page.get_by_role("button", name="Undo the import").click()
    site.work(f"{import_id}.undo")
    expect(page.get_by_role("link", name="removed")).to_be_visible()


def test_without_the_script_a_file_is_uploaded_too(
    visitor: Visitor, site: Site, cookies: Any, file: Path
) -> None:
    page = visitor.window(PHONE, script=False, cookies=cookies)
    import_id = upload(page, site, file)
    site.work(f"{import_id}.plan1")
    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_text("The file could not be read.")).to_be_visible()


def test_a_file_of_several_slices_arrives_whole(
    visitor: Visitor, site: Site, cookies: Any, tmp_path: Path
) -> None:
    # Noise, so that packing does not make one slice of it.
    noise = (hashlib.sha256(str(n).encode()).hexdigest() for n in range(70_000))
    path = tmp_path / "big.csv"
    path.write_text("name;email;note\n" + "".join(f"A;a@example.org;{each}\n" for each in noise))
    page = visitor.window(cookies=cookies)
    import_id = upload(page, site, path)
    found = site.stores.imports.get(import_id)
    assert found.pieces > 1


@pytest.mark.parametrize("width", [WIDE, PHONE])
@pytest.mark.parametrize(
    "path",
    [
        f"{IMPORTS}add/",
        f"{IMPORTS}?event_id={EVENT_ID}",
        f"{JOBS}?event_id={EVENT_ID}",
        f"{JOBS}export/",
    ],
)
def test_a_page_is_for_everybody(
    visitor: Visitor, site: Site, cookies: Any, path: str, width: int
) -> None:
    page = visitor.window(width, cookies=cookies)
    page.goto(f"{site.url}{path}")
    is_sound(page)


def test_guests_are_downloaded(visitor: Visitor, site: Site, cookies: Any) -> None:
    page = visitor.window(cookies=cookies)
    page.goto(f"{site.url}{JOBS}export/?event_id={EVENT_ID}")
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Export").click()
    content = Path(downloading.value.path()).read_bytes()
    assert content.startswith(b"\xef\xbb\xbfregistration_id,name")
    assert content.count(b"\n") > 10
