"""Taking in a registration, as the API and the pages do: at once, or into the queue in a rush.

What comes back says the same of an address that is known and of one that is new.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone

from eventsite.core.domain.addresses import normal_address
from eventsite.core.domain.applications import GUEST_TEXTS, Application, read_application
from eventsite.core.domain.attempts import Receipt
from eventsite.core.domain.links import receipt_token
from eventsite.core.domain.registrations import Registration
from eventsite.core.errors import EventSiteError, Invalid
from eventsite.core.services import rushing
from eventsite.core.services.drafting import Entry
from eventsite.core.services.registering import checked_key, register
from eventsite.core.wiring import secrets, stores

BODY_MAX = 200 * 1024
"""Characters of a body as the queue keeps it, whether or not it is queued: SQS takes 256 KB."""

GUEST_FIELDS = frozenset({*GUEST_TEXTS, "channel"})

_OWN_FIELD = re.compile(r"(?P<where>guests\.\d+\.)?(?P<name>[a-z_]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who a caller has proved to be: a Cognito subject, and the address that it has verified."""

    account_id: str = ""
    proved_email: str = ""


NOBODY = Account()


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a call: its receipt, and what only who proved the address may see.

    ``receipt.told`` is empty when it was queued.
    """

    receipt: Receipt
    registrations: tuple[Registration, ...] = ()
    replayed: bool = False

    @property
    def queued(self) -> bool:
        return not self.receipt.told

    @property
    def token(self) -> str:
        """The signed token of the status address."""
        return receipt_token(self.receipt, secrets().link_keys())


def take_in(event_id: str, body: Any, *, key: str, source: str, account: Account = NOBODY) -> Taken:
    """Register whom the parsed JSON body names, or queue the body when they come too fast.

    Raises what ``read_application``, ``register`` and ``enqueue`` raise; ``field`` is the path in
    the body.
    """
    checked_key(key)
    known = stores()
    event = known.events.setup(event_id).event
    application, account = _read(event_id, body, account)
    if len(json.dumps(body)) > BODY_MAX:
        raise Invalid("These answers are too long in all.", field="answers")
    now = timezone.now()
    if rushing.must_queue(known, event, now):
        receipt = rushing.enqueue(
            known,
            event_id,
            body,
            key=key,
            account_id=account.account_id,
            proved_email=account.proved_email,
        )
        return Taken(receipt=receipt)
    try:
        done = register(known, application, Entry(key=key, source=source, now=now))
    except EventSiteError as error:
        raise as_sent(error) from error
    receipt = Receipt(
        event_id=event_id, attempt_id=_attempt_id(event_id, key), told=done.told.value
    )
    seen = done.registrations if account.proved_email else ()
    return Taken(receipt=receipt, registrations=seen, replayed=done.replayed)


def as_sent(error: EventSiteError) -> EventSiteError:
    """Return the error with its field as the caller wrote it: email -> guest.email."""
    found = _OWN_FIELD.fullmatch(error.field)
    if found and found["name"] in GUEST_FIELDS:
        error.field = f"{found['where'] or ''}guest.{found['name']}"
    return error


def _read(event_id: str, body: Any, account: Account) -> tuple[Application, Account]:
    """Return what is applied for, and the account if it has proved the address of the first."""
    application = read_application(
        event_id, body, account_id=account.account_id, proved_email=account.proved_email
    )
    if account.proved_email and _same(application.applicants[0].guest.email, account.proved_email):
        return application, account
    return replace(application, account_id="", proved_email=""), NOBODY


def _same(typed: str, proved: str) -> bool:
    try:
        return normal_address(typed) == normal_address(proved)
    except Invalid:
        return False


def _attempt_id(event_id: str, key: str) -> str:
    """Return the attempt's id; the same call again has the same receipt."""
    return hashlib.sha256(f"{event_id}\x00{key}".encode()).hexdigest()[:32]


def body_of(guests: list[Mapping[str, Any]], code: str = "") -> dict[str, Any]:
    """Return the body of a call for these guests: one alone, or a group."""
    if len(guests) == 1:
        return {**guests[0], "code": code}
    return {"guests": [dict(each) for each in guests], "code": code}
