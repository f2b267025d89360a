"""The registration door in the back office."""

from __future__ import annotations

from registration.admin import agenda, events, registrations, types

__all__ = ["agenda", "events", "registrations", "types"]
