"""A ticket as an Apple Wallet pass: a signed zip, `application/vnd.apple.pkpass`.

Source: Apple, Wallet Passes, "Building a pass" and "Pass".
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import datetime, timedelta
from typing import Any

from eventsite.core.config import ConfigError
from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.registrations import Registration
from eventsite.core.services.documents.wallet_icons import icon
from eventsite.core.services.documents.words import PdfWords, event_zone, short_reference
from eventsite.core.services.documents.writing import tidy
from eventsite.core.store.wallet_issuer import AppleIssuer

CONTENT_TYPE = "application/vnd.apple.pkpass"
ICON_SIDE = 29
"""Points; the files are once, twice and three times as many pixels. Source: as above, icon."""

_MADE = (2026, 1, 1, 0, 0, 0)
"""The date of every file in the zip: it says nothing, and the manifest speaks for the content."""


def apple_pass(
    registration: Registration,
    setup: EventSetup,
    code: str,
    issuer: AppleIssuer,
    words: PdfWords | None = None,
) -> bytes:
    """Return a guest's ticket as a pass.

    ``code`` is what ``ticketing.ticket_code`` returned. Taken again, it replaces the pass that the
    guest has. Raises NotFound when the event has no such ticket type, and ConfigError when the
    issuer's certificates or key cannot be read.
    """
    about = _about(registration, setup, code, issuer, words or PdfWords())
    files = {
        "pass.json": json.dumps(about, ensure_ascii=False, separators=(",", ":")).encode(),
        "icon.png": icon(ICON_SIDE),
        "icon@2x.png": icon(2 * ICON_SIDE),
        "icon@3x.png": icon(3 * ICON_SIDE),
    }
    sums = {
        name: hashlib.sha1(content, usedforsecurity=False).hexdigest()
        for name, content in files.items()
    }
    manifest = json.dumps(sums).encode()
    return _zipped(files | {"manifest.json": manifest, "signature": _signature(manifest, issuer)})


def _about(
    registration: Registration, setup: EventSetup, code: str, issuer: AppleIssuer, words: PdfWords
) -> dict[str, Any]:
    event, zone = setup.event, event_zone(setup.event)
    starts, ends = _instant(event.starts_at.astimezone(zone)), event.ends_at.astimezone(zone)
    reference = short_reference(registration.registration_id)
    return {
        "formatVersion": 1,
        "passTypeIdentifier": issuer.pass_type_id,
        "teamIdentifier": issuer.team_id,
        "serialNumber": registration.registration_id,
        "organizationName": issuer.organization,
        "description": f"{words.ticket}: {tidy(event.title)}",
        "logoText": issuer.organization,
        "backgroundColor": issuer.background,
        "foregroundColor": issuer.foreground,
        "labelColor": issuer.label,
        "relevantDate": starts,
        "relevantDates": [{"startDate": starts, "endDate": _instant(ends)}],
        "expirationDate": _instant(ends + timedelta(days=1)),
        "barcodes": [
            {
                "format": "PKBarcodeFormatQR",
                "message": code,
                "messageEncoding": "iso-8859-1",
                "altText": reference,
            }
        ],
        "eventTicket": _fields(registration, setup, starts, reference, words),
    }


def _fields(
    registration: Registration, setup: EventSetup, starts: str, reference: str, words: PdfWords
) -> dict[str, Any]:
    event = setup.event
    type_name = setup.type(registration.type_id).name
    venue = tidy(event.venue)
    when = {
        **_field("when", words.when, starts),
        "dateStyle": "PKDateStyleMedium",
        "timeStyle": "PKDateStyleShort",
        "ignoresTimeZone": True,  # the venue's clock, wherever the phone is
    }
    return {
        "primaryFields": [_field("event", words.ticket, tidy(event.title))],
        "secondaryFields": [when, *([_field("where", words.where, venue)] if venue else [])],
        "auxiliaryFields": [
            _field("guest", words.guest, tidy(registration.guest.name)),
            _field("type", words.ticket_type, tidy(type_name)),
        ],
        "backFields": [
            _field("reference", words.reference, reference),
            *(_field(f"hint{n}", words.good_to_know, hint) for n, hint in enumerate(words.hints)),
        ],
    }


def _field(key: str, label: str, value: str) -> dict[str, Any]:
    return {"key": key, "label": label, "value": value}


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _signature(manifest: bytes, issuer: AppleIssuer) -> bytes:
    """Return the detached PKCS #7 signature, with the signing time and Apple's intermediate."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        load_pem_private_key,
        pkcs7,
    )

    try:
        key = load_pem_private_key(issuer.private_key.encode(), None)
        certificate = x509.load_pem_x509_certificate(issuer.certificate.encode())
        above = x509.load_pem_x509_certificate(issuer.wwdr_certificate.encode())
    except (ValueError, TypeError) as error:
        raise ConfigError(
            "The wallet secret's 'apple' has a key or certificate that is not PEM, "
            "or a key with a password"
        ) from error
    if not isinstance(key, RSAPrivateKey):
        raise ConfigError("The wallet secret's 'apple' has a key that is not RSA")
    options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
    return (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(manifest)
        .add_signer(certificate, key, SHA256())
        .add_certificate(above)  # last: adding a signer forgets the certificates before it
        .sign(Encoding.DER, options)
    )


def _zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _MADE), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
