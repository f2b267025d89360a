"""Signatures of what webhooks carry, out and in. Pure.

A signature is a header such as ``t=1795262400,v1=5f2c..``: when it was signed, in seconds, and
the HMAC-SHA256 of ``<t>.<body>`` in hexadecimal. It may have several ``v1``, one for each key;
one that fits is enough. The time is signed too, so that a recorded call cannot be sent again later.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from eventsite.core.errors import BadSignature

TOLERANCE = timedelta(minutes=5)
"""How far a signature's time may be from ours: slow networks and clocks that are off."""

HEADER_MAX = 2000
"""Characters of a header that are looked at: more than the 15 slots of an installation need."""

_TIME = re.compile(r"[0-9]{1,11}")
_HEX = re.compile(r"[0-9a-f]{64}")


def sign(body: bytes, key: bytes, at: datetime, *, also: Iterable[bytes] = ()) -> str:
    """Return the header for a body; ``also`` are older keys, which receivers may still have."""
    seconds = int(at.timestamp())
    return ",".join([f"t={seconds}", *(f"v1={_mac(body, each, seconds)}" for each in (key, *also))])


def verify(
    header: str,
    body: bytes,
    keys: Iterable[bytes],
    now: datetime,
    tolerance: timedelta = TOLERANCE,
) -> None:
    """Accept a body that one of the keys signed not longer ago than ``tolerance``.

    Raises
    ------
    BadSignature
        The header is malformed, no key fits, or its time is too far away, in either direction.
    """
    seconds, given = _read(header)
    fits = False
    for key in keys:
        expected = _mac(body, key, seconds)
        for signature in given:  # all of them, so that the time taken says nothing
            fits |= hmac.compare_digest(signature, expected)
    if not fits:
        raise BadSignature("The signature does not fit the body.")
    if abs(now.timestamp() - seconds) > tolerance.total_seconds():
        raise BadSignature("The signature is too old, or a clock is wrong.")


def _read(header: str) -> tuple[int, list[str]]:
    """Return the time and the signatures in a header; what else it says is for later versions."""
    pairs = [part.strip().partition("=") for part in header[:HEADER_MAX].split(",")]
    times = [value for name, _, value in pairs if name == "t"]
    given = [value for name, _, value in pairs if name == "v1" and _HEX.fullmatch(value)]
    if len(times) != 1 or not _TIME.fullmatch(times[0]) or not given:
        raise BadSignature("A signature looks like t=<seconds>,v1=<64 hexadecimal digits>.")
    return int(times[0]), given


def _mac(body: bytes, key: bytes, seconds: int) -> str:
    return hmac.new(key, b"%d." % seconds + body, hashlib.sha256).hexdigest()
