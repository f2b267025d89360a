"""CSV that a spreadsheet can open safely."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(value: Any) -> str:
    """Return a value as text that no spreadsheet runs as a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) and not isinstance(value, int | float) else text


def csv_response(filename: str, names: Sequence[str], rows: Iterable[Any]) -> HttpResponse:
    """Return rows as a download; a column is an attribute or a method without arguments."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{filename}.csv"'
    response["Cache-Control"] = "no-store"
    response.write("\ufeff")  # or a spreadsheet takes UTF-8 for something else
    writer = csv.writer(response)
    writer.writerow(names)
    for row in rows:
        writer.writerow([safe_cell(_cell(row, name)) for name in names])
    return response


def _cell(row: Any, name: str) -> Any:
    value = getattr(row, name)
    return value() if callable(value) else value
