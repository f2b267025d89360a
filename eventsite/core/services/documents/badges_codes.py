"""Ticket codes as QR symbols, fast enough for thousands of badges.

A ticket always has 130 letters and digits, which is version 6 with level M and one way to place
bits: what never changes is made once, by the ``qrcode`` library, and so is the mask. The others
masks would be a little easier to find for a camera; they cost eight times as much to compare.
Source: ISO/IEC 18004, 7.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from eventsite.core.domain.tickets import TICKET_CHARACTERS
from eventsite.core.services.documents.qr_codes import modules

SIDE = 41
"""Modules of a symbol of version 6."""

_VERSION, _MASK = 6, 3
_BLOCKS, _DATA, _CHECKS = 4, 27, 16
"""Blocks of version 6-M, and bytes of data and of error correction in each. Source: table 9."""

_REST = 7
"""Bits of version 6 that belong to no byte. Source: table 1."""

_LETTERS = {letter: n for n, letter in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")}
_INK = re.compile("1+")


def rows_of(code: str) -> list[str]:
    """Return the symbol of a code, a text of 0 and 1 a row, without the quiet zone."""
    if len(code) != TICKET_CHARACTERS or not set(code) <= _LETTERS.keys():
        return ["".join("01"[dark] for dark in row) for row in modules(code)]
    frame = _frame()
    cells = list(frame.cells)
    bits = (_codewords(code) << _REST) ^ frame.mask
    for place, bit in zip(frame.order, f"{bits:0{len(frame.order)}b}", strict=True):
        cells[place] = bit
    text = "".join(cells)
    return [text[start : start + SIDE] for start in range(0, SIDE * SIDE, SIDE)]


def stretches(rows: list[str]) -> Iterator[tuple[int, int, int]]:
    """Yield (row, first column, length) of each stretch of ink."""
    for n, row in enumerate(rows):
        for ink in _INK.finditer(row):
            yield n, ink.start(), ink.end() - ink.start()


@dataclass(frozen=True, slots=True)
class _Frame:
    """What every symbol has: its patterns, the places of its bits in order, and their mask."""

    cells: tuple[str, ...]
    order: tuple[int, ...]
    mask: int


@lru_cache(maxsize=1)
def _frame() -> _Frame:
    import qrcode
    from qrcode.constants import ERROR_CORRECT_M
    from qrcode.util import mask_func

    symbol = qrcode.QRCode(version=_VERSION, error_correction=ERROR_CORRECT_M, border=0)
    symbol.modules_count = SIDE
    symbol.modules = [[None] * SIDE for _ in range(SIDE)]
    for row, column in ((0, 0), (SIDE - 7, 0), (0, SIDE - 7)):
        symbol.setup_position_probe_pattern(row, column)
    symbol.setup_position_adjust_pattern()
    symbol.setup_timing_pattern()
    symbol.setup_type_info(False, _MASK)
    patterns = [cell for row in symbol.modules for cell in row]
    order = [place for place in _snake() if patterns[place] is None]
    masked = mask_func(_MASK)
    mask = "".join("01"[bool(masked(*divmod(place, SIDE)))] for place in order)
    return _Frame(tuple("1" if cell else "0" for cell in patterns), tuple(order), int(mask, 2))


def _snake() -> Iterator[int]:
    """Yield places in the order of bits: pairs of columns from the right, up and down in turn."""
    upwards = True
    for right in (*range(SIDE - 1, 6, -2), 5, 3, 1):  # the sixth column is the timing pattern
        for row in range(SIDE - 1, -1, -1) if upwards else range(SIDE):
            yield row * SIDE + right
            yield row * SIDE + right - 1
        upwards = not upwards


def _codewords(code: str) -> int:
    """Return data and error correction, interleaved, as one number."""
    data = _data(code)
    blocks = [data[n * _DATA : (n + 1) * _DATA] for n in range(_BLOCKS)]
    checks = [_checks(block) for block in blocks]
    mixed = bytes(block[n] for n in range(_DATA) for block in blocks)
    mixed += bytes(check[n] for n in range(_CHECKS) for check in checks)
    return int.from_bytes(mixed)


def _data(code: str) -> bytes:
    bits, length = 0b0010 << 9 | len(code), 13  # alphanumeric, and how many
    for n in range(0, len(code), 2):
        bits = bits << 11 | _LETTERS[code[n]] * 45 + _LETTERS[code[n + 1]]
        length += 11
    padding = -(length + 4) % 8 + 4
    data = (bits << padding).to_bytes((length + padding) // 8)
    missing = _BLOCKS * _DATA - len(data)
    return data + (b"\xec\x11" * missing)[:missing]


def _checks(block: bytes) -> bytes:
    """Return the error correction of one block: the remainder of a division in GF(256)."""
    products, low = _products(), (1 << 8 * (_CHECKS - 1)) - 1
    rest = 0
    for byte in block:
        rest = (rest & low) << 8 ^ products[rest >> 8 * (_CHECKS - 1) ^ byte]
    return rest.to_bytes(_CHECKS)


@lru_cache(maxsize=1)
def _products() -> tuple[int, ...]:
    """Return the generator polynomial times every byte, the coefficients as one number."""
    power, log = [1] * 255, {1: 0}
    for n in range(1, 255):
        doubled = power[n - 1] << 1
        power[n] = doubled ^ 0x11D if doubled > 255 else doubled
        log[power[n]] = n

    def times(a: int, b: int) -> int:
        return power[(log[a] + log[b]) % 255] if a and b else 0

    generator = [1]
    for n in range(_CHECKS):
        shifted = [*generator, 0]
        for place, factor in enumerate(generator):
            shifted[place + 1] ^= times(factor, power[n])
        generator = shifted
    return tuple(
        int.from_bytes(bytes(times(byte, factor) for factor in generator[1:]))
        for byte in range(256)
    )
