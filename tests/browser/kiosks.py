"""An event with doors of every kind, for the tests of the kiosk page, and what guests do there."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Page, expect

from eventsite.core.domain.agenda import AgendaSession
from eventsite.core.domain.badges import BadgeLayout
from eventsite.core.domain.events import Event, EventSetup, Gate, GateDirection, TicketType
from eventsite.core.domain.questions import Question, QuestionKind
from eventsite.core.domain.registrations import Guest, Registration
from eventsite.core.domain.staff import DeviceRight
from eventsite.core.domain.zones import Zone
from eventsite.core.services.devices import NewDevice, enrol
from eventsite.core.services.drafting import Clearance
from eventsite.core.services.enrolling import enrol_by_code
from eventsite.core.services.organizing import set_up
from eventsite.core.services.pins import hashed_pin
from eventsite.core.services.ticketing import ticket_code
from tests.browser.site import Site, an_address
from tests.doing import take_place

EVENT_ID = "doors"
PIN = "4711"
STAFF = (DeviceRight.SCAN, DeviceRight.SEARCH, DeviceRight.FORCE, DeviceRight.WALK_IN)


@dataclass(frozen=True)
class Doors:
    """The event at a site, and short ways to its devices and guests."""

    site: Site

    def address(self, *gates: str, rights: tuple[DeviceRight, ...] = (DeviceRight.SCAN,)) -> str:
        """Return the link that connects a new device, which stands at these gates."""
        devices, now = self.site.stores.devices, datetime.now(UTC)
        _, credential = enrol(devices, EVENT_ID, "Door device", gates, rights, now)
        return f"{self.site.url}/kiosk/#device={credential}"

    def code(self, *gates: str) -> str:
        """Return a one-time code that connects a new device."""
        new = NewDevice(event_id=EVENT_ID, name="Door device", gates=gates)
        return enrol_by_code(self.site.stores.devices, new, datetime.now(UTC))[1]

    def guest(self, name: str, type_id: str = "guest", **particulars: Any) -> Registration:
        return take_place(
            self.site.stores,
            secrets.token_urlsafe(16),
            now=datetime.now(UTC),
            event_id=EVENT_ID,
            type_id=type_id,
            guest=Guest(name=name, email=an_address(), **particulars),
            source="test",
            clearance=Clearance.STAFF,
        )

    def ticket(self, guest: Registration | str) -> str:
        """Return the ticket of a guest, or of a new one with that name."""
        registration = self.guest(guest) if isinstance(guest, str) else guest
        setup = self.site.stores.events.setup(EVENT_ID)
        return ticket_code(registration, setup, self.site.secrets)


def open_doors(site: Site) -> Doors:
    now = datetime.now(UTC)
    event = Event(
        event_id=EVENT_ID,
        number=4242,
        title="Door fair",
        starts_at=now - timedelta(hours=2),
        ends_at=now + timedelta(days=2),
        zone="Europe/Dublin",
        kiosk_pin=hashed_pin(PIN),
    )
    mine: dict[str, Any] = {"event_id": EVENT_ID}
    set_up(
        site.stores.events,
        EventSetup(
            event=event,
            types=(
                TicketType(**mine, type_id="guest", number=1, name="Visitor", capacity=500),
                TicketType(**mine, type_id="asked", number=2, name="Dinner guest"),
                TicketType(**mine, type_id="crew", number=3, name="Crew"),
            ),
            gates=_gates(mine),
            zones=(Zone(**mine, zone_id="hall", name="Hall", limit=400),),
            questions=_questions(mine),
            badges=(BadgeLayout(**mine, layout_id="all", name="Badge"),),
        ),
    )
    for number, (title, minutes) in enumerate((("Opening", -50), ("Paper lanterns", 5))):
        starts_at = now + timedelta(minutes=minutes)
        site.stores.agenda.add(
            AgendaSession(
                **mine,
                session_id=f"s{number}",
                title=title,
                room="Blue room",
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=60),
            )
        )
    return Doors(site)


def _gates(mine: dict[str, Any]) -> tuple[Gate, ...]:
    return (
        Gate(**mine, gate_id="main", name="Main door"),
        Gate(
            **mine,
            gate_id="hall",
            name="Hall door",
            direction=GateDirection.BOTH,
            zone_id="hall",
        ),
        Gate(**mine, gate_id="crew", name="Crew door", type_ids=("crew",)),
        Gate(**mine, gate_id="blue", name="Blue room", sessions=True, room="Blue room"),
        Gate(**mine, gate_id="badges", name="Badge desk", badges=True),
    )


def _questions(mine: dict[str, Any]) -> tuple[Question, ...]:
    asked = mine | {"at_door": True, "type_ids": ("asked",)}
    kind, meals = QuestionKind, ("Meat", "Vegan")
    return (
        Question(**asked, question_id="note", name="Allergies?", kind=kind.TEXT, order=1),
        Question(
            **asked,
            question_id="seats",
            name="How many seats?",
            kind=kind.NUMBER,
            minimum=1,
            maximum=4,
            order=2,
        ),
        Question(
            **asked,
            question_id="meal",
            name="Which meal?",
            kind=kind.CHOICE,
            choices=meals,
            required=True,
            order=3,
        ),
        Question(
            **asked,
            question_id="days",
            name="Which days?",
            kind=kind.SEVERAL,
            choices=("Friday", "Saturday", "Sunday"),
            maximum=2,
            order=4,
        ),
        Question(**asked, question_id="bike", name="By bike?", kind=kind.YES_NO, order=5),
        Question(**asked, question_id="until", name="Until when?", kind=kind.DATE, order=6),
        Question(
            **asked,
            question_id="photo",
            name="Pictures may be taken of me.",
            kind=kind.CONSENT,
            required=True,
            order=7,
        ),
    )


# -- at the page ----------------------------------------------------------------------------------
def scan(page: Page, code: str) -> None:
    """As a hand scanner does: a fast keyboard that ends with Enter, wherever the focus is."""
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def says(page: Page, look: str, words: str) -> None:
    expect(page.locator("#says")).to_have_text(words)
    expect(page.locator("#verdict")).to_have_attribute("data-look", look)
    expect(page.locator("#verdict")).to_be_visible()


def next_guest(page: Page) -> None:
    page.locator("#next").click()
    expect(page.locator("#verdict")).to_be_hidden()


def forged(code: str) -> str:
    """Return a ticket with one letter of its signature changed."""
    return code[:60] + ("A" if code[60] != "A" else "B") + code[61:]
