"""Gates, zones and rules as the back office sees them: no table, no SQL."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from checkin.badge_models import BadgeLayout as BadgeLayout
from checkin.badge_models import BadgePrint as BadgePrint
from checkin.board_models import Board as Board
from checkin.board_models import Conflict as Conflict
from eventsite.core.domain import events as domain
from eventsite.core.domain.door_setups import ENTRIES_MAX
from eventsite.core.domain.events import GateDirection
from eventsite.core.domain.names import NAME_MAX
from eventsite.core.domain.rules import Rule as RuleFact
from eventsite.core.domain.setups import AMOUNT_MAX, ID_MAX
from eventsite.core.domain.zones import Zone as ZoneFact
from eventsite.repoadmin.parts import PartModel, PartSource

DIRECTION_LABELS = {
    GateDirection.ENTRY: _("In"),
    GateDirection.EXIT: _("Out"),
    GateDirection.BOTH: _("In and out"),
}

_ENTRIES = (MinValueValidator(1), MaxValueValidator(ENTRIES_MAX))


class Gate(PartModel):
    """Where a device stands, whom it lets in, and where to."""

    source: ClassVar[PartSource] = PartSource(domain.Gate, "gate_id")

    gate_id = models.SlugField(
        "id", max_length=ID_MAX, help_text="Devices and scans name it; it cannot be changed later."
    )
    type_ids = models.JSONField("ticket types", default=list, blank=True)
    direction = models.CharField(
        max_length=5,
        default=GateDirection.ENTRY.value,
        choices=[(each.value, label) for each, label in DIRECTION_LABELS.items()],
        help_text=_("Which way guests pass. In and out: the device has a switch."),
    )
    zone_id = models.CharField(_("zone behind it"), max_length=ID_MAX, blank=True)
    sessions = models.BooleanField(
        _("check in to sessions"),
        default=False,
        help_text=_("The device asks which session; a session's capacity is kept."),
    )
    room = models.CharField(
        max_length=NAME_MAX,
        blank=True,
        help_text=_("As in the programme. Empty offers the sessions of every room."),
    )
    signed_up_only = models.BooleanField(
        _("only who signed up"), default=False, help_text=_("For the session.")
    )
    badges = models.BooleanField(
        _("print badges"), default=False, help_text=_("Here, when a guest is let in.")
    )

    class Meta(PartModel.Meta):
        abstract = False
        app_label = "checkin"
        verbose_name, verbose_name_plural = _("gate"), _("gates")


class Zone(PartModel):
    """An area that guests are counted in."""

    source: ClassVar[PartSource] = PartSource(ZoneFact, "zone_id")

    zone_id = models.SlugField(
        "id", max_length=ID_MAX, help_text=_("Counts name it; it cannot be changed later.")
    )
    limit = models.PositiveIntegerField(
        _("at once"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(AMOUNT_MAX)],
        help_text=_("How many may be inside at once; nobody is let in beyond. Empty is no limit."),
    )
    within = models.CharField(
        _("part of"),
        max_length=ID_MAX,
        blank=True,
        help_text=_("Who is in this zone is counted there too."),
    )
    emptied_daily = models.BooleanField(
        _("empty at night"),
        default=True,
        help_text=_("Counting begins anew when a new day of the event begins."),
    )
    emptied_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta(PartModel.Meta):
        abstract = False
        app_label = "checkin"
        verbose_name, verbose_name_plural = _("zone"), _("zones")


class Rule(PartModel):
    """Who may come in where, when, and how often."""

    source: ClassVar[PartSource] = PartSource(RuleFact, "rule_id")

    rule_id = models.SlugField("id", max_length=ID_MAX, help_text=_("It cannot be changed later."))
    gate_ids = models.JSONField(_("gates"), default=list, blank=True)
    type_ids = models.JSONField(_("ticket types"), default=list, blank=True)
    opens_at = models.DateTimeField(_("open from"), null=True, blank=True, help_text=_("UTC"))
    closes_at = models.DateTimeField(
        _("open until"), null=True, blank=True, help_text=_("UTC, not included.")
    )
    daily_from = models.CharField(
        _("every day from"),
        max_length=5,
        blank=True,
        help_text=_("Such as 09:30, in the event's time zone."),
    )
    daily_until = models.CharField(
        _("until"),
        max_length=5,
        blank=True,
        help_text=_("Not included. Before the beginning: until the next morning."),
    )
    entries = models.PositiveSmallIntegerField(
        _("entries in all"), null=True, blank=True, validators=_ENTRIES
    )
    entries_per_day = models.PositiveSmallIntegerField(
        _("entries a day"),
        null=True,
        blank=True,
        validators=_ENTRIES,
        help_text=_("Whoever did not leave yesterday may come in again today."),
    )
    reentry = models.BooleanField(
        _("re-entry"), default=True, help_text=_("Who has left may come in again.")
    )
    active = models.BooleanField(default=True)

    class Meta(PartModel.Meta):
        abstract = False
        app_label = "checkin"
        verbose_name, verbose_name_plural = _("rule"), _("rules")
