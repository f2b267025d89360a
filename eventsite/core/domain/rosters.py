"""A roster: what a device needs to decide alone, sealed so that it names nobody. Pure.

A record is found by a hash of the registration and says how it stands. Name and badge lines are
sealed under a key made from the signature in the guest's ticket: only who shows the ticket opens
them. A lost device has records without tickets, and the hashes of random ids.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from eventsite.core.domain.attendance import Attendance, Passage
from eventsite.core.domain.badge_prints import lines_of
from eventsite.core.domain.badges import sources_of
from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.registrations import Registration, RegistrationStatus
from eventsite.core.domain.scans import Direction
from eventsite.core.domain.tickets import TICKET_BYTES
from eventsite.core.domain.verdicts import open_questions

LABEL = b"eventsite-roster-1"
KEY_BYTES = 16
NONCE_BYTES = 12
SIGNATURE_BYTES = 64

BLOCK = 64
"""Bytes that what is sealed is filled up to a multiple of, so that its length tells little."""

PASSAGES_TOLD = 30
"""Passages of one guest in a record, the latest: more than anybody makes in a day."""


class Standing(StrEnum):
    """How a registration stands, as far as its ticket goes."""

    OK = "ok"
    CANCELLED = "cancelled"
    NOT_CONFIRMED = "not_confirmed"
    BLOCKED = "blocked"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterRecord:
    """One registration as a device keeps it. Of one that is GONE there is nothing but the key.

    ``asked`` is that a question for the door has no answer. ``last_entry`` is the latest entry
    that counts, ``passages`` all that count in order of time, when there are others.
    """

    key: bytes
    standing: Standing
    type_number: int = 0
    reissue: int = 0
    asked: bool = False
    last_entry: Passage | None = None
    passages: tuple[Passage, ...] = ()
    nonce: bytes = b""
    sealed: bytes = b""


def record_key(event_number: int, registration_id: str) -> bytes:
    """Return the 16 bytes that stand for a registration (16 hex digits) in the roster."""
    body = event_number.to_bytes(4, "big") + bytes.fromhex(registration_id)
    return hashlib.sha256(LABEL + b"\x00" + body).digest()[:KEY_BYTES]


def gone(event_number: int, registration_id: str) -> RosterRecord:
    """Return the record of somebody whom devices are to forget."""
    return RosterRecord(key=record_key(event_number, registration_id), standing=Standing.GONE)


def record_of(
    registration: Registration,
    attendance: Attendance | None,
    setup: EventSetup,
    sources: Iterable[str],
    ticket_code: str,
) -> RosterRecord:
    """Return the record of a registration; ``ticket_code`` is the ticket that opens it.

    ``sources`` are the lines of badges that the device may have to print.
    """
    key = record_key(setup.event.number, registration.registration_id)
    valid = attendance.valid[-PASSAGES_TOLD:] if attendance else ()
    entries = [p for p in valid if p.direction is Direction.ENTRY]
    lines = lines_of(registration, setup, sources)
    nonce, sealed = seal({"name": registration.guest.name, "lines": lines}, key, ticket_code)
    return RosterRecord(
        key=key,
        standing=_standing(registration, attendance),
        type_number=setup.type(registration.type_id).number,
        reissue=registration.reissue,
        asked=bool(open_questions(setup, registration)),
        last_entry=entries[-1] if entries else None,
        passages=valid if len(valid) > 1 or not entries else (),
        nonce=nonce,
        sealed=sealed,
    )


def shape(setup: EventSetup, slot: int) -> str:
    """Return a text that changes when every record does, though no registration did.

    That is when tickets are signed otherwise, or badges and questions show other things.
    """
    event = setup.event
    asked = [
        (q.question_id, q.order, q.required, q.retired, q.type_ids, q.when_question, q.when_answers)
        for q in setup.questions
        if q.at_door
    ]
    types = [(kind.number, kind.name) for kind in setup.types]
    said = [event.number, event.title, event.ends_at.isoformat(), slot, types, asked]
    text = json.dumps([*said, sources_of(setup.badges)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def seal(what: Mapping[str, object], key: bytes, ticket_code: str) -> tuple[bytes, bytes]:
    """Return the nonce and the AES-256-GCM ciphertext of JSON that only the ticket opens.

    The nonce derives from the key and the text, so that the same text is sealed the same way and
    two texts never under one nonce, without a source of chance.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    text = json.dumps(what, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % BLOCK)
    opening = opening_key(key, ticket_code)
    nonce = hmac.digest(opening, text, hashlib.sha256)[:NONCE_BYTES]
    return nonce, AESGCM(opening).encrypt(nonce, text, key)


def opening_key(key: bytes, ticket_code: str) -> bytes:
    """Return the key that a ticket's signature makes; HKDF-SHA256 (RFC 5869), one block."""
    code = ticket_code + "=" * (-len(ticket_code) % 8)
    signature = base64.b32decode(code)[TICKET_BYTES - SIGNATURE_BYTES :]
    extracted = hmac.digest(key, signature, hashlib.sha256)
    return hmac.digest(extracted, LABEL + b"\x01", hashlib.sha256)


def _standing(registration: Registration, attendance: Attendance | None) -> Standing:
    if attendance and attendance.block:
        return Standing.BLOCKED
    if registration.status is RegistrationStatus.CANCELLED:
        return Standing.CANCELLED
    confirmed = registration.status is RegistrationStatus.CONFIRMED
    return Standing.OK if confirmed else Standing.NOT_CONFIRMED
