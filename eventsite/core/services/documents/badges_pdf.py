"""Badges on paper: a page each, of the badge's own size, for any printer."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

from eventsite.core.domain.badges import Box, Face, ink_on
from eventsite.core.services.documents import fonts
from eventsite.core.services.documents.badges_codes import rows_of, stretches
from eventsite.core.services.documents.badges_fitting import MM, Line, fit, unit
from eventsite.core.services.documents.writing import tidy
from eventsite.core.services.ticketing import QUIET_ZONE

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

BATCH = 1000
"""Badges of one file: about two seconds, and a stack that a printer takes."""

BLACK = "#000000"


def badges_pdf(faces: Iterable[Face], title: str = "") -> bytes:
    """Return badges as a PDF, a page each; the same input gives the same bytes."""
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    with fonts.drawing:
        canvas = Canvas(out, pageCompression=1, invariant=1, initialFontName=fonts.regular())
        canvas.setTitle(tidy(title) or "Badges")
        canvas.setAuthor("eventsite")
        canvas.setCreator("eventsite")
        canvas.setSubject("")
        for face in faces:
            _page(canvas, face)
            canvas.showPage()
        canvas.save()
    return out.getvalue()


def _page(canvas: Canvas, face: Face) -> None:
    layout, text = face.layout, fit(face)
    width, height = layout.width_mm * MM, layout.height_mm * MM
    canvas.setPageSize((width, height))
    canvas.setLineJoin(1)
    band = text.where.band
    _ink(canvas, layout.colour)
    canvas.rect(0, height - band.height * MM, width, band.height * MM, stroke=0, fill=1)
    if text.band:
        _ink(canvas, ink_on(layout.colour))
        _draw(canvas, height, text.band)
    _ink(canvas, BLACK)
    for line in (*text.lines, text.serial):
        _draw(canvas, height, line)
    if text.where.code:
        _code(canvas, height, text.where.code, face.code)


def _draw(canvas: Canvas, height: float, line: Line) -> None:
    block, top = line.text, line.top
    for words in block.lines:
        top += block.size * block.leading
        left = line.start(words, unit(words, block.bold) * block.size)
        base = height - top + block.size * (block.leading - 0.95)
        fonts.draw(canvas, left, base, words, block.size, bold=block.bold)


def _code(canvas: Canvas, height: float, box: Box, code: str) -> None:
    """Draw the symbol as one path in units of its modules: sharp, small, and no seams."""
    rows = rows_of(code)
    module = box.width * MM / (len(rows) + 2 * QUIET_ZONE)
    left = box.left * MM + QUIET_ZONE * module
    top = height - box.top * MM - QUIET_ZONE * module
    path = "".join(f"{x} {-y - 1} {n} 1 re " for y, x, n in stretches(rows))
    canvas.addLiteral(f"q {module:.5f} 0 0 {module:.5f} {left:.4f} {top:.4f} cm {path}f Q")


def _ink(canvas: Canvas, colour: str) -> None:
    red, green, blue = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    canvas.setFillColorRGB(red, green, blue)
    canvas.setStrokeColorRGB(red, green, blue)
