"""A roster tells a device how everybody stands, and nobody who they are."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from eventsite.core.domain import tickets
from eventsite.core.domain.attendance import Attendance, Block, Passage, Undo
from eventsite.core.domain.badges import BadgeLayout
from eventsite.core.domain.questions import Question, QuestionKind
from eventsite.core.domain.registrations import RegistrationStatus
from eventsite.core.domain.rosters import (
    BLOCK,
    RosterRecord,
    Standing,
    gone,
    record_key,
    record_of,
    shape,
)
from eventsite.core.domain.scans import Direction
from eventsite.core.services.ticketing import ticket_code, ticket_of
from eventsite.core.store.secrets import Secrets
from tests.builders import NOON, a_guest, a_registration, a_setup

SECRETS = Secrets.parse(json.dumps({"current": "1", "1": "s" * 64}))
SETUP = a_setup()
GUEST = a_registration(answers={"diet": ("vegan", "no nuts")})
SOURCES = ("name", "type", "event", "answer.diet")


def code_of(registration: Any = GUEST) -> str:
    ticket = ticket_of(registration, SETUP)
    return tickets.sign(ticket, SECRETS.current, SECRETS.ticket_key)


def record(registration: Any = GUEST, attendance: Attendance | None = None) -> RosterRecord:
    return record_of(registration, attendance, SETUP, SOURCES, code_of(registration))


def opened(sealed: RosterRecord, code: str) -> Any:
    """Open a record as somebody would who has only read the description of it."""
    signature = base64.b32decode(code + "=" * (-len(code) % 8))[17:]
    key = HKDF(SHA256(), 32, sealed.key, b"eventsite-roster-1").derive(signature)
    return json.loads(AESGCM(key).decrypt(sealed.nonce, sealed.sealed, sealed.key))


def passage(minutes: int, direction: Direction = Direction.ENTRY, **changes: Any) -> Passage:
    fields: dict[str, Any] = {
        "device_id": "k1",
        "scan_id": f"scan-{minutes}",
        "gate_id": "main",
        "direction": direction,
        "at": NOON + timedelta(minutes=minutes),
    }
    return Passage(**(fields | changes))


def attended(*passages: Passage, **changes: Any) -> Attendance:
    named = {"event_id": "demo", "registration_id": GUEST.registration_id}
    return Attendance(**named, passages=passages, **changes)


# -- who opens it --
def test_the_ticket_opens_the_record_of_its_guest() -> None:
    assert opened(record(), ticket_code(GUEST, SETUP, SECRETS)) == {
        "name": "Ada Lovelace",
        "lines": {
            "name": "Ada Lovelace",
            "type": "General",
            "event": "Tidal Fair",
            "answer.diet": "vegan, no nuts",
        },
    }


def test_no_other_ticket_opens_it_not_even_the_one_before() -> None:
    reissued = replace(GUEST, reissue=1)
    with pytest.raises(InvalidTag):
        opened(record(reissued), code_of(GUEST))


def test_nothing_in_a_record_names_the_guest() -> None:
    shown = repr(record())
    for secret in ("Ada", "Lovelace", "example.org", "vegan", GUEST.registration_id):
        assert secret not in shown


def test_names_of_different_length_look_the_same() -> None:
    short, long = (replace(GUEST, guest=a_guest(name=name)) for name in ("Bo", "Bartholomea"))
    assert len(record(short).sealed) == len(record(long).sealed)
    assert (len(record().sealed) - 16) % BLOCK == 0


def test_the_same_guest_is_sealed_the_same_way_and_a_changed_one_under_another_nonce() -> None:
    assert record() == record()
    assert record().nonce != record(replace(GUEST, guest=a_guest(name="Ada King"))).nonce


def test_a_registration_has_another_key_at_every_event() -> None:
    assert record_key(4021, GUEST.registration_id) != record_key(4022, GUEST.registration_id)
    assert len(record().key) == 16
    assert record_key(4021, GUEST.registration_id).hex() == "96253b9f9fd33c24c3bef21743dc4dec"


# -- how somebody stands --
@pytest.mark.parametrize(
    ("status", "standing"),
    [
        (RegistrationStatus.CONFIRMED, Standing.OK),
        (RegistrationStatus.CANCELLED, Standing.CANCELLED),
        (RegistrationStatus.PENDING, Standing.NOT_CONFIRMED),
        (RegistrationStatus.WAITLISTED, Standing.NOT_CONFIRMED),
    ],
)
def test_a_record_says_how_the_registration_stands(
    status: RegistrationStatus, standing: Standing
) -> None:
    assert record(replace(GUEST, status=status)).standing is standing


def test_who_is_blocked_is_blocked_whatever_the_registration_says() -> None:
    blocked = attended(block=Block(by="staff:eve", at=NOON, reason="threats"))
    cancelled = replace(GUEST, status=RegistrationStatus.CANCELLED)
    assert record(cancelled, blocked).standing is Standing.BLOCKED
    assert "threats" not in repr(record(cancelled, blocked))


def test_a_single_entry_is_told_alone() -> None:
    one = record(attendance=attended(passage(1)))
    assert one.last_entry == passage(1)
    assert one.passages == ()


def test_who_left_has_all_passages_told_and_undone_ones_not() -> None:
    story = (passage(1), passage(2, Direction.EXIT), passage(3))
    undo = Undo(undo_id="u", device_id="k1", scan_id="scan-3", by="device:k1", at=NOON, reason="x")
    told = record(attendance=attended(*story, undos=(undo,)))
    assert told.last_entry == passage(1)
    assert told.passages == story[:2]


def test_an_open_question_for_the_door_is_told() -> None:
    question = Question(
        event_id="demo", question_id="size", name="Size", kind=QuestionKind.TEXT, at_door=True
    )
    setup = a_setup(questions=(question,))
    asked = record_of(GUEST, None, setup, SOURCES, code_of())
    answered = replace(GUEST, answers={"size": ("M",)})
    assert asked.asked
    assert not record_of(answered, None, setup, SOURCES, code_of()).asked


def test_of_who_is_gone_there_is_only_the_key() -> None:
    left = gone(4021, GUEST.registration_id)
    assert left == RosterRecord(key=record().key, standing=Standing.GONE)


# -- when all of it changes --
def test_the_shape_changes_when_every_record_does() -> None:
    layout = BadgeLayout(event_id="demo", layout_id="card", name="Card", lines=("name", "event"))
    later = replace(SETUP.event, ends_at=SETUP.event.ends_at + timedelta(days=1))
    shapes = {
        shape(SETUP, 1),
        shape(SETUP, 2),
        shape(replace(SETUP, badges=(layout,)), 1),
        shape(replace(SETUP, event=later), 1),
    }
    assert len(shapes) == 4
    assert shape(SETUP, 1) == shape(replace(SETUP, gates=()), 1)
