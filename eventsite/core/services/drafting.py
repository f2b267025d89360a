"""From an application to registrations: who may register, and as what. Writes nothing."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from eventsite.core.domain.addresses import normal_address
from eventsite.core.domain.applications import PARTY_MAX, Application
from eventsite.core.domain.events import EventSetup, TicketType
from eventsite.core.domain.progress import awaited, awaited_together, standing
from eventsite.core.domain.promo_codes import PromoCode
from eventsite.core.domain.questions import checked_answers, consents
from eventsite.core.domain.registrations import (
    Awaited,
    Payment,
    Registration,
    RegistrationStatus,
    checked_guest,
)
from eventsite.core.errors import EventSiteError, Invalid, NotAllowed, NotFound, NotOnSale
from eventsite.core.log import correlation_id
from eventsite.core.services.placing import Party


class Clearance(StrEnum):
    """On whose word a guest is registered.

    The public keep to what is sold, to questions and to the waiting list. Staff may sell what is
    not on sale, need no answers and no address, and take places that others wait for; so does an
    import. Nobody oversells.
    """

    PUBLIC = "public"
    STAFF = "staff"
    IMPORT = "import"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """How a call comes in: its key, the way it came, when, and on whose word.

    ``registration_ids`` and ``external_ids`` are for an import, one for each applicant.
    """

    key: str
    source: str
    now: datetime
    clearance: Clearance = Clearance.PUBLIC
    by: str = "guest"
    registration_ids: tuple[str, ...] = ()
    external_ids: tuple[str, ...] = ()

    @property
    def public(self) -> bool:
        return self.clearance is Clearance.PUBLIC


def draft(setup: EventSetup, application: Application, entry: Entry) -> Party:
    """Return the party as it will be stored, but for its places.

    Raises what ``registering.register`` raises before it looks at what is left.
    """
    if setup.event.ends_at < entry.now:
        raise NotAllowed("This event is over.", field="event_id")
    code = _code(setup, application, entry)
    count = len(application.applicants)
    if not 1 <= count <= PARTY_MAX:
        raise Invalid(f"A group has 1 to {PARTY_MAX} guests.", field="guests")
    ids = entry.registration_ids or tuple(secrets.token_hex(8) for _ in range(count))
    party: list[Registration] = []
    waits: list[tuple[Awaited, ...]] = []
    for n, applicant in enumerate(application.applicants):
        try:
            one, waits_for = _one(setup, application, entry, n, code)
        except EventSiteError as error:
            if count > 1:
                error.field = f"guests.{n}.{error.field}".rstrip(".")
            raise
        waits.append(waits_for)
        party.append(
            replace(
                one,
                registration_id=ids[n],
                type_id=applicant.type_id,
                party=ids if count > 1 else (),
                external_id=entry.external_ids[n] if entry.external_ids else "",
            )
        )
    together = awaited_together(waits)
    return tuple(standing(each, setup.event, together, entry.now) for each in party)


def _one(
    setup: EventSetup,
    application: Application,
    entry: Entry,
    number: int,
    code: PromoCode | None,
) -> tuple[Registration, tuple[Awaited, ...]]:
    """Return a registration without its standing, and what it waits for by itself."""
    applicant, now = application.applicants[number], entry.now
    kind = setup.type(applicant.type_id)
    _must_be_open(kind, code, entry)
    lead = application.applicants[0].guest
    guest = applicant.guest if applicant.guest.email else replace(applicant.guest, email=lead.email)
    guest = checked_guest(guest, region=setup.event.region, address_optional=not entry.public)
    answers = checked_answers(
        setup.questions, kind.type_id, applicant.answers, complete=entry.public
    )
    good = code is not None and code.good_for(kind.type_id)
    price = code.lowered(kind.price) if code and good else kind.price
    proved = bool(guest.email) and guest.email == proved_address(application)
    waits = awaited(setup.event, kind, price, proved=proved, trusted=not entry.public)
    registration = Registration(
        event_id=setup.event.event_id,
        registration_id="",
        type_id=kind.type_id,
        guest=guest,
        status=RegistrationStatus.CONFIRMED,
        registered_at=now,
        source=entry.source,
        answers=answers,
        consents=consents(setup.questions, answers, (), now),
        code=code.code if code and good else "",
        price=price,
        currency=kind.currency if price else "",
        payment=Payment.DUE if price else Payment.NONE,
        account_id=application.account_id,
        correlation_id=correlation_id(),
        changed_at=now,
        changed_by=entry.by,
    )
    return registration, waits


def _code(setup: EventSetup, application: Application, entry: Entry) -> PromoCode | None:
    if not application.code.strip():
        return None
    code = setup.code(application.code)
    if entry.public:
        code.must_be_good(entry.now)
    if not any(code.good_for(each.type_id) for each in application.applicants):
        raise NotAllowed("This code is not for this ticket.", field="code")
    return code


def _must_be_open(kind: TicketType, code: PromoCode | None, entry: Entry) -> None:
    if not entry.public:
        return
    if kind.hidden and not (code and code.unlocks and code.good_for(kind.type_id)):
        raise NotFound(f"This event has no ticket type {kind.type_id!r}.", field="type_id")
    if not kind.on_sale(entry.now):
        raise NotOnSale("This ticket is not sold at this time.", field="type_id")


def proved_address(application: Application) -> str:
    """Return the address that is known to be the applicant's, or an empty string."""
    return normal_address(application.proved_email) if application.proved_email else ""
