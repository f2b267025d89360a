"""A device gets a guest's badge once, in the form that its printer wants."""

from __future__ import annotations

import base64
import uuid
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from rest_framework.test import APIClient

from eventsite.core.domain.badges import BadgeLayout
from eventsite.core.domain.staff import DeviceRight
from eventsite.core.services.devices import enrol
from eventsite.core.services.organizing import save_door_part
from eventsite.core.wiring import secrets
from tests.doing import put_cancelled

BADGES = "/api/v1/badges"
RIGHTS = (DeviceRight.SCAN, DeviceRight.BADGE)


@pytest.fixture
def kiosk(door):
    """A door whose device prints badges; calling it asks for one."""
    name = door.setup.event.event_id
    layout = BadgeLayout(event_id=name, layout_id="all", name="Badge", lines=("name", "type"))
    save_door_part(door.stores.events, layout, None)
    _, credential = enrol(door.stores.devices, name, "Printer", (), RIGHTS, datetime.now(UTC))

    def ask(credential=credential, **body):
        body = {"print_id": str(uuid.uuid4())} | body
        client = APIClient(raise_request_exception=False)
        return client.post(BADGES, body, HTTP_AUTHORIZATION=f"Device {credential}")

    ask.door = door
    return ask


def mine(kiosk):
    return {"registration_id": kiosk.door.registration.registration_id}


def test_a_badge_has_what_stands_on_it(kiosk):
    answer = kiosk(**mine(kiosk))
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    told = answer.json()
    assert (told["serial"], told["first"], told["replayed"]) == (0, True, False)
    assert told["lines"] == {"name": kiosk.door.registration.guest.name, "type": "General"}
    assert told["ticket_code"] == kiosk.door.code
    assert told["layout"]["width_mm"] == 86
    assert told["says"].endswith("·0")
    assert "pdf" not in told
    assert "zpl" not in told


def test_a_shown_ticket_names_the_guest(kiosk):
    assert kiosk(ticket_code=kiosk.door.code).json()["serial"] == 0


def test_the_same_print_again_is_the_same_badge_in_any_form(kiosk):
    body = mine(kiosk) | {"print_id": str(uuid.uuid4())}
    first = kiosk(**body).json()
    again = kiosk(**body, format="pdf").json()
    assert base64.b64decode(again.pop("pdf")).startswith(b"%PDF-")
    assert again == first | {"replayed": True}
    label = kiosk(**body, format="zpl", dpi=300).json()["zpl"]
    assert label.startswith("^XA^CI28^LH0,0^PW1016")


def test_another_badge_needs_a_reason_and_revokes_the_one_before(kiosk):
    kiosk(**mine(kiosk))
    refused = kiosk(**mine(kiosk))
    assert (refused.status_code, refused.json()["code"]) == (409, "not_allowed")
    assert refused.json()["field"] == "reason"
    told = kiosk(**mine(kiosk), reason="Wrong name").json()
    assert (told["serial"], told["first"]) == (1, False)
    assert told["says"].endswith("·1")
    door = kiosk.door
    assert door.scan(ticket_code=door.code).json()["code"] == "revoked"
    assert door.scan(ticket_code=told["ticket_code"]).json()["code"] == "ok"


def test_a_print_id_is_for_one_guest(kiosk):
    body = {"print_id": str(uuid.uuid4())}
    kiosk(**mine(kiosk), **body)
    other = kiosk.door.guest("grace@example.org")
    answer = kiosk(registration_id=other.registration_id, **body)
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"print_id": "7"}, "print_id"),
        ({"print_id": 7}, "print_id"),
        ({"reason": "x"}, "reason"),
        ({"format": "docx"}, "format"),
        ({"dpi": 600}, "dpi"),
        ({"dpi": "203"}, "dpi"),
        ({"ticket_code": "A"}, "registration_id"),
        ({"registration_id": 5}, "registration_id"),
    ],
)
def test_what_is_malformed_is_named(kiosk, change, field):
    answer = kiosk(**(mine(kiosk) | change))
    assert (answer.status_code, answer.json()["field"]) == (400, field)


def test_nobody_named_is_malformed_as_well(kiosk):
    assert kiosk().json()["field"] == "registration_id"


@pytest.mark.parametrize("code", ["", "HELLO", "A" * 130])
def test_what_is_no_ticket_of_ours_prints_nothing(kiosk, code):
    answer = kiosk(ticket_code=code)
    assert (answer.status_code, answer.json()["field"]) == (400, "ticket_code")


def test_a_ticket_that_was_replaced_prints_nothing(kiosk):
    kiosk(**mine(kiosk))
    kiosk(**mine(kiosk), reason="Lost it")
    answer = kiosk(ticket_code=kiosk.door.code, reason="Lost it")
    assert (answer.status_code, answer.json()["field"]) == (409, "ticket_code")


def test_a_guest_of_another_event_or_nobody_is_not_found(kiosk, open_door):
    other = open_door(event_id="other", number=77)
    for registration_id in (other.registration.registration_id, "0" * 16, "../x"):
        assert kiosk(registration_id=registration_id).status_code == 404
    assert kiosk(ticket_code=other.code).json()["field"] == "ticket_code"


def test_a_cancelled_guest_gets_none(kiosk):
    put_cancelled(kiosk.door.stores, kiosk.door.registration.registration_id)
    assert kiosk(**mine(kiosk)).json()["field"] == "status"


def test_a_type_without_a_badge_gets_none(kiosk):
    stores, name = kiosk.door.stores, kiosk.door.setup.event.event_id
    (layout,) = stores.events.fresh_setup(name).badges
    save_door_part(stores.events, replace(layout, type_ids=("crew",)), layout)
    assert kiosk(**mine(kiosk)).json()["field"] == "type_id"
    assert kiosk(**mine(kiosk)).status_code == 409


def test_a_device_without_the_right_prints_nothing(kiosk):
    assert kiosk(credential=kiosk.door.credential, **mine(kiosk)).status_code == 403
    assert kiosk(credential="d.x", **mine(kiosk)).status_code == 401


def test_the_log_says_which_device_it_was(kiosk):
    kiosk(**mine(kiosk))
    stores = kiosk.door.stores
    (entry,) = stores.badges.page(stores.badges.log(kiosk.door.setup.event.event_id), 10)
    assert entry.by.startswith("device:")
    assert secrets()  # nothing of a badge is a secret: only its code, and that is not kept
    assert kiosk.door.code not in str(entry)
