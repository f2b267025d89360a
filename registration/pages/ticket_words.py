"""The words on a ticket in the language that is spoken now, for paper and for wallets."""

from __future__ import annotations

from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.translation import get_language, override, pgettext
from django.utils.translation import gettext as _

from eventsite.core.domain.events import Event
from eventsite.core.domain.registrations import Registration
from eventsite.core.services.documents.words import PdfWords
from eventsite.languages import known

CLOCKS = {"12": "{hour12}:{minute:02} {half}", "24": "{hour:02}:{minute:02}"}


def words_for(registration: Registration, event: Event) -> PdfWords:
    """Return the words in the guest's language, else in the event's."""
    with override(known(registration.guest.locale) or known(event.locale) or "en"):
        return _words()


def _words() -> PdfWords:
    return PdfWords(
        locale=get_language() or "en",
        ticket=_("Ticket"),
        guest=_("Guest"),
        ticket_type=_("Ticket type"),
        party=_("Group"),
        one_of=_("{number} of {size}"),
        when=_("When"),
        at_venue=_("At the venue: {when}"),
        where=_("Where"),
        reference=_("Reference"),
        scan=_("Show this code at the entrance"),
        good_to_know=_("Good to know"),
        hints=(
            _(
                "This code lets one person in. Keep it to yourself: whoever shows it first is "
                "admitted."
            ),
        ),
        paper_hints=(
            _(
                "Print this page, or show the code on your phone with the screen at full "
                "brightness."
            ),
            _("Do not fold the page through the code."),
        ),
        date=pgettext("date on a ticket", "{weekday}, {day} {month} {year}"),
        clock=CLOCKS[pgettext("hours of the clock: 12 or 24", "12")],
        weekdays=tuple(str(WEEKDAYS[number]) for number in range(7)),
        months=tuple(str(MONTHS[number]) for number in range(1, 13)),
    )
