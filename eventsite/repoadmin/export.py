"""Tables as downloads, written as spreadsheets can open them safely."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.http import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse

from eventsite.core.services.sheets import (
    CSV_TYPE,
    XLSX_TYPE,
    csv_pieces,
    safe_cell,
    xlsx_file,
)

R = TypeVar("R", bound=HttpResponseBase)

__all__ = ["csv_response", "safe_cell", "table_response"]


def csv_response(filename: str, names: Sequence[str], rows: Iterable[Any]) -> HttpResponse:
    """Return rows as a download; a column is an attribute or a method without arguments."""
    cells = ([_cell(row, name) for name in names] for row in rows)
    # Whole, not streamed: too many rows are refused before anything is answered.
    response = HttpResponse(b"".join(csv_pieces(names, cells)), content_type=CSV_TYPE)
    return _as_download(response, f"{filename}.csv")


def table_response(
    filename: str,
    headings: Sequence[str],
    rows: Iterable[Iterable[Any]],
    *,
    xlsx: bool = False,
    bom: bool = True,
) -> HttpResponseBase:
    """Return a table as a download, sent while it is read: CSV, or a workbook."""
    if xlsx:
        book = FileResponse(xlsx_file(headings, rows), content_type=XLSX_TYPE)
        return _as_download(book, f"{filename}.xlsx")
    pieces = csv_pieces(headings, rows, bom=bom)
    return _as_download(StreamingHttpResponse(pieces, content_type=CSV_TYPE), f"{filename}.csv")


def _as_download(response: R, filename: str) -> R:
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    response["Cache-Control"] = "no-store"
    return response


def _cell(row: Any, name: str) -> Any:
    value = getattr(row, name)
    return value() if callable(value) else value
