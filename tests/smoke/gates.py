"""Steps of zones, rules, offline uploads, rights and badges at the doors."""

from __future__ import annotations

import tempfile
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.smoke.doors import a_scan, device, managed
from tests.smoke.registration import Step
from tests.smoke.world import World, expect


def _kiosk(world: World) -> dict[str, str]:
    return {"Authorization": device(world, "kiosk")}


def _scan(world: World, **more: Any) -> Any:
    scan = a_scan(world, world.known["ada_code"]) | more
    return world.call("POST", f"{world.api}/scans", scan, **_kiosk(world))


def _inside(world: World, zone_id: str) -> int:
    status = world.call("GET", f"{world.api}/device", **_kiosk(world))
    zone = next(zone for zone in status["zones"] if zone["zone_id"] == zone_id)
    return int(zone["inside"])


def zone_counted(world: World) -> None:
    before = world.known["attic"] = _inside(world, "attic")
    entered = _scan(world, gate_id="attic", direction="entry")
    expect((entered["code"], entered["zone_id"]) == ("ok", "attic"), entered)
    again = _scan(world, gate_id="attic", direction="entry")
    expect(again["code"] == "already_admitted", again)
    world.wait("a count of one more", lambda: _inside(world, "attic") == before + 1, 15)


def left(world: World) -> None:
    gone = _scan(world, gate_id="attic", direction="exit")
    expect((gone["code"], gone["direction"]) == ("ok", "exit"), gone)
    again = _scan(world, gate_id="attic", direction="exit")
    expect(again["code"] == "not_inside", again)
    before = world.known["attic"]
    world.wait("a count as before", lambda: _inside(world, "attic") == before, 15)


def rule_refuses(world: World) -> None:
    for _ in range(2):
        for way in ("entry", "exit"):
            expect(_scan(world, gate_id="attic", direction=way)["code"] == "ok", way)
    spent = _scan(world, gate_id="attic", direction="entry")
    expect(spent["code"] == "no_entries_left" and "three turns a day" in spent["rule"], spent)


def uploaded(world: World) -> None:
    """Two kiosks were offline and both let the same guest in."""
    known, now = world.known, datetime.now(UTC)
    body = a_scan(world, known["ada_code"]) | {
        "gate_id": "yard",
        "direction": "entry",
        "scanned_at": (now - timedelta(minutes=1)).isoformat(),
        "offline_code": "ok",
    }
    batch = {"sent_at": now.isoformat(), "scans": [body, {"scan_id": "none"}]}
    for replayed in (False, True):
        said = world.call("POST", f"{world.api}/scans/batch", batch, **_kiosk(world))["answers"]
        expect([each["status"] for each in said] == [200, 400], said)
        verdict = said[0]["verdict"]
        expect((verdict["code"], verdict["replayed"]) == ("ok", replayed), verdict)
    expect(verdict["conflict"]["reason"] == "twice", verdict)
    status = world.call("GET", f"{world.api}/device", **_kiosk(world))
    expect(verdict["conflict"] in status["conflicts"], status["conflicts"])
    world.known["conflicting"] = body["scan_id"]


def asked_at_the_door(world: World) -> None:
    """Somebody without a ticket is registered on the spot, and answers a question."""
    body = {"type_id": "friend", "guest": {"name": "Fran Smoke"}}
    url = f"{world.api}/events/demo/walk-ins"
    key = f"walk-in-door-{world.run}"
    made = world.call("POST", url, body, want=201, Idempotency_Key=key, **_kiosk(world))
    code = {"ticket_code": made["ticket_code"]}
    asked = _scan(world, **code)
    expect((asked["outcome"], asked["code"]) == ("incomplete", "needs_answers"), asked)
    question = asked["questions"][0]["question_id"]
    done = _scan(world, answers={question: ["yes"]}, **code)
    expect((done["code"], done["guest_name"]) == ("ok", "Fran Smoke"), done)


def searched(world: World) -> None:
    url = f"{world.api}/guests?query={world.address('ada')}"
    found = world.call("GET", url, **_kiosk(world))["guests"]
    expect([guest["registration_id"] for guest in found] == [world.known["ada_id"]], found)
    expect(found[0]["inside"] is True, found)
    by_last_name = world.call("GET", f"{world.api}/guests?query=smoke, fran", **_kiosk(world))
    expect({guest["name"] for guest in by_last_name["guests"]} == {"Fran Smoke"}, by_last_name)
    world.refused("GET", url, None, 403, "forbidden", Authorization=device(world, "phone"))


def undone(world: World) -> None:
    url = f"{world.api}/scans/{world.known['conflicting']}/undo"
    body = {"undo_id": str(uuid.uuid4()), "reason": "Smoke: it was a test of ours"}
    first = world.call("POST", url, body, **_kiosk(world))
    again = world.call("POST", url, body, **_kiosk(world))
    expect((first["replayed"], again["replayed"]) == (False, True), again)
    world.known["undo_id"] = body["undo_id"]
    status = world.call("GET", f"{world.api}/device", **_kiosk(world))
    mine = [c for c in status["conflicts"] if c["registration_id"] == world.known["ada_id"]]
    expect(not mine, mine)


def badge_printed(world: World) -> None:
    url, guest = f"{world.api}/badges", world.known["ada_id"]
    body = {"registration_id": guest, "print_id": str(uuid.uuid4()), "format": "zpl"}
    first = world.call("POST", url, body, **_kiosk(world))
    expect(first["first"] is True and "^XA" in first["zpl"], first)
    expect(world.call("POST", url, body, **_kiosk(world))["replayed"] is True)
    more = {"registration_id": guest, "print_id": str(uuid.uuid4())}
    world.refused("POST", url, more, 409, "not_allowed", **_kiosk(world))
    again = world.call("POST", url, more | {"reason": "Smoke: lost"}, **_kiosk(world))
    expect(again["serial"] != first["serial"], again)
    old = _scan(world, gate_id="yard", direction="entry")
    expect(old["code"] == "revoked", old)
    world.known["ada_code"] = again["ticket_code"]


def roster(world: World) -> None:
    page = world.call("GET", f"{world.api}/roster", **_kiosk(world))
    expect(page["records"] and page["roster_at"], page)
    expect("Ada" not in str(page) and "example.org" not in str(page), str(page)[:300])


def board_shows(world: World) -> None:
    """Organizers see the doors live: who is inside, what was refused."""
    page = world.known["admin"].get(f"{world.web}/admin/checkin/board/demo/change/", timeout=30)
    expect(page.ok and "Attic workshop" in page.text, page.text[:300])
    parts = f"{world.web}/admin/checkin/board/demo/parts/"

    def refusals_counted() -> bool:
        return "Already checked in" in str(world.known["admin"].get(parts, timeout=30).text)

    world.wait("refusals on the board", refusals_counted)


def ledger_holds(world: World) -> None:
    """Every scan so far is in its device's chain, the undo too, and nothing was changed."""

    def verified() -> bool:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "ledger.csv"
            done = managed(world, "verify_ledger", "demo", "--export", str(file))
            world.known["ledger"] = done.stdout + done.stderr
            return done.returncode == 0 and world.known["undo_id"] in file.read_text()

    world.wait("whole ledger", verified, 60)
    expect("Demo kiosk" in world.known["ledger"], world.known["ledger"])


STEPS: list[Step] = [
    ("a zone counts who comes in, once", zone_counted),
    ("and who leaves it", left),
    ("a rule refuses in words", rule_refuses),
    ("what was scanned offline is merged, twice is a conflict", uploaded),
    ("a walk-in answers a question at the door, and is let in", asked_at_the_door),
    ("a guest is found at the door", searched),
    ("a scan is undone, once", undone),
    ("a badge is printed once, a reprint voids the old", badge_printed),
    ("the roster names nobody", roster),
]
LATE_STEPS: list[Step] = [
    ("organizers watch the doors live", board_shows),
    ("the ledger of scans is whole and unchanged", ledger_holds),
]
