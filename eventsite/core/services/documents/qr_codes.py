"""A ticket code as a QR symbol on paper: squares of ink, sharp at any size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventsite.core.services.ticketing import QUIET_ZONE

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas


def modules(code: str) -> list[list[bool]]:
    """Return the symbol's rows, dark is True, without the quiet zone."""
    import qrcode
    from qrcode.constants import ERROR_CORRECT_M

    symbol = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    symbol.add_data(code)
    symbol.make(fit=True)
    rows: list[list[bool]] = symbol.get_matrix()
    return rows


def draw_qr(canvas: Canvas, x: float, y: float, side: float, code: str) -> float:
    """Draw the symbol with its quiet zone in a square and return the size of a module in points.

    One path of one rectangle for each stretch of dark modules: no seams, and a small file.
    """
    rows = modules(code)
    module = side / (len(rows) + 2 * QUIET_ZONE)
    canvas.setFillGray(1)
    canvas.rect(x, y, side, side, stroke=0, fill=1)
    canvas.setFillGray(0)
    path = canvas.beginPath()
    for n, row in enumerate(rows):
        top = y + side - (QUIET_ZONE + n + 1) * module
        start = 0
        while start < len(row):
            end = start
            while end < len(row) and row[end]:
                end += 1
            if end > start:
                path.rect(x + (QUIET_ZONE + start) * module, top, (end - start) * module, module)
            start = end + 1
    canvas.drawPath(path, stroke=0, fill=1)
    return module
