"""The form of those who register together, 1 to 20 of them, without any script.

What somebody sends is what they saw: tickets, prices, questions and the words of consents. When
what they typed or chose changes any of these, or the organizer did meanwhile, the form comes back
with what is new before it takes a place.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from eventsite.core.domain.addresses import EMAIL_MAX
from eventsite.core.domain.applications import PARTY_MAX
from eventsite.core.domain.events import EventSetup
from eventsite.core.domain.names import NAME_MAX
from eventsite.core.domain.questions import Question
from eventsite.core.errors import EventSiteError
from eventsite.refusals import in_words
from registration.applying import body_of
from registration.availability import Offer, Sale
from registration.pages.forms import KEY, GuestForm, PersonForm, new_key, uses_up_key
from registration.pages.question_fields import (
    answers_in,
    asked_now,
    check,
    field_name,
    fields_of,
)

SEEN, COUNT, ACTION, CODE = "seen", "guests", "action", "code"
ASKED = "asked"
"""In each block: the ids of the questions it had when it was shown."""

Typed = MultiValueDict[str, Any]


class LeadForm(GuestForm):
    """The first of a party, who speaks for all."""


class MemberForm(PersonForm):
    """Another of a party."""

    name = forms.CharField(
        label=_("Name"),
        max_length=NAME_MAX,
        widget=forms.TextInput({"autocomplete": "off"}),
        help_text=_("As it should stand on the badge."),
    )
    email = forms.CharField(
        label=_("E-mail address"),
        max_length=EMAIL_MAX,
        required=False,
        widget=forms.EmailInput({"autocomplete": "off", "inputmode": "email"}),
        help_text=_("Without one, this ticket goes to the first guest."),
    )

    def particulars(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("name", "email")}


@dataclass
class Block:
    """One guest of the form: their ticket, particulars and the questions they are asked."""

    number: int
    form: LeadForm | MemberForm
    offer: Offer
    questions: tuple[Question, ...]

    @property
    def anchor(self) -> str:
        return f"guest-{self.number + 1}"

    @property
    def position(self) -> int:
        return self.number + 1

    @property
    def asked(self) -> str:
        return " ".join(each.question_id for each in self.questions)

    def body(self, locale: str) -> dict[str, Any]:
        """Return the guest as the body of a call; the form must be valid."""
        answers = answers_in(self.form, self.questions)
        return {
            "type_id": self.offer.kind.type_id,
            "guest": self.form.particulars() | {"locale": locale},
            "answers": {name: list(given) for name, given in answers.items()},
        }


@dataclass
class PartyForm:
    """All of them, the promo code, and the key under which it acts once."""

    setup: EventSetup
    offers: Sequence[Offer]
    blocks: list[Block]
    code: str = ""
    code_error: str = ""
    key: str = field(default_factory=new_key)
    problems: list[str] = field(default_factory=list)
    sent_as: str = ""

    # -- made ---------------------------------------------------------------------------------
    @classmethod
    def fresh(
        cls, setup: EventSetup, offers: Sequence[Offer], type_id: str, code: str
    ) -> PartyForm:
        """Return an empty form for one guest with this ticket, or the first that can be had."""
        form = cls(setup=setup, offers=offers, blocks=[], code=code)
        form.blocks = [form._block(0, MultiValueDict({"type_id": [type_id]}), bound=False)]
        return form

    @classmethod
    def sent(cls, setup: EventSetup, offers: Sequence[Offer], data: QueryDict) -> PartyForm:
        """Return the form as it was sent, with a guest more or less if that was asked for."""
        typed = [_within(data, number) for number in range(_count(data))]
        action = data.get(ACTION, "")
        if action == "add" and len(typed) < PARTY_MAX:
            typed.append(MultiValueDict({"type_id": typed[-1].getlist("type_id")}))
        gone = action.removeprefix("remove-") if action.startswith("remove-") else ""
        if gone.isascii() and gone.isdigit() and 0 < int(gone) < len(typed):
            del typed[int(gone)]
        form = cls(setup=setup, offers=offers, blocks=[], code=data.get(CODE, "").strip())
        form.key = data.get(KEY) or form.key
        form.sent_as = data.get(SEEN, "")
        added = len(typed) - 1 if action == "add" else -1
        for number, each in enumerate(typed):
            block = form._block(number, each, bound=True)
            block.form.quiet = action not in ("", "send") or number == added
            form.blocks.append(block)
        return form

    def _block(self, number: int, typed: Typed, *, bound: bool) -> Block:
        offer = self._offer(typed.get("type_id", ""), tell=bound)
        type_id = offer.kind.type_id
        questions = asked_now(self.setup.questions, type_id, typed)
        shown = set(typed.get(ASKED, "").split())
        fresh = {each.question_id for each in questions} - shown
        data = MultiValueDict({f"g{number}-{name}": typed.getlist(name) for name in typed})
        about: dict[str, Any] = {
            "data": data if bound else None,
            "prefix": f"g{number}",
            "unasked": {field_name(each) for each in fresh},
        }
        region = self.setup.event.region
        form = MemberForm(**about) if number else LeadForm(**about, region=region)
        if number and offer.kind.per_guest == 1:
            form.fields["email"].required = True
            form.fields["email"].help_text = _("One address gets only one ticket of this kind.")
        form.fields.update(fields_of(questions))
        return Block(number=number, form=form, offer=offer, questions=questions)

    def _offer(self, chosen: str, *, tell: bool) -> Offer:
        """Return the ticket that was chosen, or another when it is not to be had any more."""
        there = self.takeable or self.offers  # if all is gone, the service says so
        found = next((offer for offer in there if offer.kind.type_id == chosen), None)
        if found is None and tell:
            gone = next((kind.name for kind in self.setup.types if kind.type_id == chosen), "")
            told = _("%(ticket)s is not to be had any more. Please choose another ticket.")
            lost = told % {"ticket": gone} if gone else _("There is no such ticket any more.")
            self.problems.append(str(lost))
        return found or there[0]

    # -- shown --------------------------------------------------------------------------------
    @property
    def seen(self) -> str:
        """A digest of what this form shows that matters: it comes back with what is sent."""
        said = [
            [
                block.offer.kind.type_id,
                block.offer.kind.name,
                block.offer.price,
                block.offer.kind.currency,
                block.offer.sale is Sale.WAITLIST,
                [
                    (q.question_id, q.name, q.kind, q.choices, q.required_at_once)
                    for q in block.questions
                ],
            ]
            for block in self.blocks
        ]
        return hashlib.sha256(json.dumps([said, self.code]).encode()).hexdigest()[:32]

    @property
    def takeable(self) -> list[Offer]:
        return [offer for offer in self.offers if offer.takeable]

    @property
    def full(self) -> bool:
        return len(self.blocks) >= PARTY_MAX

    @property
    def totals(self) -> list[tuple[int, str]]:
        """What all cost together, by currency."""
        sums: dict[str, int] = {}
        for block in self.blocks:
            if block.offer.price:
                currency = block.offer.kind.currency
                sums[currency] = sums.get(currency, 0) + block.offer.price
        return [(amount, currency) for currency, amount in sums.items()]

    @property
    def waits(self) -> bool:
        """Whether they would get in line instead of getting places."""
        return any(block.offer.sale is Sale.WAITLIST for block in self.blocks)

    @property
    def wrong(self) -> bool:
        return bool(
            self.problems or self.code_error or any(block.form.errors for block in self.blocks)
        )

    # -- checked ------------------------------------------------------------------------------
    @property
    def changed(self) -> bool:
        """Whether it is not what whoever sent it saw."""
        return self.sent_as != self.seen

    def is_valid(self) -> bool:
        for block in self.blocks:
            block.form.is_valid()
            check(block.form, block.questions)
        return not self.wrong

    def body(self, locale: str) -> dict[str, Any]:
        """Return the body of the call; the form must be valid."""
        return body_of([block.body(locale) for block in self.blocks], self.code)

    def refuse(self, error: EventSiteError) -> None:
        """Show an error at the field whose path in the body it names, else on top."""
        if uses_up_key(error):
            self.key = new_key()
        parts = error.field.split(".")
        number = 0
        if parts[0] == "guests" and len(parts) > 2 and int(parts[1]) < len(self.blocks):
            number, parts = int(parts[1]), parts[2:]
        block = self.blocks[number]
        name = parts[-1] if parts[0] == "guest" else ""
        if parts[0] == "answers":
            name = field_name(".".join(parts[1:]))
        if name in block.form.fields:
            about = next((q for q in block.questions if field_name(q.question_id) == name), None)
            block.form.add_error(name, in_words(error, about))
        elif parts[0] == "code":
            self.code_error = in_words(error)
        else:
            self.problems.append(in_words(error))


def _count(data: Mapping[str, Any]) -> int:
    text = str(data.get(COUNT, "1"))
    count = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 1
    return min(max(count, 1), PARTY_MAX)


def _within(data: QueryDict, number: int) -> Typed:
    """Return what was typed for one guest, by the names that their fields have."""
    start = f"g{number}-"
    found = {
        name.removeprefix(start): data.getlist(name) for name in data if name.startswith(start)
    }
    return MultiValueDict(found)
