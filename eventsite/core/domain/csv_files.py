"""Tables written as text: which encoding, which separator, and the records one by one. Pure.

Nothing is held whole: a file is opened as pieces of bytes, and opened anew for each look at it.
"""

from __future__ import annotations

import codecs
import csv
import io
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import Any, NamedTuple

from eventsite.core.errors import Invalid

Open = Callable[[], Iterable[bytes]]
"""Opens a file at its beginning and gives its bytes in pieces."""

SIZE_MAX = 64 * 1024 * 1024
"""Bytes of a file, unpacked."""

ROWS_MAX = 200_000

LINE_MAX = 1_000_000
"""Characters of one line; a file without line ends is no table."""

SAMPLE = 64 * 1024
"""Characters at the beginning of a file that its separator is found by."""

ENCODINGS = ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "windows-1252", "latin-1")
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}

_GZIP = b"\x1f\x8b"
_NO_TABLES = {
    b"PK\x03\x04": "This is an Excel workbook or an archive. Save the sheet as CSV first.",
    b"\xd0\xcf\x11\xe0": "This is an old Excel workbook. Save the sheet as CSV first.",
    b"%PDF": "This is a PDF, not a table.",
}
_SPACE_MAX = 256 * 1024
"""Bytes that unpacking gives at a time."""


class Record(NamedTuple):
    """One record: its number from 1 without empty ones, its first line, and its cells.

    ``problem`` says why it cannot be read; then there are no cells.
    """

    number: int
    line: int
    cells: list[str]
    problem: str = ""


class FileRefused(Invalid):
    """This file cannot be read."""

    def __init__(self, message: str) -> None:
        super().__init__(message, field="file")


def unpacked(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the bytes of a file, unpacked if it is gzip.

    Raises FileRefused when it is too big, broken, or of a kind that is no text.
    """
    pieces = _with_a_beginning(pieces)
    size = 0
    for n, piece in enumerate(pieces):
        if n == 0:
            for mark, why in _NO_TABLES.items():
                if piece.startswith(mark):
                    raise FileRefused(why)
            if piece.startswith(_GZIP):
                yield from _limited(_gunzipped(chain([piece], pieces)))
                return
        size += len(piece)
        _must_fit(size)
        yield piece


def encoding_of(open_file: Open) -> str:
    """Return what the bytes are written in: a sure sign first, then UTF-8 if all of it is.

    What is not UTF-8 is taken for Windows-1252, or for Latin-1 where that has no character.
    """
    beginning = b"".join(islice(unpacked(open_file()), 1))[:4096]
    if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    pairs = len(beginning) // 2
    if pairs and beginning[1::2].count(0) > pairs * 0.4:
        return "utf-16-le"
    if pairs and beginning[0::2].count(0) > pairs * 0.4:
        return "utf-16-be"
    for encoding in ("utf-8", "windows-1252"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            for piece in unpacked(open_file()):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    return "latin-1"


def lines(open_file: Open, encoding: str) -> Iterator[str]:
    """Yield the lines of a file, each ended by ``\\n`` however it ends there.

    Raises FileRefused when it is not written in this encoding, or a line has no end.
    """
    raw = io.BufferedReader(_Pieces(unpacked(open_file())), SAMPLE)
    codec = "utf-8-sig" if encoding == "utf-8" else encoding
    text = io.TextIOWrapper(raw, encoding=codec, newline=None)
    try:
        while line := text.readline(LINE_MAX):
            if len(line) >= LINE_MAX:
                raise FileRefused(f"A line has {LINE_MAX} characters or more: this is no table.")
            yield line
    except UnicodeError as error:
        raise FileRefused(f"This file is not written in {encoding}.") from error


def separator_of(open_file: Open, encoding: str, known: Callable[[str], bool]) -> str:
    """Return what stands between cells: what gives the most headings that are ``known``.

    Where none is known, what gives the most columns, in as many of the first records.
    """
    sample, size = [], 0
    for line in lines(open_file, encoding):
        said = _said(line)
        if said:
            return said
        size += len(line)
        if size > SAMPLE:
            break
        sample.append(line)

    def worth(separator: str) -> tuple[int, int, int]:
        read = [record.cells for record in islice(records(sample, separator), 21)]
        if not read:
            return 0, 0, 0
        alike = sum(len(cells) == len(read[0]) for cells in read[1:])
        return sum(known(cell) for cell in read[0]), min(len(read[0]), 2), alike

    return max(SEPARATORS.values(), key=worth)


def records(text: Iterable[str], separator: str) -> Iterator[Record]:
    """Yield the records of a table, headings included, without empty ones.

    A record that is not written as one has its problem; reading goes on after it. Raises
    FileRefused when there are too many.
    """
    number = 0
    reader = csv.reader(
        _after_said(text), delimiter=separator, strict=True, skipinitialspace=separator != "\t"
    )
    while True:
        begins = reader.line_num + 1
        try:
            cells = [tidy_cell(cell) for cell in next(reader)]
            problem = ""
        except StopIteration:
            return
        except csv.Error as error:
            cells, problem = [], _explained(str(error))
        if not problem and not any(cells):
            continue
        number += 1
        if number > ROWS_MAX + 1:
            raise FileRefused(f"A file has at most {ROWS_MAX} rows. Divide it.")
        yield Record(number, begins, cells, problem)


_DROPPED = dict.fromkeys(
    [
        *(*range(9), 11, 12, *range(14, 32), *range(127, 160)),
        # soft hyphen, zero-width space, direction marks, word joiner, byte-order mark
        *(0xAD, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF),
    ]
)
_GUARDED = ("'=", "'+", "'-", "'@")


def tidy_cell(cell: str) -> str:
    """Return a cell without what cannot be seen, and without an exporter's guard."""
    text = cell.translate(_DROPPED).strip()
    return text[1:] if text.startswith(_GUARDED) else text


class _Pieces(io.RawIOBase):
    """Pieces of bytes as a file that can be read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = piece
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count


def _with_a_beginning(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the pieces, the first of them long enough to be known by."""
    iterator = iter(pieces)
    beginning = b""
    for piece in iterator:
        beginning += piece
        if len(beginning) >= len(_GZIP) + 2:
            break
    if beginning:
        yield beginning
    yield from iterator


def _gunzipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    unpack = zlib.decompressobj(wbits=31)
    try:
        for piece in pieces:
            left = piece
            while left:
                if unpack.eof:  # another member follows
                    unpack = zlib.decompressobj(wbits=31)
                yield unpack.decompress(left, _SPACE_MAX)
                left = unpack.unused_data if unpack.eof else unpack.unconsumed_tail
        yield unpack.flush()
    except zlib.error as error:
        raise FileRefused("This file is packed by gzip, and broken.") from error
    if not unpack.eof:
        raise FileRefused("This file is packed by gzip, and its end is missing.")


def _limited(pieces: Iterable[bytes]) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        _must_fit(size)
        if piece:
            yield piece


def _must_fit(size: int) -> None:
    if size > SIZE_MAX:
        raise FileRefused(f"A file has at most {SIZE_MAX // 1024 // 1024} MB, unpacked. Divide it.")


def _said(line: str) -> str:
    """Return the separator that a first line names, as Excel writes and reads it."""
    text = line.lstrip("\ufeff").rstrip("\n").lower()
    said = text.removeprefix("sep=")
    return said if said != text and said in SEPARATORS.values() else ""


def _after_said(text: Iterable[str]) -> Iterator[str]:
    iterator = iter(text)
    first = next(iterator, "")
    if _said(first):
        first = "\n"
    yield first.replace("\x00", "")
    for line in iterator:
        yield line.replace("\x00", "")


def _explained(said: str) -> str:
    if "end of data" in said:
        return "A quotation mark is opened here and never closed: what follows was not read."
    if "expected after" in said:
        return "A quotation mark stands in the middle of a cell."
    if "field limit" in said:
        return "A cell is too long. Perhaps a quotation mark is not closed."
    return "This is not written as a record."
