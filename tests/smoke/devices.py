"""Steps of devices: one-time codes, status, programs with a token of the user pool."""

from __future__ import annotations

import html
import re
from typing import Any

from tests.smoke.registration import Step
from tests.smoke.world import World, expect, hidden_fields

DEVICES = "accounts/device"


def added(world: World, **fields: Any) -> str:
    """Add a device in the admin; returns the page that says so."""
    session, url = world.known["admin"], f"{world.web}/admin/{DEVICES}/add/"
    page = session.get(url, timeout=30)
    body = hidden_fields(page.text) | {"event_id": "demo", "_save": "Save"} | fields
    answer = session.post(url, data=body, headers={"Referer": url}, timeout=30)
    expect("errornote" not in answer.text, answer.text[:2000])
    return html.unescape(answer.text)


def enrolled(world: World) -> None:
    """Add a device and connect it with its code, which is worth nothing afterwards."""
    page = added(world, name=f"Smoke {world.run}", rights=["scan", "search"])
    found = re.search(r'device-code">([^<]+)<', page)
    expect(found, page[:2000])
    code, url = found[1] if found else "", f"{world.api}/device/enrolments"
    answer = world.call("POST", url, {"code": code.lower()}, want=201)
    expect(answer["credential"].startswith(f"{answer['device_id']}."), answer)
    world.refused("POST", url, {"code": code}, 401, "bad_code")
    world.known["smoke_device"] = answer


def told(world: World) -> None:
    """A device tells how it is, and organizers see it."""
    mine = f"Device {world.known['smoke_device']['credential']}"
    said = {"to_sync": 3, "printer": "ready", "app": "smoke", "gate_id": "main"}
    status = world.call("POST", f"{world.api}/device", said, Authorization=mine)
    expect(status["rights"] == ["scan", "search"] and status["keys"], status)
    page = f"{world.web}/admin/{DEVICES}/{world.known['smoke_device']['device_id']}/change/"
    shown = world.wait("report", lambda: "Online" in world.known["admin"].get(page).text)
    expect(shown)


def revoked(world: World) -> None:
    device = world.known["smoke_device"]
    url = f"{world.web}/admin/{DEVICES}/{device['device_id']}/revoke/"
    session = world.known["admin"]
    fields = hidden_fields(session.get(url, timeout=30).text)
    session.post(url, data=fields, headers={"Referer": url}, timeout=30)
    mine = f"Device {device['credential']}"
    world.refused("GET", f"{world.api}/device", None, 401, "bad_device", Authorization=mine)


def program(world: World) -> None:
    """A program comes with a token that the user pool gives to its app client."""
    pool_id = world.env["EVENTSITE_COGNITO_ISSUER"].rsplit("/", 1)[-1]
    client = world.aws("cognito-idp").create_user_pool_client(
        UserPoolId=pool_id,
        ClientName=f"smoke-{world.run}",
        GenerateSecret=True,
        AllowedOAuthFlows=["client_credentials"],
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthScopes=["eventsite/checkin"],
    )["UserPoolClient"]
    answer = world.http.post(
        f"{world.env['AWS_ENDPOINT_URL']}/oauth2/token",
        data={"grant_type": "client_credentials", "scope": "eventsite/checkin"},
        auth=(client["ClientId"], client["ClientSecret"]),
        timeout=30,
    )
    expect(answer.status_code == 200, answer.text)
    bearer = f"Bearer {answer.json()['access_token']}"
    url = f"{world.api}/device"
    world.refused("GET", url, None, 401, "bad_device", Authorization=bearer)
    added(world, name=f"Program {world.run}", rights=["scan"], client_id=client["ClientId"])
    status = world.call("GET", url, Authorization=bearer)
    expect(status["device_id"] == client["ClientId"], status)


STEPS: list[Step] = [
    ("a device is connected with a one-time code", enrolled),
    ("a device tells how it is, and organizers see it", told),
    ("a revoked device is refused at once", revoked),
    ("a program is a device by a token of its app client", program),
]
