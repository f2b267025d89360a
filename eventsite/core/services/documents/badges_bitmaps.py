"""Lines of text as black and white dots, from the outlines of our own fonts.

A label printer's own fonts have Latin and little else. The library that would draw this is not in
the functions' package, and letters of one colour need little: outlines are cut row by row.
Source: OpenType, glyf table.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import Any

from eventsite.core.services.documents import fonts
from eventsite.core.services.documents.fonts import BOLD_STROKE, BOX_WIDTH, Run

ASCENT, DEPTH = 1.0, 0.32
"""Of the size: how far dots reach above the line that letters stand on, and below."""

STEPS = 6
"""Straight pieces of a curve: at the size of a name each is a few dots."""

_ON, _X_SHORT, _Y_SHORT, _REPEAT, _X_SAME, _Y_SAME = 1, 2, 4, 8, 16, 32
_WORDS, _SCALE, _MORE, _TWO_SCALES, _MATRIX = 1, 8, 32, 64, 128
"""Flags of points, and of the parts of a composite glyph."""

Point = tuple[float, float]
Contour = list[Point]


@dataclass(frozen=True, slots=True)
class Bitmap:
    """Dots, a number a row from above; the highest of its ``width`` bits is at the left."""

    width: int
    rows: tuple[int, ...]


def bitmap(text: str, size: float, *, bold: bool = False) -> Bitmap:
    """Return one line of text; ``size`` is in dots. Its letters stand ``ASCENT * size`` down."""
    height = ceil((ASCENT + DEPTH) * size)
    crossings: list[list[tuple[float, int]]] = [[] for _ in range(height)]
    left, thick = 0.0, 0
    for run in fonts.runs(text, bold=bold):
        for contour in _outlines(run, size, bold=bold):
            _cut([(left + x, ASCENT * size - y) for x, y in contour], crossings)
        left += run.width(size)
        thick = max(thick, round(BOLD_STROKE * size) if run.outlined else 0)
    width = max(1, ceil(left) + thick)
    rows = [_filled(sorted(row), width) for row in crossings]
    for _ in range(thick):  # the imitation of a bold weight
        rows = [row | row >> 1 for row in rows]
    return Bitmap(width, tuple(rows))


def _cut(contour: Contour, crossings: list[list[tuple[float, int]]]) -> None:
    """Note where the outline crosses the middle of each row, and in which direction."""
    for (x0, y0), (x1, y1) in zip(contour, (*contour[1:], contour[0]), strict=True):
        if y0 == y1:
            continue
        way, upper, lower = (1, y0, y1) if y0 < y1 else (-1, y1, y0)
        for row in range(max(0, ceil(upper - 0.5)), min(len(crossings), ceil(lower - 0.5))):
            crossings[row].append((x0 + (row + 0.5 - y0) * (x1 - x0) / (y1 - y0), way))


def _filled(crossings: list[tuple[float, int]], width: int) -> int:
    """Return a row with ink wherever the outline goes around more often one way than the other."""
    row = depth = 0
    begun = 0.0
    for x, way in crossings:
        if depth == 0:
            begun = x
        depth += way
        if depth == 0:
            start, end = max(0, ceil(begun - 0.5)), min(width, ceil(x - 0.5))
            if end > start:
                row |= ((1 << end - start) - 1) << width - end
    return row


def _outlines(run: Run, size: float, *, bold: bool) -> Iterator[Contour]:
    if not run.font:
        yield from _boxes(len(run.text), size, 0.085 if bold else 0.05)
        return
    face = fonts.face(run.font)
    scale, left = size / face.unitsPerEm, 0.0
    for character in run.text:
        glyph = face.charToGlyph.get(ord(character), 0)
        for contour in _glyph(run.font, glyph):
            yield [(left + x * scale, y * scale) for x, y in contour]
        left += Run(character, run.font).width(size)


def _boxes(count: int, size: float, line: float) -> Iterator[Contour]:
    """What no font has is a box."""
    for n in range(count):
        left, wide = (n + 0.11) * BOX_WIDTH * size, 0.78 * BOX_WIDTH * size
        yield _rectangle(left, 0, wide, 0.69 * size)
        inner = _rectangle(
            left + line * size, line * size, wide - 2 * line * size, (0.69 - 2 * line) * size
        )
        yield inner[::-1]


def _rectangle(x: float, y: float, width: float, height: float) -> Contour:
    return [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]


@lru_cache(maxsize=2)
def _table(font: str) -> tuple[bytes, Any]:
    face = fonts.face(font)
    return face.get_table("glyf"), face.glyphPos


@lru_cache(maxsize=2048)
def _glyph(font: str, number: int) -> list[Contour]:
    """Return the outlines of a glyph in font units, curves as straight pieces."""
    table, places = _table(font)
    data = table[places[number] : places[number + 1]]
    if not data:
        return []
    (count,) = struct.unpack_from(">h", data)
    return _simple(data, count) if count >= 0 else list(_composite(font, data))


def _simple(data: bytes, count: int) -> list[Contour]:
    ends = struct.unpack_from(f">{count}H", data, 10)
    at = 10 + 2 * count
    at += 2 + struct.unpack_from(">H", data, at)[0]  # instructions
    total = ends[-1] + 1 if ends else 0
    flags: list[int] = []
    while len(flags) < total:
        flag, at = data[at], at + 1
        flags.append(flag)
        if flag & _REPEAT:
            flags += [flag] * data[at]
            at += 1
    xs, at = _coordinates(data, at, flags, _X_SHORT, _X_SAME)
    ys, at = _coordinates(data, at, flags, _Y_SHORT, _Y_SAME)
    points = [(x, y, bool(flag & _ON)) for x, y, flag in zip(xs, ys, flags, strict=True)]
    starts = (0, *(end + 1 for end in ends[:-1]))
    return [_flat(points[start : end + 1]) for start, end in zip(starts, ends, strict=True)]


def _coordinates(
    data: bytes, at: int, flags: list[int], short: int, same: int
) -> tuple[list[int], int]:
    found: list[int] = []
    value = 0
    for flag in flags:
        if flag & short:
            value += data[at] if flag & same else -data[at]
            at += 1
        elif not flag & same:
            value += struct.unpack_from(">h", data, at)[0]
            at += 2
        found.append(value)
    return found, at


def _flat(points: list[tuple[int, int, bool]]) -> Contour:
    """Return a contour of on-curve points: between two off it there is one in the middle."""
    whole: list[tuple[float, float, bool]] = []
    for n, point in enumerate(points):
        before = points[n - 1]
        if not point[2] and not before[2]:
            whole.append(((point[0] + before[0]) / 2, (point[1] + before[1]) / 2, True))
        whole.append(point)
    first = next((n for n, point in enumerate(whole) if point[2]), 0)
    whole = [*whole[first:], *whole[:first]]
    contour: Contour = []
    for n, (x, y, on) in enumerate(whole):
        if on:
            contour.append((x, y))
            continue
        (x0, y0), (x1, y1, _) = contour[-1], whole[(n + 1) % len(whole)]
        for step in range(1, STEPS):
            t = step / STEPS
            a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t * t
            contour.append((a * x0 + b * x + c * x1, a * y0 + b * y + c * y1))
    return contour


def _composite(font: str, data: bytes) -> Iterator[Contour]:
    """Yield the outlines of a glyph that is made of others, such as a letter and its accent."""
    at, more = 10, True
    while more:
        flags, number = struct.unpack_from(">HH", data, at)
        shape = ">hh" if flags & _WORDS else ">bb"
        dx, dy = struct.unpack_from(shape, data, at + 4)
        at += 4 + struct.calcsize(shape)
        count = 1 if flags & _SCALE else 2 if flags & _TWO_SCALES else 4 if flags & _MATRIX else 0
        given = [value / 16384 for value in struct.unpack_from(f">{count}h", data, at)]
        at += 2 * count
        a, b, c, d = {
            0: (1.0, 0.0, 0.0, 1.0),
            1: (*given, 0.0, 0.0, *given),
            2: (*given[:1], 0.0, 0.0, *given[1:]),
            4: tuple(given),
        }[count]
        for contour in _glyph(font, number):
            yield [(a * x + c * y + dx, b * x + d * y + dy) for x, y in contour]
        more = bool(flags & _MORE)
