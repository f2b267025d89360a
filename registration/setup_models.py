"""Ticket types, questions and promo codes as the back office sees them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from eventsite.core.domain import events as domain
from eventsite.core.domain.promo_codes import PromoCode as CodeFact
from eventsite.core.domain.questions import Question as QuestionFact
from eventsite.core.domain.questions import QuestionKind
from eventsite.core.domain.setups import AMOUNT_MAX, ID_MAX, PER_GUEST_MAX, WORDS_MAX
from eventsite.repoadmin.parts import PartModel, PartSource


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
        validators=[MaxValueValidator(AMOUNT_MAX)],
        help_text=_("How many places. Empty is no limit: then none can be set later."),
    )
    per_guest = models.PositiveSmallIntegerField(
        _("per address"),
        null=True,
        blank=True,
        default=1,
        validators=[MaxValueValidator(PER_GUEST_MAX)],
        help_text=_("How many one e-mail address can have at a time. Empty is no limit."),
    )
    sale_from = models.DateTimeField(
        _("on sale from"), null=True, blank=True, help_text=_("UTC. Empty is at once.")
    )
    sale_until = models.DateTimeField(
        _("on sale until"),
        null=True,
        blank=True,
        help_text=_("UTC, not included. Empty is until the event is over."),
    )
    price = models.PositiveIntegerField(default=0, blank=True)
    currency = models.CharField(
        max_length=3, blank=True, help_text=_("Three letters, such as EUR. Needed for a price.")
    )
    approval = models.BooleanField(
        _("needs approval"),
        default=False,
        help_text=_("An organizer decides on every guest. Until then the place is held."),
    )
    waitlist = models.BooleanField(
        _("waiting list"),
        default=False,
        help_text=_("When no place is left, guests queue. Free places are offered in order."),
    )
    hidden = models.BooleanField(
        default=False,
        help_text=_("Only for guests with a promo code that unlocks it, and for staff."),
    )
    valid_from = models.DateTimeField(
        null=True, blank=True, help_text=_("UTC. Before, tickets of this type open no gate.")
    )

    class Meta(PartModel.Meta):
        abstract = False
        app_label = "registration"
        verbose_name, verbose_name_plural = _("ticket type"), _("ticket types")


KIND_LABELS = {
    QuestionKind.TEXT: _("Text"),
    QuestionKind.NUMBER: _("Number"),
    QuestionKind.CHOICE: _("One of several choices"),
    QuestionKind.SEVERAL: _("Any of several choices"),
    QuestionKind.YES_NO: _("Yes or no"),
    QuestionKind.DATE: _("Date"),
    QuestionKind.CONSENT: _("Consent"),
}


class QuestionSource(PartSource):
    """Questions in the order in which guests are asked."""

    orders = ("order", "-order", "name", "-name")

    def _of(self, event_id: str) -> list[domain.Part]:
        return sorted(super()._of(event_id), key=_asked)


def _asked(part: Any) -> tuple[int, str]:
    return part.order, part.question_id


class Question(PartModel):
    """What guests are asked when they register."""

    source: ClassVar[PartSource] = QuestionSource(QuestionFact, "question_id")

    question_id = models.SlugField(
        _("id"), max_length=ID_MAX, help_text=_("Answers name it; it cannot be changed later.")
    )
    name = models.TextField(_("question"), max_length=WORDS_MAX)
    kind = models.CharField(
        max_length=10, choices=[(kind.value, label) for kind, label in KIND_LABELS.items()]
    )
    order = models.PositiveSmallIntegerField(
        default=10, help_text=_("Questions are asked by this number, the smallest first.")
    )
    help = models.CharField(
        _("hint"), max_length=WORDS_MAX, blank=True, help_text=_("Shown below the question.")
    )
    required = models.BooleanField(
        default=False, help_text=_("Guests cannot go on without an answer.")
    )
    choices = models.JSONField(default=list, blank=True)
    type_ids = models.JSONField(_("ticket types"), default=list, blank=True)
    when_question = models.CharField(_("only after"), max_length=ID_MAX, blank=True)
    when_answers = models.JSONField(_("answered with"), default=list, blank=True)
    minimum = models.IntegerField(
        null=True, blank=True, help_text=_("Of a number, or of how many choices.")
    )
    maximum = models.IntegerField(null=True, blank=True)
    at_door = models.BooleanField(
        _("ask at the door"),
        default=False,
        help_text=_("Whoever has not answered it is asked when checking in."),
    )
    retired = models.BooleanField(
        default=False,
        help_text=_("Nobody is asked any more. What was answered and agreed to stays."),
    )

    class Meta(PartModel.Meta):
        abstract = False
        app_label = "registration"
        verbose_name, verbose_name_plural = _("question"), _("questions")


class CodeSource(PartSource):
    """Promo codes by their words."""

    orders = ("code", "-code", "name", "-name")
    searched: tuple[str, ...] = ("code", "name")


class PromoCode(PartModel):
    """A word that guests type for a lower price or a hidden ticket."""

    source: ClassVar[PartSource] = CodeSource(CodeFact, "code")

    code = models.CharField(
        max_length=ID_MAX,
        help_text=_("What guests type, in capitals or not; it cannot be changed later."),
    )
    limit = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MaxValueValidator(AMOUNT_MAX)],
        help_text=_("For how many places. Empty is no limit: then none can be set later."),
    )
    type_ids = models.JSONField(_("ticket types"), default=list, blank=True)
    unlocks = models.BooleanField(
        _("unlocks hidden tickets"),
        default=False,
        help_text=_("Whoever types it sees the hidden ones among its ticket types."),
    )
    percent_off = models.PositiveSmallIntegerField(
        _("percent off"), default=0, validators=[MaxValueValidator(100)]
    )
    good_from = models.DateTimeField(null=True, blank=True, help_text=_("UTC."))
    good_until = models.DateTimeField(null=True, blank=True, help_text=_("UTC, not included."))

    class Meta(PartModel.Meta):
        abstract = False
        app_label = "registration"
        verbose_name, verbose_name_plural = _("promo code"), _("promo codes")
