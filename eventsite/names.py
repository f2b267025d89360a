"""What an id in an address can look like; anything else stands for nothing and costs no read."""

from __future__ import annotations

import re

from eventsite.core.errors import NotFound

NAME_MAX = 64
"""Characters of an id that organizers choose: an event's, a ticket type's, a gate's, an item's."""

SESSION_MAX = 128
"""Characters of a session's id: other people's programmes choose them."""

_NAME = re.compile(rf"[A-Za-z0-9_.-]{{1,{NAME_MAX}}}")
_REGISTRATION = re.compile(r"[0-9a-f]{16}")
_REQUEST = re.compile(r"[0-9a-f]{24}")
_MESSAGE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def known_event_id(text: str) -> str:
    """Return the id. Raises NotFound when no event can have it."""
    if not _NAME.fullmatch(text):
        raise NotFound("There is no such event.", field="event_id")
    return text


def known_registration_id(text: str) -> str:
    """Return the id. Raises NotFound when no registration can have it."""
    if not _REGISTRATION.fullmatch(text):
        raise NotFound("There is no such registration.", field="registration_id")
    return text


def known_request_id(text: str) -> str:
    """Return the id. Raises NotFound when no guest request can have it."""
    if not _REQUEST.fullmatch(text):
        raise NotFound("There is no such request.", field="request_id")
    return text


def known_message_id(text: str) -> str:
    """Return the id. Raises NotFound when no queue gives such an id to a message."""
    if not _MESSAGE.fullmatch(text):
        raise NotFound("There is no such message.", field="message_id")
    return text


def known_session_id(text: str) -> str:
    """Return the id. Raises NotFound when no session can have it."""
    if not 1 <= len(text) <= SESSION_MAX or not text.isprintable():
        raise NotFound("There is no such session.", field="session_id")
    return text
