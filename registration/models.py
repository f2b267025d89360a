"""Events, sessions and registrations as the back office sees them: no tables, no SQL."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from eventsite.core.domain.addresses import EMAIL_MAX
from eventsite.core.domain.events import DAY_MINUTES, DEFAULT_STOCK_SHARDS, Rush
from eventsite.core.domain.names import NAME_MAX
from eventsite.core.domain.registrations import (
    ChannelKind,
    Guest,
    Payment,
    RegistrationStatus,
)
from eventsite.core.domain.setups import AMOUNT_MAX, RETENTION_MAX, SHARDS_MAX
from eventsite.repoadmin.models import RepositoryModel
from registration.hook_models import HookDelivery as HookDelivery
from registration.hook_models import Webhook as Webhook
from registration.job_models import GuestImport as GuestImport
from registration.job_models import Job as Job
from registration.setup_models import PromoCode as PromoCode
from registration.setup_models import Question as Question
from registration.setup_models import TicketType as TicketType
from registration.sources import AgendaSource, EventSource, RegistrationSource, session_key

TITLE_MAX = 200

RUSH_LABELS = {
    Rush.NEVER: _("Never: everybody gets an answer at once, or waits for it"),
    Rush.AUTO: _("When registrations come fast"),
    Rush.ALWAYS: _("Always"),
}

STATUS_LABELS = {
    RegistrationStatus.PENDING: _("Pending"),
    RegistrationStatus.WAITLISTED: _("Waiting list"),
    RegistrationStatus.CONFIRMED: _("Confirmed"),
    RegistrationStatus.CANCELLED: _("Cancelled"),
}

CHANNEL_LABELS = {
    ChannelKind.EMAIL: _("E-mail"),
    ChannelKind.SMS: _("Text message"),
    ChannelKind.PUSH: _("Push message"),
}


class Event(RepositoryModel):
    """The gathering."""

    source: ClassVar[EventSource] = EventSource()

    event_id = models.SlugField(
        _("id"),
        primary_key=True,
        max_length=40,
        help_text=_("Stands in addresses; it cannot be changed later."),
    )
    number = models.PositiveBigIntegerField(editable=False, default=0)
    title = models.CharField(max_length=TITLE_MAX)
    starts_at = models.DateTimeField(help_text=_("UTC"))
    ends_at = models.DateTimeField(help_text=_("UTC"))
    zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", help_text=_("In which guests see times.")
    )
    venue = models.CharField(max_length=TITLE_MAX, blank=True)
    description = models.TextField(max_length=4000, blank=True)
    locale = models.CharField(max_length=16, default="en", help_text=_("Such as en or pt-BR."))
    reminder_minutes = models.PositiveSmallIntegerField(
        _("reminders"),
        default=15,
        validators=[MaxValueValidator(60)],
        help_text=_("Minutes before a session that its guests are told, 0 to 60."),
    )
    capacity = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MaxValueValidator(AMOUNT_MAX)],
        help_text=_(
            "How many guests in all, whatever their ticket. Empty is no limit of its own: then"
            " none can be set later."
        ),
    )
    stock_shards = models.PositiveSmallIntegerField(
        _("shards"),
        default=DEFAULT_STOCK_SHARDS,
        validators=[MinValueValidator(1), MaxValueValidator(SHARDS_MAX)],
        help_text=_(
            "In how many parts places are counted; four take 330 registrations a second. It"
            " cannot be changed later."
        ),
    )
    region = models.CharField(
        _("country"),
        max_length=2,
        blank=True,
        help_text=_("Of phone numbers that guests write without a country code."),
    )
    confirm_email = models.BooleanField(
        _("confirm addresses"),
        default=False,
        help_text=_("Guests get their place when they follow the link in a mail."),
    )
    hold_minutes = models.PositiveIntegerField(_("places are held for"), default=DAY_MINUTES)
    offer_minutes = models.PositiveIntegerField(_("offers stand for"), default=DAY_MINUTES)
    rush = models.CharField(
        _("queue registrations"),
        max_length=8,
        default=Rush.AUTO.value,
        choices=[(rush.value, label) for rush, label in RUSH_LABELS.items()],
    )
    rush_per_minute = models.PositiveIntegerField(
        _("fast means"),
        default=3000,
        validators=[MinValueValidator(1), MaxValueValidator(AMOUNT_MAX)],
        help_text=_("More than so many registrations a minute."),
    )
    retention_days = models.PositiveSmallIntegerField(
        _("erase personal data after"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(RETENTION_MAX)],
        help_text=_(
            "Days after the end of the event. Every registration loses name, address, answers"
            " and all else that names a person; counts stay. Empty is never."
        ),
    )
    day_start = models.CharField(
        _("a new day begins"),
        max_length=5,
        default="04:00",
        help_text=_(
            "For rules and zones, in the event's time zone. A party until three is one day."
        ),
    )
    lease_minutes = models.PositiveIntegerField(_("devices work offline for"), default=12 * 60)
    version = models.PositiveIntegerField(default=0)

    class Meta(RepositoryModel.Meta):
        abstract = False
        app_label = "registration"
        verbose_name, verbose_name_plural = _("event"), _("events")

    def __str__(self) -> str:
        return self.title


class AgendaSession(RepositoryModel):
    """A talk or slot in the programme."""

    source: ClassVar[AgendaSource] = AgendaSource()

    key = models.CharField(primary_key=True, max_length=200, editable=False)
    event_id = models.CharField(_("event"), max_length=40)
    session_id = models.CharField(_("id"), max_length=128, editable=False)
    title = models.CharField(max_length=TITLE_MAX)
    subtitle = models.CharField(max_length=TITLE_MAX, blank=True)
    starts_at = models.DateTimeField(help_text=_("UTC"))
    ends_at = models.DateTimeField(help_text=_("UTC"))
    room = models.CharField(max_length=TITLE_MAX, blank=True)
    track = models.CharField(max_length=TITLE_MAX, blank=True)
    language = models.CharField(max_length=16, blank=True, help_text=_("Such as en or de."))
    abstract = models.TextField(blank=True)
    capacity = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MaxValueValidator(AMOUNT_MAX)],
        help_text=_("How many may be checked in at once. Empty is no limit."),
    )
    cancelled = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=0)

    class Meta(RepositoryModel.Meta):
        abstract = False
        app_label = "registration"
        verbose_name, verbose_name_plural = _("session"), _("sessions")

    def __str__(self) -> str:
        return self.title

    @classmethod
    def key_of(cls, obj: Any) -> str:
        return session_key(obj)


class Registration(RepositoryModel):
    """One guest's place at one event. The guest's particulars are fields of their own."""

    source: ClassVar[RegistrationSource] = RegistrationSource()

    registration_id = models.CharField(_("id"), primary_key=True, max_length=16, editable=False)
    event_id = models.CharField(_("event"), max_length=40, editable=False)
    type_id = models.CharField(_("ticket type"), max_length=64, editable=False)
    name = models.CharField(max_length=NAME_MAX)
    email = models.EmailField(_("e-mail address"), max_length=EMAIL_MAX)
    phone = models.CharField(max_length=40, blank=True, help_text=_("Such as +353851234567."))
    locale = models.CharField(_("language"), max_length=16, default="en")
    zone = models.CharField(
        _("time zone"),
        max_length=64,
        blank=True,
        help_text=_("Such as Europe/Dublin. Empty is the event's."),
    )
    channel = models.CharField(
        max_length=8,
        choices=[(kind.value, label) for kind, label in CHANNEL_LABELS.items()],
        default=ChannelKind.EMAIL.value,
        help_text=_("How the guest is told; tickets always go by e-mail."),
    )
    status = models.CharField(
        max_length=12,
        choices=[(status.value, label) for status, label in STATUS_LABELS.items()],
        editable=False,
    )
    awaiting = models.JSONField(_("waits for"), default=list, editable=False)
    code = models.CharField(_("promo code"), max_length=64, editable=False)
    payment = models.CharField(
        max_length=8, choices=[(each.value, each.value) for each in Payment], editable=False
    )
    payment_reference = models.CharField(max_length=120, editable=False)
    external_id = models.CharField(_("known elsewhere as"), max_length=200, editable=False)
    registered_at = models.DateTimeField(editable=False)
    source_name = models.CharField(_("came by"), max_length=40, editable=False)
    account_id = models.CharField(_("account"), max_length=64, editable=False)
    version = models.PositiveIntegerField(default=0)

    class Meta(RepositoryModel.Meta):
        abstract = False
        app_label = "registration"
        verbose_name, verbose_name_plural = _("registration"), _("registrations")

    def __str__(self) -> str:
        return self.name

    def trail_name(self) -> str:
        return str(self.pk)

    @classmethod
    def read(cls, obj: Any) -> dict[str, Any]:
        guest = obj.guest
        return super().read(obj) | {
            "name": guest.name,
            "email": guest.email,
            "phone": guest.phone,
            "locale": guest.locale,
            "zone": guest.zone,
            "channel": guest.channel.value,
            "source_name": obj.source,
        }

    def particulars(self) -> dict[str, Any]:
        """Return the form's values as fields of Guest."""
        values = self.values("name", "email", "phone", "locale", "zone")
        return values | {"channel": ChannelKind(self.channel)}

    def to_guest(self) -> Guest:
        """Return the guest with the form's values; a push token stays."""
        token = self.domain.guest.push_token if self.domain else ""
        return Guest(push_token=token, **self.particulars())
