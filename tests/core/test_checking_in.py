"""A scan gets one verdict for ever, and a ticket opens the door once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from eventsite.core.domain.events import TicketType
from eventsite.core.domain.scans import SAYS, Scan, VerdictCode
from eventsite.core.domain.staff import Device
from eventsite.core.errors import Forbidden, KeyReused, NotFound
from eventsite.core.services.checking_in import check_in
from eventsite.core.services.deciding import cancel
from eventsite.core.services.doorways import Post
from eventsite.core.services.organizing import set_up
from eventsite.core.services.ticketing import ticket_code
from eventsite.core.wiring import secrets
from tests.builders import NOON, a_registration, a_setup, an_event
from tests.doing import put_cancelled, put_registration

DEVICE = Device(device_id="d1", event_id="demo", name="Kiosk", secret_hash="", enrolled_at=NOON)


@pytest.fixture
def door(installation):
    set_up(installation.events, a_setup())
    put_registration(installation, a_registration())
    code = ticket_code(a_registration(), a_setup(), secrets())

    def scan(scan_id="scan-1", *, device=DEVICE, now=NOON, setup=None, kept=True, **changes):
        fields = {
            "device_id": device.device_id,
            "scan_id": scan_id,
            "event_id": "demo",
            "gate_id": "main",
            "ticket_code": code,
            "scanned_at": NOON,
        }
        post = Post(
            books=installation,
            setup=setup or installation.events.setup("demo"),
            device=device,
            secrets=secrets(),
            now=now,
        )
        answer = check_in(post, Scan(**(fields | changes)))
        return answer.kept if kept else answer

    return scan


def test_a_confirmed_guest_is_admitted_by_name(door):
    answer = door(kept=False)
    assert answer.kept.verdict.code == "ok"
    assert answer.step.registration.guest.name == "Ada Lovelace"


def test_the_same_scan_again_gets_the_same_verdict(door):
    first = door()
    again = door(now=NOON + timedelta(minutes=3))
    assert (again.verdict, again.replayed) == (first.verdict, True)


def test_another_scan_is_refused_with_when_and_where(door):
    door()
    second = door("scan-2", device=replace(DEVICE, device_id="d2")).verdict
    assert second.code is VerdictCode.ALREADY_ADMITTED
    assert (second.first_at, second.first_gate, second.first_device) == (NOON, "main", "d1")


def test_a_verdict_stays_though_the_registration_was_cancelled_meanwhile(door, installation):
    first = door()
    cancel(installation, a_registration().registration_id, NOON)
    assert door().verdict == first.verdict
    assert door("scan-2").verdict.code is VerdictCode.CANCELLED


def test_a_refusal_stays_too(door, installation):
    assert door(ticket_code="A" * 130).verdict.code is VerdictCode.UNKNOWN
    assert door(ticket_code="A" * 130).replayed


def test_a_scan_id_with_another_payload_is_refused(door):
    door()
    with pytest.raises(KeyReused):
        door(ticket_code="A" * 130)


def test_a_ticket_cannot_be_read_from_what_a_scan_leaves_behind(door, installation):
    door()
    code = ticket_code(a_registration(), a_setup(), secrets())
    from tests.conftest import everything

    assert code not in str(everything())


def test_a_device_scans_at_its_own_gates_only(door):
    with pytest.raises(Forbidden):
        door(device=replace(DEVICE, gates=("stage",)))
    with pytest.raises(Forbidden):
        door(device=replace(DEVICE, event_id="other"))
    with pytest.raises(NotFound):
        door(gate_id="roof")


def forged(installation):
    code = ticket_code(a_registration(), a_setup(), secrets())
    return code[:-2] + ("AA" if code[-2:] != "AA" else "QA")


@pytest.mark.parametrize(
    ("code", "arrange"),
    [
        (VerdictCode.WRONG_EVENT, {"setup": a_setup(an_event(number=7))}),
        (VerdictCode.WRONG_TYPE, {"gate_id": "stage"}),
        (VerdictCode.CLOCK_SKEW, {"scanned_at": NOON + timedelta(hours=1)}),
        (VerdictCode.EXPIRED, {"now": NOON + timedelta(days=30)}),
        (VerdictCode.UNKNOWN, {"ticket_code": "hello"}),
        (VerdictCode.BAD_SIGNATURE, {"ticket_code": forged}),
        (
            VerdictCode.NOT_YET_VALID,
            {
                "setup": a_setup(
                    types=(
                        TicketType(
                            event_id="demo",
                            type_id="general",
                            number=1,
                            name="General",
                            valid_from=NOON + timedelta(hours=1),
                        ),
                    )
                )
            },
        ),
    ],
)
def test_each_refusal_has_its_code_and_its_words(door, installation, code, arrange):
    arrange = {k: v(installation) if callable(v) else v for k, v in arrange.items()}
    verdict = door(**arrange).verdict
    assert verdict.code is code
    assert verdict.says == SAYS[code]


def test_an_unconfirmed_a_cancelled_and_a_reissued_ticket_stay_outside(door, installation):
    registrations = installation.registrations
    stored = registrations.get(a_registration().registration_id)
    stored = registrations.save(replace(stored, status="pending"))
    assert door("s1").verdict.code is VerdictCode.NOT_CONFIRMED
    stored = registrations.save(replace(stored, status="confirmed", reissue=1))
    assert door("s2").verdict.code is VerdictCode.REVOKED
    put_cancelled(installation, stored.registration_id)
    assert door("s3").verdict.code is VerdictCode.CANCELLED


def test_every_code_has_words():
    assert set(SAYS) == set(VerdictCode)
