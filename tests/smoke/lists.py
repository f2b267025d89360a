"""Steps of lists of guests: imported by the pipeline, taken back, exported."""

from __future__ import annotations

import re
from typing import Any

from tests.smoke.registration import Step
from tests.smoke.world import World, expect, hidden_fields

IMPORTS = "registration/guestimport/"
GUESTS = 40
TICKET = "standard"
PATIENCE = 90


def posted(world: World, path: str, **said: Any) -> Any:
    """Send a form of the admin as its page would, and return the answer."""
    url = path if path.startswith("http") else f"{world.web}/admin/{path}"
    session = world.known["admin"]
    fields = hidden_fields(session.get(url, timeout=30).text) | said
    files = {"file": fields.pop("file")} if "file" in fields else None
    return session.post(url, data=fields, files=files, headers={"Referer": url}, timeout=60)


def waited(world: World, state: str) -> None:
    """Wait until the function has brought the import to a state."""

    def there() -> bool:
        found = world.known["admin"].get(f"{world.known['import']}progress/", timeout=30).json()
        expect(not found["cause"], found["cause"])
        return bool(found["state"] == state and not found["going"])

    world.wait(f"import that is {state}", there, PATIENCE)


def plan(world: World) -> None:
    rows = (
        f"S{n},Listed Smoke {n},{world.address(f'listed{n}')},{TICKET}\n" for n in range(GUESTS)
    )
    content = "reference,name,email,ticket\n" + "".join(rows) + "S0,Twice,twice@example.org,\n"
    answer = posted(
        world,
        f"{IMPORTS}add/",
        event_id="demo",
        format="",
        file=("guests.csv", content.encode(), "text/csv"),
    )
    expect(answer.url.endswith("/change/"), answer.text[:300])
    world.known["import"] = answer.url.removesuffix("change/")
    waited(world, "planned")
    page = world.known["admin"].get(answer.url, timeout=30).text
    expect(f"{GUESTS} new" in page and "1 conflict" in page, "another plan")
    expect(f"New guests: {GUESTS}." in page, "nothing to apply")


def apply(world: World) -> None:
    page = f"{world.known['import']}change/"
    session = world.known["admin"]
    fields = hidden_fields(session.get(page, timeout=30).text)
    url = f"{world.known['import']}apply/"
    session.post(url, data=fields, headers={"Referer": page}, timeout=30)
    waited(world, "applied")
    expect(f"{GUESTS} registered" in session.get(page, timeout=30).text, "not all registered")


def export(world: World) -> None:
    answer = posted(world, "registration/job/export/", event_id="demo", ending="csv", status="")
    expect(answer.status_code == 200, f"export -> {answer.status_code}")
    names = re.findall(r"Listed Smoke \d+", answer.text)
    expect(len(set(names)) == GUESTS, f"{len(set(names))} of {GUESTS} exported")


def undo(world: World) -> None:
    posted(world, f"{world.known['import']}undo/")
    waited(world, "undone")
    page = world.known["admin"].get(f"{world.known['import']}change/", timeout=30).text
    expect(f"{GUESTS} removed" in page, "not all removed")


STEPS: tuple[Step, ...] = (
    ("a list of guests is planned by the pipeline", plan),
    ("the plan is applied", apply),
    ("guests are exported", export),
    ("the import is undone", undo),
)
