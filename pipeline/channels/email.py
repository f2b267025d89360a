"""E-mail through Amazon SES v2."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from pipeline.channels.base import Message, calling

REFUSED = frozenset({"MessageRejected", "BadRequestException", "NotFoundException"})
"""SES errors that a second try cannot mend. Source: SES v2 API reference, SendEmail."""


class Email:
    """Sends multipart mails: text, HTML and the ticket's picture inline."""

    def __init__(self, client: Any, sender: str) -> None:
        self._client = client
        self._sender = sender

    def send(self, message: Message) -> str:
        answer = calling(
            "SES",
            REFUSED,
            self._client.send_email,
            FromEmailAddress=self._sender,
            Destination={"ToAddresses": [message.to]},
            Content={"Raw": {"Data": self._mime(message).as_bytes(policy=SMTP)}},
        )
        return str(answer["MessageId"])

    def _mime(self, message: Message) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = self._sender
        mail["To"] = message.to
        mail["Subject"] = message.subject
        mail["X-Correlation-Id"] = message.correlation_id
        mail["X-Notification-Id"] = message.notification_id
        mail["Auto-Submitted"] = "auto-generated"
        if message.language:
            mail["Content-Language"] = message.language
        mail.set_content(message.text)
        if message.html:
            mail.add_alternative(message.html, subtype="html")
        if message.picture and message.html:
            html = mail.get_payload()[1]  # type: ignore[index]
            html.add_related(  # type: ignore[union-attr]
                message.picture.png,
                "image",
                "png",
                cid=f"<{message.picture.content_id}>",
                filename=message.picture.name,
            )
        return mail
