"""A ticket as a "Save to Google Wallet" link: a signed token with all that the pass shows.

Source: Google Wallet API, "Google Wallet API JWT", "EventTicketClass" and "EventTicketObject".
A link is an address, so nothing in it names the guest.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from eventsite.core.config import ConfigError
from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.registrations import Registration
from eventsite.core.services.documents.words import PdfWords, event_zone, short_reference
from eventsite.core.services.documents.writing import clusters, tidy
from eventsite.core.store.wallet_issuer import GoogleIssuer

SAVE = "https://pay.google.com/gp/v/save/"
TOKEN_MAX = 1800
"""Characters of a token that every browser takes in a link. Source: Google Wallet API, Web."""

_TRIES = ((80, True), (40, True), (40, False), (20, False), (8, False))
"""Longest text, and whether the venue is in: the first with which the token is short enough."""

_NOT_IN_ID = re.compile(r"[^A-Za-z0-9._-]")


def google_link(
    registration: Registration,
    setup: EventSetup,
    code: str,
    issuer: GoogleIssuer,
    now: datetime,
    words: PdfWords | None = None,
) -> str:
    """Return the address that puts a guest's ticket into their Google Wallet.

    ``code`` is what ``ticketing.ticket_code`` returned. Event and ticket are made in the wallet
    when the guest follows the link; long titles are shortened so that it stays short enough.
    Raises NotFound when the event has no such ticket type, and ConfigError when the issuer's key
    cannot be read.
    """
    words = words or PdfWords()
    token = ""
    for longest, venue in _TRIES:
        payload = {
            "eventTicketClasses": [_class(setup, issuer, words, longest, venue=venue)],
            "eventTicketObjects": [_object(registration, setup, code, issuer, words, longest)],
        }
        token = _token(payload, issuer, now)
        if len(token) <= TOKEN_MAX:
            break
    return SAVE + token


def _class(
    setup: EventSetup, issuer: GoogleIssuer, words: PdfWords, longest: int, *, venue: bool
) -> dict[str, Any]:
    event, zone = setup.event, event_zone(setup.event)
    about: dict[str, Any] = {
        "id": _id(issuer, event.event_id),
        "issuerName": _short(issuer.organization, longest),
        "reviewStatus": "UNDER_REVIEW",
        "eventName": _said(event.title, words, longest),
        "dateTime": {
            "start": event.starts_at.astimezone(zone).isoformat(timespec="seconds"),
            "end": event.ends_at.astimezone(zone).isoformat(timespec="seconds"),
        },
    }
    if venue and tidy(event.venue):
        place = _said(event.venue, words, longest)
        about["venue"] = {"name": place, "address": place}
    return about


def _object(
    registration: Registration,
    setup: EventSetup,
    code: str,
    issuer: GoogleIssuer,
    words: PdfWords,
    longest: int,
) -> dict[str, Any]:
    reference = short_reference(registration.registration_id)
    return {
        "id": _id(issuer, f"{setup.event.event_id}.{registration.registration_id}"),
        "classId": _id(issuer, setup.event.event_id),
        "state": "ACTIVE",
        "ticketNumber": reference,
        "ticketType": _said(setup.type(registration.type_id).name, words, longest),
        "barcode": {"type": "QR_CODE", "value": code, "alternateText": reference},
    }


def _id(issuer: GoogleIssuer, name: str) -> str:
    return f"{issuer.issuer_id}.{_NOT_IN_ID.sub('_', name)}"


def _said(text: str, words: PdfWords, longest: int) -> dict[str, Any]:
    return {"defaultValue": {"language": words.locale, "value": _short(text, longest)}}


def _short(text: str, longest: int) -> str:
    characters = clusters(tidy(text))
    if len(characters) <= longest:
        return "".join(characters)
    return "".join(characters[: longest - 1]).rstrip() + "…"


def _token(payload: dict[str, Any], issuer: GoogleIssuer, now: datetime) -> str:
    from jwt import PyJWS
    from jwt.exceptions import InvalidKeyError

    claims = {
        "iss": issuer.client_email,
        "aud": "google",
        "typ": "savetowallet",
        "iat": int(now.timestamp()),
        "origins": [],
        "payload": payload,
    }
    text = json.dumps(claims, ensure_ascii=False, separators=(",", ":"))  # UTF-8 is shorter
    try:
        return PyJWS().encode(text.encode(), issuer.private_key, algorithm="RS256")
    except (InvalidKeyError, ValueError, TypeError) as error:
        raise ConfigError(
            "The wallet secret's 'google' has a key that is not RSA in PEM"
        ) from error
