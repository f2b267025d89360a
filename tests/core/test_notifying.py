"""Guests of a session that starts soon are told once."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from eventsite.core.domain.notifications import for_registration, for_request, notice_for
from eventsite.core.domain.registrations import RegistrationStatus
from eventsite.core.domain.requests import RequestStatus
from eventsite.core.errors import NotAllowed
from eventsite.core.services.notifying import sweep
from eventsite.core.services.organizing import set_up
from eventsite.core.services.signing_up import sign_off, sign_up
from tests.builders import NOON, a_registration, a_request, a_session, a_setup
from tests.doing import put_registration


@pytest.fixture
def signed_up(installation):
    set_up(installation.events, a_setup())
    put_registration(installation, a_registration())
    installation.agenda.add(a_session())
    sign_up(installation.agenda, a_registration(), "s1", NOON)
    return installation


def swept(stores, now=NOON):
    return sweep(stores.events, stores.agenda, stores.deliveries, stores.outbox, now)


def test_one_message_each_once(signed_up, queued):
    assert swept(signed_up) == 1
    assert swept(signed_up) == 0
    (body,) = [json.loads(b) for b in queued("eventsite-outbox")]
    assert body["registration_id"] == a_registration().registration_id
    assert body["facts"] == {
        "session": "Knots for beginners",
        "room": "Dock A",
        "time": "13:10",
        "starts_at": "2026-11-21T12:10:00+00:00",
    }
    assert "ada" not in json.dumps(body).lower()


def test_not_too_early_and_not_after_the_start(signed_up):
    assert swept(signed_up, NOON - timedelta(minutes=6)) == 0
    assert swept(signed_up, NOON + timedelta(minutes=13)) == 0
    assert swept(signed_up, NOON + timedelta(minutes=9)) == 1


def test_without_a_lead_the_guest_is_told_at_the_start(signed_up):
    event = signed_up.events.get("demo")
    signed_up.events.save(replace(event, reminder_minutes=0), event)
    assert swept(signed_up, NOON + timedelta(minutes=9)) == 0
    assert swept(signed_up, NOON + timedelta(minutes=11)) == 1


def test_a_session_that_moved_is_announced_again(signed_up):
    assert swept(signed_up) == 1
    later = replace(a_session(), starts_at=NOON + timedelta(minutes=14))
    signed_up.agenda.save(later, a_session())
    assert swept(signed_up) == 1


def test_a_cancelled_session_is_not_announced(signed_up):
    signed_up.agenda.save(replace(a_session(), cancelled=True), a_session())
    assert swept(signed_up) == 0
    with pytest.raises(NotAllowed):
        sign_up(signed_up.agenda, a_registration(), "s1", NOON)


def test_who_signed_off_hears_nothing(signed_up):
    sign_off(signed_up.agenda, a_registration(), "s1")
    assert swept(signed_up) == 0


def test_a_sweep_that_died_is_made_up_for(signed_up, monkeypatch):
    monkeypatch.setattr(type(signed_up.outbox), "put", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        swept(signed_up)
    monkeypatch.undo()
    assert swept(signed_up, NOON + timedelta(minutes=4)) == 1


def test_only_a_change_of_status_tells_the_guest():
    confirmed = a_registration()
    (ticket,) = for_registration(None, confirmed)
    assert for_registration(None, confirmed) == [ticket]
    assert for_registration(confirmed, replace(confirmed, version=2)) == []
    assert for_registration(None, a_registration(source="demo")) == []
    assert for_registration(confirmed, replace(confirmed, erased_at=NOON, version=2)) == []
    assert for_registration(confirmed, None) == []


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("ticket", {}),
        ("confirm_email", {"status": "pending", "awaiting": ("email", "approval", "payment")}),
        ("approval_awaited", {"status": "pending", "awaiting": ("approval", "payment")}),
        ("payment_due", {"status": "pending", "awaiting": ("payment",)}),
        ("waitlisted", {"status": "waitlisted"}),
        ("offer", {"status": "waitlisted", "held_until": NOON}),
        ("cancelled", {"status": "cancelled"}),
    ],
)
def test_each_state_is_told_by_its_own_message(kind, changes):
    changes = changes | {"status": RegistrationStatus(changes.get("status", "confirmed"))}
    (told,) = for_registration(None, a_registration(version=2, **changes))
    assert (told.kind, told.notification_id) == (kind, f"{kind}.9f3ac1d2e4b50617.2")


def test_until_a_group_is_confirmed_only_who_registered_it_is_told():
    member = a_registration(party=("0123456789abcdef", "9f3ac1d2e4b50617"))
    waiting = replace(member, status=RegistrationStatus.WAITLISTED)
    assert for_registration(None, waiting) == []
    assert for_registration(waiting, replace(member, status=RegistrationStatus.CANCELLED)) == []
    assert [t.kind for t in for_registration(waiting, member)] == ["ticket"]
    gone = replace(member, status=RegistrationStatus.CANCELLED)
    assert [t.kind for t in for_registration(member, gone)] == ["cancelled"]


def test_staff_hear_of_new_requests_and_guests_of_fulfilled_ones():
    request = a_request()
    fulfilled = replace(request, status=RequestStatus.FULFILLED)
    assert notice_for(None, request).subject == "bar: 1 x Tea"
    assert notice_for(request, fulfilled) is None
    assert for_request(None, request) == []
    assert [n.kind for n in for_request(request, fulfilled)] == ["request_fulfilled"]
    assert for_request(fulfilled, replace(fulfilled, version=3)) == []
