"""The embedded AWS while it runs: whom it lets in, what its functions see, what it sends."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from email.message import EmailMessage
from pathlib import Path

import pytest

from eventsite.local.messaging import Server
from eventsite.local.processes import Engine
from eventsite.local.sent import SentBox

from .aws import (
    client_of,
    eventually,
    make_function,
    make_queue,
    make_table,
)
from .conftest import read_json

pytestmark = pytest.mark.engine


def test_a_function_sees_its_package_and_not_the_source_tree(engine: Engine) -> None:
    stream_arn = make_table(engine, "source", stream=True)["LatestStreamArn"]
    make_function(engine, stream_arn, make_queue(engine, "work", 60))
    answer = client_of(engine, "lambda").invoke(
        FunctionName="observer", Payload=json.dumps({"Records": []})
    )
    assert json.load(answer["Payload"]) == {"python_path": ""}


def test_the_engine_stops_when_its_launcher_is_gone(engine: Engine) -> None:
    child = engine.child
    assert child is not None
    assert child.process.stdin is not None
    child.process.stdin.close()
    assert child.process.wait(10) is not None


def test_an_e_mail_is_kept_whole(engine: Engine, state: Path) -> None:
    client_of(engine, "sesv2").create_email_identity(EmailIdentity="example.org")
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "Ticket", "tickets@example.org", "g@example.org"
    mail["X-Correlation-Id"] = "c-1"
    mail.set_content("Your ticket")
    mail.add_attachment(os.urandom(2000), maintype="image", subtype="png", filename="ticket.png")
    sent = client_of(engine, "sesv2").send_email(
        FromEmailAddress="tickets@example.org",
        Destination={"ToAddresses": ["g@example.org"]},
        Content={"Raw": {"Data": mail.as_bytes()}},
    )
    simple = {"Subject": {"Data": "Plain"}, "Body": {"Text": {"Data": "text"}}}
    headers = [{"Name": "X-Correlation-Id", "Value": "c-2"}]
    client_of(engine, "sesv2").send_email(
        FromEmailAddress="tickets@example.org",
        Destination={"ToAddresses": ["h@example.org"]},
        Content={"Simple": {**simple, "Headers": headers}},
    )
    first, second = SentBox(state).messages()
    assert first.message_id == sent["MessageId"]
    assert [(a.name, a.size) for a in first.attachments] == [("ticket.png", 2000)]
    assert first.headers["X-Correlation-Id"] == "c-1"
    assert (second.subject, second.headers["X-Correlation-Id"]) == ("Plain", "c-2")


def test_staff_are_told_by_e_mail_and_over_http(engine: Engine, server: Server) -> None:
    sns = client_of(engine, "sns")
    topic = sns.create_topic(Name="eventsite-staff")["TopicArn"]
    hook = f"http://127.0.0.1:{server.server_address[1]}/staff-hook"
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="staff@example.org")
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=hook)

    def confirmed() -> bool:
        listed = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        return all(one["SubscriptionArn"].startswith("arn:") for one in listed)

    assert eventually(confirmed)
    assert eventually(
        lambda: (
            sns.get_topic_attributes(TopicArn=topic)["Attributes"]["SubscriptionsConfirmed"] == "2"
        )
    )
    sns.publish(TopicArn=topic, Subject="Request", Message="Two waters")
    mailbox = f"http://127.0.0.1:{server.server_address[1]}/messages.json?kind=staff_http"
    delivered = eventually(lambda: [m for m in read_json(mailbox) if m["subject"] == "Request"])
    assert [m["text"] for m in delivered] == ["Two waters"]
    (mail,) = SentBox(engine.state_dir).messages()
    assert (mail.kind, mail.to, mail.text) == ("staff_email", ("staff@example.org",), "Two waters")


def test_an_unknown_key_is_refused(engine: Engine) -> None:
    request = urllib.request.Request(
        engine.url,
        data=b"{}",
        headers={
            "X-Amz-Target": "DynamoDB_20120810.ListTables",
            "Authorization": "AWS4-HMAC-SHA256 Credential=AKIAWRONG/20260101/eu-west-1/dynamodb/"
            "aws4_request, SignedHeaders=host, Signature=0",
        },
    )
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=5)
    assert caught.value.code in (400, 403)
