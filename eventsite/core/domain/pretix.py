"""pretix's "Order data", sheet "Order positions", exported to CSV in English or German. Pure.

One row a ticket. Each part of a name can have a column of its own beside the whole name, and
companies and addresses come twice. Source: pretix, base/exporters/orderlist.py, and its German
translation.
"""

from __future__ import annotations

from eventsite.core.domain.guest_columns import (
    Cells,
    Profile,
    RowState,
    Target,
    meaning,
    states,
)
from eventsite.core.domain.guest_imports import FileFormat

_ORDER = "Order code|Bestellnummer|Bestellcode"
_POSITION = "Position ID|Position|Positionsnummer|Positions-ID"
_PRODUCT = "Product|Produkt"


def _reference(cells: Cells) -> str:
    order, position = cells.get(Target.ORDER, ""), cells.get(Target.POSITION, "")
    return f"{order}-{position}" if order and position else ""


PROFILE = Profile(
    format=FileFormat.PRETIX,
    headings=meaning(
        {
            Target.ORDER: _ORDER,
            Target.POSITION: _POSITION,
            Target.TICKET: _PRODUCT,
            Target.VARIATION: "Variation|Variante",
            Target.STATUS: "Status",
            Target.NAME: "Attendee name|Name Teilnehmer*in|Teilnehmername|Name des Teilnehmers",
            Target.FIRST_NAME: "Attendee name: Given name|Name Teilnehmer*in: Vorname"
            "|Attendee name: First name",
            Target.LAST_NAME: "Attendee name: Family name|Name Teilnehmer*in: Nachname"
            "|Name Teilnehmer*in: Familienname|Attendee name: Last name",
            Target.ORDER_NAME: "Invoice address name|Rechnungsadresse: Name",
            Target.EMAIL: "Attendee email|E-Mail Teilnehmer*in|Teilnehmer-E-Mail"
            "|E-Mail-Adresse des Teilnehmers",
            Target.ORDER_EMAIL: "Email|E-Mail|E-mail address|E-Mail-Adresse",
            Target.ORDER_PHONE: "Phone number|Phone|Telefonnummer|Telefon",
            Target.LOCALE: "Order locale|Bestellsprache",
        }
    ),
    marks=(
        frozenset(meaning({Target.ORDER: _ORDER})),
        frozenset(meaning({Target.POSITION: _POSITION})),
        frozenset(meaning({Target.TICKET: _PRODUCT})),
    ),
    states=states(
        {
            RowState.COMING: "paid|bezahlt|confirmed|bestätigt",
            RowState.UNSETTLED: "pending|ausstehend|approval pending|Freigabe ausstehend|overdue"
            "|überfällig|payment pending|Zahlung ausstehend",
            RowState.GONE: "expired|abgelaufen|canceled|cancelled|storniert|denied|abgelehnt",
        }
    ),
    reference=_reference,
)
