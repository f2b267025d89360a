"""Tables for spreadsheets, CSV and XLSX, that run nothing when they are opened."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from typing import IO, Any

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

BOM = "\ufeff"
"""Without it a spreadsheet takes UTF-8 for something else; other programs may stumble over it."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_IN_MEMORY = 2 * 1024 * 1024
_AT_ONCE = 32 * 1024
CELL_MAX = 32_767
"""Characters. Source: Excel specifications and limits."""


def safe_cell(value: Any) -> str:
    """Return a value as text that no spreadsheet runs as a formula.

    What could be one gets an apostrophe in front. So do phone numbers: a spreadsheet shows them
    whole, instead of as 3.54E+11.
    """
    text = _text(value)
    return f"'{text}" if text.startswith(_FORMULA) and not _is_number(value) else text


def csv_pieces(
    headings: Sequence[str], rows: Iterable[Iterable[Any]], *, bom: bool = True
) -> Iterator[bytes]:
    """Yield a table as CSV, some rows at a time."""
    buffer = io.StringIO(BOM if bom else "")
    buffer.seek(0, io.SEEK_END)
    writer = csv.writer(buffer)
    writer.writerow([safe_cell(heading) for heading in headings])
    for row in rows:
        writer.writerow([safe_cell(value) for value in row])
        if buffer.tell() > _AT_ONCE:
            yield _emptied(buffer)
    yield _emptied(buffer)


def xlsx_file(headings: Sequence[str], rows: Iterable[Iterable[Any]]) -> IO[bytes]:
    """Return a table as a workbook of one sheet, read from its beginning.

    Every cell is plain text or a number. Memory does not grow with the rows.
    """
    import xlsxwriter  # only who asks for a workbook waits for it

    file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - the caller reads and closes it
    plain = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(file, plain) as book:
        sheet = book.add_worksheet("Guests")
        bold = book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, heading[:CELL_MAX], bold)
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                if _is_number(value):
                    sheet.write_number(number, column, value)
                elif text := _text(value)[:CELL_MAX]:
                    sheet.write_string(number, column, text)
    file.seek(0)
    return file


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return str(value)


def _emptied(buffer: io.StringIO) -> bytes:
    piece = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return piece
