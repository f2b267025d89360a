"""The fonts of the documents: found, loaded once a process, mixed character by character.

FiraGO has Latin, Greek, Cyrillic, Hebrew, Arabic, Thai and Georgian in two weights; WenQuanYi
Micro Hei has Chinese, Japanese and Korean and is loaded only when a text needs it. Both come from
PyPI and are embedded as subsets. What neither has is drawn as a box.
"""

from __future__ import annotations

import io
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import groupby
from typing import TYPE_CHECKING, Any

from eventsite.core.services.documents.writing import visual, wrapped

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

CJK_FONT = ("paperang_p2_fonts_cjk", "fonts", "wqy-microhei.ttc")
BOX_WIDTH = 0.62
"""Of the size: about the width of a capital letter."""

BOLD_STROKE = 0.028
"""Of the size: how thick an outline makes a regular letter look bold beside FiraGO Bold."""

BREAKING = 0.65
"""Of the largest size: a word that is longer than a line at this size is broken."""

ELLIPSIS = "…"

drawing = threading.Lock()
"""Held while a document is made: reportlab's fonts serve one document at a time."""

_loading = threading.Lock()


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one font, in the order in which they are drawn; no font draws boxes."""

    text: str
    font: str = ""
    outlined: bool = False

    def width(self, size: float) -> float:
        if not self.font:
            return BOX_WIDTH * size * len(self.text)
        return float(_font(self.font).stringWidth(self.text, size))


@lru_cache(maxsize=3)
def _font(name: str) -> Any:
    """Return a font, loaded and registered on first use."""
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFont

    with _loading:
        font = TTFont(name, _source(name), asciiReadable=False, shapable=False)
        registerFont(font)
    return font


def regular() -> str:
    """Return the name of the font that is there before any other is chosen."""
    return str(_font("FiraGO").fontName)


def face(name: str) -> Any:
    """Return a font's tables, for whoever draws its glyphs."""
    return _font(name).face


def _source(name: str) -> Any:
    if name == "FiraGO":
        from pymupdf_fonts import FiraGO_Regular

        return io.BytesIO(FiraGO_Regular.fontbuffer)
    if name == "FiraGO-Bold":
        from pymupdf_fonts import FiraGO_Bold

        return io.BytesIO(FiraGO_Bold.fontbuffer)
    return str(resources.files(CJK_FONT[0]).joinpath(*CJK_FONT[1:]))


def _has(name: str, character: str) -> bool:
    return ord(character) in _font(name).face.charToGlyph


def _chosen(character: str, *, bold: bool) -> tuple[str, bool] | None:
    """Return which font draws a character, and whether bold is imitated; None for nothing."""
    first = "FiraGO-Bold" if bold else "FiraGO"
    if _has(first, character):
        return first, False
    if unicodedata.category(character) in ("Mn", "Me"):
        return None  # a mark that cannot be placed is left out; its letter stays
    if _has("WenQuanYi", character):
        return "WenQuanYi", bold
    return "", False


def runs(text: str, *, bold: bool = False) -> Iterator[Run]:
    """Yield one line in the order in which it is drawn, a run for each change of font."""
    chosen = ((character, _chosen(character, bold=bold)) for character in visual(text))
    for choice, group in groupby(chosen, key=lambda pair: pair[1]):
        if choice is not None:
            yield Run("".join(character for character, _ in group), *choice)


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of one line in points."""
    return sum(run.width(size) for run in runs(text, bold=bold))


@dataclass(frozen=True, slots=True)
class Fitted:
    """Lines that fit a width, and the size at which they do."""

    lines: tuple[str, ...]
    size: float
    bold: bool
    leading: float = 1.22

    @property
    def height(self) -> float:
        return len(self.lines) * self.size * self.leading


def fitted(
    text: str, room: float, sizes: tuple[float, float], *, most: int, bold: bool = False
) -> Fitted:
    """Return the text in up to ``most`` lines of up to ``room`` points.

    The largest of the ``sizes`` (from, down to) is taken that fits. Words are broken only when
    the text is small already, and what does not fit at the smallest size ends with an ellipsis.
    """
    size, smallest = sizes
    breaking = max(smallest, size * BREAKING)
    while True:
        lines, whole = wrapped(text, lambda line: width(line, size, bold=bold) <= room)  # noqa: B023
        if len(lines) <= most and (whole or size <= breaking):
            return Fitted(tuple(lines), size, bold)
        if size <= smallest:
            break
        size = max(smallest, size * 0.94)
    last = lines[most - 1]
    while last and width(last + ELLIPSIS, size, bold=bold) > room:
        last = last[:-1].rstrip()
    return Fitted((*lines[: most - 1], last + ELLIPSIS), size, bold)


def draw(canvas: Canvas, x: float, y: float, text: str, size: float, *, bold: bool = False) -> None:
    """Draw one line with its baseline at ``y``, in the canvas's fill colour."""
    for run in runs(text, bold=bold):
        if run.font:
            canvas.setFont(run.font, size)
            canvas.setLineWidth(BOLD_STROKE * size)
            canvas.drawString(x, y, run.text, mode=2 if run.outlined else 0)
        else:
            canvas.setLineWidth((0.085 if bold else 0.05) * size)
            for n in range(len(run.text)):
                left = x + (n + 0.11) * BOX_WIDTH * size
                canvas.rect(left, y, 0.78 * BOX_WIDTH * size, 0.69 * size, stroke=1, fill=0)
        x += run.width(size)


def draw_lines(canvas: Canvas, x: float, top: float, block: Fitted) -> float:
    """Draw lines from ``top`` downwards and return where they end."""
    for line in block.lines:
        top -= block.size * block.leading
        draw(
            canvas, x, top + block.size * (block.leading - 0.95), line, block.size, bold=block.bold
        )
    return top
