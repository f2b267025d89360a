"""Roles are code, not rows: reviewed, versioned and tested like the rest.

The owner is not in ``ROLES``: an owner is a superuser and may do everything, including staff
accounts, which no other role can even see.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

OWNER = "owner"

_EVENT, _SESSION = "registration.{}_event", "registration.{}_agendasession"
_REGISTRATION, _REQUEST = "registration.{}_registration", "requests_app.{}_guestrequest"
_QUESTION, _CODE = "registration.{}_question", "registration.{}_promocode"
_TYPE, _ITEM = "registration.{}_tickettype", "requests_app.{}_requestitem"
_GATE, _DEVICE = "checkin.{}_gate", "accounts.{}_device"
_ZONE, _RULE = "checkin.{}_zone", "checkin.{}_rule"
_BOARD, _CONFLICT = "checkin.{}_board", "checkin.{}_conflict"
_BADGE, _PRINT = "checkin.{}_badgelayout", "checkin.{}_badgeprint"
_IMPORT, _JOB = "registration.{}_guestimport", "registration.{}_job"
_WEBHOOK, _DELIVERY = "registration.{}_webhook", "registration.{}_hookdelivery"


def _may(pattern: str, *verbs: str) -> frozenset[str]:
    return frozenset(pattern.format(verb) for verb in verbs)


_SEE = frozenset(
    pattern.format("view")
    for pattern in (
        *(_EVENT, _TYPE, _GATE, _ZONE, _RULE, _BADGE, _ITEM),
        *(_SESSION, _QUESTION, _REGISTRATION, _REQUEST, _BOARD, _CONFLICT),
    )
)
_PRIVATE = _may(_REGISTRATION, "answers") | _may(_CODE, "view")
"""What guests answered and agreed to, and the codes that are worth money."""

ROLES: Mapping[str, frozenset[str]] = {
    "organizer": _SEE
    | _PRIVATE
    | _may(_EVENT, "add", "change", "delete")
    | _may(_TYPE, "add", "change")
    | _may(_QUESTION, "add", "change")
    | _may(_CODE, "add", "change")
    | _may(_GATE, "add", "change")
    | _may(_ZONE, "add", "change")
    | _may(_RULE, "add", "change")
    | _may(_BADGE, "add", "change")
    | _may(_PRINT, "view", "export")
    | _may(_BOARD, "export")
    | _may(_CONFLICT, "settle")
    | _may(_ITEM, "add", "change")
    | _may(_SESSION, "add", "change", "delete", "export")
    | _may(_WEBHOOK, "view", "add", "change")
    | _may(_DELIVERY, "view", "replay")
    | _may(_IMPORT, "view", "add", "change")
    | _may(_JOB, "view", "change")
    | _may(_REGISTRATION, "add", "change", "decide", "cancel", "pay", "export", "erase", "block")
    | _may(_REQUEST, "change", "claim", "fulfil", "decline", "export")
    | _may(_DEVICE, "view", "add", "revoke"),
    "checkin_lead": _SEE
    | _may(_PRINT, "view")
    | _may(_CONFLICT, "settle")
    | _may(_REGISTRATION, "add", "change", "block")
    | _may(_ZONE, "change")
    | _may(_DEVICE, "view", "add", "revoke"),
    "fulfilment": _SEE | _may(_REQUEST, "change", "claim", "fulfil", "decline"),
    "viewer": _SEE | _PRIVATE,
}
"""Role -> permissions, ``<app>.<verb>_<model>``."""

LABELS: Mapping[str, str] = {
    OWNER: "Owner: everything, and staff accounts",
    "organizer": "Organizer: events and what they offer, guests, requests, devices",
    "checkin_lead": "Check-in lead: guests at the door, devices",
    "fulfilment": "Fulfilment: guest requests",
    "viewer": "Viewer: sees everything, changes nothing",
}


def permissions(roles: Iterable[str]) -> frozenset[str]:
    """Return what the roles allow together; a role that the code no longer has allows nothing."""
    return frozenset().union(*(ROLES.get(role, frozenset()) for role in roles))
