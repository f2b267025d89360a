"""Whatever is sent to the REST API: no 500, and every refusal has a code, a field and a sentence.

Requests are made from the API's own description, right ones and wrong ones, by schemathesis,
each with every credential that there is.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode

from eventsite.core.domain.links import guest_token
from eventsite.core.domain.staff import DeviceRight
from eventsite.core.services.devices import enrol
from eventsite.core.services.organizing import set_up
from eventsite.core.wiring import secrets
from tests.builders import a_registration, a_setup, an_event
from tests.doing import put_registration
from tests.house.generated import ROOT

EXAMPLES = 8
"""Of each operation, kind and credential; set higher to look harder."""

DESCRIPTION = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())
SCHEMA = schemathesis.openapi.from_dict(DESCRIPTION)
OPERATIONS = [result.ok() for result in SCHEMA.get_all_operations()]

IDS = {
    "event_id": "demo",
    "registration_id": a_registration().registration_id,
    "session_id": "s1",
    "station_id": "bar",
    "request_id": a_registration().registration_id + "00000001",
}


@pytest.fixture
def credentials(installation):
    """An event in full swing, and the headers of a guest and of a device that may do all."""
    now = datetime.now(UTC)
    event = an_event(starts_at=now, ends_at=now.replace(year=now.year + 1))
    set_up(installation.events, a_setup(event))
    put_registration(installation, a_registration())
    rights = tuple(DeviceRight)
    _, credential = enrol(installation.devices, "demo", "Fuzz", (), rights, now)
    token = guest_token(a_registration().registration_id, secrets().link_keys())
    return [
        {"X-Guest-Token": token},
        {"Authorization": f"Device {credential}"},
        {"Authorization": "Bearer a.b.c"},
    ]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: f"{o.method} {o.path}")
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_nothing_breaks_the_api(operation, mode, credentials, client):
    if not operation.path.startswith("/api/v1/"):
        pytest.skip("not of the API")
    client.raise_request_exception = False
    strategy = operation.as_strategy(generation_mode=mode)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def hold(case: Any) -> None:
        for credential in credentials:
            known = {k: IDS.get(k, v) for k, v in (case.path_parameters or {}).items()}
            for parameters in (case.path_parameters, known):
                case.path_parameters = parameters
                check(sent(client, case, credential))

    try:
        hold()
    except Unsatisfiable:
        pytest.skip("nothing wrong can be said to this operation")


def sent(client: Any, case: Any, credential: dict[str, str]) -> Any:
    """Send a case through Django's test client, headers and body as they are."""
    request = case.as_transport_kwargs(base_url="http://testserver")
    headers = {str(k): str(v) for k, v in (request.get("headers") or {}).items()}
    headers = {k: v for k, v in headers.items() if "\n" not in v and "\r" not in v}
    body = request.get("data", b"")
    content_type = headers.pop("Content-Type", "application/json")
    if "json" in request:
        body = json.dumps(request["json"])
    return client.generic(
        case.method,
        case.formatted_path,
        body if isinstance(body, bytes | str) else b"",
        content_type=content_type,
        headers=headers | credential,
        QUERY_STRING="",
    )


def check(answer: Any) -> None:
    assert answer.status_code < 500, answer.content
    if answer.status_code >= 400:
        body = answer.json()
        assert body["code"], body
        assert body["detail"], body
        assert "field" in body, body
