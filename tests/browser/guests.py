"""An event with every kind of ticket, and a guest in every state that a registration can be in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from eventsite.core.domain.applications import Applicant
from eventsite.core.domain.attempts import Attempt, Receipt
from eventsite.core.domain.events import Event, EventSetup, Rush, TicketType
from eventsite.core.domain.links import receipt_token
from eventsite.core.domain.promo_codes import PromoCode
from eventsite.core.domain.questions import Question, QuestionKind
from eventsite.core.domain.registrations import Guest, Payment, Registration
from eventsite.core.services.deciding import cancel, record_payment
from eventsite.core.services.organizing import save_code, save_question, set_up
from eventsite.core.services.personal_data import erase
from tests.browser.site import Site, an_address
from tests.doing import apply

EVENT = "tides"
SMALL = "small"
"""An event with one seat, and a waiting list."""
MAILED = "mailed"
"""An event that asks guests to confirm their address."""
BIG_NAME = "Wolfeschlegelsteinhausenbergerdorff-Ährenfeld von und zu Müßiggang"
NEEDED = {"required": True}
PLANTS = {"when_question": "food", "when_answers": ("Plants",)}
_numbers = count(1)


def _event(event_id: str, number: int, title: str, now: datetime, **more: Any) -> Event:
    return Event(
        event_id=event_id,
        number=number,
        title=title,
        starts_at=now + timedelta(days=12),
        ends_at=now + timedelta(days=14),
        zone="Europe/Berlin",
        venue="Harbour Hall, Quay 4",
        description="Three days of boats and knots.",
        **({"rush": Rush.NEVER} | more),
    )


def _types(now: datetime) -> Iterator[TicketType]:
    soon = {"sale_from": now + timedelta(days=3)}
    euros = {"price": 4500, "currency": "EUR"}
    for number, (type_id, name, more) in enumerate(
        (
            ("free", "Quay pass", {"per_guest": 20, "capacity": 100}),
            ("paid", "Deck pass", {**euros, "capacity": 50}),
            ("few", "Early bird", {**euros, "capacity": 4, "sale_until": now + timedelta(days=1)}),
            ("line", "Boat trip", {"capacity": 0, "waitlist": True}),
            ("gone", "Captain's dinner", {"capacity": 0}),
            ("soon", "Last minute", soon),
            ("asked", "Crew", {"approval": True}),
            ("hidden", "Members of the club", {**euros, "hidden": True}),
        ),
        start=1,
    ):
        yield TicketType(event_id=EVENT, type_id=type_id, number=number, name=name, **more)  # type: ignore[arg-type]


def _questions() -> Iterator[Question]:
    for order, (question_id, name, kind, more) in enumerate(
        (
            (
                "food",
                "What do you eat?",
                "choice",
                {"choices": ("All", "Plants"), "required": True},
            ),
            (
                "why",
                "Which plants?",
                "text",
                {"when_question": "food", "when_answers": ("Plants",)},
            ),
            ("days", "Which days?", "several", {"choices": ("Friday", "Saturday")}),
            ("born", "Date of birth", "date", {}),
            ("boats", "How many boats have you got?", "number", {"minimum": 0}),
            ("swim", "Can you swim?", "yes_no", {}),
            ("land", "Where from?", "choice", {"choices": tuple(f"Land {n}" for n in range(12))}),
            ("photos", "Pictures of me may be shown. " * 6, "consent", NEEDED),
        )
    ):
        yield Question(
            event_id=EVENT,
            question_id=question_id,
            name=name.strip(),
            kind=QuestionKind(kind),
            order=order,
            type_ids=("paid",),
            **more,  # type: ignore[arg-type]
        )


def prepare(site: Site) -> dict[str, str]:
    """Set both events up; return addresses of pages by the name of their state."""
    now = datetime.now(UTC)
    tides = _event(EVENT, 71, "Tides", now)
    set_up(site.stores.events, EventSetup(event=tides, types=tuple(_types(now))))
    for question in _questions():
        save_question(site.stores.events, question)
    club = PromoCode(event_id=EVENT, code="CLUB", name="Club", unlocks=True, percent_off=20)
    save_code(site.stores.events, club)
    for event_id, number, asked, capacity in ((SMALL, 72, False, 1), (MAILED, 73, True, None)):
        event = _event(event_id, number, "A small concert", now, confirm_email=asked)
        seat = TicketType(
            event_id=event_id,
            type_id="seat",
            number=1,
            name="Seat",
            capacity=capacity,
            waitlist=capacity is not None,
            per_guest=20,
        )
        set_up(site.stores.events, EventSetup(event=event, types=(seat,)))
    return _public(site) | _receipts(site, now) | _own(site, now)


def _public(site: Site) -> dict[str, str]:
    event = f"{site.url}/e/{EVENT}/"
    return {
        "event": event,
        "code": f"{event}?code=club",
        "wrong code": f"{event}?code=nope",
        "choose": f"{event}register/",
        "form": f"{event}register/?type=paid",
        "line": f"{event}register/?type=line",
        "links": f"{event}links/",
        "links sent": f"{event}links/?sent=1",
    }


def _receipts(site: Site, now: datetime) -> dict[str, str]:
    no = {"code": "sold_out", "message": "No place is left.", "field": "type_id"}
    refused = Attempt(attempt_id="r" * 32, event_id=EVENT, answered_at=now, **no)
    site.stores.attempts.answer(refused)

    def address(**held: Any) -> str:
        receipt = Receipt(**({"event_id": EVENT, "attempt_id": "q" * 32} | held))
        token = receipt_token(receipt, site.secrets.link_keys())
        return f"{site.url}/e/{receipt.event_id}/receipts/{token}/"

    return {
        "received": address(told="confirmed"),
        "received pending": address(told="pending", event_id=MAILED),
        "received waitlisted": address(told="waitlisted"),
        "queued": address(ahead=1234),
        "refused": address(attempt_id="r" * 32),
    }


def _own(site: Site, now: datetime) -> dict[str, str]:
    """Return own pages. The order matters: there is one seat, and it comes free at the end."""
    stores = site.stores
    answers = {"food": ("Plants",), "days": ("Friday",), "swim": ("no",), "photos": ("yes",)}
    found = {
        "confirmed": register(site, zone="America/New_York"),
        "long name": register(site, name=BIG_NAME),
        "group of 20": register(site, size=20),
        "approval": register(site, "asked"),
        "payment": register(site, "paid", answers=answers),
        "email": register(site, "seat", event=MAILED),
        "email of a group": register(site, "seat", event=MAILED, size=6),
        "lapsed": register(site, "seat", event=MAILED),
    }
    stores.registrations.save(replace(found["lapsed"], held_until=now))
    settled = register(site, "paid", answers=answers)
    found["paid"] = record_payment(
        stores, settled.registration_id, Payment.PAID, "tx-1", now, "staff:ada"
    )
    found["cancelled"] = register(site, "seat", event=SMALL)
    found["offered"] = register(site, "seat", event=SMALL)
    found["waiting"] = register(site, "seat", event=SMALL)
    later = datetime.now(UTC)
    cancel(stores, found["cancelled"].registration_id, later)
    found["erased"] = erase(stores, register(site).registration_id, later, "guest")
    return {state: site.page_of(each) for state, each in found.items()}


def register(
    site: Site,
    type_id: str = "free",
    *,
    event: str = EVENT,
    size: int = 1,
    answers: Any = None,
    **guest: Any,
) -> Registration:
    """Register as the public does: a party of this size, all at one new address."""
    email = an_address()
    applicants = tuple(
        Applicant(
            type_id=type_id,
            guest=Guest(**({"name": f"Guest Number {number}", "email": email} | guest)),
            answers=answers or {},
        )
        for number in range(1, size + 1)
    )
    key = f"guests-{next(_numbers)}"
    made = apply(site.stores, key, now=datetime.now(UTC), event_id=event, applicants=applicants)
    return made.registration
