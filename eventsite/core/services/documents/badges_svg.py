"""A badge as a picture for a browser, where an organizer looks at what a layout makes.

Lines are broken and placed as on paper; letters are the browser's, squeezed to the same width.
"""

from __future__ import annotations

from html import escape

from eventsite.core.domain.badges import Box, Face, ink_on
from eventsite.core.services.documents.badges_codes import rows_of, stretches
from eventsite.core.services.documents.badges_fitting import MM, Line, fit, unit
from eventsite.core.services.ticketing import QUIET_ZONE

FAMILY = "FiraGO, 'Fira Sans', 'Noto Sans', Arial, sans-serif"


def badge_svg(face: Face) -> str:
    """Return one badge as an SVG document; its units are points."""
    layout, text = face.layout, fit(face)
    width, height = layout.width_mm * MM, layout.height_mm * MM
    band = text.where.band
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.2f} {height:.2f}"'
        f' width="{layout.width_mm}mm" height="{layout.height_mm}mm" font-family="{FAMILY}">',
        f'<rect width="{width:.2f}" height="{height:.2f}" fill="#ffffff"/>',
        f'<rect width="{width:.2f}" height="{band.height * MM:.2f}" fill="{layout.colour}"/>',
    ]
    if text.band:
        parts += _written(text.band, ink_on(layout.colour))
    for line in (*text.lines, text.serial):
        parts += _written(line, "#000000")
    if text.where.code:
        parts.append(_code(text.where.code, face.code))
    return "".join([*parts, "</svg>"])


def _written(line: Line, ink: str) -> list[str]:
    block, top, found = line.text, line.top, []
    for words in block.lines:
        wide = unit(words, block.bold) * block.size
        middle = line.start(words, wide) + wide / 2
        base = top + block.size * 0.95
        found.append(
            f'<text x="{middle:.2f}" y="{base:.2f}" font-size="{block.size:.2f}" fill="{ink}"'
            f' font-weight="{700 if block.bold else 400}" text-anchor="middle"'
            f' textLength="{wide:.2f}" lengthAdjust="spacingAndGlyphs">{escape(words)}</text>'
        )
        top += block.size * block.leading
    return found


def _code(box: Box, code: str) -> str:
    rows = rows_of(code)
    module = box.width * MM / (len(rows) + 2 * QUIET_ZONE)
    left, top = (start * MM + QUIET_ZONE * module for start in (box.left, box.top))
    path = "".join(f"M{x} {y}h{n}v1h-{n}z" for y, x, n in stretches(rows))
    return f'<path transform="translate({left:.3f} {top:.3f}) scale({module:.5f})" d="{path}"/>'
