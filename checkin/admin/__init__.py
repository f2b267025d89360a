"""The check-in door in the back office."""

from __future__ import annotations

from checkin.admin import badge_prints, badges, board, conflicts, gates, rules, zones

__all__ = ["badge_prints", "badges", "board", "conflicts", "gates", "rules", "zones"]
