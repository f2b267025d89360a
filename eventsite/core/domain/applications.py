"""What somebody who registers asks for, and how that is written as JSON. Pure.

One guest::

    {"type_id": "general", "guest": {"name": "..", "email": ".."}, "answers": {..}, "code": ".."}

A group::

    {"guests": [{"type_id": "..", "guest": {..}, "answers": {..}}, ..], "code": ".."}

An answer is a text, a number, true or false, or a list of texts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from eventsite.core.domain.questions import NO, YES, Answers
from eventsite.core.domain.registrations import ChannelKind, Guest
from eventsite.core.errors import Invalid

PARTY_MAX = 20
"""Guests of one call: with places and claims they fit DynamoDB's 100 writes of a transaction."""

GUEST_TEXTS = ("name", "email", "phone", "push_token", "locale", "zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """One guest of a party: which ticket type, who, and what they answered."""

    type_id: str
    guest: Guest
    answers: Answers = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What somebody wants: places for 1 to 20 guests, the first of whom speaks for all.

    ``account_id`` is a Cognito subject and ``proved_email`` the address it has proved.
    """

    event_id: str
    applicants: tuple[Applicant, ...]
    code: str = ""
    account_id: str = ""
    proved_email: str = ""

    @property
    def payload_hash(self) -> str:
        said = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()


def read_application(
    event_id: str,
    body: Any,
    *,
    account_id: str = "",
    proved_email: str = "",
    address_optional: bool = False,
) -> Application:
    """Return the application in a parsed JSON body.

    With ``address_optional`` even the first guest may have no e-mail address.

    Raises
    ------
    Invalid
        A field is missing, unknown or of another type; ``field`` is its path.
    """
    given = _object(body, "registration")
    several = "guests" in given
    known = {"guests", "code"} if several else {"type_id", "guest", "answers", "code"}
    _must_know(given, known, "")
    if several:
        listed = given["guests"]
        if not isinstance(listed, list) or not 1 <= len(listed) <= PARTY_MAX:
            raise Invalid(f"A group has 1 to {PARTY_MAX} guests.", field="guests")
        applicants = tuple(
            _applicant(_object(one, f"guests.{n}"), f"guests.{n}.") for n, one in enumerate(listed)
        )
    else:
        alone = {name: value for name, value in given.items() if name != "code"}
        applicants = (_applicant(alone, ""),)
    if proved_email and not applicants[0].guest.email:
        first = applicants[0]
        fields = asdict(first.guest) | {"email": proved_email}
        lead = Applicant(type_id=first.type_id, guest=Guest(**fields), answers=first.answers)
        applicants = (lead, *applicants[1:])
    if not applicants[0].guest.email and not address_optional:
        where = "guests.0.guest.email" if several else "guest.email"
        raise Invalid("An e-mail address is needed.", field=where)
    return Application(
        event_id=event_id,
        applicants=applicants,
        code=_text(given, "code", "") if "code" in given else "",
        account_id=account_id,
        proved_email=proved_email,
    )


def _applicant(given: Mapping[str, Any], path: str) -> Applicant:
    _must_know(given, {"type_id", "guest", "answers"}, path)
    return Applicant(
        type_id=_text(given, "type_id", path),
        guest=_guest(_object(given.get("guest"), f"{path}guest"), f"{path}guest."),
        answers=read_answers(given.get("answers", {}), f"{path}answers"),
    )


def read_answers(given: Any, path: str = "answers") -> dict[str, tuple[str, ...]]:
    """Return the answers in a parsed JSON object. Raises Invalid with ``<path>.<question>``."""
    return {
        question: _answer(answer, f"{path}.{question}")
        for question, answer in _object(given, path).items()
    }


def _guest(given: Mapping[str, Any], path: str) -> Guest:
    _must_know(given, {*GUEST_TEXTS, "channel"}, path)
    texts = {name: _text(given, name, path) for name in GUEST_TEXTS if name in given}
    if "name" not in texts:
        raise Invalid("This field is needed.", field=f"{path}name")
    try:
        channel = ChannelKind(given.get("channel", ChannelKind.EMAIL))
    except ValueError as error:
        raise Invalid("This channel is not known.", field=f"{path}channel") from error
    return Guest(**{"email": "", **texts}, channel=channel)


def _answer(value: Any, path: str) -> tuple[str, ...]:
    if isinstance(value, bool):
        return (YES if value else NO,)
    if isinstance(value, int | float):
        return (str(value),)
    if isinstance(value, str):
        return (value,) if value else ()
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    raise Invalid("An answer is a text, a number, true or false, or a list of texts.", field=path)


def _must_know(given: Mapping[str, Any], known: set[str], path: str) -> None:
    if unknown := sorted(given.keys() - known):
        raise Invalid("This field is not known.", field=f"{path}{unknown[0]}")


def _object(value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Invalid("An object is needed here.", field=path)
    return value


def _text(given: Mapping[str, Any], name: str, path: str) -> str:
    value = given.get(name)
    if not isinstance(value, str):
        raise Invalid("A text is needed here.", field=f"{path}{name}")
    return value
