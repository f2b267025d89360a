"""Webhooks and what came of calling them, as the back office sees them: no table, no SQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eventsite.core.domain import webhooks as domain
from eventsite.core.domain.hook_deliveries import HookDelivery as Delivery
from eventsite.core.domain.hook_deliveries import HookOutcome
from eventsite.core.domain.public_hosts import URL_MAX
from eventsite.core.domain.setups import ID_MAX
from eventsite.core.store.pages import Page
from eventsite.core.wiring import stores
from eventsite.repoadmin.models import RepositoryModel
from eventsite.repoadmin.parts import PartModel, PartSource
from eventsite.repoadmin.sources import Count, Criteria, UnsupportedLookup

SEPARATOR = "~"
"""Between the parts of a delivery's key; ids have none."""


class Webhook(PartModel):
    """An address that is told of an event's changes."""

    source: ClassVar[PartSource] = PartSource(domain.Webhook, "webhook_id")

    webhook_id = models.SlugField(
        _("id"),
        max_length=ID_MAX,
        help_text=_("Its secret derives from it; it cannot be changed later."),
    )
    url = models.CharField(
        _("address"),
        max_length=URL_MAX,
        help_text=_("Begins with https:// and is on the public Internet. It gets a POST of JSON."),
    )
    topics = models.JSONField(default=list, blank=True)
    active = models.BooleanField(
        default=True, help_text=_("Off: nothing is sent, and what waits is given up.")
    )
    generation = models.PositiveIntegerField(
        _("secret number"), editable=False, default=1, help_text=_("Counts new secrets.")
    )

    class Meta(PartModel.Meta):
        abstract = False
        app_label = "registration"
        verbose_name, verbose_name_plural = _("webhook"), _("webhooks")


class DeliverySource:
    """Deliveries to one webhook, newest first; what waits or failed has an index of its own."""

    lookups = frozenset({"event_id", "webhook_id", "outcome"})
    orders = ("-first_at",)

    def fetch(self, keys: Sequence[str]) -> list[Delivery]:
        parts = (key.split(SEPARATOR) for key in keys)
        found = (stores().hooks.get(*names) for names in parts if len(names) == 3 and all(names))
        return [delivery for delivery in found if delivery]

    def page(self, criteria: Criteria, limit: int, cursor: str | None) -> Page[Delivery]:
        if criteria.search:
            return Page(self._found(criteria))
        event_id, webhook_id, outcome = _where(criteria)
        if not webhook_id:
            return Page([])
        return stores().hooks.page(event_id, webhook_id, outcome, timezone.now(), limit, cursor)

    def stream(self, criteria: Criteria) -> Iterator[Delivery]:
        if criteria.search:
            return iter(self._found(criteria))
        event_id, webhook_id, outcome = _where(criteria)
        if not webhook_id:
            return iter(())
        return stores().hooks.stream(event_id, webhook_id, outcome, timezone.now())

    def count(self, criteria: Criteria) -> Count:
        event_id, webhook_id, outcome = _where(criteria)
        if criteria.search or not webhook_id:
            return Count(len(self._found(criteria)) if criteria.search else 0)
        return Count(*stores().hooks.count(event_id, webhook_id, outcome, timezone.now()))

    def _found(self, criteria: Criteria) -> list[Delivery]:
        event_id, webhook_id, outcome = _where(criteria)
        found = self.fetch([SEPARATOR.join((event_id, webhook_id, criteria.search))])
        return [each for each in found if outcome in (None, each.outcome)]


def _where(criteria: Criteria) -> tuple[str, str, HookOutcome | None]:
    """Return event, webhook and outcome; an event without webhooks has an empty one."""
    asked = {name: str(criteria.where.get(name) or "") for name in DeliverySource.lookups}
    if not asked["event_id"]:
        raise UnsupportedLookup("deliveries are listed one webhook at a time")
    try:
        outcome = HookOutcome(asked["outcome"]) if asked["outcome"] else None
    except ValueError as error:
        raise UnsupportedLookup("there is no such outcome") from error
    return asked["event_id"], asked["webhook_id"], outcome


class HookDelivery(RepositoryModel):
    """One change that one webhook was told of, or could not be told of."""

    source: ClassVar[DeliverySource] = DeliverySource()

    key = models.CharField(primary_key=True, max_length=300, editable=False)
    event_id = models.CharField(_("event"), max_length=ID_MAX, editable=False)
    webhook_id = models.CharField(_("webhook"), max_length=ID_MAX, editable=False)
    hook_event_id = models.CharField(_("delivery"), max_length=160, editable=False)
    topic = models.CharField(max_length=20, editable=False)
    outcome = models.CharField(
        max_length=12,
        choices=[(outcome.value, outcome.value.capitalize()) for outcome in HookOutcome],
        editable=False,
    )
    round = models.PositiveIntegerField(
        editable=False, help_text=_("1, and 1 more for each time it was sent again.")
    )
    tries = models.PositiveIntegerField(_("attempts"), editable=False)
    first_at = models.DateTimeField(_("first attempt"), editable=False)
    last_at = models.DateTimeField(_("last attempt"), editable=False)
    next_at = models.DateTimeField(_("next attempt"), editable=False)

    class Meta(RepositoryModel.Meta):
        abstract = False
        app_label = "registration"
        verbose_name, verbose_name_plural = _("webhook delivery"), _("webhook deliveries")

    def __str__(self) -> str:
        return str(self.hook_event_id)

    @classmethod
    def key_of(cls, obj: Any) -> str:
        return SEPARATOR.join((obj.event_id, obj.webhook_id, obj.hook_event_id))
