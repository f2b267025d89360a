"""Steps of check-in, guest requests and sessions."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.smoke.registration import Step, applied, registrations
from tests.smoke.world import World, expect, token_of

ROOT = Path(__file__).resolve().parents[2]
REAL_AGENDA = (
    Path(os.environ.get("EVENTSITE_TEST_SHARED_DATA", ROOT.parent / "shared" / "data"))
    / "31c3-schedule.xml"
)


class Skipped(Exception):
    """A step cannot run here; the text says why."""


def a_scan(world: World, code: str) -> dict[str, Any]:
    return {
        "scan_id": str(uuid.uuid4()),
        "gate_id": "main",
        "ticket_code": code,
        "scanned_at": datetime.now(UTC).isoformat(),
    }


def device(world: World, which: str) -> str:
    return f"Device {world.known[which]}"


def kiosk_page(world: World) -> None:
    page = world.call("GET", f"{world.web}/kiosk/").text
    expect("<script" in page, page[:300])
    policy = world.known["last"].headers["Content-Security-Policy"]
    expect("unsafe" not in policy, policy)
    status = world.call("GET", f"{world.api}/device", Authorization=device(world, "kiosk"))
    expect(status["event"]["event_id"] == "demo", status)


def admitted(world: World) -> None:
    scan = a_scan(world, world.known["ada_code"])
    verdict = world.call("POST", f"{world.api}/scans", scan, Authorization=device(world, "kiosk"))
    expect((verdict["code"], verdict["replayed"]) == ("ok", False), verdict)
    expect(verdict["guest_name"] == "Ada Smoke", verdict)
    world.known |= {"scan": scan, "verdict": verdict}


def replayed(world: World) -> None:
    again = world.call(
        "POST", f"{world.api}/scans", world.known["scan"], Authorization=device(world, "kiosk")
    )
    expect(again == world.known["verdict"] | {"replayed": True}, again)
    other = world.known["scan"] | {"ticket_code": "A" * 130}
    world.refused(
        "POST", f"{world.api}/scans", other, 422, "key_reused",
        Authorization=device(world, "kiosk"),
    )  # fmt: skip


def second_scan(world: World) -> None:
    scan = a_scan(world, world.known["ada_code"])
    verdict = world.call("POST", f"{world.api}/scans", scan, Authorization=device(world, "kiosk"))
    expect(verdict["code"] == "already_admitted", verdict)
    expect(verdict["first"]["gate_id"] == "main" and verdict["first"]["at"], verdict)


def bad_scans(world: World) -> None:
    url, good = f"{world.api}/scans", world.known["ada_code"]
    forged = good[:40] + ("A" if good[40] != "A" else "B") + good[41:]
    for code, want in ((forged, "bad_signature"), ("hello", "unknown")):
        verdict = world.call("POST", url, a_scan(world, code), Authorization=device(world, "kiosk"))
        expect(verdict["code"] == want, verdict)
    world.refused("POST", url, a_scan(world, good), 401, "bad_device")
    world.refused(
        "POST", url, a_scan(world, good), 401, "bad_device", Authorization="Device nobody.secret"
    )
    world.refused("POST", url, [], 400, "invalid", Authorization=device(world, "kiosk"))


# -- guest requests --
def asks(world: World) -> None:
    items = world.call("GET", f"{world.api}/events/demo/items")["items"]
    item = next(i for i in items if not i.get("type_ids"))
    url = f"{world.api}/registrations/{world.known['ada_id']}/requests"
    wish = {"item_id": item["item_id"], "quantity": 1, "note": "smoke"}
    headers = {"X_Guest_Token": world.known["ada_token"], "Idempotency_Key": f"ask-{world.run}"}
    correlation = f"smoke-{world.run}-ask"
    made = world.call("POST", url, wish, want=201, X_Correlation_Id=correlation, **headers)
    again = world.call("POST", url, wish, **headers)
    request = made
    expect(again["request_id"] == request["request_id"], again)
    expect(again["replayed"] is True, again)
    world.known |= {"request": request, "ask_correlation": correlation}


def staff_told(world: World) -> None:
    request_id = world.known["request"]["request_id"]

    def about(kind: str) -> dict[str, Any] | None:
        found = world.messages(kind=kind)
        return next((m for m in found if request_id in str(m)), None)

    hook = world.wait("HTTP delivery to staff", lambda: about("staff_http"))
    expect(world.known["ask_correlation"] in str(hook), hook)


def staff_mailed(world: World) -> None:
    request_id = world.known["request"]["request_id"]
    mail = world.wait(
        "e-mail to staff",
        lambda: next(
            (
                m
                for m in world.messages()
                if request_id in str(m.get("text"))
                and m["kind"] not in ("staff_http", "sms", "push")
            ),
            None,
        ),
    )
    expect(mail["to"], mail)


def fulfilled(world: World) -> None:
    request = world.known["request"]
    phone = device(world, "phone")
    station = f"{world.api}/stations/{request['station_id']}/requests"
    waiting, cursor = [], ""
    while cursor is not None:
        page = world.call(
            "GET", f"{station}?cursor={cursor}" if cursor else station, Authorization=phone
        )
        waiting += page["requests"]
        cursor = page["next"]
    expect(request["request_id"] in [w["request_id"] for w in waiting], waiting[:3])
    url = f"{world.api}/requests/{request['request_id']}/fulfil"
    world.refused("POST", url, {}, 403, "forbidden", Authorization=device(world, "kiosk"))
    done = world.call("POST", url, {}, Authorization=phone)
    expect(done["status"] == "fulfilled", done)
    mail = world.mail(world.address("ada"), "Handed over")
    expect(request["item_name"] in mail["text"], mail["text"])


# -- sessions --
def managed(world: World, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command of manage.py beside the running system."""
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=os.environ | world.env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def imported(world: World, path: Path, event: str = "demo") -> str:
    done = managed(world, "import_agenda", event, str(path))
    expect(done.returncode == 0, done.stderr[-600:])
    return done.stdout


def session_made(world: World) -> None:
    start = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=10)
    session = f"smoke-{world.run}"
    agenda = f"""<?xml version="1.0"?><schedule><conference><title>s</title></conference>
      <day index="1" date="{start:%Y-%m-%d}"><room name="Smoke room">
      <event guid="{session}" id="1"><date>{start.isoformat()}</date><start>{start:%H:%M}</start>
      <duration>00:30</duration><room>Smoke room</room><title>Smoke session {world.run}</title>
      <language>en</language></event></room></day></schedule>"""
    with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
        file.write(agenda)
        file.flush()
        imported(world, Path(file.name))
    guests = {"sms": {"phone": "+353851234567"}, "push": {"push_token": f"token-{world.run}"}}
    tokens = {world.known["ada_id"]: world.known["ada_token"]}
    for channel, how in guests.items():
        body = applied(world, channel, channel=channel, **how)
        world.call(
            "POST", registrations(world), body, want=202, Idempotency_Key=f"{channel}-{world.run}"
        )
        token = token_of(world.mail(world.address(channel), "ticket"))
        tokens[token[:16]] = token

    def signed_up() -> bool:
        for registration_id, token in tokens.items():
            url = f"{world.api}/registrations/{registration_id}/sign-ups/{session}"
            answer = world.http.put(url, headers={"X-Guest-Token": token}, timeout=30)
            if answer.status_code == 404:
                return False  # another process may know the old agenda for some seconds
            expect(answer.ok, answer.text)
        return True

    world.wait("sign-up", signed_up, 20)


def session_told(world: World) -> None:
    title = f"Smoke session {world.run}"
    world.mail(world.address("ada"), title, seconds=90)
    for kind in ("sms", "push"):
        world.wait(
            f"{kind} message", lambda k=kind: [m for m in world.messages(kind=k) if title in str(m)]
        )
    about = [m for m in world.messages() if title in str(m)]
    expect(len(about) == 3, f"{len(about)} messages for 3 guests")


def real_agenda(world: World) -> None:
    if not REAL_AGENDA.exists():
        raise Skipped("the shared data folder is absent")
    first = imported(world, REAL_AGENDA, "demo")
    again = imported(world, REAL_AGENDA, "demo")
    expect("138" in first, first)
    expect("0 new, 0 changed, 138 same" in again, again)


STEPS: list[Step] = [
    ("the kiosk page and its device status", kiosk_page),
    ("a device scans the ticket: admitted", admitted),
    ("the same scan again gets the same verdict; another payload does not", replayed),
    ("another scan is refused with when and where", second_scan),
    ("forged, foreign and unauthorised scans are refused", bad_scans),
    ("guests sign up for a session that starts soon", session_made),
    ("the guest asks for an item, a double tap once", asks),
    ("staff get the HTTP delivery with the same correlation id", staff_told),
    ("staff get the e-mail", staff_mailed),
    ("staff fulfil it and the guest is told", fulfilled),
]
LATE_STEPS: list[Step] = [
    ("a real agenda of 138 sessions is imported, once", real_agenda),
    ("the schedule fired: one message each by e-mail, SMS and push", session_told),
]
