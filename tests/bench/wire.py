"""What a write costs in DynamoDB's units, from the sizes of the items. Pure.

Source: DynamoDB developer guide, "Read/write capacity mode" and "DynamoDB item sizes and formats".
The local engine does not count index writes and estimates sizes, so it is done here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

UNIT = 1024
OVERHEAD_PER_ELEMENT, OVERHEAD = 1, 3


def item_bytes(item: Mapping[str, Any]) -> int:
    """Return the size of an item as it is on the wire: names and values."""
    return sum(len(name.encode()) + value_bytes(value) for name, value in item.items())


def value_bytes(value: Mapping[str, Any]) -> int:
    ((kind, inner),) = value.items()
    match kind:
        case "S":
            return len(inner.encode())
        case "N":
            return math.ceil(len(inner.strip("-0.").replace(".", "")) / 2) + 1
        case "BOOL" | "NULL":
            return 1
        case "B":
            return len(inner)
        case "L":
            each = sum(value_bytes(entry) for entry in inner)
            return OVERHEAD + OVERHEAD_PER_ELEMENT * len(inner) + each
        case "M":
            return OVERHEAD + OVERHEAD_PER_ELEMENT * len(inner) + item_bytes(inner)
        case "SS":
            return sum(len(entry.encode()) for entry in inner)
    raise ValueError(kind)


def units(size: int, *, transaction: bool = False) -> int:
    """Return the write units of one write of an item of so many bytes."""
    return math.ceil(max(size, 1) / UNIT) * (2 if transaction else 1)


def indexes_of(item: Mapping[str, Any], names: tuple[str, ...]) -> int:
    """Return in how many of the indexes an item stands: those of which it has the key."""
    return sum(f"{name.removeprefix('by_')}_pk" in item for name in names)
