"""The account of what is kept about a guest, in parts to be read. Pure.

Whoever shows it says the keys in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Value = str | bool | datetime
"""A text, yes or no, or a time."""


@dataclass(frozen=True, slots=True)
class Section:
    """One part of an account: the key of its heading, and its entries in order.

    An entry is a list of (key of a label, value); what is empty is left out.
    """

    key: str
    entries: tuple[tuple[tuple[str, Value], ...], ...]


def sections(data: Mapping[str, Any]) -> list[Section]:
    """Return an account to be read, without the parts that are empty."""
    found = []
    for key, part in data.items():
        if isinstance(part, Mapping | list):
            entries = [part] if isinstance(part, Mapping) else part
            read = tuple(rows for entry in entries if (rows := tuple(_rows(entry))))
            if read:
                found.append(Section(key, read))
    return found


def _rows(entry: Mapping[str, Any], before: str = "") -> Iterable[tuple[str, Value]]:
    for key, value in entry.items():
        if key == "price" and value:
            yield key, f"{value['amount']} {value['currency']}"
        elif isinstance(value, Mapping):
            yield from _rows(value, f"{key}.")
        elif isinstance(value, list):
            texts = [text for each in value for text in _texts(each)]
            if texts:
                yield before + key, ", ".join(texts)
        elif value is not None and value != "":
            yield before + key, _read(key, value)


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, Mapping):
        yield f"{value['question']}: {', '.join(value['answers'])}"
    else:
        yield str(value)


def _read(key: str, value: Any) -> Value:
    if isinstance(value, bool):
        return value
    if key == "at" or key.endswith(("_at", "_until")):
        return datetime.fromisoformat(value)
    return str(value)
