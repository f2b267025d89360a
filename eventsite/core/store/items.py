"""Domain objects to DynamoDB items and back: one codec for every aggregate.

Shapes: text stays text, whole numbers are numbers, times are UTC text of fixed width (so that
they sort), enumerations are their value, nested dataclasses are maps, tuples are lists. Absent
optional values are left out of the item.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

Item = dict[str, Any]
Decoder = Callable[[Any], Any]
T = TypeVar("T")

SCHEMA = 1
"""Written on every item. Readers accept every schema listed in ``UPGRADES``."""

UPGRADES: dict[tuple[str, int], Callable[[Item], Item]] = {}
"""(entity, schema read) -> a function that returns the item in the next schema's shape."""

_TIME = "%Y-%m-%dT%H:%M:%S.%fZ"


def time_text(moment: datetime) -> str:
    """Return an aware time as sortable UTC text with microseconds."""
    utc = moment.astimezone(UTC)
    return f"{utc.year:04}-{utc:%m-%dT%H:%M:%S.%f}Z"  # strftime does not pad years everywhere


def parse_time(text: str) -> datetime:
    return datetime.strptime(text, _TIME).replace(tzinfo=UTC)


def dump(entity: str, value: Any) -> Item:
    """Return the attributes of a dataclass as an item of ``entity``, without keys."""
    return {"entity": entity, "schema": SCHEMA, **_attributes(value)}


def load(cls: type[T], item: Mapping[str, Any]) -> T:
    """Return the domain object of an item, upgraded to today's shape."""
    return _build(cls, _upgraded(item))


def _upgraded(item: Mapping[str, Any]) -> Mapping[str, Any]:
    schema = int(item.get("schema", SCHEMA))
    while schema < SCHEMA:
        item = UPGRADES[str(item["entity"]), schema](dict(item))
        schema += 1
    return item


def _attributes(value: Any) -> Item:
    return {f.name: _encode(v) for f in fields(value) if (v := getattr(value, f.name)) is not None}


def _encode(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return _attributes(value)
    if isinstance(value, datetime):
        return time_text(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple | list):
        return [_encode(entry) for entry in value]
    if isinstance(value, Mapping):
        return {key: _encode(entry) for key, entry in value.items()}
    return value


@lru_cache(maxsize=64)
def _fields_of(cls: type[Any]) -> tuple[tuple[str, Decoder, bool], ...]:
    hints = get_type_hints(cls)
    return tuple(
        (f.name, _decoder(hints[f.name]), f.default is MISSING and f.default_factory is MISSING)
        for f in fields(cls)
    )


def _build(cls: type[T], item: Mapping[str, Any]) -> T:
    shape: Any = cls
    given = {
        name: decode(item[name])
        for name, decode, required in _fields_of(shape)
        if required or name in item
    }
    return cls(**given)


@lru_cache(maxsize=256)
def _decoder(hint: Any) -> Decoder:
    """Return what makes a value of this type; worked out once, as lists are of thousands."""
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        inner = _decoder(next(arg for arg in args if arg is not type(None)))
        return lambda value: None if value is None else inner(value)
    if origin is tuple:
        entry = _decoder(args[0])
        return lambda value: tuple(map(entry, value))
    if origin is dict:
        each = _decoder(args[1])
        return lambda value: {key: each(one) for key, one in value.items()}
    if is_dataclass(hint):
        shape: Any = hint
        return lambda value: _build(shape, value)
    if hint is datetime:
        return parse_time
    if hint is int or (isinstance(hint, type) and issubclass(hint, Enum)):
        return hint
    return _same


def _same(value: Any) -> Any:
    return value
