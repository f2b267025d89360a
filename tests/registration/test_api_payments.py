"""Payments: recorded when the event's payment system signs for them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from eventsite.core.domain.registrations import Registration
from eventsite.core.domain.signatures import sign
from eventsite.core.wiring import Stores, secrets
from tests.registration.conftest import Api, Register, facts, refusal, sell


@pytest.fixture
def due(fair: Stores, registered: Register) -> Registration:
    sell(fair, price=2500, currency="EUR")
    return registered()


def told(api: Api, body: Any, *, event: str = "demo", key: bytes = b"", age: int = 0) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    signed_at = timezone.now() - timedelta(seconds=age)
    signature = sign(raw, key or secrets().payment_key("demo"), signed_at)
    return api("POST", f"events/{event}/payments", raw=raw, Eventsite_Signature=signature)


def paid(due: Registration, payment: str = "paid", reference: str = "tx-1") -> dict[str, str]:
    return {
        "registration_id": due.registration_id,
        "payment": payment,
        "reference": reference,
    }


def test_a_payment_confirms_and_may_be_told_twice(
    api: Api, fair: Stores, due: Registration
) -> None:
    for _ in range(2):
        answer = told(api, paid(due))
        assert answer.status_code == 200
        assert answer.json() == {
            "registration_id": due.registration_id,
            "status": "confirmed",
            "payment": "paid",
            "payment_reference": "tx-1",
        }
    stored = fair.registrations.get(due.registration_id)
    assert (stored.version, stored.changed_by) == (2, "payment")
    other = told(api, paid(due, reference="tx-2"))
    assert refusal(other) == (409, "not_allowed", "reference")


def test_a_refund_is_recorded(api: Api, due: Registration) -> None:
    told(api, paid(due))
    assert told(api, paid(due, "refunded", "tx-9")).json()["payment"] == "refunded"


def test_what_is_not_signed_by_the_payment_system_does_nothing(api: Api, due: Registration) -> None:
    before = facts()
    refusals = [
        refusal(api("POST", "events/demo/payments", paid(due))),
        refusal(told(api, paid(due), key=b"x" * 32)),
        refusal(told(api, paid(due), key=secrets().payment_key("other"))),
        refusal(told(api, paid(due), event="other")),
        refusal(told(api, paid(due), age=3600)),
        refusal(told(api, paid(due), age=-3600)),
    ]
    assert {each[:2] for each in refusals} == {(401, "bad_signature")}
    assert facts() == before


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"registration_id": "0" * 16}, (404, "not_found", "registration_id")),
        ({"registration_id": "x"}, (404, "not_found", "registration_id")),
        ({"payment": "due"}, (400, "invalid_choice", "payment")),
        ({"reference": ""}, (400, "blank", "reference")),
        ({"reference": "a\x07"}, (400, "invalid", "reference")),
        ({"surprise": 1}, (400, "invalid", "surprise")),
        ({"payment": "refunded"}, (409, "not_allowed", "payment")),
    ],
    ids=str,
)
def test_a_wrong_payment_is_refused(
    api: Api, due: Registration, change: dict[str, Any], refused: tuple[int, str, str]
) -> None:
    before = facts()
    assert refusal(told(api, paid(due) | change)) == refused
    assert facts() == before


def test_a_signed_text_that_is_no_json_is_refused(api: Api) -> None:
    assert refusal(told(api, b"{"))[:2] == (400, "invalid")


def test_a_key_of_another_event_opens_no_registration_here(
    api: Api, fair: Stores, due: Registration
) -> None:
    raw = json.dumps(paid(due)).encode()
    signature = sign(raw, secrets().payment_key("other"), timezone.now())
    answer = api("POST", "events/other/payments", raw=raw, Eventsite_Signature=signature)
    assert refusal(answer) == (404, "not_found", "registration_id")
