"""Malformed scans: a 4xx with a code and the field, never a 500, and nothing written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.checkin.conftest import Door
from tests.conftest import everything

MISSING = "<missing>"


def each(field: str, *values: Any) -> list[tuple[str, Any]]:
    return [(field, value) for value in values]


DEEP = "[" * 100_000

FIELDS: list[tuple[str, Any]] = [
    *each("scan_id", MISSING, None, "", "x", 7, True, [], {}, 1e300, -1),
    ("scan_id", "12345678-1234-1234-1234-12345678901\x00"),
    ("scan_id", "9" * 10_000),
    *each("gate_id", MISSING, None, "", " ", 7, True, ["main"], {"a": 1}),
    ("gate_id", "ma\x00in"),
    ("gate_id", "\ud800"),
    ("gate_id", "g" * 65),
    *each("ticket_code", MISSING, None, "", " ", 5, 0.5, False, [], {}),
    ("ticket_code", "A\x00B"),
    ("ticket_code", "\udfff"),
    ("ticket_code", "A" * 4297),
    *each("scanned_at", MISSING, None, "", "now", 7, [], {}, True),
    ("scanned_at", "2026-11-21T12:00:00"),
    ("scanned_at", "2026-11-21"),
    ("scanned_at", "2026-13-41T12:00:00Z"),
    ("scanned_at", "2026-11-21T12:00:00+99:99"),
    ("scanned_at", "0001-01-01T00:00:00+14:00"),
    ("scanned_at", "2019-12-31T23:59:59Z"),
    ("scanned_at", "9999-12-31T23:59:59-14:00"),
    ("scanned_at", 10**400),
    ("scanned_at", "\x00"),
]


def test_a_malformed_field_is_named_and_nothing_is_written(door: Door) -> None:
    before, wrong = everything(), []
    for field, value in FIELDS:
        body = door.body(**{field: value})
        if value == MISSING:
            del body[field]
        answer = door.post(json.dumps(body), content_type="application/json")
        said = answer.json()
        if answer.status_code != 400 or said["field"] != field or not said["code"]:
            wrong.append((field, repr(value)[:60], answer.status_code, said))
    assert wrong == []
    assert everything() == before


BODIES: list[tuple[bytes, str, int]] = [
    (b"", "application/json", 400),
    (b"{", "application/json", 400),
    (b"[]", "application/json", 400),
    (b"null", "application/json", 400),
    (b'"text"', "application/json", 400),
    (b"NaN", "application/json", 400),
    (b"1" * 5000, "application/json", 400),
    (b'{"scan_id": "\xff\xfe"}', "application/json", 400),
    (b"{}", "application/json; charset=utf-99", 400),
    (b"{}", "application/json; charset=zip", 400),
    (DEEP.encode(), "application/json", 400),
    (b'{"a":' * 100_000, "application/json", 400),
    (b"scan_id=1", "application/x-www-form-urlencoded", 415),
    (b"<scan/>", "text/xml", 415),
    (b"{}", "nonsense", 415),
    (b" " * 70_000, "application/json", 400),
]


def test_a_malformed_body_is_refused_and_nothing_is_written(door: Door) -> None:
    before, wrong = everything(), []
    for body, content_type, status in BODIES:
        answer = door.post(body, content_type=content_type)
        if answer.status_code != status or not answer.json()["code"]:
            wrong.append((body[:60], content_type, answer.status_code, answer.content))
    assert wrong == []
    assert everything() == before


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_scans_are_only_posted(door: Door, method: str) -> None:
    client = APIClient(raise_request_exception=False)
    headers = {"Authorization": f"Device {door.credential}"}
    answer = getattr(client, method)("/api/v1/scans", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


@pytest.mark.parametrize(
    "authorization", ["", "Device", "Device a b", "Basic YTpi", "Device \x00.\x00"]
)
def test_any_other_authorization_is_no_device(door: Door, authorization: str) -> None:
    client = APIClient(raise_request_exception=False)
    answer = client.post("/api/v1/scans", door.body(), HTTP_AUTHORIZATION=authorization)
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_device")


def test_a_token_that_is_none_is_no_device(door: Door) -> None:
    client = APIClient(raise_request_exception=False)
    answer = client.post("/api/v1/scans", door.body(), HTTP_AUTHORIZATION="Bearer x.y.z")
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_token")
