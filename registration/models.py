"""Events, sessions and registrations as the back office sees them: no tables, no SQL."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from eventsite.core.domain import events as domain
from eventsite.core.domain.names import NAME_MAX
from eventsite.core.domain.registrations import (
    EMAIL_MAX,
    ChannelKind,
    Guest,
    RegistrationStatus,
)
from eventsite.core.domain.setups import ID_MAX
from eventsite.repoadmin.models import RepositoryModel
from eventsite.repoadmin.parts import PartModel, PartSource
from registration.sources import AgendaSource, EventSource, RegistrationSource, session_key

TITLE_MAX = 200


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
        default=15,
        validators=[MaxValueValidator(60)],
        help_text=_("How long before a session its guests are told, 0 to 60."),
    )
    version = models.PositiveIntegerField(default=0)

    class Meta(RepositoryModel.Meta):
        abstract = False
        app_label = "registration"
        verbose_name, verbose_name_plural = _("event"), _("events")

    def __str__(self) -> str:
        return self.title


class TicketType(PartModel):
    """A kind of place, and how many there are."""

    source: ClassVar[PartSource] = PartSource(domain.TicketType, "type_id")

    type_id = models.SlugField(
        _("id"),
        max_length=ID_MAX,
        help_text=_("Registrations name it; it cannot be changed later."),
    )
    number = models.PositiveSmallIntegerField(
        editable=False, default=0, help_text=_("Stands in tickets.")
    )
    capacity = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text=_("How many places. Empty is no limit: then none can be set later."),
    )
    valid_from = models.DateTimeField(
        null=True, blank=True, help_text=_("UTC. Before, tickets of this type open no gate.")
    )

    class Meta(PartModel.Meta):
        abstract = False
        app_label = "registration"
        verbose_name, verbose_name_plural = _("ticket type"), _("ticket types")


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
    locale = models.CharField(max_length=16, default="en")
    channel = models.CharField(
        max_length=8,
        choices=[(kind.value, kind.value) for kind in ChannelKind],
        default=ChannelKind.EMAIL.value,
        help_text=_("How the guest is told; tickets always go by e-mail."),
    )
    status = models.CharField(
        max_length=12,
        choices=[(status.value, status.value.capitalize()) for status in RegistrationStatus],
        editable=False,
    )
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

    @classmethod
    def read(cls, obj: Any) -> dict[str, Any]:
        guest = obj.guest
        return super().read(obj) | {
            "name": guest.name,
            "email": guest.email,
            "phone": guest.phone,
            "locale": guest.locale,
            "channel": guest.channel.value,
            "source_name": obj.source,
        }

    def particulars(self) -> dict[str, Any]:
        """Return the form's values as fields of Guest."""
        values = self.values("name", "email", "phone", "locale")
        return values | {"channel": ChannelKind(self.channel)}

    def to_guest(self) -> Guest:
        """Return the guest with the form's values; a push token stays."""
        token = self.domain.guest.push_token if self.domain else ""
        return Guest(push_token=token, **self.particulars())
