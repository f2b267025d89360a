"""What a channel is, and what it is given to send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from eventsite.core.errors import ChannelRefused, ChannelSilent, ChannelUnavailable


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG that belongs to a message. ``content_id`` is how its HTML refers to it."""

    name: str
    content_id: str
    png: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message, ready to go. Channels take what they can: SMS and push only ``short``."""

    to: str
    subject: str
    short: str
    text: str = ""
    html: str = ""
    language: str = ""
    picture: Picture | None = None
    correlation_id: str = ""
    notification_id: str = ""


class Channel(Protocol):
    """A way to reach a guest.

    ``send`` returns the provider's message id. It raises ChannelRefused when retrying is
    pointless, ChannelUnavailable when it is not, ChannelSilent when nobody knows; nothing else.
    """

    def send(self, message: Message) -> str: ...


def calling(service: str, refused: frozenset[str], method: Any, **request: Any) -> dict[str, Any]:
    """Call an AWS send API; the codes in ``refused`` are permanent, all others may pass."""
    try:
        answer: dict[str, Any] = method(**request)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        kind = ChannelRefused if code in refused else ChannelUnavailable
        raise kind(f"{service} said {code}") from error
    except BotoCoreError as error:
        raise ChannelSilent(f"{service} did not answer: {type(error).__name__}") from error
    return answer
