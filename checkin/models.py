"""Gates as the back office sees them: no table, no SQL."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from eventsite.core.domain import events as domain
from eventsite.core.domain.setups import ID_MAX
from eventsite.repoadmin.parts import PartModel, PartSource


class Gate(PartModel):
    """Where a device stands, and whom it lets in."""

    source: ClassVar[PartSource] = PartSource(domain.Gate, "gate_id")

    gate_id = models.SlugField(
        "id", max_length=ID_MAX, help_text="Devices and scans name it; it cannot be changed later."
    )
    type_ids = models.JSONField("ticket types", default=list, blank=True)

    class Meta(PartModel.Meta):
        abstract = False
        app_label = "checkin"
        verbose_name, verbose_name_plural = "gate", "gates"
