"""What webhooks are told names nobody, and what is not taken is tried for about a day."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from eventsite.core.domain.attendance import Undo
from eventsite.core.domain.hook_deliveries import (
    ATTEMPTS_KEPT,
    ATTEMPTS_MAX,
    HookAttempt,
    HookMessage,
    HookOutcome,
    Standing,
    addressed,
    next_at,
    standing,
    tried,
)
from eventsite.core.domain.hook_facts import (
    check_in_fact,
    registration_fact,
    request_fact,
    trial_fact,
)
from eventsite.core.domain.registrations import Awaited, Cause, RegistrationStatus
from eventsite.core.domain.requests import RequestStatus
from eventsite.core.domain.webhooks import Topic, Webhook
from tests.builders import NOON, a_guest, a_registration, a_request, an_attendance

HOOK = Webhook(event_id="demo", webhook_id="crm", name="CRM", url="https://crm.example.org/in")
MESSAGE = HookMessage(
    hook_event_id="registrations-1-1",
    event_id="demo",
    webhook_id="crm",
    topic="registrations",
    payload="{}",
)


# -- facts --
def test_a_new_registration_is_told_with_states_ids_and_times():
    fact = registration_fact(None, a_registration())
    assert fact is not None
    assert (fact.topic, fact.correlation_id) == (Topic.REGISTRATIONS, "test-correlation")
    assert json.loads(fact.payload) == {
        "id": "registrations-9f3ac1d2e4b50617-1",
        "topic": "registrations",
        "event_id": "demo",
        "version": 1,
        "before": "none",
        "after": "confirmed",
        "registration_id": "9f3ac1d2e4b50617",
        "type_id": "general",
        "party": [],
        "cause": "",
        "registered_at": "2026-11-21T12:00:00Z",
        "at": "2026-11-21T12:00:00Z",
    }


def test_nothing_personal_is_told():
    secret = "Zaphod"
    registration = a_registration(
        guest=a_guest(name=secret, email=f"{secret}@example.org", phone="+353851234567"),
        answers={"diet": (secret,)},
        payment_reference=secret,
        external_id=secret,
        account_id=secret,
        changed_by=f"staff:{secret}",
    )
    request = a_request(note=secret, fulfilled_by=secret, item_name=secret)
    facts = (registration_fact(None, registration), request_fact(None, request))
    assert not [fact for fact in facts if fact and secret in fact.payload]


def test_only_a_change_of_state_is_told():
    before = a_registration()
    assert registration_fact(before, replace(before, guest=a_guest(name="B"), version=2)) is None
    after = replace(before.cancelled(Cause.GUEST), version=2)
    fact = registration_fact(before, after)
    assert fact is not None
    told = json.loads(fact.payload)
    assert (told["before"], told["after"], told["cause"]) == ("confirmed", "cancelled", "guest")
    assert (told["version"], fact.hook_event_id) == (2, "registrations-9f3ac1d2e4b50617-2")


def test_what_a_registration_waits_for_is_told():
    waits = a_registration(status=RegistrationStatus.PENDING, awaiting=(Awaited.PAYMENT,))
    fact = registration_fact(waits, replace(waits, awaiting=(Awaited.EMAIL,), version=2))
    assert fact is not None
    assert json.loads(fact.payload)["before"] == "pending:payment"


def test_a_registration_that_was_removed_or_erased_is_told():
    gone = registration_fact(a_registration(version=3), None)
    assert gone is not None
    assert (json.loads(gone.payload)["after"], json.loads(gone.payload)["version"]) == ("none", 4)
    erased = registration_fact(a_registration(), a_registration(erased_at=NOON, version=2))
    assert erased is not None
    assert json.loads(erased.payload)["after"] == "erased"


def test_a_check_in_is_told_once_and_its_undoing_too():
    attended = an_attendance()
    fact = check_in_fact(None, attended)
    assert fact is not None
    told = json.loads(fact.payload)
    assert (told["before"], told["after"], told["gate_id"]) == ("none", "admitted", "main")
    undo = Undo(
        undo_id="u1", device_id="kiosk", scan_id="6b0e", by="staff:eve", at=NOON, reason="mistaken"
    )
    undone = check_in_fact(attended, replace(attended.undoing(undo), version=2))
    assert undone is not None
    assert undone.hook_event_id != fact.hook_event_id
    assert json.loads(undone.payload)["after"] == "none"
    assert "mistaken" not in undone.payload
    assert check_in_fact(attended, attended) is None


def test_a_guest_who_goes_out_and_comes_in_again_is_told_once():
    attended = an_attendance()
    (first,) = attended.passages
    later = replace(first, scan_id="6b0f", at=NOON + timedelta(hours=1))
    again = replace(attended.passing(later), version=2)
    assert check_in_fact(attended, again) is None


def test_a_request_is_told_by_its_states():
    asked = a_request()
    done = replace(asked, status=RequestStatus.FULFILLED, fulfilled_at=NOON, version=2)
    fact = request_fact(asked, done)
    assert fact is not None
    told = json.loads(fact.payload)
    assert (told["before"], told["after"], told["quantity"]) == ("open", "fulfilled", 1)
    assert told["fulfilled_at"] == "2026-11-21T12:00:00Z"
    assert request_fact(asked, replace(asked, note="x", version=2)) is None


def test_the_same_change_makes_the_same_fact_and_nothing_makes_none():
    assert registration_fact(None, a_registration()) == registration_fact(None, a_registration())
    assert [make(None, None) for make in (registration_fact, check_in_fact, request_fact)] == [
        None,
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("topics", "active", "wants"),
    [
        ((), True, True),
        ((Topic.REQUESTS,), True, False),
        ((Topic.CHECK_INS,), True, True),
        ((), False, False),
    ],
)
def test_a_webhook_is_told_of_its_topics_while_it_is_on(topics, active, wants):
    assert replace(HOOK, topics=topics, active=active).wants("check_ins") is wants


# -- tries --
def waits(message=MESSAGE):
    """Return the waits between attempts until nothing follows."""
    found = []
    while (then := next_at(message, NOON)) is not None:
        found.append((then - NOON).total_seconds())
        message = message.following(message.attempt + 1, then)
    return found


def test_waits_grow_threefold_up_to_six_hours_and_take_about_a_day():
    found = waits()
    assert len(found) == ATTEMPTS_MAX - 1
    planned = [15, 45, 135, 405, 1215, 3645, 10935, 21600, 21600, 21600]
    for wait, plan in zip(found, planned, strict=True):
        assert 0.8 * plan <= wait <= 1.2 * plan
    assert timedelta(hours=18) < timedelta(seconds=sum(found)) < timedelta(hours=28)


def test_what_failed_together_comes_back_apart():
    first = {round(waits(replace(MESSAGE, hook_event_id=f"a-{n}"))[0], 3) for n in range(50)}
    assert len(first) > 40


def test_a_test_is_tried_once():
    trial = addressed(trial_fact("demo", "1", NOON), HOOK)
    assert waits(trial) == []


def test_a_message_says_how_long_it_waits():
    assert MESSAGE.wait(NOON) == 0
    later = MESSAGE.following(2, NOON + timedelta(seconds=90.5))
    assert later.wait(NOON) == 91
    assert later.wait(NOON + timedelta(seconds=91)) == 0


def attempt(status=0, follows=True):
    then = NOON + timedelta(minutes=1) if follows else None
    return HookAttempt(at=NOON, status=status, next_at=then)


def test_an_outcome_follows_from_the_last_attempt():
    missed = tried(None, MESSAGE, attempt(500))
    assert (missed.outcome, missed.tries, missed.first_at) == (HookOutcome.WAITING, 1, NOON)
    second = replace(MESSAGE, attempt=2)
    taken = tried(missed, second, attempt(204, follows=False))
    assert (taken.outcome, taken.tries, taken.next_at) == (HookOutcome.DELIVERED, 2, None)
    lost = tried(missed, second, attempt(500, follows=False))
    assert lost.outcome is HookOutcome.FAILED
    assert [each.status for each in lost.attempts] == [500, 500]


@pytest.mark.parametrize("status", [100, 199, 300, 301, 304, 400, 404, 410, 429, 500, 503, 0])
def test_only_two_hundreds_are_taken(status):
    assert not HookAttempt(at=NOON, status=status).delivered
    assert HookAttempt(at=NOON, status=299).delivered


def test_repeated_messages_are_known():
    waiting = tried(None, MESSAGE, attempt(500))
    taken = tried(None, MESSAGE, attempt(200, follows=False))
    second = replace(MESSAGE, attempt=2)
    assert standing(None, MESSAGE) is Standing.TO_SEND
    assert standing(waiting, MESSAGE) is Standing.TRIED
    assert standing(waiting, second) is Standing.TO_SEND
    assert standing(taken, second) is Standing.DONE


def test_a_replay_is_a_round_of_its_own_with_the_same_id_and_bytes():
    lost = tried(None, replace(MESSAGE, attempt=ATTEMPTS_MAX), attempt(500, follows=False))
    again = lost.again()
    assert (again.hook_event_id, again.payload) == (MESSAGE.hook_event_id, MESSAGE.payload)
    assert (again.round, again.attempt, again.wait(NOON)) == (2, 1, 0)
    assert standing(lost, again) is Standing.TO_SEND
    second = tried(lost, again, attempt(500))
    assert (second.round, second.tries, second.outcome) == (2, 1, HookOutcome.WAITING)
    assert standing(second, replace(MESSAGE, attempt=5)) is Standing.DONE, "an older round"


def test_only_the_last_attempts_are_kept():
    known = None
    for number in range(ATTEMPTS_KEPT + 5):
        known = tried(known, replace(MESSAGE, round=number + 1), attempt(500 + number % 2))
    assert known is not None
    assert len(known.attempts) == ATTEMPTS_KEPT
