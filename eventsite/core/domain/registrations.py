"""Guests and registrations: what they are and what may happen to them. Pure, no clock."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from eventsite.core.domain.names import tidy_name
from eventsite.core.errors import Invalid, NotAllowed

EMAIL_MAX = 254
"""Characters of an address. Source: RFC 5321, 4.5.3.1.3 less the angle brackets."""

_EMAIL = re.compile(
    r"[^@\s\x00-\x1f\"(),:;<>\[\]\\]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}"
)
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
_PUSH_TOKEN = re.compile(r"[A-Za-z0-9_:.\-]{8,512}")


class RegistrationStatus(StrEnum):
    PENDING = "pending"
    WAITLISTED = "waitlisted"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


class ChannelKind(StrEnum):
    """How a guest wants to be told."""

    EMAIL = "email"
    SMS = "sms"
    PUSH = "push"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """A person, as they gave themselves to us. ``phone`` is E.164 or empty.

    ``channel`` is where notifications during the event go; tickets always go by e-mail.
    """

    name: str
    email: str
    phone: str = ""
    push_token: str = ""
    locale: str = "en"
    channel: ChannelKind = ChannelKind.EMAIL


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """One guest's place at one event; its id (16 hex digits) is in the ticket.

    ``version`` counts writes and starts at 1; the store refuses a stale one. ``reissue`` (0-255)
    counts tickets: an older one is revoked. ``account_id`` is the Cognito subject, or empty.
    ``stock_shard`` is where the place was taken from, None when the type has no limit.
    """

    event_id: str
    registration_id: str
    type_id: str
    guest: Guest
    status: RegistrationStatus
    registered_at: datetime
    source: str
    account_id: str = ""
    reissue: int = 0
    stock_shard: int | None = None
    correlation_id: str = ""
    version: int = 1

    def cancelled(self) -> Registration:
        """Return the cancelled registration. Raises NotAllowed when it is cancelled already."""
        if self.status is RegistrationStatus.CANCELLED:
            raise NotAllowed("This registration is cancelled already.", field="status")
        return replace(self, status=RegistrationStatus.CANCELLED)


def checked_guest(guest: Guest) -> Guest:
    """Return the guest with tidy values.

    Raises
    ------
    Invalid
        A value is missing or malformed; ``field`` names it.
    """
    name = tidy_name(guest.name)
    local, _, host = guest.email.strip().partition("@")
    email = f"{local}@{host.lower()}"
    if len(email) > EMAIL_MAX or not _EMAIL.fullmatch(email):
        raise Invalid("This is not an e-mail address.", field="email")
    phone = re.sub(r"[\s()./-]", "", guest.phone)
    if phone and not _PHONE.fullmatch(phone):
        raise Invalid("A phone number looks like +353851234567.", field="phone")
    if not _LOCALE.fullmatch(guest.locale):
        raise Invalid("A locale looks like en or pt-BR.", field="locale")
    if guest.push_token and not _PUSH_TOKEN.fullmatch(guest.push_token):
        raise Invalid("This is not a push token.", field="push_token")
    if guest.channel is ChannelKind.SMS and not phone:
        raise Invalid("Messages by SMS need a phone number.", field="phone")
    if guest.channel is ChannelKind.PUSH and not guest.push_token:
        raise Invalid("Messages by push need a push token.", field="push_token")
    return replace(guest, name=name, email=email, phone=phone)
