"""Handlers lose nothing, repeat nothing, and let nothing bad block the good."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

import boto3
import pytest

from eventsite.core.domain.attempts import Attempt
from eventsite.core.domain.ledger import taken
from eventsite.core.domain.notifications import Kind, Notification
from eventsite.core.domain.registrations import Cause, ChannelKind
from eventsite.core.errors import ChannelRefused, ChannelSilent, ChannelUnavailable, Unavailable
from eventsite.core.services import mailing_links
from eventsite.core.services.organizing import set_up
from eventsite.core.store import keys
from eventsite.core.store.items import dump
from eventsite.core.store.registration_items import registration_item
from eventsite.core.store.table import to_wire
from pipeline.channels.base import Message
from pipeline.handlers import (
    announce_changes,
    fulfil_schedules,
    send_notifications,
    take_registrations,
)
from tests.builders import NOON, a_guest, a_registration, a_request, a_setup, an_event
from tests.conftest import everything
from tests.doing import put_cancelled, put_registration

GUEST = a_registration().registration_id


@pytest.fixture
def stores(installation):
    set_up(installation.events, a_setup(replace(a_setup().event, ends_at=a_far_day())))
    return installation


def a_far_day():
    return replace(a_registration()).registered_at.replace(year=2099)


def sqs(*bodies: Any) -> dict[str, Any]:
    """The batch that Lambda would hand us (trimmed to what we read)."""
    return {
        "Records": [
            {
                "messageId": f"message-{n}",
                "body": body if isinstance(body, str) else json.dumps(body),
                "eventSource": "aws:sqs",
            }
            for n, body in enumerate(bodies)
        ]
    }


def parked() -> list[tuple[str, str]]:
    """(code, body) of everything in the dead-letter queue."""
    client = boto3.client("sqs")
    url = client.get_queue_url(QueueName="eventsite-dead")["QueueUrl"]
    answer = client.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
    )
    return [
        (m["MessageAttributes"]["code"]["StringValue"], m["Body"])
        for m in answer.get("Messages", [])
    ]


# -- take_registrations --
def an_intake(**changes: Any) -> dict[str, Any]:
    message = {
        "event_id": "demo",
        "idempotency_key": "key-1",
        "registration": {
            "type_id": "general",
            "guest": {"name": "Ada Lovelace", "email": "ada@example.org"},
        },
    }
    return message | changes


def test_a_queued_guest_is_registered(stores):
    assert take_registrations.handler(sqs(an_intake()), None) == {"batchItemFailures": []}
    (found,) = stores.registrations.of_address("demo", "ada@example.org")
    assert (found.source, found.correlation_id) == ("queue", "message-0")


def test_what_api_gateway_encoded_is_decoded_and_a_missing_key_is_the_message(stores):
    encoded = an_intake(event_id="d%65mo", idempotency_key="a%22b+c")
    bare = an_intake(idempotency_key="")
    bare["registration"] = {"type_id": "crew", "guest": {"name": "B", "email": "b@example.org"}}
    take_registrations.handler(sqs(encoded, bare), None)
    for key in ('a"b c', "message-1"):
        stored = keys.idempotency("registration#demo", key)
        assert to_wire(stored) in [{n: i[n] for n in ("pk", "sk")} for i in everything()]


def test_a_repeated_message_registers_once(stores):
    take_registrations.handler(sqs(an_intake(), an_intake()), None)
    take_registrations.handler(sqs(an_intake()), None)
    assert stores.registrations.newest("demo").count() == (1, True)
    assert parked() == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("not json", "invalid"),
        ("[]", "invalid"),
        ("null", "invalid"),
        ({}, "invalid"),
        (an_intake(registration="no"), "invalid"),
        (an_intake(registration={"type_id": "general", "guest": []}), "invalid"),
        (
            an_intake(registration={"type_id": 3, "guest": {"name": "A", "email": "a@b.cd"}}),
            "invalid",
        ),
        (an_intake(registration={"type_id": "general", "guest": {"name": "A"}}), "invalid"),
        (
            an_intake(
                registration={
                    "type_id": "general",
                    "guest": {"name": "A", "email": "a@b.cd", "is_admin": "yes"},
                }
            ),
            "invalid",
        ),
        (an_intake(idempotency_key=None), "invalid"),
        (an_intake(event_id="nowhere"), "not_found"),
    ],
)
def test_a_malformed_message_is_parked_and_harms_no_other(stores, body, code):
    answer = take_registrations.handler(sqs(body, an_intake()), None)
    assert answer == {"batchItemFailures": []}
    assert stores.registrations.newest("demo").count() == (1, True)
    assert [c for c, _ in parked()] == [code]


def test_only_what_may_pass_goes_back(stores, monkeypatch):
    original = type(stores.registrations).add

    def add(self, placing):
        if placing.party[0].guest.name == "Unlucky":
            raise Unavailable("throttled")
        return original(self, placing)

    monkeypatch.setattr(type(stores.registrations), "add", add)
    unlucky = an_intake(idempotency_key="key-2")
    unlucky["registration"] = {
        "type_id": "general",
        "guest": {"name": "Unlucky", "email": "u@example.org"},
    }
    answer = take_registrations.handler(sqs(an_intake(), unlucky), None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-1"}]}


def test_what_became_of_a_message_is_kept_for_who_asks(stores):
    late = an_intake(idempotency_key="key-2", attempt_id="attempt-2")
    malformed = an_intake(idempotency_key="key-3", attempt_id="attempt-3")
    malformed["registration"] = {"type_id": "general", "guest": {"name": "A", "email": "nobody"}}
    late["event_id"] = "over"
    set_up(stores.events, a_setup(an_event(event_id="over", number=9, ends_at=NOON)))
    take_registrations.handler(sqs(an_intake(attempt_id="attempt-1"), late, malformed), None)
    outcomes = [stores.attempts.get(f"attempt-{n}") for n in (1, 2, 3)]
    assert [(o.told, o.code, o.field) for o in outcomes] == [
        ("confirmed", "", ""),
        ("", "not_allowed", "event_id"),
        ("", "invalid", "email"),
    ]
    assert [o.guest.email if o.guest else None for o in outcomes] == [None, "ada@example.org", None]
    assert [code for code, _ in parked()] == ["invalid"]


def test_a_message_without_an_attempt_is_answered_under_its_own_id(stores):
    take_registrations.handler(sqs(an_intake()), None)
    assert stores.attempts.get("message-0").told == "confirmed"


def test_who_got_no_place_in_the_rush_is_told(stores, queued):
    refused = Attempt(
        attempt_id="a1", event_id="demo", answered_at=NOON, code="sold_out", guest=a_guest()
    )
    image = keys.attempt("a1") | dump("attempt", refused)
    announce_changes.handler({"Records": [record(None, image), record(image, image)]}, None)
    (body,) = [json.loads(b) for b in queued("eventsite-outbox")]
    assert (body["kind"], body["attempt_id"], body["facts"]["code"]) == (
        "refused",
        "a1",
        "sold_out",
    )
    assert "ada" not in json.dumps(body).lower()


# -- announce_changes --
def record(before: dict[str, Any] | None, after: dict[str, Any] | None) -> dict[str, Any]:
    change: dict[str, Any] = {"SequenceNumber": "1", "Keys": to_wire(keys.one("REG#x", "REG"))}
    if before:
        change["OldImage"] = to_wire(before)
    if after:
        change["NewImage"] = to_wire(after)
    return {"eventName": "MODIFY", "dynamodb": change}


def request_image(request):
    return keys.guest_request(GUEST, request.request_id) | dump("guest_request", request)


def test_a_new_registration_puts_a_ticket_in_the_outbox(stores, queued):
    image = registration_item(a_registration())
    announce_changes.handler({"Records": [record(None, image)]}, None)
    (body,) = [json.loads(b) for b in queued("eventsite-outbox")]
    assert (body["kind"], body["registration_id"]) == ("ticket", GUEST)
    assert body["correlation_id"] == "test-correlation"
    assert "ada" not in json.dumps(body).lower()


def test_every_change_of_a_registration_is_a_fact_in_the_ledger(stores):
    placed = a_registration(places={"TYPE.general": 2, "EVENT": 0})
    gone = replace(placed.cancelled(Cause.GUEST), version=2, changed_at=NOON, changed_by="guest")
    images = [registration_item(placed), registration_item(gone)]
    changes = [record(None, images[0]), record(*images), record(*images)]
    announce_changes.handler({"Records": changes}, None)
    first, second = stores.ledger.of_registration(GUEST)
    assert (first.before, first.after, first.places) == (
        "none",
        "confirmed",
        {"EVENT": 1, "TYPE.general": 1},
    )
    assert (second.after, second.cause, second.by) == ("cancelled", "guest", "guest")
    assert taken(stores.ledger.of_event("demo")) == {}


def test_who_asked_for_their_link_is_sent_it(stores, queued):
    put_registration(stores, a_registration())
    mailing_links.send_again(stores, a_registration(), NOON)
    (wish,) = [item for item in everything() if item["entity"]["S"] == "mail_wish"]
    announce_changes.handler({"Records": [{"dynamodb": {"NewImage": wish}}]}, None)
    (body,) = [json.loads(b) for b in queued("eventsite-outbox")]
    assert (body["kind"], body["facts"]) == ("link", {"reason": "asked"})


def test_a_new_request_tells_staff_and_a_fulfilled_one_the_guest(stores, queued):
    made = request_image(a_request())
    done = request_image(replace(a_request(), status="fulfilled"))
    announce_changes.handler({"Records": [record(None, made), record(made, done)]}, None)
    assert [json.loads(b)["kind"] for b in queued("eventsite-outbox")] == ["request_fulfilled"]


def test_a_poison_record_is_parked_and_blocks_nothing(stores, queued):
    good, bad = registration_item(a_registration()), registration_item(a_registration())
    del bad["guest"]
    announce_changes.handler({"Records": [record(None, bad), record(None, good)]}, None)
    assert len(queued("eventsite-outbox")) == 1
    ((code, body),) = parked()
    assert (code, json.loads(body)["Keys"]["pk"]["S"]) == ("invalid", "REG#x")


def test_a_failure_that_may_pass_gives_the_batch_back(stores, monkeypatch):
    def refuse(*_):
        raise Unavailable("throttled")

    monkeypatch.setattr(type(stores.outbox), "put", refuse)
    with pytest.raises(Unavailable):
        announce_changes.handler(
            {"Records": [record(None, registration_item(a_registration()))]}, None
        )


def test_deletions_and_other_items_say_nothing(stores, queued):
    image = registration_item(a_registration())
    other = keys.one("BUCKET", "x") | {"entity": "bucket"}
    announce_changes.handler({"Records": [record(image, None), record(None, other)]}, None)
    assert queued("eventsite-outbox") == []


# -- send_notifications --
class FakeChannel:
    """Remembers what it sent; raises what the test put in ``trouble``."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.trouble: Exception | None = None

    def send(self, message: Message) -> str:
        if self.trouble:
            raise self.trouble
        self.sent.append(message)
        return "message-1"


@pytest.fixture
def channel(stores, monkeypatch):
    put_registration(stores, a_registration(guest=a_guest(phone="+353851234567")))
    fake = FakeChannel()
    asked: list[ChannelKind] = []
    fake.asked = asked

    def of_kind(kind):
        asked.append(kind)
        return fake

    monkeypatch.setattr(send_notifications, "channel", of_kind)
    return fake


def a_notification(kind=Kind.TICKET, **changes: Any) -> dict[str, Any]:
    facts = {"session": "Knots", "room": "A", "time": "13:10"}
    fields = {
        "notification_id": f"{kind}.1",
        "kind": kind,
        "event_id": "demo",
        "registration_id": GUEST,
        "correlation_id": "test-correlation",
        "facts": facts if kind is Kind.SESSION_STARTS else {},
    }
    return asdict(Notification(**(fields | changes)))


def test_a_ticket_mail_has_the_picture_and_the_signed_link(channel):
    assert send_notifications.handler(sqs(a_notification()), None) == {"batchItemFailures": []}
    (mail,) = channel.sent
    assert mail.to == "ada@example.org"
    assert mail.picture.png.startswith(b"\x89PNG")
    assert f"http://testserver/g/{GUEST}-1-" in mail.text
    assert mail.correlation_id == "test-correlation"


def test_a_message_delivered_twice_by_the_queue_is_sent_once(channel):
    send_notifications.handler(sqs(a_notification(), a_notification()), None)
    send_notifications.handler(sqs(a_notification()), None)
    assert len(channel.sent) == 1


def test_a_refusal_for_ever_is_recorded_and_not_repeated(channel, stores):
    channel.trouble = ChannelRefused("opted out")
    assert send_notifications.handler(sqs(a_notification()), None) == {"batchItemFailures": []}
    assert stores.deliveries.outcome("ticket.1") == "refused"


@pytest.mark.parametrize("kind", [Kind.TICKET, Kind.SESSION_STARTS])
def test_a_throttled_message_goes_back_and_gets_through(channel, kind):
    channel.trouble = ChannelUnavailable("throttled")
    answer = send_notifications.handler(sqs(a_notification(kind)), None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}
    channel.trouble = None
    send_notifications.handler(sqs(a_notification(kind)), None)
    assert len(channel.sent) == 1


def test_when_nobody_knows_a_ticket_is_sent_again_and_a_reminder_is_not(channel, stores):
    channel.trouble = ChannelSilent("no answer")
    both = sqs(a_notification(), a_notification(Kind.SESSION_STARTS))
    answer = send_notifications.handler(both, None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}
    assert stores.deliveries.outcome("session_starts.1") == "unknown"


def test_reminders_go_where_the_guest_likes_and_tickets_by_mail(channel, stores):
    stored = stores.registrations.get(GUEST)
    guest = replace(stored.guest, channel=ChannelKind.SMS)
    stores.registrations.save(replace(stored, guest=guest))
    send_notifications.handler(sqs(a_notification(), a_notification(Kind.SESSION_STARTS)), None)
    assert channel.asked == [ChannelKind.EMAIL, ChannelKind.SMS]
    assert [m.to for m in channel.sent] == ["ada@example.org", "+353851234567"]
    assert len(channel.sent[1].short) <= 320


def test_who_has_cancelled_gets_no_ticket(channel, stores):
    put_cancelled(stores, GUEST)
    send_notifications.handler(sqs(a_notification()), None)
    assert channel.sent == []
    send_notifications.handler(sqs(a_notification(Kind.CANCELLED)), None)
    assert len(channel.sent) == 1


@pytest.mark.parametrize("body", ["{}", "[1]", "x", '{"kind": "spam"}'])
def test_what_is_no_notification_is_parked(stores, body):
    assert send_notifications.handler(sqs(body), None) == {"batchItemFailures": []}
    assert [code for code, _ in parked()] == ["invalid"]


def test_who_got_no_place_hears_it_in_their_language(channel, stores):
    guest = a_guest(locale="de", email="late@example.org")
    stores.attempts.answer(
        Attempt(attempt_id="a1", event_id="demo", answered_at=NOON, code="sold_out", guest=guest)
    )
    told = a_notification(Kind.REFUSED, registration_id="", attempt_id="a1")
    told["facts"] = {"code": "sold_out", "field": ""}
    assert send_notifications.handler(sqs(told), None) == {"batchItemFailures": []}
    (mail,) = channel.sent
    assert (mail.to, mail.picture) == ("late@example.org", None)
    assert "/e/demo/" in mail.text


def test_a_guest_without_an_address_is_recorded_as_not_told(stores, channel):
    nameless = a_registration(registration_id="00000000000000aa", guest=a_guest(email=""))
    put_registration(stores, nameless, "other-key")
    told = a_notification(registration_id="00000000000000aa")
    assert send_notifications.handler(sqs(told), None) == {"batchItemFailures": []}
    assert (channel.sent, stores.deliveries.outcome("ticket.1")) == ([], "refused")


# -- fulfil_schedules --
def test_a_schedule_of_another_version_is_parked(stores):
    assert fulfil_schedules.handler({"version": 2}, None) == {}
    assert len(parked()) == 1


def test_a_sweep_with_nothing_due_queues_nothing(stores):
    answer = fulfil_schedules.handler({"version": 1, "kind": "sweep"}, None)
    assert answer == {"notifications": 0, "places": 0, "retentions": 0, "jobs": 0}


def test_one_thing_that_fails_keeps_no_other_from_its_turn(stores, monkeypatch):
    def refuse(*_):
        raise Unavailable("throttled")

    turns = []
    monkeypatch.setitem(fulfil_schedules.DUE, "notifications", refuse)
    monkeypatch.setitem(fulfil_schedules.DUE, "jobs", lambda *_: turns.append("jobs") or 0)
    with pytest.raises(Unavailable):
        fulfil_schedules.handler({"version": 1, "kind": "sweep"}, None)
    assert turns == ["jobs"]
