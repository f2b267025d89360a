"""An event and what an organizer sets up for it: ticket types, gates, request items. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from eventsite.core.domain.badges import BadgeLayout
from eventsite.core.domain.promo_codes import PromoCode, tidy_code
from eventsite.core.domain.questions import Question
from eventsite.core.domain.rules import Rule
from eventsite.core.domain.webhooks import Webhook
from eventsite.core.domain.zones import Zone
from eventsite.core.errors import NotFound

T = TypeVar("T")

DEFAULT_STOCK_SHARDS = 4
"""Enough for 333 registrations a second: 4 x 1,000 write units, 2 a place. Source: DynamoDB."""

DAY_MINUTES = 24 * 60


class Rush(StrEnum):
    """When registrations go through the queue: never, when they come fast, or always."""

    NEVER = "never"
    AUTO = "auto"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """The gathering. ``number`` is its 32-bit name in tickets, unique per installation.

    ``zone`` is an IANA time zone, used for showing times only; ``region`` the ISO 3166 country
    of phone numbers without a country code. ``reminder_minutes`` is how long before a session
    its guests are told. ``capacity`` is over all ticket types, None for no limit of its own;
    stock is counted in ``stock_shards`` parts, set once.

    ``confirm_email`` asks guests to confirm their address. A place that waits for that or for
    money is held ``hold_minutes``, an offer from the waiting list ``offer_minutes``. ``rush``
    says when registrations are queued; AUTO is from ``rush_per_minute`` on. Personal data are
    erased ``retention_days`` after the end, None never.

    A day of the event begins at ``day_start`` (such as 04:00), for rules and zones. A device that
    was not online for ``lease_minutes`` stops working. ``kiosk_pin`` is the hash of the digits
    that open a kiosk's settings, empty for none.
    """

    event_id: str
    number: int
    title: str
    starts_at: datetime
    ends_at: datetime
    zone: str = "UTC"
    venue: str = ""
    description: str = ""
    locale: str = "en"
    reminder_minutes: int = 15
    stock_shards: int = DEFAULT_STOCK_SHARDS
    region: str = ""
    capacity: int | None = None
    confirm_email: bool = False
    hold_minutes: int = DAY_MINUTES
    offer_minutes: int = DAY_MINUTES
    rush: Rush = Rush.AUTO
    rush_per_minute: int = 3000
    retention_days: int | None = None
    day_start: str = "04:00"
    lease_minutes: int = 12 * 60
    kiosk_pin: str = ""
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketType:
    """A kind of place. ``number`` (0-255) is its name in tickets; no capacity means no limit.

    Sold from ``sale_from`` until ``sale_until`` (excluded), None for no bound. ``price`` is in
    minor units of ``currency`` (ISO 4217): recorded, never charged. With ``approval`` an
    organizer decides. ``per_guest`` is how many live registrations one address may have, None
    for no limit. ``hidden`` needs a promo code that unlocks it. With ``waitlist`` guests queue
    when no place is left.
    """

    event_id: str
    type_id: str
    number: int
    name: str
    capacity: int | None = None
    valid_from: datetime | None = None
    sale_from: datetime | None = None
    sale_until: datetime | None = None
    price: int = 0
    currency: str = ""
    approval: bool = False
    per_guest: int | None = 1
    hidden: bool = False
    waitlist: bool = False
    version: int = 1

    def on_sale(self, now: datetime) -> bool:
        """Return whether the public may register at this moment."""
        began = self.sale_from is None or self.sale_from <= now
        return began and (self.sale_until is None or now < self.sale_until)


class GateDirection(StrEnum):
    """Which way people pass a gate."""

    ENTRY = "entry"
    EXIT = "exit"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Where a device stands. Empty ``type_ids`` lets every ticket type in.

    ``zone_id`` is the area behind it, empty for the event as a whole. With ``sessions`` guests
    are checked in to one session at a time, of ``room`` if that is given; ``signed_up_only``
    lets only those in who signed up for it. ``badges`` prints them here on admission.
    """

    event_id: str
    gate_id: str
    name: str
    type_ids: tuple[str, ...] = ()
    direction: GateDirection = GateDirection.ENTRY
    zone_id: str = ""
    sessions: bool = False
    room: str = ""
    signed_up_only: bool = False
    badges: bool = False
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestItem:
    """What a guest can ask for while they are there, and the station that hands it out.

    ``stock`` None means unlimited; ``per_guest`` is how many one registration is entitled to;
    empty ``type_ids`` entitles every ticket type.
    """

    event_id: str
    item_id: str
    name: str
    station_id: str
    stock: int | None = None
    per_guest: int = 1
    type_ids: tuple[str, ...] = ()
    version: int = 1


Part = TicketType | Gate | RequestItem | Question | PromoCode | Webhook | Zone | Rule | BadgeLayout
"""What an event is set up with. ``version`` counts writes; the store refuses a stale one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSetup:
    """Everything that a decision at the event needs to know, read in one Query."""

    event: Event
    types: tuple[TicketType, ...] = ()
    gates: tuple[Gate, ...] = ()
    items: tuple[RequestItem, ...] = ()
    questions: tuple[Question, ...] = ()
    codes: tuple[PromoCode, ...] = ()
    webhooks: tuple[Webhook, ...] = ()
    zones: tuple[Zone, ...] = ()
    rules: tuple[Rule, ...] = ()
    badges: tuple[BadgeLayout, ...] = ()

    @property
    def parts(self) -> tuple[Part, ...]:
        plain: tuple[Part, ...] = (*self.types, *self.zones, *self.gates, *self.rules, *self.items)
        return (*plain, *self.questions, *self.codes, *self.webhooks, *self.badges)

    def type(self, type_id: str) -> TicketType:
        return _found(
            (t for t in self.types if t.type_id == type_id), "ticket type", type_id, "type_id"
        )

    def gate(self, gate_id: str) -> Gate:
        return _found((g for g in self.gates if g.gate_id == gate_id), "gate", gate_id, "gate_id")

    def item(self, item_id: str) -> RequestItem:
        return _found((i for i in self.items if i.item_id == item_id), "item", item_id, "item_id")

    def zone(self, zone_id: str) -> Zone:
        return _found((z for z in self.zones if z.zone_id == zone_id), "zone", zone_id, "zone_id")

    def code(self, code: str) -> PromoCode:
        """Return a promo code, whatever case it is typed in. Raises NotFound."""
        wanted = tidy_code(code)
        return _found((c for c in self.codes if c.code == wanted), "promo code", code, "code")


def id_of(part: Part) -> tuple[str, str]:
    """Return the name of a part's id, and the id: unique among the event's parts of its kind."""
    match part:
        case TicketType():
            return "type_id", part.type_id
        case Gate():
            return "gate_id", part.gate_id
        case RequestItem():
            return "item_id", part.item_id
        case Question():
            return "question_id", part.question_id
        case PromoCode():
            return "code", part.code
        case Webhook():
            return "webhook_id", part.webhook_id
        case Zone():
            return "zone_id", part.zone_id
        case Rule():
            return "rule_id", part.rule_id
        case BadgeLayout():
            return "layout_id", part.layout_id


def _found(matches: Iterator[T], noun: str, name: str, field: str) -> T:
    for match in matches:
        return match
    raise NotFound(f"This event has no {noun} {name!r}.", field=field)
