"""Steps of the organizers' admin, and of logs and tracing."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import requests

from tests.smoke import places
from tests.smoke.registration import Step
from tests.smoke.world import World, expect, hidden_fields


def sign_in(world: World) -> None:
    session = requests.Session()
    url = f"{world.web}/admin/login/?next=/admin/"
    page = session.get(url, timeout=30)
    username, password = world.known["login"]
    bad = hidden_fields(page.text) | {"username": username, "password": "wrong"}
    answer = session.post(url, data=bad, headers={"Referer": url}, timeout=30)
    expect("errornote" in answer.text, "a wrong password got in")
    fields = hidden_fields(answer.text) | {"username": username, "password": password}
    answer = session.post(url, data=fields, headers={"Referer": url}, timeout=30)
    expect("Log out" in answer.text or "logout" in answer.text, answer.text[:300])
    world.known["admin"] = session


def opened(world: World, path: str) -> str:
    answer = world.known["admin"].get(f"{world.web}/admin/{path}", timeout=30)
    expect(answer.status_code == 200, f"{path} -> {answer.status_code}")
    return str(answer.text)


def lists(world: World) -> None:
    for model in ("registration/event", "registration/agendasession", "registration/registration"):
        expect("results" in opened(world, f"{model}/"), model)
    expect("change-list" in opened(world, "requests_app/guestrequest/"), "guest requests")


def search(world: World) -> None:
    found = opened(world, "registration/registration/?event_id=demo&q=ada+smoke")
    expect("Ada Smoke" in found, "not found by name")
    found = opened(world, f"registration/registration/?event_id=demo&q={world.address('rush')}")
    expect("Rush Smoke" in found, "not found by address")
    expect(
        "Rush Smoke" not in opened(world, "registration/registration/?event_id=demo&q=ada+smoke")
    )


def change(world: World) -> None:
    path = f"registration/registration/{world.known['ada_id']}/change/"
    page = opened(world, path)
    url = f"{world.web}/admin/{path}"
    fields = hidden_fields(page) | form_values(page) | {"name": "Ada Changed", "_save": "Save"}
    answer = world.known["admin"].post(url, data=fields, headers={"Referer": url}, timeout=30)
    expect("Ada Changed" in answer.text and "errornote" not in answer.text, answer.url)
    history = opened(world, f"registration/registration/{world.known['ada_id']}/history/")
    expect("name" in history.lower() and world.known["login"][0] in history, "no history")


def form_values(page: str) -> dict[str, str]:
    """Return what the fields of an admin form hold now."""
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        kind, name = re.search(r'type="(\w+)"', tag), re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name and kind and kind[1] in ("text", "email", "tel", "number"):
            found[name[1]] = value[1] if value else ""
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'value="([^"]*)"[^>]*selected', body)
        if chosen:
            found[name] = chosen[1]
    return found


def act(world: World) -> None:
    url = f"{world.web}/admin/registration/registration/?event_id=demo&q={world.address('after')}"
    page = world.known["admin"].get(url, timeout=30).text
    chosen = re.search(r'name="_selected_action" value="([^"]+)"', page)
    expect(chosen, "nothing to select")
    assert chosen
    fields = hidden_fields(page)
    fields |= {"action": "cancel", "_selected_action": chosen[1], "index": "0"}
    asked = world.known["admin"].post(url, data=fields, headers={"Referer": url}, timeout=30)
    fields = hidden_fields(asked.text)
    expect(fields.get("confirmed") == "yes", "nobody asked whether to cancel")
    answer = world.known["admin"].post(url, data=fields, headers={"Referer": url}, timeout=30)
    expect("cancelled" in answer.text.lower(), answer.text[:300])
    world.mail(world.address("after"), "ancelled")


def acted(world: World, act: str, registration_id: str, **said: str) -> str:
    """Do one of the acts that the page of a registration offers; return the page after it."""
    path = f"registration/registration/{registration_id}/{act}/"
    url, page = f"{world.web}/admin/{path}", opened(world, path)
    fields = hidden_fields(page) | said
    answer = world.known["admin"].post(url, data=fields, headers={"Referer": url}, timeout=30)
    expect(answer.ok and "errornote" not in answer.text, f"{act} -> {answer.status_code}")
    return str(answer.text)


def approve(world: World) -> None:
    acted(world, "approve", world.known["maker_token"][:16])
    mail = world.mail(world.address("maker"), "ay")
    expect("45" in mail["text"], mail["text"])


def paid(world: World) -> None:
    places.payment(world)
    world.mail(world.address("maker"), "Your ticket")


def erase(world: World) -> None:
    """Nothing of a guest is found any more, and the counts stay."""
    acted(world, "erase", world.known["asked_token"][:16], sure="on")
    found = opened(world, "registration/registration/?event_id=demo&q=asked+smoke")
    expect("Asked Smoke" not in found, "the guest is still listed")


# -- logs and tracing --
def log_lines(world: World) -> list[str]:
    logs, lines = world.aws("logs"), []
    for group in logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/eventsite-")["logGroups"]:
        found: dict[str, Any] = {}
        while True:
            token = {"nextToken": found["nextToken"]} if found.get("nextToken") else {}
            found = logs.filter_log_events(logGroupName=group["logGroupName"], **token)
            lines += [f"{group['logGroupName']} {e['message']}" for e in found["events"]]
            if not found.get("nextToken"):
                break
    for file in Path(world.running["log_dir"]).glob("web*.log"):
        lines += [f"web {line}" for line in file.read_text(errors="replace").splitlines()]
    return lines


def traced(world: World) -> None:
    correlation = f"smoke-{world.run}-ask"
    places = ("web", "announce-changes")
    deadline = time.monotonic() + 20
    while True:
        lines = [line for line in log_lines(world) if correlation in line]
        missing = [place for place in places if not any(place in line for line in lines)]
        if not missing or time.monotonic() > deadline:
            break
        time.sleep(1)
    expect(not missing, f"{correlation} is not in the log of {missing}")
    ticket = [line for line in log_lines(world) if f"smoke-{world.run}-ada" in line]
    expect(any("send-notifications" in line for line in ticket), ticket[:3])


def private(world: World) -> None:
    lines = log_lines(world)
    expect(len(lines) > 20, f"only {len(lines)} log lines")
    for personal in ("example.org", "Smoke", "+35385", world.known["ada_token"][17:]):
        leaks = [line for line in lines if personal in line and "smoke-" not in personal]
        expect(not leaks, f"{personal!r} is in the log: {leaks[:1]}")


STEPS: list[Step] = [
    ("an organizer signs in; a wrong password does not", sign_in),
    ("the admin lists events, sessions, registrations and requests", lists),
    ("the admin finds guests by name and by address", search),
    ("the admin changes a guest and keeps the history", change),
    ("an admin action cancels, and the guest is told", act),
    ("an organizer approves a maker, who is asked to pay", approve),
    ("a signed payment confirms the maker's place, once", paid),
    ("an organizer erases a guest's data", erase),
]
LATE_STEPS: list[Step] = [
    ("one correlation id from the API call to the delivered message", traced),
    ("no personal data in any log", private),
]
