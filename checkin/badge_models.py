"""Badge layouts and printed badges as the back office sees them: no table, no SQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from eventsite.core.domain.badge_prints import BadgePrint as PrintFact
from eventsite.core.domain.badge_prints import PrintFormat, serial_text
from eventsite.core.domain.badges import BadgeLayout as LayoutFact
from eventsite.core.domain.door_setups import BADGE_MM
from eventsite.core.domain.setups import ID_MAX
from eventsite.core.store.pages import Page
from eventsite.core.wiring import stores
from eventsite.repoadmin.models import RepositoryModel
from eventsite.repoadmin.parts import PartModel, PartSource
from eventsite.repoadmin.sources import Count, Criteria, UnsupportedLookup, every_page

SEPARATOR = "~"
"""Between the parts of a print's key; ids have none."""

_SIDE = (MinValueValidator(BADGE_MM.start), MaxValueValidator(BADGE_MM.stop - 1))

FORMAT_LABELS = {
    PrintFormat.DATA: _("By the browser"),
    PrintFormat.PDF: _("PDF"),
    PrintFormat.ZPL: _("Label printer"),
}


class BadgeLayout(PartModel):
    """What stands on a badge."""

    source: ClassVar[PartSource] = PartSource(LayoutFact, "layout_id")

    layout_id = models.SlugField(
        "id", max_length=ID_MAX, help_text=_("It cannot be changed later.")
    )
    type_ids = models.JSONField(_("ticket types"), default=list, blank=True)
    width_mm = models.PositiveSmallIntegerField(
        _("width"), default=86, validators=_SIDE, help_text=_("Millimetres.")
    )
    height_mm = models.PositiveSmallIntegerField(
        _("height"), default=54, validators=_SIDE, help_text=_("Millimetres.")
    )
    colour = models.CharField(
        max_length=7, default="#1d4ed8", help_text=_("Of the band at the top.")
    )
    lines = models.JSONField(default=list)
    show_code = models.BooleanField(
        _("ticket code"),
        default=True,
        help_text=_("Read at the doors; without it the badge only tells who somebody is."),
    )
    on_admission = models.BooleanField(
        _("print on admission"),
        default=True,
        help_text=_("At gates that print badges, as soon as the guest is let in."),
    )
    active = models.BooleanField(default=True)

    class Meta(PartModel.Meta):
        abstract = False
        app_label = "checkin"
        verbose_name, verbose_name_plural = _("badge"), _("badges")


class PrintSource:
    """The badges that one event printed, newest first."""

    lookups = frozenset({"event_id"})
    orders = ("-at",)

    def fetch(self, keys: Sequence[str]) -> list[PrintFact]:
        parts = (key.split(SEPARATOR) for key in keys)
        found = (stores().badges.of(*names).seen for names in parts if len(names) == 3)
        return [each for each in found if each]

    def page(self, criteria: Criteria, limit: int, cursor: str | None) -> Page[PrintFact]:
        return stores().badges.page(stores().badges.log(_event_of(criteria)), limit, cursor)

    def stream(self, criteria: Criteria) -> Iterator[PrintFact]:
        walk = stores().badges.log(_event_of(criteria))  # its hours are read once
        return every_page(lambda limit, cursor: stores().badges.page(walk, limit, cursor))

    def count(self, criteria: Criteria) -> Count:
        return Count(*stores().badges.log(_event_of(criteria)).count())


def _event_of(criteria: Criteria) -> str:
    event_id = criteria.where.get("event_id")
    if not event_id:
        raise UnsupportedLookup("badges are listed one event at a time")
    return str(event_id)


class BadgePrint(RepositoryModel):
    """One badge on paper: whose, when, by whom, and why again."""

    source: ClassVar[PrintSource] = PrintSource()

    key = models.CharField(primary_key=True, max_length=250, editable=False)
    event_id = models.CharField(_("event"), max_length=ID_MAX, editable=False)
    registration_id = models.CharField(_("registration"), max_length=16, editable=False)
    serial = models.PositiveSmallIntegerField(editable=False)
    at = models.DateTimeField(_("printed"), editable=False)
    by = models.CharField(max_length=200, editable=False)
    reason = models.CharField(_("why again"), max_length=200, editable=False)
    format = models.CharField(
        _("how"),
        max_length=8,
        choices=[(kind.value, label) for kind, label in FORMAT_LABELS.items()],
        editable=False,
    )

    class Meta(RepositoryModel.Meta):
        abstract = False
        app_label = "checkin"
        verbose_name, verbose_name_plural = _("printed badge"), _("printed badges")

    def __str__(self) -> str:
        return serial_text(str(self.registration_id), int(self.serial))

    @classmethod
    def key_of(cls, obj: Any) -> str:
        return SEPARATOR.join((obj.event_id, obj.registration_id, obj.print_id))
