"""SMS through AWS End User Messaging (pinpoint-sms-voice-v2)."""

from __future__ import annotations

from typing import Any

from pipeline.channels.base import Message, calling

REFUSED = frozenset({"ValidationException", "ConflictException", "ResourceNotFoundException"})
"""Errors that a second try cannot mend; ConflictException is an opted-out number. Source: End
User Messaging API reference, SendTextMessage."""

LIFE_SECONDS = 1800
"""A reminder that arrives half an hour late is worse than none."""


class Sms:
    def __init__(self, client: Any, origination: str) -> None:
        self._client = client
        self._origination = origination

    def send(self, message: Message) -> str:
        answer = calling(
            "SMS",
            REFUSED,
            self._client.send_text_message,
            DestinationPhoneNumber=message.to,
            OriginationIdentity=self._origination,
            MessageBody=message.short,
            MessageType="TRANSACTIONAL",
            TimeToLive=LIFE_SECONDS,
            Context={"correlation_id": message.correlation_id},
        )
        return str(answer["MessageId"])
