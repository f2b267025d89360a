"""Content types without their table."""

from __future__ import annotations

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS


def prime() -> None:
    """Give every model a ContentType from memory.

    The admin asks for one on each change form, only to put its id into the context, and each
    LogEntry names one. The manager answers from its cache when the entry is there. The ids mean
    nothing: they are never stored.
    """
    from django.contrib.contenttypes.models import ContentType

    models = sorted(apps.get_models(), key=lambda model: model._meta.label)
    for number, model in enumerate(models, start=1):
        known = ContentType(number, model._meta.app_label, str(model._meta.model_name))
        ContentType.objects._add_to_cache(DEFAULT_DB_ALIAS, known)  # type: ignore[attr-defined]
