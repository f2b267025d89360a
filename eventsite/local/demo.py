"""Loads the demo event, once: `python -m eventsite.local.demo`.

Everything goes through the services that guests and organizers use, with keys of its own, so a
loading that was stopped is finished by the next one. The event's description says whether the
demo is complete; from then on nothing of it is touched, whatever day it is and whoever edits it.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from eventsite.core import wiring
from eventsite.core.domain.applications import Applicant, Application
from eventsite.core.domain.events import Event
from eventsite.core.domain.registrations import Payment, Registration, RegistrationStatus
from eventsite.core.domain.requests import RequestStatus
from eventsite.core.domain.scans import Scan
from eventsite.core.domain.staff import Device
from eventsite.core.errors import EventSiteError, KeyReused, NotFound
from eventsite.core.log import correlated
from eventsite.core.services import (
    checking_in,
    deciding,
    doorways,
    registering,
    requesting,
    signing_up,
    ticketing,
)
from eventsite.core.services.drafting import Entry
from eventsite.core.services.importing_agenda import import_agenda
from eventsite.core.services.organizing import new_number, set_up
from eventsite.core.store.secrets import Secrets
from eventsite.core.wiring import Stores
from eventsite.local import demo_event, demo_logins
from eventsite.local.demo_event import EVENT_ID
from eventsite.local.demo_guests import GUESTS, DemoGuest, guests

T = TypeVar("T")
R = TypeVar("R")

SOURCE = "demo"
STAFF = "staff:organizer"
HANDS = 4
"""Guests registered at the same time; more only queue up at a local engine."""

ASKS = (
    ("soup", 1, "no onions please", True),
    ("tea", 2, "", True),
    ("apron", 1, "", True),
    ("mug", 2, "one with a dent is fine", True),
    ("soup", 2, "", False),
    ("goggles", 1, "for a child", False),
    ("water", 1, "", False),
    ("tea", 1, "table by the window", False),
    ("towel", 1, "", False),
    ("apron", 1, "left-handed, if there is such a thing", False),
)
"""Item, quantity, note, and whether it has been handed over."""
ADMITTED = 24


@dataclass
class Demo:
    """One loading of the demo."""

    stores: Stores
    secrets: Secrets
    file: demo_logins.LoginFile
    now: datetime
    count: int = GUESTS
    hands: int = HANDS

    def load(self, password: str, hashed: Callable[[str], str]) -> bool:
        """See to it that the demo is there and can be signed in to; return False if it was."""
        event = self._event()
        demo_logins.owner(self.stores.staff, self.file, password, hashed)
        kiosk, phone = (
            demo_logins.device(self.stores.devices, self.file, slot, self.now)
            for slot, _, _ in demo_logins.DEVICES
        )
        if event is not None and event.description != demo_event.PREPARING:
            return False
        event = self._set_up()
        import_agenda(self.stores.agenda, EVENT_ID, demo_event.agenda_xml(event), zone=event.zone)
        there = self._registered()
        placed = self._all(lambda guest: self._register(guest, event, there), guests(self.count))
        confirmed = [r for r in placed if r.status is RegistrationStatus.CONFIRMED]
        inside = confirmed[:: max(1, len(confirmed) // ADMITTED)][:ADMITTED]
        self._all(lambda n: self._admit(n, inside[n], kiosk), range(len(inside)))
        self._all(lambda n: self._ask(n, inside[n % len(inside)], phone), range(len(ASKS)))
        fresh = self.stores.events.get(EVENT_ID)
        self.stores.events.save(replace(fresh, description=demo_event.DESCRIPTION), fresh)
        return True

    def _event(self) -> Event | None:
        try:
            return self.stores.events.get(EVENT_ID)
        except NotFound:
            return None

    def _set_up(self) -> Event:
        set_up(self.stores.events, demo_event.setup(self.now, new_number()))
        return self.stores.events.get(EVENT_ID)

    def _registered(self) -> dict[str, Registration]:
        """Return who is registered already, by address.

        The idempotency records of people who registered weeks ago have expired, so a loading
        that goes on after a crash looks for itself.
        """
        walk = self.stores.registrations.newest(EVENT_ID)
        found: dict[str, Registration] = {}
        cursor: str | None = ""
        while cursor is not None:
            page = self.stores.registrations.page(walk, 200, cursor)
            found |= {registration.guest.email: registration for registration in page}
            cursor = page.next
        return found

    def _register(
        self, who: DemoGuest, event: Event, there: dict[str, Registration]
    ) -> Registration:
        stores, moment = self.stores, event.starts_at - who.ahead
        with correlated(who.key):
            registration = there.get(who.guest.email)
            if registration is None:
                applicant = Applicant(type_id=who.type_id, guest=who.guest, answers=who.answers)
                registration = registering.register(
                    stores,
                    Application(event_id=EVENT_ID, applicants=(applicant,), code=who.code),
                    Entry(key=who.key, source=SOURCE, now=moment),
                ).registration
            registration = self._settled(who, registration, moment)
            if registration.status is not RegistrationStatus.CONFIRMED:
                return registration
            if who.cancels:
                return deciding.cancel(stores, registration.registration_id, moment)
            agenda = stores.agenda.of_event(EVENT_ID)
            for number in who.sessions:
                session = agenda[number % len(agenda)]
                signing_up.sign_up(stores.agenda, registration, session.session_id, moment)
        return registration

    def _settled(
        self, who: DemoGuest, registration: Registration, moment: datetime
    ) -> Registration:
        """Approve and pay, once, what waits for it."""
        if not who.settles or registration.status is not RegistrationStatus.PENDING:
            return registration
        one = registration.registration_id
        deciding.approve(self.stores, one, moment, STAFF)
        return deciding.record_payment(
            self.stores, one, Payment.PAID, f"DEMO-{who.number:04}", moment, STAFF
        )

    def _ask(self, number: int, guest: Registration, phone: Device) -> None:
        stores = self.stores
        item, quantity, note, handed_over = ASKS[number]
        wish = requesting.Wish(
            registration_id=guest.registration_id, item_id=item, quantity=quantity, note=note
        )
        key = f"demo-request-{number:02}"
        with correlated(key):
            said = stores.registrations.guest_page(guest.registration_id).requests
            asked = next((r for r in said if (r.item_id, r.note) == (item, note)), None)
            if asked is None:
                asked = requesting.ask(
                    stores.events,
                    stores.registrations,
                    stores.requests,
                    wish,
                    idempotency_key=key,
                    now=self.now - timedelta(minutes=3 * (len(ASKS) - number)),
                ).request
            if handed_over and asked.status is RequestStatus.OPEN:
                requesting.fulfil(
                    stores.requests, asked.request_id, by=phone.device_id, now=self.now
                )

    def _admit(self, number: int, guest: Registration, kiosk: Device) -> None:
        setup = self.stores.events.setup(EVENT_ID)
        scan = Scan(
            device_id=kiosk.device_id,
            scan_id=f"demo-scan-{number:03}",
            event_id=EVENT_ID,
            gate_id="main",
            ticket_code=ticketing.ticket_code(guest, setup, self.secrets),
            scanned_at=self.now - timedelta(minutes=2 * (ADMITTED - number)),
        )
        # A scan that a crash left behind had another time: any answer is fine here.
        with correlated(scan.scan_id), contextlib.suppress(KeyReused):
            checking_in.check_in(
                doorways.Post(
                    books=self.stores,
                    setup=setup,
                    device=kiosk,
                    secrets=self.secrets,
                    now=self.now,
                ),
                scan,
            )

    def _all(self, do: Callable[[T], R], things: Iterable[T]) -> list[R]:
        with ThreadPoolExecutor(self.hands) as pool:
            return list(pool.map(do, things))


def main() -> None:
    """Load the demo and say how to sign in; a line that begins with ``login:`` is for people."""
    parser = argparse.ArgumentParser(prog="demo", description=__doc__)
    parser.add_argument("--state-dir", type=Path, default=Path("var"), help="of the login file")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eventsite.settings")
    from django.contrib.auth.hashers import make_password

    began = time.monotonic()
    file = demo_logins.LoginFile(options.state_dir / demo_logins.FILE)
    demo = Demo(wiring.stores(), wiring.secrets(), file, datetime.now(UTC))
    try:
        fresh = demo.load(os.environ.get("EVENTSITE_DEMO_PASSWORD", ""), make_password)
    except EventSiteError as error:
        sys.exit(f"The demo could not be loaded: {error.message} ({error.code})")
    said = f"loaded in {time.monotonic() - began:.1f} s" if fresh else "there already"
    print(f"demo event: {said}")
    logins = file.read()
    if "password" in logins:
        print(f"login: {logins['username']} / {logins['password']}")


if __name__ == "__main__":
    main()
