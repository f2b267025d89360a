"""Promises about concurrency at the door and at the stations, with real threads on the real engine.

Those about places are in ``test_places``, ``test_waiting`` and ``test_racing``.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from eventsite.core.domain.scans import Scan
from eventsite.core.domain.staff import Device
from eventsite.core.errors import StaleWrite
from eventsite.core.services.checking_in import check_in
from eventsite.core.services.organizing import set_up
from eventsite.core.services.requesting import Wish, ask, fulfil
from eventsite.core.services.ticketing import ticket_code
from eventsite.core.store.deliveries import Claim, DeliveryRepository
from eventsite.core.store.requests import GuestRequestRepository
from eventsite.core.store.scans import ScanRepository
from eventsite.core.store.secrets import Secrets
from eventsite.core.store.stock import item_stock
from tests.builders import NOON, a_guest, a_registration, a_setup
from tests.conftest import SECRET
from tests.contract.attacking import Shop, at_once
from tests.contract.conftest import THREADS
from tests.doing import left, put_registration

pytestmark = [pytest.mark.engine]


@pytest.fixture
def shop(table):
    return Shop(table)


def test_one_ticket_on_fifty_threads_is_admitted_once(table, shop):
    set_up(shop.events, a_setup())
    put_registration(shop, a_registration())
    scans, secrets, setup = ScanRepository(table), Secrets.parse(SECRET), shop.events.setup("demo")
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


def test_one_scan_sent_fifty_times_at_once_gets_one_verdict(table, shop):
    set_up(shop.events, a_setup())
    put_registration(shop, a_registration())
    scans, secrets, setup = ScanRepository(table), Secrets.parse(SECRET), shop.events.setup("demo")
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


def test_ten_shirts_go_to_ten_of_fifty_guests(table, shop):
    set_up(shop.events, a_setup())
    requests = GuestRequestRepository(table)
    for number in range(THREADS):
        guest = a_guest(email=f"g{number}@example.org")
        placed = a_registration(registration_id=f"{number:016x}", guest=guest)
        put_registration(shop, placed, f"key-{number}")

    def one(number):
        wish = Wish(registration_id=f"{number:016x}", item_id="shirt")
        ask(shop.events, shop.registrations, requests, wish, idempotency_key="k", now=NOON)
        return "asked"

    assert at_once(one) == {"asked": 10, "sold_out": THREADS - 10}
    assert left(shop, item_stock("shirt")) == 0


def test_one_guest_tapping_on_fifty_phones_gets_their_share(table, shop):
    set_up(shop.events, a_setup())
    put_registration(shop, a_registration())
    requests = GuestRequestRepository(table)
    wish = Wish(registration_id=a_registration().registration_id, item_id="tea")

    def one(number):
        ask(shop.events, shop.registrations, requests, wish, idempotency_key=str(number), now=NOON)
        return "asked"

    assert at_once(one) == {"asked": 5, "limit_reached": THREADS - 5}


def test_one_request_is_handed_over_once(table, shop):
    set_up(shop.events, a_setup())
    put_registration(shop, a_registration())
    requests = GuestRequestRepository(table)
    wish = Wish(registration_id=a_registration().registration_id, item_id="tea")
    made = ask(
        shop.events, shop.registrations, requests, wish, idempotency_key="k", now=NOON
    ).request
    answers = at_once(lambda n: fulfil(requests, made.request_id, by=str(n), now=NOON).status)
    assert answers["fulfilled"] == 1
    assert set(answers) <= {"fulfilled", "not_allowed", "stale_write"}


def test_one_notification_is_claimed_by_one_of_fifty_workers(table):
    deliveries = DeliveryRepository(table)
    answers = at_once(lambda _: deliveries.claim("n1", now=NOON, at_most_once=False))
    assert answers == {Claim.YOURS: 1, Claim.HELD: THREADS - 1}


def test_two_writers_of_one_registration_do_not_overwrite_each_other(shop):
    put_registration(shop, a_registration())
    read = shop.registrations.get(a_registration().registration_id)
    shop.registrations.save(replace(read, reissue=1))
    with pytest.raises(StaleWrite):
        shop.registrations.save(replace(read, reissue=2))
