"""DynamoDB calls and write units of one request, counted on the local engine."""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from eventsite.core import wiring
from eventsite.core.domain.events import Gate
from eventsite.core.store.tables import EVENTS_TABLE, OFFICE_TABLE
from eventsite.local.processes import Engine
from tests.bench.guests import EVENT, a_body, a_fair
from tests.bench.measuring import Measure

REQUESTS = 20
SECRET = json.dumps({"current": "1", "1": "bench" * 12})


class Counter:
    """Counts calls and write units of a boto3 client while ``on``."""

    def __init__(self, client: Any) -> None:
        self.calls, self.units, self.on = 0, 0.0, False
        events = client.meta.events
        events.register("before-parameter-build.dynamodb", self._ask)
        events.register("after-call.dynamodb", self._note)

    def _ask(self, params: dict[str, Any], **_: Any) -> None:
        params.setdefault("ReturnConsumedCapacity", "INDEXES")

    def _note(self, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        if not self.on:
            return
        self.calls += 1
        consumed = parsed.get("ConsumedCapacity") or []
        if model.name in ("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"):
            for one in consumed if isinstance(consumed, list) else [consumed]:
                self.units += one.get("WriteCapacityUnits") or one.get("CapacityUnits", 0.0)


def measure() -> list[Measure]:
    """Medians over requests of a warm process, with all that they need to know who calls."""
    with tempfile.TemporaryDirectory() as state, Engine(state, interval=60) as engine:
        os.environ.update(engine.env)
        os.environ.update(
            {
                "EVENTSITE_EVENTS_TABLE": "eventsite-events",
                "EVENTSITE_OFFICE_TABLE": "eventsite-office",
                "EVENTSITE_SECRETS_ID": "eventsite-secrets",
                "EVENTSITE_ALLOWED_HOSTS": "testserver",
                "EVENTSITE_LOG_LEVEL": "ERROR",
                "DJANGO_SETTINGS_MODULE": "eventsite.settings",
            }
        )
        wiring.forget()
        return _measured()


def _measured() -> list[Measure]:
    import django
    from django.test import Client

    django.setup()
    from eventsite.core.domain.staff import DeviceRight
    from eventsite.core.services.devices import enrol
    from eventsite.core.services.organizing import set_up

    dynamodb = wiring.client("dynamodb")
    dynamodb.create_table(TableName="eventsite-events", **EVENTS_TABLE)
    dynamodb.create_table(TableName="eventsite-office", **OFFICE_TABLE)
    secrets = wiring.client("secretsmanager")
    secrets.create_secret(Name="eventsite-secrets", SecretString=SECRET)
    stores, now = wiring.stores(), datetime.now(UTC)
    main = Gate(event_id=EVENT, gate_id="main", name="Main gate")
    began = now.replace(year=now.year - 1)
    set_up(stores.events, replace(a_fair(1000, 7, starts_at=began), gates=(main,)))
    _, credential = enrol(stores.devices, EVENT, "Bench", (), (DeviceRight.SCAN,), now)
    counter = Counter(dynamodb)
    client = Client()

    def post(path: str, body: dict[str, Any], **headers: str) -> Any:
        return client.post(path, json.dumps(body), content_type="application/json", headers=headers)

    def registered(number: int) -> None:
        answer = post(
            f"/api/v1/events/{EVENT}/registrations",
            a_body(number),
            **{"Idempotency-Key": f"key-{number}"},
        )
        assert answer.status_code == 202, answer.content

    def scanned(code: str) -> None:
        scan = {
            "scan_id": str(uuid.uuid4()),
            "gate_id": "main",
            "ticket_code": code,
            "scanned_at": datetime.now(UTC).isoformat(),
        }
        answer = post("/api/v1/scans", scan, Authorization=f"Device {credential}")
        assert answer.json()["code"] == "ok", answer.content

    registering: list[tuple[int, float]] = []
    tickets: list[str] = []
    for number in range(REQUESTS + 1):
        _counted(counter, lambda n=number: registered(n), registering)
        tickets.append(_code(number))
    scanning: list[tuple[int, float]] = []
    for code in tickets:
        _counted(counter, lambda c=code: scanned(c), scanning)
    return [
        Measure("registration.calls", statistics.median(c for c, _ in registering[1:]), "calls", 2),
        Measure("registration.wru", statistics.median(u for _, u in registering[1:]), "wru"),
        Measure("checkin.calls", statistics.median(c for c, _ in scanning[1:]), "calls", 2),
    ]


def _code(number: int) -> str:
    from eventsite.core.services.ticketing import ticket_code

    stores = wiring.stores()
    [registration] = stores.registrations.of_address(EVENT, a_body(number)["guest"]["email"])
    return ticket_code(registration, stores.events.setup(EVENT), wiring.secrets())


def _counted(counter: Counter, work: Any, results: list[tuple[int, float]]) -> Any:
    counter.calls, counter.units, counter.on = 0, 0.0, True
    try:
        return work()
    finally:
        counter.on = False
        results.append((counter.calls, counter.units))
