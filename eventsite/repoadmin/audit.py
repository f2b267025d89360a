"""The admin log, kept in the office table, shown by Django's templates as LogEntry objects."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

from django.apps import apps
from django.contrib import messages
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest
from django.utils.translation import gettext as _

from eventsite.core.domain.staff import AuditEntry
from eventsite.core.errors import EventSiteError
from eventsite.core.wiring import stores
from eventsite.repoadmin.models import RepositoryModel

log = logging.getLogger(__name__)

REPR_LIMIT = 200
"""Characters of an object's name that are kept, as in Django's own log."""


def record(request: HttpRequest, row: RepositoryModel, action: int, message: Any = "") -> None:
    """Note what was done, after it was done.

    The act has happened by now, so a failure here must not look as if it had not: it is logged
    and told to the user.
    """
    entry = AuditEntry(
        at=datetime.now(UTC),
        actor=request.user.get_username(),
        model=row._meta.label_lower,
        object_id=str(row.pk),
        object_repr=row.trail_name()[:REPR_LIMIT],
        action=int(action),
        message=json.dumps(message) if isinstance(message, list) else str(message),
    )
    try:
        stores().audit.record(entry)
    except EventSiteError:
        log.exception("audit entry lost", extra={"model": entry.model, "act": entry.action})
        messages.warning(request, _("Done, but the history could not be written."))


def history(row: RepositoryModel, limit: int = 100) -> list[LogEntry]:
    """Return the newest acts on a row."""
    return _log_entries(stores().audit.for_object(row._meta.label_lower, str(row.pk), limit))


class LogEntries:
    """What ``AdminSite.get_log_entries`` must return: lazy, with filter and slicing."""

    def __init__(self, actor: str | None = None) -> None:
        self.actor = actor

    def filter(self, user__pk: Any = None) -> LogEntries:
        return LogEntries(str(user__pk))

    def select_related(self, *names: str) -> LogEntries:
        return self

    def __getitem__(self, key: slice) -> list[LogEntry]:
        limit, audit = key.stop or 10, stores().audit
        if self.actor is not None:
            return _log_entries(audit.by_actor(self.actor, limit))
        return _log_entries(audit.recent(datetime.now(UTC), limit))


def _log_entries(entries: list[AuditEntry]) -> list[LogEntry]:
    users: dict[str, Any] = {}
    return [shown for entry in entries if (shown := _log_entry(entry, users))]


def _log_entry(entry: AuditEntry, users: dict[str, Any]) -> LogEntry | None:
    try:
        model = apps.get_model(entry.model)
    except LookupError:  # the code has lost this model; its trail stays in the table
        return None
    shown = LogEntry(
        action_time=entry.at,
        user_id=entry.actor,
        object_id=entry.object_id,
        action_flag=entry.action,
        object_repr=entry.object_repr,
        change_message=entry.message,
    )
    shown.content_type = ContentType.objects.get_for_model(model)
    if entry.actor not in users:
        users[entry.actor] = _actor(entry.actor)
    shown.user = users[entry.actor]
    return shown


def _actor(username: str) -> Any:
    """Return the member of staff, or a bare name for one who is gone."""
    user_model = get_user_model()
    row = user_model._default_manager.filter(pk=username).first()
    return row or user_model(**{user_model.USERNAME_FIELD: username})
