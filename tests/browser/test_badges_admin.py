"""Badges in the back office, in a browser: the preview is seen, and every page is sound."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import expect

from eventsite.core.domain.badges import BadgeLayout
from eventsite.core.errors import AlreadyExists
from eventsite.core.services.badges import Order, print_badge
from eventsite.core.services.organizing import save_door_part
from eventsite.local.demo_event import EVENT_ID
from tests.browser.looking import PHONE, WIDE, fits, is_sound
from tests.browser.site import Site
from tests.browser.test_admin import cookies, opened  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.engine]

LIST = "/admin/checkin/badgelayout/"
PAGE = f"{LIST}{EVENT_ID}~card/change/"


@pytest.fixture(scope="module", autouse=True)
def card(site: Site) -> None:
    layout = BadgeLayout(event_id=EVENT_ID, layout_id="card", name="Card", on_admission=False)
    with suppress(AlreadyExists):
        save_door_part(site.stores.events, layout, None)
    guest, setup = site.guest("Ada Lovelace"), site.stores.events.fresh_setup(EVENT_ID)
    for number, reason in enumerate(("", "Coffee on it")):
        order = Order(
            registration_id=guest.registration_id,
            print_id=f"{guest.registration_id}{number}",
            by="staff:eve",
            at=datetime.now(UTC),
            reason=reason,
        )
        print_badge(site.stores, setup, order)


@pytest.mark.parametrize("width", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize(
    "path", [LIST, PAGE, f"{LIST}add/", f"{LIST}print/", "/admin/checkin/badgeprint/"]
)
def test_every_page_is_sound(opened: Any, path: str, width: int) -> None:  # noqa: F811
    page = opened(path, width)
    is_sound(page)
    fits(page)


def test_the_preview_is_seen(opened: Any) -> None:  # noqa: F811
    page = opened(PAGE)
    pictures = page.locator("img.badge-preview")
    expect(pictures).to_have_count(2)
    for n in range(2):
        assert (
            pictures.nth(n).evaluate(
                "async (img) => { await img.decode(); return img.naturalWidth }"
            )
            > 100
        )


def test_the_log_leads_to_the_guest(opened: Any) -> None:  # noqa: F811
    page = opened(f"/admin/checkin/badgeprint/?event_id={EVENT_ID}")
    expect(page.locator("#result_list tbody tr").first).to_contain_text("Coffee on it")
    page.get_by_role("link", name="Ada Lovelace").first.click()
    expect(page.get_by_role("link", name="Print badge")).to_be_visible()
    page.get_by_role("link", name="Print badge").click()
    is_sound(page)
