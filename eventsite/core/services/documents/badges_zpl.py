"""Badges for label printers, in ZPL II.

Western European text is printed in the printer's own font, everything else as dots of ours. The
code is made by the printer. Source: Zebra, ZPL II Programming Guide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from eventsite.core.domain.badges import LIGHT, Box, Face, ink_on
from eventsite.core.services.documents.badges_bitmaps import ASCENT, Bitmap, bitmap
from eventsite.core.services.documents.badges_codes import SIDE
from eventsite.core.services.documents.badges_fitting import Line, fit, unit
from eventsite.core.services.ticketing import QUIET_ZONE

DOTS = {203: 203.2, 300: 300.0}
"""Dots an inch of the printers there are: 8, and nearly 12, a millimetre."""

MAGNIFICATION_MAX = 10
"""Dots of a module that ^BQ can make."""

OUTLINE = 3
"""Dots of the frame that stands for a band in a light colour."""

POINT, MILLIMETRE = 1 / 72, 1 / 25.4
_ESCAPED = re.compile(r"[\x00-\x1f\x7f-\x9f^~_\\]")
_OWN_FONT = re.compile(r"[ -\[\]-~\xa0-\xff]*")
"""What the printer's font surely has; a backslash begins a command in a field block."""


def badge_zpl(face: Face, dpi: int = 203) -> str:
    """Return one badge as a label. Raises KeyError for a resolution that is not in ``DOTS``."""
    return "".join(_commands(face, DOTS[dpi]))


def escaped(text: str) -> str:
    """Return text as a field's data after ^FH: nothing in it is a command."""
    return _ESCAPED.sub(lambda found: "".join(f"_{byte:02X}" for byte in found[0].encode()), text)


def _commands(face: Face, dots: float) -> Iterator[str]:
    text, millimetre = fit(face), dots * MILLIMETRE
    width, height = (
        round(side * millimetre) for side in (face.layout.width_mm, face.layout.height_mm)
    )
    yield f"^XA^CI28^LH0,0^PW{width}^LL{height}"
    deep, dark = round(text.where.band.height * millimetre), ink_on(face.layout.colour) == LIGHT
    yield f"^FO0,0^GB{width},{deep},{deep if dark else OUTLINE}^FS"
    if text.band:
        yield from _line(text.band, dots, "^FR" if dark else "")
    for line in (*text.lines, text.serial):
        yield from _line(line, dots)
    if text.where.code:
        yield _code(text.where.code, face.code, millimetre)
    yield "^PQ1^XZ"


def _line(line: Line, dots: float, reverse: str = "") -> Iterator[str]:
    block, point = line.text, dots * POINT
    size = block.size * point
    for n, words in enumerate(block.lines):
        base = (line.top + (n + 0.95) * block.size * block.leading) * point - 0.17 * size
        if _OWN_FONT.fullmatch(words):
            side = "C" if line.centred else "R" if line.to_left else "L"
            left, room = round(line.left * point), round(line.width * point)
            yield (
                f"^FO{left},{round(base - 0.78 * size)}{reverse}^A0N,{round(size)},{round(size)}"
                f"^FB{room},1,0,{side}^FH_^FD{escaped(words)}^FS"
            )
        else:
            left = round(line.start(words, unit(words, block.bold) * block.size) * point)
            top = round(base - ASCENT * size)
            dotted = bitmap(words, size, bold=block.bold)
            if top < 0:  # what would begin above the label
                dotted, top = Bitmap(dotted.width, dotted.rows[-top:]), 0
            yield f"^FO{max(0, left)},{top}{reverse}{_graphic(dotted)}^FS"


def _graphic(dotted: Bitmap) -> str:
    """Return ^GF: hexadecimal digits, a comma for white to the end, a colon for the row before."""
    wide = (dotted.width + 7) // 8
    total, rows, before = wide * len(dotted.rows), [], ""
    for row in dotted.rows:
        digits = f"{row << wide * 8 - dotted.width:0{wide * 2}X}"
        short = digits.rstrip("0")
        rows.append(":" if digits == before else short if short == digits else f"{short},")
        before = digits
    return f"^GFA,{total},{total},{wide},{''.join(rows)}"


def _code(box: Box, code: str, millimetre: float) -> str:
    """Return the symbol, as large as whole dots allow, in the middle of its box."""
    side = box.width * millimetre
    module = min(MAGNIFICATION_MAX, max(1, int(side / (SIDE + 2 * QUIET_ZONE))))
    spare = (side - module * SIDE) / 2
    left, top = (round(start * millimetre + spare) for start in (box.left, box.top))
    return f"^FO{left},{top}^BQN,2,{module}^FDMA,{escaped(code)}^FS"
