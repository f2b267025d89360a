"""Webhooks are told of changes at least once, for about a day, and one does not stop another."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

import boto3
import pytest

from eventsite.core import wiring
from eventsite.core.domain.hook_deliveries import ATTEMPTS_MAX, HookMessage, HookOutcome
from eventsite.core.domain.signatures import verify
from eventsite.core.domain.webhooks import Topic, Webhook
from eventsite.core.errors import NotAllowed, Unavailable
from eventsite.core.services.organizing import set_up
from eventsite.core.services.telling_hooks import (
    new_secret,
    replay,
    replay_failed,
    save_webhook,
    try_out,
    webhook_of,
)
from eventsite.core.store import keys
from eventsite.core.store.items import dump
from eventsite.core.store.registration_items import registration_item
from eventsite.core.store.table import to_wire
from pipeline import hooks_http
from pipeline.handlers import announce_changes, deliver_webhooks
from tests.builders import NOON, a_registration, a_request, a_setup, an_attendance
from tests.receiver import Receiver

GUEST = a_registration().registration_id
DELIVERY = f"registrations-{GUEST}-1"


class Clock:
    """The handler's time, moved by tests."""

    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(deliver_webhooks, "now", clock)
    deliver_webhooks._resting.clear()
    yield clock
    deliver_webhooks._resting.clear()


@pytest.fixture
def stores(installation):
    set_up(installation.events, a_setup())
    return installation


@pytest.fixture
def delayed(stores, monkeypatch):
    """What the handler queues anew, with the delay, instead of the queue itself."""
    found: list[tuple[HookMessage, int]] = []

    def put(self, things, *, delay_seconds=0):
        things = list(things)
        found.extend((thing, min(delay_seconds, 900)) for thing in things)
        return len(things)

    monkeypatch.setattr(type(stores.webhooks), "put", put)
    return found


@pytest.fixture
def tell(stores, monkeypatch, clock):
    """Set a webhook up for a receiver on loopback, which only settings permit."""

    def hook(receiver, webhook_id="crm", **about):
        hosts = f"{wiring.config().webhook_private_hosts},{receiver.host}"
        monkeypatch.setenv("EVENTSITE_WEBHOOK_PRIVATE_HOSTS", hosts)
        wiring.config.cache_clear()
        fields = {"event_id": "demo", "webhook_id": webhook_id, "name": "CRM", "url": receiver.url}
        made = Webhook(**(fields | about))
        return save_webhook(stores.events, made, private_hosts=wiring.config().private_hosts)

    return hook


def a_message(**changes) -> HookMessage:
    fields = {
        "hook_event_id": DELIVERY,
        "event_id": "demo",
        "webhook_id": "crm",
        "topic": "registrations",
        "payload": json.dumps({"id": DELIVERY, "after": "confirmed"}),
        "correlation_id": "test-correlation",
    }
    return HookMessage(**(fields | changes))


def deliver(*messages):
    """Give messages to the handler as SQS does; returns which go back."""
    records = [
        {
            "messageId": f"message-{n}",
            "body": json.dumps(asdict(m)) if not isinstance(m, str) else m,
        }
        for n, m in enumerate(messages)
    ]
    answer = deliver_webhooks.handler({"Records": records}, None)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def run(delayed, clock, limit=200):
    """Let time pass until nothing is queued any more; returns how often something was."""
    for hops in range(limit):
        if not delayed:
            return hops
        message, delay = delayed.pop(0)
        clock.time += timedelta(seconds=delay)
        assert deliver(message) == []
    raise AssertionError("it does not end")


def parked():
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName="eventsite-dead")["QueueUrl"]
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
    attributes = [message["MessageAttributes"] for message in found.get("Messages", [])]
    return [(a["code"]["StringValue"], a["cause"]["StringValue"]) for a in attributes]


def logged(stores, delivery=DELIVERY):
    return stores.hooks.get("demo", "crm", delivery)


# -- from the stream --
def record(before, after):
    change = {"SequenceNumber": "1", "Keys": to_wire(keys.one("REG#x", "REG"))}
    if before:
        change["OldImage"] = to_wire(before)
    if after:
        change["NewImage"] = to_wire(after)
    return {"eventName": "MODIFY", "dynamodb": change}


def told(queued):
    return [json.loads(body) for body in queued("eventsite-webhooks")]


@pytest.fixture
def told_of(stores):
    def hook(webhook_id, *topics, **about):
        fields = {"event_id": "demo", "webhook_id": webhook_id, "name": webhook_id}
        fields |= {"url": "https://crm.example.org/", "topics": topics}
        return save_webhook(stores.events, Webhook(**(fields | about)))

    return hook


def test_each_webhook_is_told_of_its_topics(stores, told_of, queued):
    told_of("all")
    told_of("doors", Topic.CHECK_INS)
    told_of("off", active=False)
    asked, done = (
        keys.guest_request(GUEST, a_request().request_id)
        | dump("guest_request", a_request(status=status))
        for status in ("open", "fulfilled")
    )
    attended = keys.attendance(GUEST) | dump("attendance", an_attendance())
    new = [record(None, image) for image in (registration_item(a_registration()), attended)]
    announce_changes.handler({"Records": [*new, record(asked, done)]}, None)
    found = sorted((body["webhook_id"], body["topic"]) for body in told(queued))
    assert found == [
        ("all", "check_ins"),
        ("all", "registrations"),
        ("all", "requests"),
        ("doors", "check_ins"),
    ]


def test_messages_name_nobody_and_a_repeated_record_makes_the_same(stores, told_of, queued):
    told_of("all")
    batch = {"Records": [record(None, registration_item(a_registration()))]}
    announce_changes.handler(batch, None)
    announce_changes.handler(batch, None)
    first, second = told(queued)
    assert first == second
    assert (first["hook_event_id"], first["correlation_id"]) == (DELIVERY, "test-correlation")
    assert "ada" not in json.dumps(first).lower()


def test_other_changes_and_events_without_webhooks_queue_nothing(stores, told_of, queued):
    image = registration_item(a_registration())
    elsewhere = registration_item(a_registration(event_id="nowhere"))
    announce_changes.handler({"Records": [record(None, image), record(None, elsewhere)]}, None)
    assert told(queued) == []
    told_of("all")
    changed = registration_item(a_registration(version=2))
    other = keys.one("REG#x", "HAD#x") | {"entity": "entitlement"}
    announce_changes.handler({"Records": [record(image, changed), record(None, other)]}, None)
    assert told(queued) == []


def test_an_attendance_that_cannot_be_read_is_parked_and_blocks_nothing(stores, told_of, queued):
    told_of("all")
    bad = keys.attendance(GUEST) | dump("attendance", an_attendance())
    del bad["passages"][0]["gate_id"]
    good = registration_item(a_registration())
    announce_changes.handler({"Records": [record(None, bad), record(None, good)]}, None)
    assert len(told(queued)) == 1
    assert [code for code, _ in parked()] == ["invalid"]


# -- delivering --
def test_a_receiver_can_check_who_called_and_what_about(stores, tell):
    with Receiver(204) as receiver:
        hook = tell(receiver)
        assert deliver(a_message()) == []
        ((_, headers, body),) = receiver.calls
    assert json.loads(body)["id"] == headers["Eventsite-Delivery"] == DELIVERY
    assert headers["Eventsite-Topic"] == "registrations"
    assert headers["Content-Type"] == "application/json"
    assert headers["User-Agent"].startswith("eventsite")
    key = wiring.secrets().webhook_key("demo", "crm", hook.generation)
    verify(headers["Eventsite-Signature"], body, [key], NOON)
    found = logged(stores)
    assert (found.outcome, found.tries, found.payload) == (HookOutcome.DELIVERED, 1, body.decode())
    assert [(each.at, each.status, each.next_at) for each in found.attempts] == [(NOON, 204, None)]


def test_a_receiver_that_fails_is_tried_later_with_the_same_bytes(stores, tell, delayed, clock):
    with Receiver(500, 503, 200) as receiver:
        tell(receiver)
        assert deliver(a_message()) == []
        found = logged(stores)
        assert (found.outcome, found.next_at > NOON) == (HookOutcome.WAITING, True)
        run(delayed, clock)
        bodies = {call.body for call in receiver.calls}
        signatures = {call.headers["Eventsite-Signature"] for call in receiver.calls}
    assert (len(receiver.calls), len(bodies), len(signatures)) == (3, 1, 3)
    found = logged(stores)
    assert found.outcome is HookOutcome.DELIVERED
    assert [each.status for each in found.attempts] == [500, 503, 200]
    assert clock.time - NOON < timedelta(minutes=3)
    assert parked() == []


def test_after_about_a_day_it_is_parked_with_its_cause(stores, tell, delayed, clock):
    with Receiver(500) as receiver:
        tell(receiver)
        deliver(a_message())
        hops = run(delayed, clock)
        assert len(receiver.calls) == ATTEMPTS_MAX
    assert timedelta(hours=18) < clock.time - NOON < timedelta(hours=28)
    assert hops > 70, "SQS waits for a quarter of an hour at most"
    assert logged(stores).outcome is HookOutcome.FAILED
    assert parked() == [("channel_refused", "The webhook said HTTP 500 at attempt 11, the last.")]


def test_a_message_that_is_not_due_waits_on_and_calls_nobody(stores, tell, delayed):
    with Receiver(204) as receiver:
        tell(receiver)
        due = int((NOON + timedelta(hours=2)).timestamp())
        assert deliver(a_message(not_before=due, attempt=2)) == []
        assert receiver.calls == []
    assert [(m.attempt, m.not_before, d) for m, d in delayed] == [(2, due, 900)]
    assert logged(stores) is None


def test_the_queue_itself_keeps_a_message_back(stores, tell):
    with Receiver(500) as receiver:
        tell(receiver)
        deliver(a_message())
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName="eventsite-webhooks")["QueueUrl"]
    counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert counts["ApproximateNumberOfMessagesDelayed"] == "1"
    assert counts["ApproximateNumberOfMessages"] == "0"


def test_what_the_queue_repeats_is_called_once(stores, tell):
    with Receiver(204) as receiver:
        tell(receiver)
        deliver(a_message(), a_message())
        deliver(a_message())
        assert len(receiver.calls) == 1
    assert logged(stores).tries == 1


def test_a_crash_after_the_record_loses_nothing(stores, tell, delayed, clock, monkeypatch):
    with Receiver(500, 204) as receiver:
        tell(receiver)
        deliver(a_message())
        assert len(delayed) == 1
        delayed.clear()  # it was never queued: the function died before
        deliver(a_message())  # so SQS gives the first message again
        run(delayed, clock)
        assert len(receiver.calls) == 2
    assert logged(stores).outcome is HookOutcome.DELIVERED


def test_when_the_log_cannot_be_written_the_receiver_hears_it_again(stores, tell, monkeypatch):
    original = type(stores.hooks).save
    with Receiver(204) as receiver:
        tell(receiver)

        def save(*_):
            raise Unavailable("throttled")

        monkeypatch.setattr(type(stores.hooks), "save", save)
        assert deliver(a_message()) == ["message-0"]
        monkeypatch.setattr(type(stores.hooks), "save", original)
        assert deliver(a_message()) == []
        assert len(receiver.calls) == 2


def test_when_two_workers_record_at_once_one_comes_again(stores, tell, monkeypatch):
    with Receiver(204) as receiver:
        tell(receiver)
        original = type(stores.hooks).get
        monkeypatch.setattr(type(stores.hooks), "get", lambda *_: None)
        deliver(a_message())
        assert deliver(a_message()) == ["message-0"], "the log was written meanwhile"
        monkeypatch.setattr(type(stores.hooks), "get", original)
        assert deliver(a_message()) == []
    assert logged(stores).version == 1


def test_gone_switches_the_webhook_off_and_says_so(stores, tell, delayed, caplog):
    with Receiver(410) as receiver:
        tell(receiver)
        deliver(a_message(), a_message(hook_event_id="registrations-2-1"))
        assert len(receiver.calls) == 1
    hook = webhook_of(stores.events.fresh_setup("demo"), "crm")
    assert (hook.active, hook.version) == (False, 2)
    assert logged(stores).attempts[-1].status == 410
    assert logged(stores, "registrations-2-1").attempts[-1].cause == "switched_off"
    assert "switched off" in caplog.text
    assert (delayed, parked()) == ([], [])


def test_gone_leaves_a_webhook_alone_that_has_another_address_by_now(stores, tell, monkeypatch):
    with Receiver(410) as receiver:
        hook = tell(receiver)
        moved = replace(hook, url="https://new.example.org/")
        original = deliver_webhooks.post

        def post(*args):
            save_webhook(stores.events, moved, hook)
            return original(*args)

        monkeypatch.setattr(deliver_webhooks, "post", post)
        deliver(a_message())
    assert webhook_of(stores.events.fresh_setup("demo"), "crm").active


def test_a_slow_receiver_rests_and_the_others_are_served(stores, tell, delayed, clock, monkeypatch):
    monkeypatch.setattr(hooks_http, "TOTAL_SECONDS", 0.2)

    def slow(handler):
        handler.rfile.read(1)  # until the caller gives up

    with Receiver(slow) as sleeper, Receiver(204) as quick:
        tell(sleeper)
        tell(quick, "mail")
        batch = [
            a_message(hook_event_id=f"registrations-{n}-1", webhook_id=hook)
            for n in range(2)
            for hook in ("crm", "mail")
        ]
        assert deliver(*batch) == []
        assert (len(sleeper.calls), len(quick.calls)) == (1, 2)
        resting = [(m.hook_event_id, m.attempt, d) for m, d in delayed if m.attempt == 1]
        assert resting == [("registrations-1-1", 1, 60)]
        first = logged(stores, "registrations-0-1")
        assert (first.attempts[-1].says, logged(stores, "registrations-1-1")) == ("timeout", None)
        clock.time += timedelta(seconds=61)
        deliver(a_message(hook_event_id="registrations-1-1"))
        assert len(sleeper.calls) == 2


def test_messages_to_one_webhook_are_one_group_of_the_queue(stores):
    stores.webhooks.put([a_message(), a_message(webhook_id="mail")])
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName="eventsite-webhooks")["QueueUrl"]
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"])
    groups = [message["Attributes"]["MessageGroupId"] for message in found["Messages"]]
    assert len(set(groups)) == 2


def test_who_is_not_permitted_any_more_is_not_called(stores, tell, monkeypatch):
    with Receiver(204) as receiver:
        tell(receiver)
        monkeypatch.setenv("EVENTSITE_WEBHOOK_PRIVATE_HOSTS", "")
        wiring.config.cache_clear()
        deliver(a_message())
        assert receiver.calls == []
    assert logged(stores).attempts[-1].cause == "not_allowed"


@pytest.mark.parametrize(
    "body",
    [
        "x",
        "[]",
        "{}",
        json.dumps(asdict(a_message()) | {"more": 1}),
        json.dumps(asdict(a_message()) | {"attempt": "2"}),
        json.dumps(asdict(a_message()) | {"payload": None}),
    ],
)
def test_what_is_no_message_is_parked_and_harms_no_other(stores, tell, body):
    with Receiver(204) as receiver:
        tell(receiver)
        assert deliver(body, a_message()) == []
        assert len(receiver.calls) == 1
    assert [code for code, _ in parked()] == ["invalid"]


@pytest.mark.parametrize("about", [{"webhook_id": "none"}, {"event_id": "nowhere"}])
def test_a_webhook_that_is_not_there_is_told_nothing(stores, clock, about):
    assert deliver(a_message(**about)) == []
    assert parked() == []


# -- again --
def test_a_replay_is_the_same_delivery_once_more(stores, tell, delayed, clock):
    with Receiver(204) as receiver:
        hook = tell(receiver)
        deliver(a_message())
        replay(stores.webhooks, hook, logged(stores))
        replay(stores.webhooks, hook, logged(stores))  # a double click
        run(delayed, clock)
        first, second = receiver.calls
    assert first.body == second.body
    assert first.headers["Eventsite-Delivery"] == second.headers["Eventsite-Delivery"]
    assert (logged(stores).round, len(logged(stores).attempts)) == (2, 2)


def test_a_replay_of_what_waits_takes_its_place(stores, tell, delayed, clock):
    with Receiver(500, 204) as receiver:
        hook = tell(receiver)
        deliver(a_message())
        replay(stores.webhooks, hook, logged(stores))
        delayed.reverse()  # the replay comes first, what waited comes last
        run(delayed, clock)
        assert len(receiver.calls) == 2
    assert logged(stores).outcome is HookOutcome.DELIVERED


def test_all_that_failed_is_told_again_and_nothing_else(stores, tell, delayed, clock):
    with Receiver(204) as receiver:
        hook = tell(receiver)
        for number in range(3):
            message = a_message(hook_event_id=f"registrations-{number}-1", attempt=ATTEMPTS_MAX)
            receiver.answers = [500 if number else 204]
            deliver(message)
        receiver.answers = [204]
        assert replay_failed(stores.hooks, stores.webhooks, hook, clock.time) == 2
        run(delayed, clock)
        assert len(receiver.calls) == 5
        assert replay_failed(stores.hooks, stores.webhooks, hook, clock.time) == 0
        assert replay_failed(stores.hooks, stores.webhooks, hook, clock.time, limit=1) == 0


def test_a_webhook_that_is_off_gets_neither_replays_nor_tests(stores, tell):
    with Receiver(204) as receiver:
        hook = replace(tell(receiver), active=False)
        deliver(a_message())
        for act in (
            lambda: replay(stores.webhooks, hook, logged(stores)),
            lambda: replay_failed(stores.hooks, stores.webhooks, hook, NOON),
            lambda: try_out(stores.webhooks, hook, NOON),
        ):
            with pytest.raises(NotAllowed):
                act()


def test_a_test_is_sent_once_whatever_the_topics(stores, tell, delayed, clock):
    with Receiver(500) as receiver:
        hook = tell(receiver, topics=(Topic.REQUESTS,))
        trial = try_out(stores.webhooks, hook, NOON)
        run(delayed, clock)
        ((_, headers, body),) = receiver.calls
    assert headers["Eventsite-Topic"] == json.loads(body)["topic"] == "test"
    assert logged(stores, trial).outcome is HookOutcome.FAILED
    assert parked() == []


def test_a_new_secret_signs_what_is_sent_from_then_on(stores, tell, delayed, clock):
    with Receiver(401, 204) as receiver:
        hook = tell(receiver)
        deliver(a_message())
        changed = new_secret(stores.events, hook)
        run(delayed, clock)
        generations = (hook.generation, changed.generation)
        old, new = (wiring.secrets().webhook_key("demo", "crm", n) for n in generations)
        first, second = receiver.calls
    verify(first.headers["Eventsite-Signature"], first.body, [old], NOON)
    verify(second.headers["Eventsite-Signature"], second.body, [new], clock.time)


# -- the log --
def test_the_log_lists_the_newest_first_page_by_page_and_by_outcome(stores, tell, delayed, clock):
    with Receiver(204) as receiver:
        tell(receiver)
        for number in range(7):
            receiver.answers = [500 if number % 2 else 204]
            clock.time = NOON + timedelta(days=number // 3, minutes=number)
            deliver(a_message(hook_event_id=f"registrations-{number}-1", attempt=ATTEMPTS_MAX))

    def listed(outcome=None, limit=2):
        found, cursor = [], None
        while True:
            page = stores.hooks.page("demo", "crm", outcome, clock.time, limit, cursor)
            found += [int(delivery.hook_event_id.split("-")[1]) for delivery in page]
            if not (cursor := page.next):
                return found

    assert listed() == [6, 5, 4, 3, 2, 1, 0]
    assert listed(HookOutcome.FAILED) == [5, 3, 1]
    assert listed(HookOutcome.DELIVERED) == [6, 4, 2, 0]
    assert listed(HookOutcome.WAITING) == []
    assert stores.hooks.count("demo", "crm", None, clock.time) == (7, True)
    assert stores.hooks.count("demo", "crm", HookOutcome.FAILED, clock.time) == (3, True)
    assert stores.hooks.page("demo", "mail", None, clock.time, 9).items == []


def test_the_log_is_kept_for_thirty_days_from_the_first_attempt(stores, tell, clock):
    with Receiver(204) as receiver:
        tell(receiver)
        deliver(a_message())
    (item,) = [
        item
        for item in boto3.client("dynamodb").scan(TableName="eventsite-office")["Items"]
        if item["pk"]["S"].startswith("HOOK#")
    ]
    assert datetime.fromtimestamp(int(item["ttl"]["N"]), UTC) == NOON + timedelta(days=30)
    page = stores.hooks.page("demo", "crm", None, NOON + timedelta(days=30), 9)
    assert len(page.items) == 1
