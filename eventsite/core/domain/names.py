"""Names that people give: of guests, ticket types, gates, items. Pure."""

from __future__ import annotations

from eventsite.core.errors import Invalid

NAME_MAX = 120


def tidy_name(name: str) -> str:
    """Return a name with single spaces; Invalid unless it is 1 to 120 printable characters."""
    tidy = " ".join(name.split())
    if not tidy or len(tidy) > NAME_MAX or not tidy.isprintable():
        raise Invalid(f"A name of 1 to {NAME_MAX} printable characters is needed.", field="name")
    return tidy
