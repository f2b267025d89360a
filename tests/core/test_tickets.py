"""A ticket says what was signed, and nothing else passes for one."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventsite.core.domain import tickets
from eventsite.core.domain.links import guest_token, registration_behind
from eventsite.core.domain.tickets import BadSignature, NotATicket, Ticket
from eventsite.core.errors import BadLink
from eventsite.core.store.secrets import Secrets

SECRETS = Secrets.parse(json.dumps({"current": "2", "1": "old" * 20, "2": "new" * 20}))
TICKET = Ticket(
    event_number=4021,
    registration_id="9f3ac1d2e4b50617",
    type_number=3,
    reissue=1,
    last_valid_day=date(2026, 11, 23),
)
CODE = tickets.sign(TICKET, 2, SECRETS.ticket_key)
KEYS = SECRETS.ticket_public_keys

any_ticket = st.builds(
    Ticket,
    event_number=st.integers(0, 2**32 - 1),
    registration_id=st.binary(min_size=8, max_size=8).map(bytes.hex),
    type_number=st.integers(0, 255),
    reissue=st.integers(0, 255),
    last_valid_day=st.dates(date(2020, 1, 1), date(2199, 1, 1)),
)


@given(any_ticket)
def test_what_is_signed_is_what_is_read(ticket):
    assert tickets.verify(tickets.sign(ticket, 2, SECRETS.ticket_key), KEYS) == ticket


def test_a_code_has_130_characters_of_base32_and_no_personal_data():
    assert len(CODE) == 130
    assert set(CODE) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def test_spaces_and_lower_case_are_forgiven():
    assert tickets.verify(f" {CODE[:60].lower()}\n{CODE[60:]} ", KEYS) == TICKET


@given(st.integers(0, 129), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
def test_no_character_can_be_changed(position, letter):
    changed = CODE[:position] + letter + CODE[position + 1 :]
    if changed == CODE:
        return
    with pytest.raises((BadSignature, NotATicket)):
        tickets.verify(changed, KEYS)


@given(st.text(max_size=200))
def test_any_other_text_is_no_ticket(text):
    with pytest.raises((BadSignature, NotATicket)):
        tickets.verify(text, KEYS)


def test_an_older_key_slot_still_verifies_until_it_is_removed():
    old = Secrets.parse(json.dumps({"current": "1", "1": "old" * 20}))
    code = tickets.sign(TICKET, 1, old.ticket_key)
    assert tickets.verify(code, KEYS) == TICKET
    with pytest.raises(BadSignature):
        tickets.verify(code, {2: KEYS[2]})


def test_the_last_valid_day_ends_last_in_the_far_west():
    ticket = replace(TICKET, last_valid_day=date(2026, 11, 23))
    assert not ticket.expired(datetime(2026, 11, 24, 11, 59, tzinfo=UTC))
    assert ticket.expired(datetime(2026, 11, 24, 12, 0, tzinfo=UTC))


def test_a_guest_token_opens_its_registration_and_no_other():
    token = guest_token("9f3ac1d2e4b50617", SECRETS.link_keys())
    assert registration_behind(token, SECRETS.link_keys()) == "9f3ac1d2e4b50617"
    with pytest.raises(BadLink):
        registration_behind("0" + token[1:], SECRETS.link_keys())


@given(st.text(max_size=80))
def test_a_made_up_guest_token_opens_nothing(token):
    with pytest.raises(BadLink):
        registration_behind(token, SECRETS.link_keys())
