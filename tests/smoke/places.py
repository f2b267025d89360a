"""Steps of what a place costs, who approves it, who waits for one, and groups."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any

from eventsite.core.store.secrets import Secrets
from tests.smoke.registration import Step, applied, registrations
from tests.smoke.world import World, expect, token_of


def own(world: World, token: str) -> dict[str, Any]:
    one = f"{world.api}/registrations/{token[:16]}"
    found: dict[str, Any] = world.call("GET", one, X_Guest_Token=token)
    return found


def sold_out(world: World) -> None:
    body = applied(world, "late") | {"type_id": "early"}
    answer = world.call(
        "POST", registrations(world), body, want=202, Idempotency_Key=f"late-{world.run}"
    )
    expect(answer["status"] == "waitlisted", answer)
    mine = own(world, token_of(world.mail(world.address("late"), "waiting list")))
    expect(mine["ahead"] >= 1 and not mine["held_until"], mine)


def hidden(world: World) -> None:
    body = applied(world, "friend") | {"type_id": "friend"}
    url = registrations(world)
    world.refused("POST", url, body, 404, "not_found", Idempotency_Key=f"f1-{world.run}")
    shown = world.call("GET", f"{world.api}/events/demo?code=lantern")
    expect("friend" in {kind["type_id"] for kind in shown["types"]}, shown["types"])
    body["code"] = "lantern"
    world.call("POST", url, body, want=202, Idempotency_Key=f"f2-{world.run}")
    world.mail(world.address("friend"), "ticket")


def group(world: World) -> None:
    guests = [applied(world, f"group{n}") for n in range(3)]
    url, key = f"{world.api}/events/demo/groups", f"group-{world.run}"
    bad = [*guests, applied(world, "group3", email="nonsense")]
    refused = world.refused("POST", url, {"guests": bad}, 400, "invalid", Idempotency_Key=key)
    expect(refused["field"].startswith("guests.3"), refused)
    for _ in range(2):
        world.call("POST", url, {"guests": guests}, want=202, Idempotency_Key=key)
    token = token_of(world.mail(world.address("group0"), "ticket"))
    world.mail(world.address("group2"), "ticket")
    expect(len(own(world, token)["party"]) == 3, "not a party of three")


def questions(world: World) -> None:
    body = applied(world, "asked")
    body["answers"] = {"diet": "Something else"}
    url = registrations(world)
    refused = world.refused("POST", url, body, 400, "invalid", Idempotency_Key=f"q1-{world.run}")
    expect(refused["field"] == "answers.diet-other", refused)
    body["answers"] |= {"diet-other": "No walnuts", "photos": True, "workshops": ["Wood", "Soup"]}
    world.call("POST", url, body, want=202, Idempotency_Key=f"q2-{world.run}")
    token = token_of(world.mail(world.address("asked"), "ticket"))
    mine = own(world, token)
    expect(mine["answers"]["diet-other"] == ["No walnuts"], mine["answers"])
    expect(mine["consents"][0]["text"].startswith("You may take pictures"), mine["consents"])
    world.known["asked_token"] = token


def approval(world: World) -> None:
    body = applied(world, "maker") | {"type_id": "maker", "answers": {"bringing": "Kites"}}
    answer = world.call(
        "POST", registrations(world), body, want=202, Idempotency_Key=f"maker-{world.run}"
    )
    expect(answer["status"] == "pending", answer)
    token = token_of(world.mail(world.address("maker"), "Lanternfold"))
    mine = own(world, token)
    expect(mine["awaiting"] == ["approval", "payment"] and mine["price"] == 4500, mine)
    world.known["maker_token"] = token


def payment(world: World) -> None:
    """The payment system says that the price was paid; only with the event's key."""
    registration_id = world.known["maker_token"][:16]
    told = {"registration_id": registration_id, "payment": "paid", "reference": f"P-{world.run}"}
    secret = world.aws("secretsmanager").get_secret_value(
        SecretId=world.env["EVENTSITE_SECRETS_ID"]
    )
    key = next(iter(Secrets.parse(secret["SecretString"]).payment_keys("demo")))
    body, now = json.dumps(told), int(time.time())
    signed = hmac.new(key, f"{now}.{body}".encode(), hashlib.sha256).hexdigest()
    url = f"{world.api}/events/demo/payments"
    world.refused(
        "POST", url, body, 401, "bad_signature",
        Eventsite_Signature=f"t={now},v1={'0' * 64}",
    )  # fmt: skip
    for _ in range(2):
        settled = world.call("POST", url, body, Eventsite_Signature=f"t={now},v1={signed}")
        expect(settled["payment"] == "paid", settled)


def walk_in(world: World) -> None:
    body = {"type_id": "standard", "guest": {"name": "Walked Smoke"}}
    url, kiosk = f"{world.api}/events/demo/walk-ins", f"Device {world.known['kiosk']}"
    world.refused("POST", url, body, 401, "bad_device", Idempotency_Key=f"w-{world.run}")
    answer = world.call(
        "POST", url, body, want=201, Authorization=kiosk, Idempotency_Key=f"w-{world.run}"
    )
    expect(len(answer["ticket_code"]) == 130, answer)


def lost_link(world: World) -> None:
    url = f"{world.api}/events/demo/links"
    for who in ("asked", "nobody-at-all"):
        answer = world.call("POST", url, {"email": world.address(who)}, want=202)
        expect(answer == {"state": "received"}, answer)
    world.wait("link", lambda: len(world.messages(to=world.address("asked"))) == 2)
    expect(not world.messages(to=world.address("nobody-at-all")), "a stranger got a mail")


def my_data(world: World) -> None:
    token = world.known["asked_token"]
    one = f"{world.api}/registrations/{token[:16]}"
    data = world.call("GET", f"{one}/data", X_Guest_Token=token)
    expect("No walnuts" in json.dumps(data), data)
    world.refused("GET", f"{one}/data", None, 401, "bad_token")


STEPS: list[Step] = [
    ("a sold-out ticket puts the guest on the waiting list", sold_out),
    ("a hidden ticket type opens by its promo code", hidden),
    ("a group registers, all or none, once", group),
    ("questions are asked where they apply; a consent is kept with its words", questions),
    ("a maker waits for approval", approval),
    ("a device registers a walk-in", walk_in),
    ("a lost link comes by mail, and only to who has one", lost_link),
    ("a guest exports all that is held about them", my_data),
]
