"""Promises about concurrency, with real threads on the real engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest

from eventsite.core.domain.events import TicketType
from eventsite.core.domain.scans import Scan
from eventsite.core.domain.staff import Device
from eventsite.core.errors import EventSiteError, StaleWrite
from eventsite.core.services.checking_in import check_in
from eventsite.core.services.organizing import set_up
from eventsite.core.services.registering import Application, cancel, register
from eventsite.core.services.requesting import Wish, ask, fulfil
from eventsite.core.services.ticketing import ticket_code
from eventsite.core.store.deliveries import Claim, DeliveryRepository
from eventsite.core.store.events import EventRepository, item_stock, type_stock
from eventsite.core.store.registrations import RegistrationRepository
from eventsite.core.store.requests import GuestRequestRepository
from eventsite.core.store.scans import ScanRepository
from eventsite.core.store.secrets import Secrets
from tests.builders import NOON, a_guest, a_registration, a_setup, an_event
from tests.conftest import SECRET
from tests.contract.conftest import THREADS

pytestmark = [pytest.mark.engine]


def at_once(work: Callable[[int], Any], times: int = THREADS) -> Counter[Any]:
    """Run ``work(n)`` on ``times`` threads at the same moment; count answers and refusals."""
    barrier = Barrier(times)

    def one(number: int) -> Any:
        barrier.wait()
        try:
            return work(number)
        except EventSiteError as refusal:
            return refusal.code

    with ThreadPoolExecutor(times) as pool:
        return Counter(pool.map(one, range(times)))


@pytest.fixture
def events(table):
    return EventRepository(table)


@pytest.fixture
def registrations(table):
    return RegistrationRepository(table)


def test_a_type_of_twenty_places_takes_twenty_of_fifty(events, registrations):
    kind = TicketType(event_id="demo", type_id="general", number=1, name="G", capacity=20)
    set_up(events, a_setup(types=(kind,), gates=()))

    def one(number):
        wanted = Application(
            event_id="demo", type_id="general", guest=a_guest(email=f"g{number}@example.org")
        )
        register(events, registrations, wanted, idempotency_key=str(number), source="api", now=NOON)
        return "placed"

    assert at_once(one) == {"placed": 20, "sold_out": 30}
    assert events.stock_left(an_event(), type_stock("general")) == 0
    assert registrations.newest("demo").count() == (20, True)


def test_one_call_repeated_fifty_times_at_once_is_one_registration(events, registrations):
    set_up(events, a_setup())
    wanted = Application(event_id="demo", type_id="general", guest=a_guest())

    def one(_):
        done = register(
            events, registrations, wanted, idempotency_key="same", source="api", now=NOON
        )
        return done.registration.registration_id

    assert list(at_once(one).values()) == [THREADS]
    assert events.stock_left(an_event(), type_stock("general")) == 99


def test_one_address_on_fifty_threads_has_one_registration(events, registrations):
    set_up(events, a_setup())
    wanted = Application(event_id="demo", type_id="general", guest=a_guest())

    def one(number):
        register(events, registrations, wanted, idempotency_key=str(number), source="api", now=NOON)
        return "placed"

    assert at_once(one) == {"placed": 1, "already_registered": THREADS - 1}
    assert events.stock_left(an_event(), type_stock("general")) == 99


def test_a_registration_cancelled_on_fifty_threads_gives_one_place_back(events, registrations):
    set_up(events, a_setup())
    wanted = Application(event_id="demo", type_id="general", guest=a_guest())
    placed = register(
        events, registrations, wanted, idempotency_key="key", source="api", now=NOON
    ).registration

    def one(_):
        return cancel(registrations, placed.registration_id).status

    answers = at_once(one)
    assert answers["cancelled"] == 1
    assert set(answers) <= {"cancelled", "not_allowed", "stale_write"}
    assert events.stock_left(an_event(), type_stock("general")) == 100


def test_one_ticket_on_fifty_threads_is_admitted_once(table, events, registrations):
    set_up(events, a_setup())
    registrations.add(a_registration(), "key", "hash")
    scans, secrets, setup = ScanRepository(table), Secrets.parse(SECRET), events.setup("demo")
    code = ticket_code(a_registration(), setup, secrets)

    def one(number):
        device = Device(
            device_id=f"d{number % 5}", event_id="demo", name="K", secret_hash="", enrolled_at=NOON
        )
        scan = Scan(
            device_id=device.device_id,
            scan_id=f"scan-{number}",
            event_id="demo",
            gate_id="main",
            ticket_code=code,
            scanned_at=NOON,
        )
        verdict = check_in(scans, setup, device, secrets, scan, NOON).verdict
        return verdict.code.value, verdict.first_device

    answers = at_once(one)
    admitted = [a for a in answers if a[0] == "ok"]
    refused = [a for a in answers if a[0] == "already_admitted"]
    assert (len(admitted), answers[admitted[0]]) == (1, 1)
    assert len(refused) == 1, "all refusals name the same first scan"
    assert answers[refused[0]] == THREADS - 1


def test_one_scan_sent_fifty_times_at_once_gets_one_verdict(table, events, registrations):
    set_up(events, a_setup())
    registrations.add(a_registration(), "key", "hash")
    scans, secrets, setup = ScanRepository(table), Secrets.parse(SECRET), events.setup("demo")
    device = Device(device_id="d", event_id="demo", name="K", secret_hash="", enrolled_at=NOON)
    scan = Scan(
        device_id="d",
        scan_id="scan-1",
        event_id="demo",
        gate_id="main",
        ticket_code=ticket_code(a_registration(), setup, secrets),
        scanned_at=NOON,
    )
    answers = at_once(lambda _: check_in(scans, setup, device, secrets, scan, NOON).verdict)
    assert list(answers.values()) == [THREADS]
    assert next(iter(answers)).code == "ok"


def test_ten_shirts_go_to_ten_of_fifty_guests(table, events, registrations):
    set_up(events, a_setup())
    requests = GuestRequestRepository(table)
    for number in range(THREADS):
        guest = a_guest(email=f"g{number}@example.org")
        placed = a_registration(registration_id=f"{number:016x}", guest=guest)
        registrations.add(placed, f"key-{number}", "hash")

    def one(number):
        wish = Wish(registration_id=f"{number:016x}", item_id="shirt")
        ask(events, registrations, requests, wish, idempotency_key="k", now=NOON)
        return "asked"

    assert at_once(one) == {"asked": 10, "sold_out": THREADS - 10}
    assert events.stock_left(an_event(), item_stock("shirt")) == 0


def test_one_guest_tapping_on_fifty_phones_gets_their_share(table, events, registrations):
    set_up(events, a_setup())
    registrations.add(a_registration(), "key", "hash")
    requests = GuestRequestRepository(table)
    wish = Wish(registration_id=a_registration().registration_id, item_id="tea")

    def one(number):
        ask(events, registrations, requests, wish, idempotency_key=str(number), now=NOON)
        return "asked"

    assert at_once(one) == {"asked": 5, "limit_reached": THREADS - 5}


def test_one_request_is_handed_over_once(table, events, registrations):
    set_up(events, a_setup())
    registrations.add(a_registration(), "key", "hash")
    requests = GuestRequestRepository(table)
    wish = Wish(registration_id=a_registration().registration_id, item_id="tea")
    made = ask(events, registrations, requests, wish, idempotency_key="k", now=NOON).request
    answers = at_once(lambda n: fulfil(requests, made.request_id, by=str(n), now=NOON).status)
    assert answers["fulfilled"] == 1
    assert set(answers) <= {"fulfilled", "not_allowed", "stale_write"}


def test_one_notification_is_claimed_by_one_of_fifty_workers(table):
    deliveries = DeliveryRepository(table)
    answers = at_once(lambda _: deliveries.claim("n1", now=NOON, at_most_once=False))
    assert answers == {Claim.YOURS: 1, Claim.HELD: THREADS - 1}


def test_two_writers_of_one_registration_do_not_overwrite_each_other(registrations):
    registrations.add(a_registration(), "key", "hash")
    read = registrations.get(a_registration().registration_id)
    registrations.save(replace(read, reissue=1))
    with pytest.raises(StaleWrite):
        registrations.save(replace(read, reissue=2))
