"""Tickets and guest links: from a registration to what a guest holds in their hand."""

from __future__ import annotations

import io
from datetime import timedelta

from eventsite.core.domain import links, tickets
from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.registrations import Registration, RegistrationStatus
from eventsite.core.errors import NotAllowed
from eventsite.core.store.secrets import Secrets

QUIET_ZONE = 4
"""Modules of white around a QR code. Source: ISO/IEC 18004, 9.1."""

PNG_MODULE_PIXELS = 8
"""41 + 2 x 4 modules of 8 pixels: 392 pixels square, sharp on a phone."""


def ticket_code(registration: Registration, setup: EventSetup, secrets: Secrets) -> str:
    """Return the 130 characters of a confirmed registration's ticket.

    Raises
    ------
    NotAllowed
        The registration is not confirmed, so there is no ticket.
    """
    if registration.status is not RegistrationStatus.CONFIRMED:
        raise NotAllowed("Only a confirmed registration has a ticket.", field="status")
    return tickets.sign(ticket_of(registration, setup), secrets.current, secrets.ticket_key)


def ticket_of(registration: Registration, setup: EventSetup) -> tickets.Ticket:
    """Return what a registration's ticket says, whether or not the guest has one now."""
    return tickets.Ticket(
        event_number=setup.event.number,
        registration_id=registration.registration_id,
        type_number=setup.type(registration.type_id).number,
        reissue=registration.reissue,
        last_valid_day=(setup.event.ends_at + timedelta(days=1)).date(),
    )


def ticket_png(code: str) -> bytes:
    """Return a ticket code as a PNG, 392 pixels square."""
    from qrcode.image.pure import PyPNGImage

    picture = _qr(code).make_image(image_factory=PyPNGImage)
    out = io.BytesIO()
    picture.save(out)
    return out.getvalue()


def ticket_svg(code: str) -> bytes:
    """Return a ticket code as an SVG document that scales to any size."""
    from qrcode.image.svg import SvgPathImage

    picture = _qr(code).make_image(image_factory=SvgPathImage)
    out = io.BytesIO()
    picture.save(out)
    return out.getvalue()


def _qr(code: str):  # type: ignore[no-untyped-def]
    import qrcode
    from qrcode.constants import ERROR_CORRECT_M

    picture = qrcode.QRCode(
        error_correction=ERROR_CORRECT_M, box_size=PNG_MODULE_PIXELS, border=QUIET_ZONE
    )
    picture.add_data(code)
    picture.make(fit=True)
    return picture


def guest_link(registration_id: str, secrets: Secrets, public_url: str) -> str:
    """Return the address of a guest's own page, signed."""
    return f"{public_url}/g/{links.guest_token(registration_id, secrets.link_keys())}/"
