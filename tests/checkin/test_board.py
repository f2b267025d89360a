"""The live board, the conflicts and the ledger's export: what organizers see of the doors."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from eventsite.core.domain.attendance import Attendance
from eventsite.core.domain.registrations import Registration
from eventsite.core.domain.scan_ledger import Head
from eventsite.core.domain.staff import DeviceReport
from eventsite.core.domain.zones import Zone
from eventsite.core.services import boards
from eventsite.core.services.chaining import DoorChanges, attended, chain, registered, scanned
from eventsite.core.services.jobs import Shift, run
from eventsite.core.services.organizing import save_door_part
from eventsite.core.store import keys, ledger_keys
from eventsite.core.store.files import export_file
from eventsite.core.store.items import dump, load
from eventsite.core.store.scan_ledger import fact_of
from eventsite.core.store.table import from_wire
from tests.checkin.conftest import Door
from tests.checkin.test_admin import signed_in
from tests.conftest import everything
from tests.repoadmin.pages import column, text

BOARD = "/admin/checkin/board/demo/change/"
PARTS = "/admin/checkin/board/demo/parts/"
CONFLICTS = "/admin/checkin/conflict/"


def stream(door: Door) -> None:
    """Bring everything that is in the table to the ledger, as the stream would."""
    changes = DoorChanges()
    for item in map(from_wire, everything()):
        match item.get("entity"):
            case "scan" | "undone_scan":
                changes += scanned(fact_of(item))
            case "attendance":
                changes += attended(None, load(Attendance, item))
            case "registration":
                changes += registered(None, load(Registration, item))
    chain(door.stores, changes, datetime.now(UTC))
    boards._kept.cache_clear()


@pytest.fixture
def office(settings: Any, door: Door) -> Client:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return signed_in("checkin_lead")


def figures(page: Any) -> dict[str, str]:
    found = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page.content.decode())
    return {name: re.sub(r"<.*?>", "", value).strip() for name, value in found}


def test_a_board_without_anything_says_so(office: Client) -> None:
    page = office.get(BOARD)
    assert page.status_code == 200
    assert "Nobody has come yet" in text(page)
    assert figures(page)["Let in"] == "0 of 0"


def test_it_counts_who_came_and_tells_why_others_did_not(office: Client, door: Door) -> None:
    crew = door.guest("crew@example.org", "crew")
    for _ in range(2):
        door.scan()
    door.scan(gate_id="stage")
    door.scan(ticket_code=door.ticket(crew), gate_id="stage")
    stream(door)
    page = office.get(BOARD)
    assert figures(page) | {"Devices online": ""} == {
        "Let in": "2 of 2",
        "Still to come": "0",
        "Inside now": "2",
        "Devices online": "",
        "Scans not yet sent": "0",
        "Open conflicts": "0",
    }
    told = text(page)
    assert "Already checked in 1" in told
    assert "This ticket type is not admitted at this gate 1" in told
    assert "Main gate: 1 in" in told
    assert "Too few scans to say." in told


def test_only_gates_that_somebody_came_in_at_have_a_chart(office: Client, door: Door) -> None:
    door.scan()
    stream(door)
    page = office.get(BOARD)
    charts = re.findall(r'<svg role="img" aria-label="(.*?)"', page.content.decode())
    assert len(charts) == 1
    assert re.match(r"Main gate: 1 came in, at most 1 in the quarter from \d\d:\d\d$", charts[0])
    assert "Stage door: 0 in" in text(page)


def test_who_already_has_these_parts_gets_none(office: Client, door: Door) -> None:
    first = office.get(PARTS)
    tag = first["ETag"]
    again = office.get(PARTS, HTTP_IF_NONE_MATCH=tag)
    assert (again.status_code, again.content) == (304, b"")
    door.scan()
    stream(door)
    fresh = office.get(PARTS, HTTP_IF_NONE_MATCH=tag)
    assert fresh.status_code == 200
    assert fresh["ETag"] != tag
    assert b"<html" not in fresh.content


def test_a_zone_tells_how_full_it_is(office: Client, door: Door) -> None:
    hall = Zone(event_id="demo", zone_id="hall", name="Hall", limit=1)
    save_door_part(door.stores.events, hall)
    gate = door.stores.events.fresh_setup("demo").gate("main")
    save_door_part(door.stores.events, replace(gate, zone_id="hall"), gate)
    door.scan()
    page = office.get(BOARD).content.decode()
    assert 'max="1" value="1" aria-label="Hall">' in page
    assert "1 of 1: full" in page


def test_devices_say_how_they_are(office: Client, door: Door) -> None:
    now = datetime.now(UTC)
    report = DeviceReport(
        device_id=door.device.device_id, event_id="demo", seen_at=now, gate_id="main", to_sync=3
    )
    door.stores.device_reports.keep(report)
    page = office.get(BOARD)
    assert figures(page)["Devices online"] == "1 of 1"
    assert figures(page)["Scans not yet sent"] == "3"
    assert "online Main gate 3" in text(page)


def test_another_day_is_asked_for(office: Client, door: Door) -> None:
    door.scan()
    stream(door)
    page = office.get(BOARD, {"day": f"{datetime.now(UTC) - timedelta(days=3):%Y-%m-%d}"})
    assert "Nobody has come yet" in text(page)
    assert office.get(BOARD, {"day": "no day"}).status_code == 200


def test_only_who_may_sees_a_board(office: Client, door: Door) -> None:
    assert Client().get(PARTS).status_code == 302
    assert office.get("/admin/checkin/board/nowhere/parts/").status_code == 404
    assert signed_in("viewer").get(PARTS).status_code == 200
    listed = office.get("/admin/checkin/board/")
    assert BOARD in listed.content.decode()
    assert "Live board" in text(office.get("/admin/registration/event/demo/change/"))


# -- conflicts --
@pytest.fixture
def conflict(door: Door) -> str:
    """Two devices that were offline let one guest in; returns the key of the conflict."""
    early = datetime.now(UTC) - timedelta(minutes=20)
    for minutes in (0, 5):
        at = (early + timedelta(minutes=minutes)).isoformat()
        answer = door.scan(scanned_at=at, offline_code="ok").json()
    said = answer["conflict"]
    return f"demo~{said['registration_id']}~{said['conflict_id']}"


def test_an_open_conflict_is_on_the_board_and_in_the_list(
    office: Client, door: Door, conflict: str
) -> None:
    page = office.get(BOARD)
    assert figures(page)["Open conflicts"] == "1"
    assert f"{CONFLICTS}{conflict}/change/" in page.content.decode()
    listed = office.get(CONFLICTS)
    assert column(listed, "guest") == ["Grace Hopper"]
    shown = text(office.get(f"{CONFLICTS}{conflict}/change/"))
    assert "in at Main gate, Kiosk 1 (decided offline)" in shown


def test_a_conflict_is_settled_once_with_a_reason(
    office: Client, door: Door, conflict: str
) -> None:
    page = f"{CONFLICTS}{conflict}/settle/"
    assert office.post(page, {"reason": ""}).status_code == 200
    done = office.post(page, {"reason": "came back for the coat"}, follow=True)
    assert "Settled." in text(done)
    assert "came back for the coat (checkin_lead" in text(done)
    again = office.post(page, {"reason": "came back for the hat"}, follow=True)
    assert "Somebody settled this conflict already" in text(again)
    assert column(office.get(CONFLICTS), "what") == []
    assert column(office.get(CONFLICTS, {"state": "settled"}), "what") == ["Let in twice"]
    assert "Settled" in text(office.get(f"{CONFLICTS}{conflict}/history/"))
    assert figures(office.get(BOARD))["Open conflicts"] == "0"


def test_undoing_one_of_the_scans_ends_the_conflict(
    office: Client, door: Door, conflict: str
) -> None:
    said = {"which": "second", "reason": "read by mistake"}
    done = office.post(f"{CONFLICTS}{conflict}/undo/", said, follow=True)
    assert "the scan counts no more" in text(done)
    assert column(office.get(CONFLICTS), "what") == []
    stream(door)
    page = office.get(BOARD)
    assert figures(page)["Let in"] == "1 of 1"
    assert "Main gate: 1 in" in text(page)


def test_who_only_looks_settles_nothing(office: Client, door: Door, conflict: str) -> None:
    viewer, before = signed_in("viewer"), everything()
    assert column(viewer.get(CONFLICTS), "what") == ["Let in twice"]
    for act in ("settle", "undo"):
        page = f"{CONFLICTS}{conflict}/{act}/"
        said = {"reason": "because", "which": "first"}
        assert viewer.post(page, said).status_code == 403
    assert everything() == before


# -- the ledger --
def test_the_ledger_is_exported_without_names(
    office: Client, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        door.scan()
        stream(door)  # one after the other: what a test finds in the table has no order
    organizer, page = signed_in("organizer"), "/admin/checkin/board/demo/ledger/"
    assert office.post(page, {"ending": "csv"}).status_code == 403
    answer = organizer.post(page, {"ending": "csv"})
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert len(lines) == 3
    assert ",Main gate,,entry,scan,ok,Welcome," in lines[1]
    assert ",already_admitted,Already checked in," in lines[2]
    assert "Grace" not in "".join(lines)
    assert organizer.post(page, {"ending": "xlsx"})["Content-Type"].endswith("sheet")
    assert "exported" in text(organizer.get("/admin/checkin/board/demo/history/"))
    monkeypatch.setattr("eventsite.core.services.exporting.AT_ONCE_MAX", 1)
    job = organizer.post(page, {"ending": "csv"})
    assert "/admin/registration/job/" in job["Location"]
    (asked,) = door.stores.jobs.of_event("demo", 10)
    shift = Shift(lambda: datetime.now(UTC), datetime.now(UTC) + timedelta(minutes=5))
    assert run(door.stores, asked.job_id, "worker", shift, queue=False)
    file = door.stores.files.get(export_file(asked.job_id, "csv")).decode()
    assert file.removeprefix("\ufeff").splitlines() == [
        line.removeprefix("\ufeff") for line in lines
    ]


def verified(*more: str) -> tuple[str, int]:
    out = io.StringIO()
    try:
        call_command("verify_ledger", "demo", *more, stdout=out)
    except SystemExit as stopped:
        return out.getvalue(), int(stopped.code or 0)
    return out.getvalue(), 0


def test_the_ledger_is_verified_from_the_command_line(door: Door, tmp_path: Path) -> None:
    for _ in range(3):
        door.scan()
    stream(door)
    told, code = verified("--export", str(tmp_path / "ledger.csv"))
    head = door.stores.scan_ledger.head(door.device.device_id)
    assert code == 0
    assert f"{head.hash} 3 {door.device.device_id}\tKiosk 1: sound" in told
    assert len((tmp_path / "ledger.csv").read_text().splitlines()) == 4
    (tmp_path / "before").write_text(told)

    entries = door.stores.scan_ledger.of_actor(door.device.device_id)
    table = door.stores.scans._table
    for entry in entries[1:]:
        table.delete(keys.scan(entry.fact.actor, entry.fact.entry_id))
        table.delete(ledger_keys.entry(entry.fact.actor, entry.fact.entry_id))
    told, code = verified()
    assert (code, "cut: " in told, "2 faults" in told) == (1, True, False)
    end = Head(seq=1, hash=entries[0].hash)
    table.put(ledger_keys.head(door.device.device_id) | dump("chain_head", end))
    assert verified()[1] == 0
    told, code = verified("--since", str(tmp_path / "before"))
    assert code == 1
    assert f"cut: {head.hash} 3 {door.device.device_id} was written down" in told


def test_no_such_event_is_said(door: Door) -> None:
    with pytest.raises(CommandError, match="not_found"):
        call_command("verify_ledger", "nowhere")
