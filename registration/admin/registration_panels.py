"""What a registration's page shows beside its form: each field reads what it needs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from eventsite.core.domain.attendance import Passage, Undo
from eventsite.core.domain.registrations import Registration
from eventsite.core.domain.scans import Direction
from eventsite.core.wiring import stores
from registration.admin.registration_words import (
    PAYMENTS,
    in_full,
    in_short,
    state_in_words,
    when,
    who,
)
from registration.admin.types import price_of

NOTHING = "Nothing"


class RegistrationPanels:
    """Methods for ``readonly_fields`` and columns; ``row.domain`` is the registration."""

    # -- columns ---------------------------------------------------------------------------------
    @admin.display(description="status")
    def state(self, row: Any) -> str:
        return in_short(row.domain)

    @admin.display(description="ticket type")
    def ticket_type(self, row: Any) -> str:
        types = stores().events.setup(row.event_id).types
        return next((kind.name for kind in types if kind.type_id == row.type_id), row.type_id)

    # -- how it stands ---------------------------------------------------------------------------
    @admin.display(description="status")
    def standing(self, row: Any) -> str:
        return in_full(row.domain, timezone.now())

    def ticket(self, row: Any) -> str:
        address = reverse("admin:registration_registration_ticket", args=[row.pk])
        return format_html('<img src="{}" width="220" height="220" alt="QR code">', address)

    @admin.display(description="place in line")
    def line(self, row: Any) -> str:
        ahead, exact = stores().registrations.ahead(row.domain)
        if not ahead:
            return "Next in line."
        return f"{ahead}{'' if exact else ' or more'} before this one."

    @admin.display(description="group")
    def group(self, row: Any) -> str:
        found = stores().registrations.party(row.domain)
        return _lines(
            "{}{} ({})",
            (
                (_link(each, row.pk), ", who registered all" if each.leads else "", in_short(each))
                for each in found
            ),
        )

    @admin.display(description="payment")
    def paying(self, row: Any) -> str:
        registration: Registration = row.domain
        state = PAYMENTS[registration.payment]
        price = price_of(registration.price, registration.currency)
        reference = registration.payment_reference
        return f"{price}: {state}" + (f", reference {reference}" if reference else "")

    # -- what was said ---------------------------------------------------------------------------
    @admin.display(description="answers")
    def answers_given(self, row: Any) -> str:
        names = {q.question_id: q.name for q in stores().events.setup(row.event_id).questions}
        answers = row.domain.answers.items()
        return _lines(
            "<strong>{}</strong> {}",
            ((names.get(key, key), ", ".join(given)) for key, given in answers),
        )

    @admin.display(description="consents")
    def consent_log(self, row: Any) -> str:
        return _table(
            ("When", "Guest", "Words"),
            (
                (when(each.at), "agreed" if each.given else "did not agree", each.text)
                for each in row.domain.consents
            ),
        )

    # -- at the event ----------------------------------------------------------------------------
    def admitted(self, row: Any) -> str:
        page = _page(row)
        blocked = page.attendance.block if page.attendance else None
        if blocked:
            return f"Blocked since {when(blocked.at)} by {blocked.by}: {blocked.reason}"
        if page.admission is None:
            return "Not yet"
        return f"{when(page.admission.at)}, {page.admission.gate_id}"

    @admin.display(description="passages")
    def passages(self, row: Any) -> str:
        attended = _page(row).attendance
        if attended is None or not attended.passages:
            return "-"
        undone = {undo.scan: undo for undo in attended.undos}
        return _table(
            ("When", "Gate", "Way", "Device", "Remarks"),
            (
                (
                    when(each.at),
                    each.gate_id,
                    "in" if each.direction is Direction.ENTRY else "out",
                    each.device_id,
                    _remarks(each, undone.get(each.scan)),
                )
                for each in attended.passages
            ),
        )

    @admin.display(description="signed up for")
    def sign_ups(self, row: Any) -> str:
        signed = _page(row).sign_ups
        programme = stores().agenda.of_event(row.event_id) if signed else ()
        titles = {session.session_id: session.title for session in programme}
        return _lines("{}", ((titles.get(each.session_id, each.session_id),) for each in signed))

    @admin.display(description="asked for")
    def requests(self, row: Any) -> str:
        return _lines(
            "{} &times; {}: {} ({})",
            (
                (each.quantity, each.item_name, each.status.value, when(each.requested_at))
                for each in _page(row).requests
            ),
        )

    # -- what happened ---------------------------------------------------------------------------
    @admin.display(description="what happened")
    def past(self, row: Any) -> str:
        return _table(
            ("When", "Became", "By"),
            (
                (when(fact.at), state_in_words(fact.after, fact.cause), who(fact.by))
                for fact in stores().ledger.of_registration(row.pk)
            ),
        )

    @admin.display(description="messages")
    def sent(self, row: Any) -> str:
        return _table(
            ("When", "About", "By", "What came of it"),
            (
                (when(each.claimed_at), each.kind.replace("_", " "), each.channel, each.outcome)
                for each in stores().personal.deliveries(row.pk)
            ),
        )

    @admin.display(description="came by")
    def source_shown(self, row: Any) -> str:
        known = f", known there as {row.external_id}" if row.external_id else ""
        return f"{row.source_name}{known}"


def _link(registration: Registration, me: str) -> str:
    name = registration.guest.name
    if registration.registration_id == me:
        return name
    address = reverse("admin:registration_registration_change", args=[registration.registration_id])
    return format_html('<a href="{}">{}</a>', address, name)


def _lines(pattern: str, rows: Iterable[tuple[Any, ...]]) -> str:
    return format_html_join("", f"<div>{pattern}</div>", rows) or NOTHING


def _table(heads: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> str:
    cells = [format_html_join("", "<td>{}</td>", ((cell,) for cell in row)) for row in rows]
    if not cells:
        return NOTHING
    return format_html(
        '<div class="panel-scroll"><table class="panel words"><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>",
        format_html_join("", "{}", ((_head(head),) for head in heads)),
        format_html_join("", "<tr>{}</tr>", ((row,) for row in cells)),
    )


def _head(text: str) -> SafeString:
    return format_html('<th scope="col">{}</th>', text) if text else format_html("<td></td>")


def _page(row: Any) -> Any:
    """Return everything of a registration, read once per row."""
    if not hasattr(row, "guest_page"):
        row.guest_page = stores().registrations.guest_page(row.pk)
    return row.guest_page


def _remarks(passage: Passage, undo: Undo | None) -> str:
    """Return what is special about a passage."""
    said = [
        "forced" if passage.forced else "",
        "offline" if passage.offline else "",
        f"although {passage.despite}" if passage.despite else "",
        f"undone by {undo.by}: {undo.reason}" if undo else "",
    ]
    return ", ".join(filter(None, said))
