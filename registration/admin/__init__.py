"""The registration door in the back office."""

from __future__ import annotations

from registration.admin import (
    agenda,
    codes,
    events,
    hook_deliveries,
    imports,
    jobs,
    questions,
    registrations,
    types,
    webhooks,
)

__all__ = [
    "agenda",
    "codes",
    "events",
    "hook_deliveries",
    "imports",
    "jobs",
    "questions",
    "registrations",
    "types",
    "webhooks",
]
