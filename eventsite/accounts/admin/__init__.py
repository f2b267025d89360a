"""Staff and devices in the back office."""

from __future__ import annotations

from eventsite.accounts.admin import devices, staff

__all__ = ["devices", "staff"]
