"""What staff can do with a registration beside changing it, one at a time or many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from eventsite.core.domain.registrations import (
    Awaited,
    Cause,
    Payment,
    Registration,
    RegistrationStatus,
)
from eventsite.core.errors import NotAllowed
from eventsite.core.services.deciding import approve, cancel, record_payment, turn_down
from eventsite.core.services.mailing_links import send_again
from eventsite.core.services.personal_data import erase
from eventsite.core.wiring import stores
from eventsite.repoadmin.acts import Act, staff
from registration.admin.badge_acts import BADGE
from registration.admin.registration_forms import ErasingForm, PaymentForm

ERASED_AT_ONCE = 100
"""Registrations erased in one request: about 80 ms each, of the 29 seconds there are."""


def acts() -> Sequence[Act]:
    return (_approve, _turn_down, _pay, _refund, BADGE, _send, _cancel, _erase)


def _waits_for_approval(row: Any) -> bool:
    return Awaited.APPROVAL in row.domain.awaiting


def _live(row: Any) -> bool:
    return bool(row.domain.live)


def _together(row: Any) -> str:
    """Return what is to be known of a group that is not confirmed."""
    registration: Registration = row.domain
    confirmed = registration.status is RegistrationStatus.CONFIRMED
    if confirmed or registration.party_size == 1:
        return ""
    return f" It happens to all {registration.party_size} of the group, who stand together."


def _approving(request: HttpRequest, row: Any, said: Any) -> str:
    if not _waits_for_approval(row):
        raise NotAllowed("This registration does not wait for approval.")
    done = approve(stores(), row.pk, timezone.now(), staff(request))
    return f"Approved. {_rest(done)}".strip()


def _rest(registration: Registration) -> str:
    if not registration.awaiting:
        return "The ticket goes out by mail."
    return "Still to come: " + ", ".join(each.value for each in registration.awaiting) + "."


def _turning_down(request: HttpRequest, row: Any, said: Any) -> str:
    turn_down(stores(), row.pk, timezone.now(), staff(request))
    return "Turned down. The place is free again."


def _paying(request: HttpRequest, row: Any, said: Any) -> str:
    done = _record(request, row, Payment.PAID, said)
    if not done.live:
        return "Recorded. It came too late: the place is gone, and the money is to go back."
    return f"Recorded. {_rest(done)}"


def _refunding(request: HttpRequest, row: Any, said: Any) -> str:
    done = _record(request, row, Payment.REFUNDED, said)
    return "Recorded. The guest still has the place." if done.live else "Recorded."


def _record(request: HttpRequest, row: Any, payment: Payment, said: Any) -> Registration:
    reference = said["reference"]
    return record_payment(stores(), row.pk, payment, reference, timezone.now(), staff(request))


def _sending(request: HttpRequest, row: Any, said: Any) -> str:
    if not send_again(stores(), row.domain, timezone.now()):
        raise NotAllowed("A mail went out a moment ago; give it some minutes.")
    return "On its way."


def _cancelling(request: HttpRequest, row: Any, said: Any) -> str:
    cancel(stores(), row.pk, timezone.now(), by=staff(request), cause=Cause.STAFF)
    return "Cancelled. The place is free again."


def _erasing(request: HttpRequest, row: Any, said: Any) -> str:
    erase(stores(), row.pk, timezone.now(), staff(request))
    return "Erased. Nobody is known from this registration any more."


_approve = Act(
    name="approve",
    label="Approve",
    question=lambda row: f"Let {row} in?{_together(row)}",
    log="Approved.",
    run=_approving,
    permission="decide",
    fits=_waits_for_approval,
    many="Approve",
    done="%d approved.",
)
_turn_down = Act(
    name="turn-down",
    label="Turn down",
    question=lambda row: f"Refuse {row}, who is told by mail?{_together(row)}",
    log="Turned down.",
    run=_turning_down,
    permission="decide",
    fits=_waits_for_approval,
    many="Turn down",
    done="%d turned down.",
)
_pay = Act(
    name="pay",
    label="Record payment",
    question="The money has come. Under which reference?",
    log="Payment recorded.",
    run=_paying,
    permission="pay",
    fits=lambda row: row.domain.payment is Payment.DUE,
    form=PaymentForm,
    many="Record payment",
    done="%d paid.",
)
_refund = Act(
    name="refund",
    label="Record refund",
    question="The money went back. The place stays until somebody cancels it.",
    log="Refund recorded.",
    run=_refunding,
    permission="pay",
    fits=lambda row: row.domain.payment is Payment.PAID,
    form=PaymentForm,
)
_send = Act(
    name="send",
    label="Send the link again",
    question=lambda row: f"Mail {row} the way to the ticket and to everything else of theirs?",
    log="Link sent again.",
    run=_sending,
    fits=lambda row: row.domain.erased_at is None and bool(row.domain.guest.email),
    many="Send the link again",
    done="%d on their way.",
)
_cancel = Act(
    name="cancel",
    label="Cancel",
    question=lambda row: (
        f"Take the place of {row} back? Whoever waits is offered it.{_together(row)}"
    ),
    log="Cancelled.",
    run=_cancelling,
    permission="cancel",
    fits=_live,
    many="Cancel selected registrations",
    done="%d cancelled.",
    grave=True,
)
_erase = Act(
    name="erase",
    label="Erase personal data",
    question=(
        "Name, address, phone number, answers, consents and notes are taken away for good, and a"
        " place that is still held is given back. Type, times, states, payment and its reference"
        " stay, for they are counted."
    ),
    log="Personal data erased.",
    run=_erasing,
    permission="erase",
    fits=lambda row: row.domain.erased_at is None,
    form=ErasingForm,
    many="Erase personal data",
    done="%d erased.",
    grave=True,
    rows_max=ERASED_AT_ONCE,
)
