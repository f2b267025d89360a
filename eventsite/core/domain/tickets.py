"""The signed ticket: what stands in the QR code, made and checked. Pure.

A ticket is 81 bytes: a body of 17 and an Ed25519 signature of 64, written as 130 characters of
base32 (QR version 6-M). It carries no personal data. Body, big-endian:

    1 byte   version 1 in the upper four bits, key slot in the lower four
    4 bytes  event number
    8 bytes  registration id
    1 byte   ticket type number
    1 byte   reissue counter
    2 bytes  last valid day, in days since 2020-01-01 UTC
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

VERSION = 1
CONTEXT = b"eventsite-ticket-1\x00"
"""Signed before the body, so that a signature made for anything else is never a ticket."""

_BODY = struct.Struct(">BI8sBBH")
_EPOCH = date(2020, 1, 1)
TICKET_BYTES = _BODY.size + 64
TICKET_CHARACTERS = 130


class NotATicket(ValueError):
    """The text is no ticket of ours: wrong length, alphabet or version."""


class BadSignature(ValueError):
    """The text has a ticket's shape, and nobody with our key signed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What a ticket says. ``registration_id`` is 16 hex digits."""

    event_number: int
    registration_id: str
    type_number: int
    reissue: int
    last_valid_day: date

    def expired(self, now: datetime) -> bool:
        """Return whether the last valid day is over everywhere on Earth (UTC-12)."""
        return (now.astimezone(UTC) - timedelta(hours=12)).date() > self.last_valid_day


def sign(ticket: Ticket, slot: int, key: Ed25519PrivateKey) -> str:
    """Return the ticket code: 130 characters of A-Z2-7. Signing is deterministic."""
    body = _BODY.pack(
        VERSION << 4 | slot,
        ticket.event_number,
        bytes.fromhex(ticket.registration_id),
        ticket.type_number,
        ticket.reissue,
        (ticket.last_valid_day - _EPOCH).days,
    )
    return base64.b32encode(body + key.sign(CONTEXT + body)).decode().rstrip("=")


def verify(code: str, keys: Mapping[int, Ed25519PublicKey]) -> Ticket:
    """Return the ticket behind a code; spaces and lower case are forgiven.

    Raises
    ------
    NotATicket
        Wrong length, alphabet or version.
    BadSignature
        Unknown key slot, or the signature does not match.
    """
    from cryptography.exceptions import InvalidSignature

    text = "".join(code.split()).upper()
    if len(text) != TICKET_CHARACTERS:
        raise NotATicket(f"A ticket has {TICKET_CHARACTERS} characters.")
    try:
        raw = base64.b32decode(text + "=" * (-len(text) % 8))
    except ValueError as error:  # also binascii.Error
        raise NotATicket("A ticket is written in A-Z and 2-7.") from error
    if base64.b32encode(raw).decode().rstrip("=") != text:
        raise NotATicket("This is not how a ticket is written.")
    body, signature = raw[: _BODY.size], raw[_BODY.size :]
    head, event_number, registration, type_number, reissue, day = _BODY.unpack(body)
    if head >> 4 != VERSION:
        raise NotATicket(f"Ticket version {head >> 4} is not known.")
    try:
        keys[head & 15].verify(signature, CONTEXT + body)
    except (KeyError, InvalidSignature) as error:
        raise BadSignature("Nobody with our key signed this.") from error
    return Ticket(
        event_number=event_number,
        registration_id=registration.hex(),
        type_number=type_number,
        reissue=reissue,
        last_valid_day=_EPOCH + timedelta(days=day),
    )
