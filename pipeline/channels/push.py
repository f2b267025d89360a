"""Push messages through what remains of Amazon Pinpoint: SendMessages by raw token."""

from __future__ import annotations

from typing import Any

from eventsite.core.errors import ChannelRefused, ChannelUnavailable
from pipeline.channels.base import Message, calling

REFUSED = frozenset({"BadRequestException", "NotFoundException", "PayloadTooLargeException"})
PERMANENT = frozenset({"PERMANENT_FAILURE", "OPT_OUT", "DUPLICATE"})
"""Delivery statuses that a second try cannot mend; none is retried by AWS. Source: Pinpoint API
reference, MessageResult."""


class Push:
    """Sends to a token as given; ``apns:`` before it says Apple, otherwise Firebase."""

    def __init__(self, client: Any, app_id: str) -> None:
        self._client = client
        self._app_id = app_id

    def send(self, message: Message) -> str:
        apple = message.to.startswith("apns:")
        token = message.to.removeprefix("apns:")
        body = {"Title": message.subject, "Body": message.short, "Action": "OPEN_APP"}
        answer = calling(
            "Pinpoint",
            REFUSED,
            self._client.send_messages,
            ApplicationId=self._app_id,
            MessageRequest={
                "Addresses": {token: {"ChannelType": "APNS" if apple else "GCM"}},
                "MessageConfiguration": {("APNSMessage" if apple else "GCMMessage"): body},
                "TraceId": message.correlation_id,
            },
        )
        result = answer["MessageResponse"]["Result"][token]
        status = result["DeliveryStatus"]
        if status == "SUCCESSFUL":
            return str(result["MessageId"])
        kind = ChannelRefused if status in PERMANENT else ChannelUnavailable
        raise kind(f"Pinpoint said {status}")
