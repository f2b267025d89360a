"""The keys by which registrations are found by name: the only personal data that keys hold."""

from __future__ import annotations

import unicodedata

from eventsite.core.store.keys import bucket_of

NAME_KEPT = 100
"""Characters of a name that are sorted by: 400 bytes at most, of the 1,024 a sort key may have.
Compatibility forms can make one character eighteen."""


def normalised(name: str) -> str:
    """Return a name as it is searched: no accents, one case, single spaces, at most 100 long."""
    bare = "".join(
        c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)
    ).casefold()
    return " ".join(bare.split())[:NAME_KEPT]


def name_bucket(event_id: str, name: str) -> str:
    """Return the by_name partition of a guest: event and the first two letters."""
    return f"NAME#{event_id}#{normalised(name)[:2] or '-'}"


def surname(name: str) -> str:
    """Return the last word of a name of several, as it is searched; nothing when it is one letter.

    Names that are written family name first are found by their beginning.
    """
    words = normalised(name).split()
    return words[-1] if len(words) > 1 and len(words[-1]) > 1 else ""


def surname_bucket(event_id: str, word: str) -> str:
    """Return the by_surname partition of a last word: event and its first two letters."""
    return f"SURNAME#{event_id}#{word[:2]}"


def erased_bucket(event_id: str, registration_id: str) -> str:
    """Return the by_name partition of a guest without a name: all together would be too many."""
    return f"NAME#{event_id}#~{bucket_of(registration_id)}"


def name_buckets(event_id: str) -> str:
    """Partition that remembers which two-letter buckets an event has, in order."""
    return f"NAMES#{event_id}"
