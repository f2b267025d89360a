"""Which channel serves which kind, in this process; and how a handler starts."""

from __future__ import annotations

from functools import lru_cache

from eventsite.core.config import config
from eventsite.core.domain.registrations import ChannelKind
from eventsite.core.log import configure
from eventsite.core.wiring import client
from pipeline.channels.base import Channel


@lru_cache(maxsize=1)
def start(service: str) -> None:
    """Set logging up, once a process."""
    configure(service)


@lru_cache(maxsize=len(ChannelKind))
def channel(kind: ChannelKind) -> Channel:
    """Return this process's channel of a kind, built on first use."""
    settings = config()
    if kind is ChannelKind.SMS:
        from pipeline.channels.sms import Sms

        return Sms(client("pinpoint-sms-voice-v2"), settings.need("sms_from"))
    if kind is ChannelKind.PUSH:
        from pipeline.channels.push import Push

        return Push(client("pinpoint"), settings.need("push_app_id"))
    from pipeline.channels.email import Email

    return Email(client("sesv2"), settings.need("mail_from"))
