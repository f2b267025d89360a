"""The two AWS calls that the engine lacks: pinpoint SendMessages and SendTextMessage.

Requests are checked and answers built by botocore's service models. Destinations with a meaning,
so that callers can be tested:

| destination | answer |
|---|---|
| phone number ending in `5550410` | ConflictException, number opted out: permanent |
| phone number ending in `5550429` | ThrottlingException: try again |
| push token starting with `gone-` | DeliveryStatus PERMANENT_FAILURE, status 410 |
| push token starting with `later-` | DeliveryStatus THROTTLED, status 429 |
| push application `throttled` | TooManyRequestsException for the whole call |
| push application `unknown` | NotFoundException for the whole call |
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from eventsite.local.sent import SentBox
from eventsite.local.shapes import faults, operation

OPTED_OUT = "5550410"
THROTTLED_NUMBER = "5550429"
GONE = "gone-"
LATER = "later-"
PUSH_CHANNELS = (
    ("GCM", "GCMMessage"),
    ("APNS", "APNSMessage"),
    ("ADM", "ADMMessage"),
    ("BAIDU", "BaiduMessage"),
    ("SMS", "SMSMessage"),
)


@dataclass
class Answer:
    """An HTTP answer; an error's code goes into the header and the body, as botocore wants it."""

    status: int
    body: dict[str, Any]
    content_type: str
    headers: dict[str, str] = field(default_factory=dict)


def _error(status: int, code: str, content_type: str, **members: Any) -> Answer:
    return Answer(status, {"__type": code, **members}, content_type, {"x-amzn-ErrorType": code})


def _checked(service: str, name: str, content_type: str, body: dict[str, Any]) -> Answer:
    output = operation(service, name).output_shape
    wrong = faults(output, body) if output else []
    if wrong:
        raise AssertionError(f"{name} would answer what botocore cannot read: {wrong}")
    return Answer(200, body, content_type)


# --- pinpoint-sms-voice-v2, JSON 1.0 -----------------------------------------------------------

SMS = "pinpoint-sms-voice-v2"
SMS_TYPE = "application/x-amz-json-1.0"


def send_text_message(body: bytes, box: SentBox) -> Answer:
    """One text message to one number; with DryRun checked but not sent."""
    shape = operation(SMS, "SendTextMessage").input_shape
    try:
        request = json.loads(body or b"{}")
    except ValueError:
        return _sms_invalid("CANNOT_PARSE", ["The request body is not JSON"])
    wrong = faults(shape, request) if shape else []
    if wrong:
        missing = any("Missing required" in fault for fault in wrong)
        return _sms_invalid("MISSING_PARAMETER" if missing else "INVALID_PARAMETER", wrong)
    number = request["DestinationPhoneNumber"]
    if number.endswith(OPTED_OUT):
        reason = "DESTINATION_PHONE_NUMBER_OPTED_OUT"
        return _error(400, "ConflictException", SMS_TYPE, Message=reason, Reason=reason)
    if number.endswith(THROTTLED_NUMBER):
        return _error(400, "ThrottlingException", SMS_TYPE, Message="Rate exceeded")
    message_id = str(uuid.uuid4())
    if not request.get("DryRun"):
        box.add(
            "sms",
            to=number,
            text=request.get("MessageBody", ""),
            source=request.get("OriginationIdentity", ""),
            message_id=message_id,
            headers=_context(request.get("Context")),
            request=request,
        )
    return _checked(SMS, "SendTextMessage", SMS_TYPE, {"MessageId": message_id})


def _sms_invalid(reason: str, wrong: list[str]) -> Answer:
    fields = [{"Name": "request", "Message": fault} for fault in wrong]
    text = "; ".join(wrong)
    return _error(400, "ValidationException", SMS_TYPE, Message=text, Reason=reason, Fields=fields)


def unknown_operation() -> Answer:
    return _error(400, "UnknownOperationException", SMS_TYPE, Message="Only SendTextMessage")


# --- pinpoint, REST JSON -----------------------------------------------------------------------

PUSH_TYPE = "application/json"


def send_messages(application: str, body: bytes, box: SentBox) -> Answer:
    """One push message to up to 100 tokens, each with a delivery status of its own."""
    application = unquote(application)
    request_id = str(uuid.uuid4())
    if application == "throttled":
        return _push_error(429, "TooManyRequestsException", "Rate exceeded", request_id)
    if application == "unknown":
        return _push_error(404, "NotFoundException", "Resource not found", request_id)
    try:
        message = json.loads(body or b"{}")
    except ValueError:
        return _push_error(400, "BadRequestException", "The body is not JSON", request_id)
    shape = operation("pinpoint", "SendMessages").input_shape
    request = {"ApplicationId": application, "MessageRequest": message}
    wrong = (faults(shape, request) if shape else []) or _push_rules(message)
    if wrong:
        return _push_error(400, "BadRequestException", "; ".join(wrong), request_id)
    results = {
        token: _push_result(token, address, message, application, box)
        for token, address in message["Addresses"].items()
    }
    answer = {"ApplicationId": application, "RequestId": request_id, "Result": results}
    checked = _checked("pinpoint", "SendMessages", PUSH_TYPE, {"MessageResponse": answer})
    checked.body = answer  # the model's payload member is the body itself
    return checked


def _push_error(status: int, code: str, text: str, request_id: str) -> Answer:
    return _error(status, code, PUSH_TYPE, Message=text, RequestID=request_id)


def _push_rules(message: dict[str, Any]) -> list[str]:
    """What the service asks for beyond its model."""
    addresses = message.get("Addresses") or {}
    if message.get("Endpoints"):
        return ["Endpoints ended with Amazon Pinpoint: use Addresses"]
    if not 1 <= len(addresses) <= 100:
        return ["Addresses must have 1 to 100 members"]
    if any("ChannelType" not in address for address in addresses.values()):
        return ["Every address needs a ChannelType"]
    return []


def _push_result(
    token: str, address: dict[str, Any], message: dict[str, Any], application: str, box: SentBox
) -> dict[str, Any]:
    if token.startswith(GONE):
        return _status("PERMANENT_FAILURE", 410, "Unregistered or expired token")
    if token.startswith(LATER):
        return _status("THROTTLED", 429, "Rate exceeded")
    message_id = str(uuid.uuid4())
    content = _push_content(address["ChannelType"], message)
    trace = {"X-Trace-Id": message["TraceId"]} if "TraceId" in message else {}
    box.add(
        "push",
        to=token,
        subject=address.get("TitleOverride") or content.get("Title") or "",
        text=address.get("BodyOverride") or content.get("Body") or content.get("RawContent") or "",
        source=application,
        message_id=message_id,
        headers={**_context(message.get("Context")), **_context(address.get("Context")), **trace},
        request={"ChannelType": address["ChannelType"], **message, "Addresses": {token: address}},
    )
    return {**_status("SUCCESSFUL", 200, "Accepted"), "MessageId": message_id}


def _status(status: str, code: int, text: str) -> dict[str, Any]:
    return {"DeliveryStatus": status, "StatusCode": code, "StatusMessage": text}


def _push_content(channel: str, message: dict[str, Any]) -> dict[str, Any]:
    configuration = message.get("MessageConfiguration") or {}
    default = configuration.get("DefaultPushNotificationMessage") or {}
    own = next((m for prefix, m in PUSH_CHANNELS if channel.startswith(prefix)), "")
    return {**default, **(configuration.get(own) or {})}


def _context(context: Any) -> dict[str, str]:
    """Context members as headers: `correlation_id` becomes `X-Correlation-Id`."""
    return {
        "-".join(["X", *(part.capitalize() for part in key.replace("-", "_").split("_"))]): value
        for key, value in (context or {}).items()
    }
