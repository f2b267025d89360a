"""Why somebody does something: the words that are kept with who it was and when. Pure."""

from __future__ import annotations

from eventsite.core.errors import Invalid

REASON = range(3, 201)
"""Characters of a reason: a word at least, a line at most."""


def checked_reason(text: str, field: str = "reason", *, optional: bool = False) -> str:
    """Return a tidy reason; nothing where it is ``optional`` and there is none. Raises Invalid."""
    reason = " ".join(text.split())
    if optional and not reason:
        return ""
    if len(reason) not in REASON or not reason.isprintable():
        raise Invalid(f"A reason has {REASON.start} to {REASON.stop - 1} characters.", field=field)
    return reason
