"""The icon of a wallet pass, drawn by arithmetic: a ticket on the site's colour."""

from __future__ import annotations

import io
from functools import lru_cache
from math import hypot

GROUND = (13, 84, 140)
PAPER = (255, 255, 255)
HALF_WIDTH, HALF_HEIGHT, CORNER = 0.33, 0.21, 0.05
NOTCH, NOTCH_AT, DOT = 0.055, 0.12, 0.022
"""All in parts of the icon's side, from its middle."""


@lru_cache(maxsize=4)
def icon(side: int) -> bytes:
    """Return a square PNG of ``side`` pixels."""
    import png

    rows = [
        [value for x in range(side) for value in _colour((x + 0.5) / side, (y + 0.5) / side, side)]
        for y in range(side)
    ]
    out = io.BytesIO()
    png.Writer(side, side, greyscale=False).write(out, rows)
    return out.getvalue()


def _colour(x: float, y: float, side: int) -> tuple[int, ...]:
    """Return a pixel: how much paper covers it decides between the two colours."""
    inside = min(1.0, max(0.0, 0.5 - _distance(x - 0.5, y - 0.5) * side))
    return tuple(
        round(ground + (paper - ground) * inside)
        for ground, paper in zip(GROUND, PAPER, strict=True)
    )


def _distance(x: float, y: float) -> float:
    """Return how far a point is from the ticket's edge; negative is on the ticket."""
    beyond_x, beyond_y = abs(x) - HALF_WIDTH + CORNER, abs(y) - HALF_HEIGHT + CORNER
    sheet = hypot(max(beyond_x, 0), max(beyond_y, 0)) + min(max(beyond_x, beyond_y), 0) - CORNER
    notch = NOTCH - hypot(x - NOTCH_AT, abs(y) - HALF_HEIGHT)
    dots = (DOT - hypot(x - NOTCH_AT, y - at) for at in (-0.08, 0.0, 0.08))
    return max(sheet, notch, *dots)
