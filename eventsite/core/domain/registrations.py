"""Guests and registrations: what they are and what may happen to them. Pure, no clock."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from eventsite.core.domain.addresses import normal_address, normal_number
from eventsite.core.domain.names import tidy_name
from eventsite.core.domain.questions import Consent
from eventsite.core.errors import Invalid, NotAllowed

_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
_ZONE = re.compile(r"[A-Za-z0-9_+-]{1,30}(/[A-Za-z0-9_+-]{1,30}){0,2}")
_PUSH_TOKEN = re.compile(r"[A-Za-z0-9_:.\-]{8,512}")


class RegistrationStatus(StrEnum):
    PENDING = "pending"
    WAITLISTED = "waitlisted"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


class Awaited(StrEnum):
    """What a pending registration waits for."""

    EMAIL = "email"
    APPROVAL = "approval"
    PAYMENT = "payment"


class Payment(StrEnum):
    """How a recorded price stands. Nothing is charged here."""

    NONE = "none"
    DUE = "due"
    PAID = "paid"
    REFUNDED = "refunded"


class Cause(StrEnum):
    """Why a registration ended."""

    GUEST = "guest"
    STAFF = "staff"
    DECLINED = "declined"
    NOT_APPROVED = "not_approved"
    HOLD_EXPIRED = "hold_expired"
    OFFER_EXPIRED = "offer_expired"
    ERASED = "erased"
    IMPORT_UNDONE = "import_undone"


class ChannelKind(StrEnum):
    """How a guest wants to be told."""

    EMAIL = "email"
    SMS = "sms"
    PUSH = "push"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """A person, as they gave themselves to us. ``phone`` is E.164 or empty.

    ``channel`` is where notifications during the event go; tickets always go by e-mail.
    ``zone`` is the guest's IANA time zone, or empty for the event's. ``email`` is empty only of
    guests whom staff registered at the door, and of those who were erased.
    """

    name: str
    email: str
    phone: str = ""
    push_token: str = ""
    locale: str = "en"
    zone: str = ""
    channel: ChannelKind = ChannelKind.EMAIL


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """One guest's place at one event; its id (16 hex digits) is in the ticket.

    ``version`` counts writes and starts at 1; the store refuses a stale one. ``reissue`` (0-255)
    counts tickets: an older one is revoked. ``account_id`` is the Cognito subject, or empty.

    ``places`` says from which shard of which stock the place was taken; it is empty when nothing
    is held: cancelled, on the waiting list, or no limit anywhere. Until ``held_until`` the place
    is held for a guest who is to confirm, to pay, or to accept an offer; None is no deadline.
    ``party`` holds the ids of a group that registered together, the one who did first; until all
    are confirmed they wait, are offered places and lose them together. ``price`` is in minor
    units of ``currency``.
    ``external_id`` names it in the system it was imported from. ``changed_by`` is ``guest``,
    ``system``, ``staff:<name>``, ``device:<id>`` or ``import:<id>``.
    """

    event_id: str
    registration_id: str
    type_id: str
    guest: Guest
    status: RegistrationStatus
    registered_at: datetime
    source: str
    answers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    consents: tuple[Consent, ...] = ()
    awaiting: tuple[Awaited, ...] = ()
    held_until: datetime | None = None
    party: tuple[str, ...] = ()
    places: dict[str, int] = field(default_factory=dict)
    code: str = ""
    price: int = 0
    currency: str = ""
    payment: Payment = Payment.NONE
    payment_reference: str = ""
    external_id: str = ""
    account_id: str = ""
    reissue: int = 0
    cause: Cause | None = None
    erased_at: datetime | None = None
    correlation_id: str = ""
    changed_at: datetime | None = None
    changed_by: str = ""
    version: int = 1

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all who registered together, also when that is one."""
        return self.party or (self.registration_id,)

    @property
    def party_size(self) -> int:
        return len(self.ids)

    @property
    def leads(self) -> bool:
        """Whether this registration speaks for its party."""
        return self.ids[0] == self.registration_id

    @property
    def live(self) -> bool:
        return self.status is not RegistrationStatus.CANCELLED

    @property
    def offered(self) -> bool:
        """Whether a place from the waiting list is held for the guest to accept."""
        return self.status is RegistrationStatus.WAITLISTED and self.held_until is not None

    def lapsed(self, now: datetime) -> bool:
        """Return whether the place was held until a time that has passed."""
        return self.live and self.held_until is not None and self.held_until <= now

    def cancelled(self, cause: Cause) -> Registration:
        """Return the cancelled registration. Raises NotAllowed when it is cancelled already."""
        if not self.live:
            raise NotAllowed("This registration is cancelled already.", field="status")
        return replace(
            self,
            status=RegistrationStatus.CANCELLED,
            cause=cause,
            awaiting=(),
            held_until=None,
            places={},
        )


def checked_guest(guest: Guest, *, region: str = "", address_optional: bool = False) -> Guest:
    """Return the guest with tidy values.

    ``region`` (ISO 3166) is the country of phone numbers without a country code. With
    ``address_optional`` a guest may have no e-mail address.

    Raises
    ------
    Invalid
        A value is missing or malformed; ``field`` names it.
    """
    name = tidy_name(guest.name)
    email = guest.email.strip()
    if email or not address_optional:
        email = normal_address(email)
    phone = normal_number(guest.phone, region or "ZZ") if guest.phone.strip() else ""
    if not _LOCALE.fullmatch(guest.locale):
        raise Invalid("A locale looks like en or pt-BR.", field="locale")
    if guest.zone and not _ZONE.fullmatch(guest.zone):
        raise Invalid("A time zone looks like Europe/Dublin.", field="zone")
    if guest.push_token and not _PUSH_TOKEN.fullmatch(guest.push_token):
        raise Invalid("This is not a push token.", field="push_token")
    if guest.channel is ChannelKind.SMS and not phone:
        raise Invalid("Messages by SMS need a phone number.", field="phone")
    if guest.channel is ChannelKind.PUSH and not guest.push_token:
        raise Invalid("Messages by push need a push token.", field="push_token")
    return replace(guest, name=name, email=email, phone=phone)
