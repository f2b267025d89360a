"""Reading the table's stream: an image of an item as the domain object that it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from eventsite.core.errors import Invalid
from eventsite.core.store.items import load
from eventsite.core.store.table import from_wire

T = TypeVar("T")


def read_image(cls: type[T], image: Mapping[str, Any] | None) -> T | None:
    """Return the object of an image, None where there was or is none. Raises Invalid."""
    if not image:
        return None
    try:
        return load(cls, from_wire(image))
    except (KeyError, ValueError, TypeError) as error:
        raise Invalid(f"A stored {cls.__name__} cannot be read: {error!r}") from error


def entity_of(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> str:
    """Return what kind of item a change is about."""
    return str((new or old or {}).get("entity", {}).get("S", ""))
