"""The registration door in the back office."""

from __future__ import annotations

from registration.admin import agenda, events, registrations

__all__ = ["agenda", "events", "registrations"]
