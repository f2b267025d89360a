"""Text of a badge made to fit its place: as large as it can be, never over the edge."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from eventsite.core.domain.badges import Arrangement, Box, Face, arranged
from eventsite.core.services.documents import fonts
from eventsite.core.services.documents.fonts import Fitted
from eventsite.core.services.documents.writing import tidy, wrapped

MM = 72 / 25.4
SMALLEST, LARGEST = 6.0, 96.0
"""Points. Below six nobody reads it; what does not fit then ends with an ellipsis."""

BREAKING = 12.0
"""Points. Before a text becomes smaller than this, its words are broken."""

LEADING = 1.2
LONGEST = 200
"""Characters of a text that are looked at; what is beyond would not fit anyway."""

SERIAL_SIZE = 6.0
"""Points of the badge's own name, and of nothing else."""

BAND_SHARE = 0.62
"""Of the band's height: how large the text in it is."""

_ALMOST = 0.999
"""Of the room: so that no rounding makes a text too wide for the size that was made for it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A text that fits and the rectangle, in points from above, that it stands in."""

    text: Fitted
    left: float
    top: float
    width: float
    centred: bool
    to_left: bool = False

    def start(self, line: str, wide: float) -> float:
        """Return where a line of this width begins."""
        spare = self.width - wide
        return self.left + (spare / 2 if self.centred else spare if self.to_left else 0)


@dataclass(frozen=True, slots=True)
class Fit:
    """Everything of a badge that is text; ``band`` is what stands in it, if anything does."""

    where: Arrangement
    lines: tuple[Line, ...]
    band: Line | None
    serial: Line


def fit(face: Face) -> Fit:
    """Return the text of a badge, each line in its size and place."""
    where = arranged(face.layout)
    written = [
        (tidy(face.text(source))[:LONGEST], share)
        for source, share in zip(where.lines, where.shares, strict=True)
    ]
    written = [(text, share) for text, share in written if text]
    return Fit(where, _stacked(written, where), _in_band(face, where), _serial(face, where))


def fitted(text: str, room: float, height: float, *, most: int, bold: bool) -> Fitted:
    """Return a text in up to ``most`` lines, as large as width and height (points) allow."""
    whole = unit(text, bold)
    best: Fitted | None = None
    for count in range(1, most + 1):
        size = min(height / (count * LEADING), LARGEST, room * count / whole * _ALMOST)
        floor = max(SMALLEST, best.size * 1.15 if best else 0)
        while size >= floor:
            lines, unbroken = wrapped(text, lambda line: unit(line, bold) * size <= room)  # noqa: B023
            if unbroken and len(lines) <= count:
                best = Fitted(tuple(lines), size, bold, LEADING)
                break
            size *= 0.95
    if best and best.size >= BREAKING:
        return best
    broken = _broken(text, room, height, most=most, bold=bold)
    return best if best and best.size * 1.15 > broken.size else broken


def _broken(text: str, room: float, height: float, *, most: int, bold: bool) -> Fitted:
    """Return a text that is broken within words, and cut at the smallest size."""
    size = min(BREAKING, height / LEADING)
    while size > SMALLEST:
        lines, _ = wrapped(text, lambda line: unit(line, bold) * size <= room)  # noqa: B023
        if len(lines) <= min(most, int(height / (size * LEADING))):
            return Fitted(tuple(lines), size, bold, LEADING)
        size *= 0.95
    fits = max(1, min(most, int(height / (SMALLEST * LEADING))))
    cut = fonts.fitted(text, room, (SMALLEST, SMALLEST), most=fits, bold=bold)
    return Fitted(cut.lines, cut.size, bold, LEADING)


@lru_cache(maxsize=4096)
def unit(text: str, bold: bool) -> float:
    """Return the width of a line of one point."""
    return fonts.width(text, 1.0, bold=bold) or 1e-6


def right_to_left(text: str) -> bool:
    """Return whether the first letter that has a direction runs to the left."""
    kinds = (unicodedata.bidirectional(character) for character in text)
    return next((kind != "L" for kind in kinds if kind in ("L", "R", "AL")), False)


def _stacked(written: list[tuple[str, float]], where: Arrangement) -> tuple[Line, ...]:
    """Fit each text into its share of the height, and stack them in the middle of it."""
    room, height = where.text.width * MM, where.text.height * MM
    whole = sum(share for _, share in written) or 1
    blocks = [
        fitted(text, room, height * share / whole, most=2 if n else 3, bold=n == 0)
        for n, (text, share) in enumerate(written)
    ]
    top = where.text.top * MM + (height - sum(block.height for block in blocks)) / 2
    lines = []
    for (text, _), block in zip(written, blocks, strict=True):
        lines.append(
            Line(block, where.text.left * MM, top, room, where.centred, right_to_left(text))
        )
        top += block.height
    return tuple(lines)


def _in_band(face: Face, where: Arrangement) -> Line | None:
    text = tidy(face.text(where.band_line))[:LONGEST] if where.band_line else ""
    if not text:
        return None
    beside = where.text.left
    box = Box(beside, 0, where.band.width - 2 * beside, where.band.height)
    height = box.height * MM * BAND_SHARE * LEADING
    block = fitted(text, box.width * MM, height, most=1, bold=True)
    top = (box.height * MM - block.height) / 2
    centred, to_left = where.centred, right_to_left(text)
    return Line(block, box.left * MM, top, box.width * MM, centred, to_left)


def _serial(face: Face, where: Arrangement) -> Line:
    box = where.serial
    size = min(SERIAL_SIZE, box.width * MM / unit(face.serial, False) * _ALMOST)
    block = Fitted((face.serial,), size, False, LEADING)
    top = box.top * MM + (box.height * MM - block.height) / 2
    return Line(block, box.left * MM, top, box.width * MM, centred=True)
