"""Eventbrite's attendee summary, as its report of that name is exported to CSV. Pure.

One row a ticket. Headings differ a little with the report's age and the account's country.
Source: exports of 2024 and 2026; statuses from its "Glossary of order and attendee statuses".
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

_ORDER = "Order #|Order no.|Order ID|Order number"
_ATTENDEE = "Attendee #|Attendee no.|Attendee ID"


def _reference(cells: Cells) -> str:
    return cells.get(Target.REFERENCE) or cells.get(Target.BARCODE, "")


PROFILE = Profile(
    format=FileFormat.EVENTBRITE,
    headings=meaning(
        {
            Target.ORDER: _ORDER,
            Target.REFERENCE: _ATTENDEE,
            Target.BARCODE: "Barcode #|Barcode|Barcode no.",
            Target.FIRST_NAME: "First Name|Attendee first name",
            Target.LAST_NAME: "Last Name|Surname|Attendee last name|Attendee surname",
            Target.NAME: "Name|Attendee name",
            Target.ORDER_NAME: "Buyer name",
            Target.EMAIL: "Email|Email Address|Attendee email",
            Target.ORDER_EMAIL: "Buyer email|Buyer Email Address",
            Target.PHONE: "Cell Phone|Mobile Phone|Phone Number|Home Phone|Work Phone",
            Target.TICKET: "Ticket Type",
            Target.STATUS: "Attendee Status",
            Target.QUANTITY: "Quantity|Ticket Quantity",
        }
    ),
    marks=(
        frozenset(meaning({Target.ORDER: _ORDER})),
        frozenset(meaning({Target.REFERENCE: f"{_ATTENDEE}|Attendee Status"})),
    ),
    states=states(
        {
            RowState.COMING: "Attending|Checked In|Complimentary",
            RowState.UNSETTLED: "Unpaid|Pending|Started",
            RowState.GONE: "Not Attending|Deleted|Transferred|Refunded|Canceled|Cancelled"
            "|Refunded/Canceled|Abandoned",
        }
    ),
    reference=_reference,
)
