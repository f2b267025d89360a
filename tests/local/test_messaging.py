"""The two AWS calls that the engine lacks, through real boto3 clients."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from eventsite.local.messaging import Server
from eventsite.local.sent import SentBox

from .conftest import read_json

Fake = Callable[..., Any]
NUMBER = "+491715550100"
PUSH = {"DefaultPushNotificationMessage": {"Title": "Doors", "Body": "Please queue"}}


def send_push(fake: Fake, *tokens: str, application: str = "app", **more: Any) -> dict[str, Any]:
    addresses = {token: {"ChannelType": "GCM"} for token in tokens}
    message = {"Addresses": addresses, "MessageConfiguration": PUSH, **more}
    answer = fake("pinpoint").send_messages(ApplicationId=application, MessageRequest=message)
    found: dict[str, Any] = answer["MessageResponse"]
    return found


def refusal(call: Callable[..., Any], **request: Any) -> ClientError:
    with pytest.raises(ClientError) as caught:
        call(**request)
    return caught.value


def test_a_text_message_is_answered_with_an_id_and_can_be_read_back(fake: Fake, base: str) -> None:
    answer = fake("pinpoint-sms-voice-v2").send_text_message(
        DestinationPhoneNumber=NUMBER,
        OriginationIdentity="EVENT",
        MessageBody="Doors open at nine.",
        MessageType="TRANSACTIONAL",
        Context={"correlation_id": "c-1"},
    )
    (sent,) = read_json(f"{base}/sent")
    assert sent["message_id"] == answer["MessageId"]
    assert (sent["kind"], sent["to"], sent["text"]) == ("sms", [NUMBER], "Doors open at nine.")
    assert sent["headers"] == {"X-Correlation-Id": "c-1"}


def test_a_dry_run_is_checked_but_not_sent(fake: Fake, base: str) -> None:
    client = fake("pinpoint-sms-voice-v2")
    assert client.send_text_message(DestinationPhoneNumber=NUMBER, DryRun=True)["MessageId"]
    error = refusal(client.send_text_message, DestinationPhoneNumber="no number", DryRun=True)
    assert error.response["Error"]["Code"] == "ValidationException"
    assert read_json(f"{base}/sent") == []


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({}, "MISSING_PARAMETER"),
        ({"DestinationPhoneNumber": NUMBER, "Bogus": 1}, "INVALID_PARAMETER"),
        ({"DestinationPhoneNumber": "0049"}, "INVALID_PARAMETER"),
        ({"DestinationPhoneNumber": NUMBER, "MessageBody": "x" * 1601}, "INVALID_PARAMETER"),
        ({"DestinationPhoneNumber": NUMBER, "MessageType": "OTHER"}, "INVALID_PARAMETER"),
        ({"DestinationPhoneNumber": NUMBER, "TimeToLive": 259_201}, "INVALID_PARAMETER"),
        ({"DestinationPhoneNumber": NUMBER, "Context": {"a": " b "}}, "INVALID_PARAMETER"),
    ],
)
def test_a_wrong_text_message_is_a_validation_error_as_the_service_s(
    base: str, wrong: dict[str, Any], reason: str
) -> None:
    status, body = post(base, "/", wrong, {"X-Amz-Target": "PinpointSMSVoiceV2.SendTextMessage"})
    assert (status, body["__type"], body["Reason"]) == (400, "ValidationException", reason)


def test_boto3_reads_code_and_reason_of_an_error(fake: Fake) -> None:
    client = fake("pinpoint-sms-voice-v2", validate=False)
    error = refusal(client.send_text_message, MessageBody="to nobody")
    assert error.response["Error"]["Code"] == "ValidationException"
    assert dict(error.response)["Reason"] == "MISSING_PARAMETER"
    with pytest.raises(client.exceptions.ConflictException):
        client.send_text_message(DestinationPhoneNumber="+4915550410")
    with pytest.raises(client.exceptions.ThrottlingException):
        client.send_text_message(DestinationPhoneNumber="+4915550429")


def test_push_answers_each_token_with_a_status_of_its_own(fake: Fake, base: str) -> None:
    answer = send_push(fake, "token-1", "gone-2", "later-3", TraceId="c-2")
    statuses = {t: (r["DeliveryStatus"], r["StatusCode"]) for t, r in answer["Result"].items()}
    assert statuses == {
        "token-1": ("SUCCESSFUL", 200),
        "gone-2": ("PERMANENT_FAILURE", 410),
        "later-3": ("THROTTLED", 429),
    }
    (sent,) = read_json(f"{base}/sent")
    assert (sent["to"], sent["subject"], sent["text"]) == (["token-1"], "Doors", "Please queue")
    assert sent["message_id"] == answer["Result"]["token-1"]["MessageId"]
    assert sent["headers"] == {"X-Trace-Id": "c-2"}


def test_push_refuses_a_whole_call_that_the_service_would_refuse(fake: Fake, base: str) -> None:
    client = fake("pinpoint")
    with pytest.raises(client.exceptions.TooManyRequestsException):
        send_push(fake, "token", application="throttled")
    with pytest.raises(client.exceptions.NotFoundException):
        send_push(fake, "token", application="unknown")
    with pytest.raises(client.exceptions.BadRequestException):
        send_push(fake, *(f"token-{number}" for number in range(101)))
    status, body = post(base, "/v1/apps/app/messages", {"Bogus": 1}, {})
    assert (status, body["__type"]) == (400, "BadRequestException")
    assert read_json(f"{base}/sent") == []


def test_what_was_sent_is_there_after_a_restart(fake: Fake, tmp_path: Path) -> None:
    fake("pinpoint-sms-voice-v2").send_text_message(DestinationPhoneNumber=NUMBER)
    assert [message.kind for message in SentBox(tmp_path).messages()] == ["sms"]


def test_half_a_line_in_the_file_harms_nothing(server: Server, tmp_path: Path) -> None:
    (tmp_path / "sent-mail.jsonl").write_text('{"kind": "em')
    server.box.add("sms", to=NUMBER, message_id="1")
    assert [message.to for message in server.box.messages()] == [(NUMBER,)]


def test_a_staff_delivery_is_kept_and_not_acted_upon(base: str) -> None:
    delivery = {
        "Type": "Notification",
        "MessageId": "m-1",
        "TopicArn": "arn:aws:sns:eu-west-1:000000000000:eventsite-staff",
        "Subject": "Water, please",
        "Message": "<script>alert(1)</script>",
    }
    assert post(base, "/staff-hook", delivery, {})[0] == 200
    (sent,) = read_json(f"{base}/sent")
    assert (sent["kind"], sent["subject"], sent["source"]) == (
        "staff_http",
        "Water, please",
        "eventsite-staff",
    )
    assert sent["text"] == "<script>alert(1)</script>"
    assert post(base, "/staff-hook", None, {}, raw=b"no json")[0] == 400


def test_a_subscription_is_confirmed_only_on_this_computer(base: str) -> None:
    called = threading.Event()

    class Confirmed(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            called.set()
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_args: Any) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Confirmed) as engine:
        threading.Thread(target=engine.serve_forever, args=(0.02,), daemon=True).start()
        port = engine.server_address[1]
        for host in ("127.0.0.1.example.org", "example.org@[::ffff:127.0.0.1]", "127.0.0.2"):
            confirmation(base, f"http://{host}:{port}/?Action=ConfirmSubscription")
        confirmation(base, f"https://127.0.0.1:{port}/")
        assert not called.wait(0.3)
        confirmation(base, f"http://127.0.0.1:{port}/?Action=ConfirmSubscription")
        assert called.wait(5)
        engine.shutdown()


def confirmation(base: str, url: str) -> None:
    delivery = {"Type": "SubscriptionConfirmation", "SubscribeURL": url, "Token": "t"}
    assert post(base, "/staff-hook", delivery, {})[0] == 200


def test_a_request_under_a_foreign_name_is_refused(base: str) -> None:
    request = urllib.request.Request(f"{base}/messages.json", headers={"Host": "evil.example"})
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=5)
    assert caught.value.code == 403


def post(
    base: str, path: str, value: Any, headers: dict[str, str], raw: bytes | None = None
) -> tuple[int, dict[str, Any]]:
    data = json.dumps(value).encode() if raw is None else raw
    request = urllib.request.Request(f"{base}{path}", data=data, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
