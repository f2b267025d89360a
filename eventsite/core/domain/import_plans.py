"""Plans of imports: what each row of a file would do, and why not. Pure.

coming? -> a ticket of ours? -> a guest we can write to? -> known by its reference, else by
address and ticket type? -> new, changed, same, or a conflict that a person must look at
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from eventsite.core.domain.events import EventSetup, TicketType
from eventsite.core.domain.guest_columns import RowState, plain
from eventsite.core.domain.guest_files import EN_DASH, GuestRow
from eventsite.core.domain.guest_imports import (
    LEAVE_OUT,
    MAIL,
    QUIET,
    GuestImport,
    ImportOptions,
    made_id,
)
from eventsite.core.domain.import_answers import answers_in
from eventsite.core.domain.import_rows import Outcome, PlanRow, changes_of
from eventsite.core.domain.questions import checked_answers
from eventsite.core.domain.registrations import Registration, checked_guest
from eventsite.core.errors import EventSiteError, Invalid


@dataclass(slots=True)
class Tally:
    """What earlier rows of the file took: references, registrations, and places by address."""

    references: set[str] = field(default_factory=set)
    matched: set[str] = field(default_factory=set)
    new: Counter[tuple[str, str]] = field(default_factory=Counter)

    def note(self, row: PlanRow) -> None:
        if row.reference:
            self.references.add(row.reference)
        if row.outcome is Outcome.NEW:
            self.new[row.email.casefold(), row.type_id] += 1
        elif row.registration_id:
            self.matched.add(row.registration_id)


@dataclass(frozen=True, slots=True)
class Decider:
    """Decides about the rows of one import, given what is known about each."""

    setup: EventSetup
    guest_import: GuestImport
    system: str

    def drafted(self, row: GuestRow) -> PlanRow:
        """Return a row with what it wants in our words: new as yet, left out, or an error."""
        draft = PlanRow(
            number=row.number,
            line=row.line,
            outcome=Outcome.NEW,
            name=row.name,
            email=row.email,
            phone=row.phone,
            locale=row.locale,
            reference=f"{self.system}:{row.reference}" if row.reference else "",
            settled=row.state is RowState.COMING,
        )
        if row.problem:
            problem = row.problem
            return draft.of(Outcome.ERROR, problem.code, problem.field, problem.reason)
        if row.state is RowState.GONE:
            return draft.of(Outcome.LEFT_OUT, "gone", "status", "They do not come.")
        if row.state is RowState.UNSETTLED and not self._options.unpaid:
            unpaid = "Not paid or settled there yet."
            return draft.of(Outcome.LEFT_OUT, "unsettled", "status", unpaid)
        try:
            kind = self._kind(row.ticket)
            return (
                self._checked(draft, kind, row)
                if kind
                else draft.of(
                    Outcome.LEFT_OUT, "ticket", "ticket", f"{row.ticket!r} is to be left out."
                )
            )
        except EventSiteError as error:
            return draft.of(Outcome.ERROR, error.code, error.field, error.message)

    def decided(
        self,
        draft: PlanRow,
        by_reference: Registration | None,
        at_address: Sequence[Registration],
        tally: Tally,
    ) -> PlanRow:
        """Return what a row does, given whom its reference and its address belong to."""
        row = self._decided(draft, by_reference, at_address, tally)
        tally.note(row)
        return row

    def _decided(
        self,
        draft: PlanRow,
        by_reference: Registration | None,
        at_address: Sequence[Registration],
        tally: Tally,
    ) -> PlanRow:
        if draft.reference and draft.reference in tally.references:
            twice = "An earlier row of this file has the same reference."
            return draft.of(Outcome.CONFLICT, "twice_in_file", "reference", twice)
        if draft.outcome is Outcome.LEFT_OUT:
            return _left_out(draft, by_reference)
        if draft.outcome is not Outcome.NEW:
            return draft
        if by_reference is not None:
            return self._known(draft, by_reference)
        live = [each for each in at_address if each.live and each.type_id == draft.type_id]
        if (ours := self._ours(draft, live, tally)) is not None:
            return self._known(draft, ours)
        if any(not self._imported(draft, each) for each in live):
            here = "This address registered here itself, or came with another list."
            return draft.of(Outcome.CONFLICT, "registered_here", "email", here)
        limit = self.setup.type(draft.type_id).per_guest
        taken = len(live) + tally.new[draft.email.casefold(), draft.type_id]
        if limit is not None and taken >= limit:
            full = f"An address may have {limit} of this ticket type, and this one has as many."
            return draft.of(Outcome.CONFLICT, "limit_reached", "email", full)
        made = made_id(self.guest_import.import_id, draft.number)
        return replace(draft, live=len(live), registration_id=made)

    def _imported(self, draft: PlanRow, registration: Registration) -> bool:
        """Return whether a registration came with a list of this kind."""
        if draft.reference:
            return registration.external_id.startswith(f"{self.system}:")
        return registration.source in (MAIL, QUIET)

    def _ours(
        self, draft: PlanRow, live: Sequence[Registration], tally: Tally
    ) -> Registration | None:
        """Return the registration that a row without a reference means, if there is one."""
        if draft.reference:
            return None
        mine = [
            each
            for each in sorted(live, key=lambda each: (each.registered_at, each.registration_id))
            if each.source in (MAIL, QUIET)
            and not each.external_id
            and each.registration_id not in tally.matched
        ]
        named = [each for each in mine if plain(each.guest.name) == plain(draft.name)]
        if named:
            return named[0]
        one = self.setup.type(draft.type_id).per_guest == 1
        return mine[0] if one and mine else None

    def _known(self, draft: PlanRow, registration: Registration) -> PlanRow:
        """Return what a row does to the registration that it means."""
        row = replace(
            draft,
            registration_id=registration.registration_id,
            version=registration.version,
        )
        if registration.erased_at is not None:
            erased = "The data of this guest were erased, and are not taken in again."
            return replace(row, name="", email="", phone="", answers={}).of(
                Outcome.CONFLICT, "erased", "", erased
            )
        if not registration.live:
            return row.of(Outcome.CONFLICT, "cancelled_here", "status", "Cancelled here.")
        if registration.type_id != row.type_id:
            other = f"Here the ticket type is {registration.type_id!r}. Cancel and register anew."
            return row.of(Outcome.CONFLICT, "type_changed", "ticket", other)
        row = replace(row, changes=changes_of(row, registration))
        if not row.changes:
            return row.of(Outcome.SAME)
        if not registration.changed_by.startswith("import:"):
            since = "Changed here since it was imported, or not imported."
            return row.of(Outcome.CONFLICT, "changed_here", next(iter(row.changes)), since)
        return row.of(Outcome.CHANGED)

    @property
    def _options(self) -> ImportOptions:
        return self.guest_import.options

    def _kind(self, ticket: str) -> TicketType | None:
        """Return the type that a ticket of the file is here, or None to leave it out."""
        types, options = self.setup.types, self._options
        product = ticket.partition(EN_DASH)[0]
        for name in (ticket, product):
            chosen = options.types.get(name, "")
            if chosen == LEAVE_OUT:
                return None
            if chosen:
                return self.setup.type(chosen)
            for kind in types:
                if name and plain(name) in (plain(kind.type_id), plain(kind.name)):
                    return kind
        if options.default_type:
            return self.setup.type(options.default_type)
        if not ticket and len(types) == 1:
            return types[0]
        what = f"There is no ticket type {ticket!r} here" if ticket else "No ticket is named"
        raise Invalid(f"{what}. Choose one for it.", field="ticket")

    def _checked(self, draft: PlanRow, kind: TicketType, row: GuestRow) -> PlanRow:
        """Return the row with tidy values. Raises Invalid."""
        event = self.setup.event
        locale = row.locale.replace("_", "-").removesuffix("-informal")
        guest = checked_guest(
            replace(draft.guest, locale=locale or event.locale), region=event.region
        )
        answers = answers_in(row.answers, self.setup.questions)
        questions = self.setup.questions
        return replace(
            draft,
            type_id=kind.type_id,
            name=guest.name,
            email=guest.email,
            phone=guest.phone,
            locale=guest.locale if locale else "",
            answers=checked_answers(questions, kind.type_id, answers, complete=False),
        )


def _left_out(draft: PlanRow, known: Registration | None) -> PlanRow:
    if draft.code == "gone" and known is not None and known.live:
        there = "Cancelled there, registered here: cancel it here too, if that is right."
        return replace(draft, registration_id=known.registration_id, version=known.version).of(
            Outcome.CONFLICT, "gone_there", "status", there
        )
    return draft
