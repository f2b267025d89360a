"""The device's own rules give every case at the doors its code, with the browser's cryptography."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from rest_framework.utils.encoders import JSONEncoder

from checkin.roster_api import record_fields
from checkin.serializers import DeviceEventSerializer, RuleSerializer, StatusQuestionSerializer
from eventsite.core.domain.events import EventSetup
from tests.browser.looking import Visitor
from tests.browser.site import Site
from tests.checkin.door_cases import CASES, NAMES, SECRETS, Case

pytestmark = [pytest.mark.browser, pytest.mark.engine]

DECIDE = """async ([at, scan, device, record, nowMs]) => {
  const { decideAlone } = await import(at);
  const find = async (key) => (record?.k === key ? record : null);
  const roster = { find };
  const seen = { of: async () => ({ passages: [], answered: false }) };
  return decideAlone(scan, { device, roster, seen, nowMs });
}"""


@pytest.fixture(scope="module")
def page(running_chromium: Browser, site: Site) -> Iterator[Page]:
    visitor = Visitor(running_chromium)
    shown = visitor.window()
    shown.goto(f"{site.url}/kiosk/")
    yield shown
    visitor.leave()


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_a_device_alone_gives_the_code_of_the_table(page: Page, site: Site, case: Case) -> None:
    said = alone(page, site, case)["verdict"]
    assert said["code"] == case.said.get("alone", case.said["code"])


def test_the_ticket_shown_opens_the_name(page: Page, site: Site) -> None:
    plain, searched, cancelled = (
        alone(page, site, named(name))["verdict"]
        for name in ("a first admission", "the registration is searched for", "cancelled")
    )
    assert plain["guest_name"] == cancelled["guest_name"] == "Ada Lovelace"
    assert plain["type_name"] == "General"
    assert searched["guest_name"] == ""


def test_a_forged_ticket_opens_nothing(page: Page, site: Site) -> None:
    verdict = alone(page, site, named("a changed ticket"))["verdict"]
    assert (verdict["guest_name"], verdict["registration_id"]) == ("", "")


def test_the_admission_before_is_told(page: Page, site: Site) -> None:
    first = alone(page, site, named("a second entry at another gate of the same place"))["verdict"]
    assert first["first"]["at"] == "2026-11-21T11:00:00.000Z"
    assert first["first"]["gate_name"] == "Main gate"


def test_a_first_admission_where_badges_are_printed_has_their_lines(page: Page, site: Site) -> None:
    layout = {"layout_id": "card", "type_ids": [], "on_admission": True, "lines": ["name"]}
    gate = {"gate_id": "main", "name": "Main gate", "type_ids": [], "zone_id": "", "badges": True}
    printing = {"layouts": [layout], "gates": [gate]}
    first = alone(page, site, named("a first admission"), **printing)
    assert (first["verdict"]["badge"], first["badge"]) == (
        True,
        {"lines": {"name": "Ada Lovelace"}},
    )
    again = alone(page, site, named("in again after leaving"), **printing)
    assert (again["verdict"]["badge"], again["badge"]) == (False, None)
    by_hand = printing | {"layouts": [layout | {"on_admission": False}]}
    assert alone(page, site, named("a first admission"), **by_hand)["badge"] is None


def test_a_genuine_ticket_that_the_roster_has_not_is_let_in(page: Page, site: Site) -> None:
    verdict = alone(page, site, named("a ticket of nobody"))["verdict"]
    assert (verdict["code"], verdict["unsure"], verdict["guest_name"]) == ("ok", True, "")
    forged = alone(page, site, named("a changed ticket"))["verdict"]
    assert forged["code"] == "bad_signature"


def test_without_keys_nobody_is_let_in_on_the_word_of_the_device(page: Page, site: Site) -> None:
    verdict = alone(page, site, named("a first admission"), keys=None)["verdict"]
    assert (verdict["code"], verdict["outcome"]) == ("undecided", "incomplete")


def test_who_may_not_force_does_not_force_offline_either(page: Page, site: Site) -> None:
    forced = alone(page, site, named("forced: inside already"), rights=["scan"])["verdict"]
    assert forced["code"] == "already_admitted"


def alone(page: Page, site: Site, case: Case, **status: Any) -> Any:
    """Return what a device decides that has the roster, and nothing else, of the case."""
    record = case.record and record_fields(case.record)
    scan = {
        "scan_id": case.scan.scan_id,
        "gate_id": case.scan.gate_id,
        "scanned_at": case.now.isoformat(),
        "direction": case.scan.direction.value,
        "session_id": case.scan.session_id,
        "force_reason": case.scan.forced,
        "ticket_code": case.scan.ticket_code,
        "registration_id": case.scan.registration_id,
        "answers": case.said.get("answers"),
    }
    wanted = {name: value for name, value in scan.items() if value}
    module = f"{site.url}/static/checkin/offline/alone.js"
    now_ms = case.now.timestamp() * 1000
    return page.evaluate(DECIDE, [module, wanted, status_of(case.setup) | status, record, now_ms])


def named(name: str) -> Case:
    return CASES[NAMES.index(name)]


def status_of(setup: EventSetup) -> Any:
    """Return what a device with every right is told of an event."""
    keys = SECRETS.ticket_public_keys.items()
    status = {
        "device_id": "kiosk",
        "rights": ["scan", "search", "force"],
        "event": DeviceEventSerializer(setup.event).data,
        "keys": {
            str(slot): base64.urlsafe_b64encode(key.public_bytes_raw()).decode().rstrip("=")
            for slot, key in keys
        },
        "types": [
            {"type_id": t.type_id, "number": t.number, "name": t.name, "valid_from": t.valid_from}
            for t in setup.types
        ],
        "gates": [
            {
                "gate_id": gate.gate_id,
                "name": gate.name,
                "type_ids": gate.type_ids,
                "zone_id": gate.zone_id,
                "sessions": gate.sessions,
                "badges": gate.badges,
            }
            for gate in setup.gates
        ],
        "zones": [
            {
                "zone_id": zone.zone_id,
                "within": zone.within,
                "emptied_daily": zone.emptied_daily,
                "emptied_at": zone.emptied_at,
            }
            for zone in setup.zones
        ],
        "rules": [RuleSerializer(rule).data for rule in setup.rules if rule.active],
        "questions": [StatusQuestionSerializer(q).data for q in setup.questions],
        "layouts": [],
    }
    return json.loads(json.dumps(status, cls=JSONEncoder))
