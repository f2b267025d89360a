"""Whatever guests, organizers and the sweep do, in whatever order: everything adds up after it.

Hypothesis makes up the acts and their order, on the real engine, one after another; after each
the whole table is counted (see ``books``). EVENTSITE_TEST_EXAMPLES=500 looks much further.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from eventsite.core.domain.applications import Applicant
from eventsite.core.domain.promo_codes import PromoCode
from eventsite.core.domain.registrations import Payment, Registration
from eventsite.core.errors import EventSiteError, Unavailable
from eventsite.core.services.changing import change_guest
from eventsite.core.services.deciding import (
    accept_offer,
    approve,
    cancel,
    confirm_email,
    record_payment,
    turn_down,
)
from eventsite.core.services.drafting import Clearance
from eventsite.core.services.lining_up import SELDOM, offer_places, release_lapsed, tend
from eventsite.core.services.organizing import save_code, save_event, save_type
from eventsite.core.services.personal_data import erase
from eventsite.core.services.registering import register
from eventsite.core.store.table import Table
from eventsite.core.store.tables import EVENTS_TABLE
from tests.builders import NOON, a_guest
from tests.contract.attacking import Shop, a_kind, opened
from tests.contract.books import (
    Books,
    ChangeReader,
    ledger_must_explain,
    ledger_of,
    read_books,
)
from tests.doing import an_application, an_entry

pytestmark = [pytest.mark.engine]

EXAMPLES = int(os.environ.get("EVENTSITE_TEST_EXAMPLES", "0"))
STEPS = 40

PEOPLE = st.integers(0, 30)
TYPES = st.sampled_from(("hall", "hall", "hall", "gala", "gala", "crew"))
CODES = st.sampled_from(("", "", "", "HALF", "free"))
SELDOMLY = st.integers(0, 5).map(lambda dice: dice == 5)

NUMBERS = st.integers(0, 99)


class OneLoss(Table):
    """A table whose next transaction is done, and nobody hears of it, when told so."""

    lose = False

    def transact(self, *writes: Any) -> None:
        super().transact(*writes)
        if self.lose:
            self.lose = False
            raise Unavailable("The answer was lost.")


class Acts(RuleBasedStateMachine):
    """An event with three types: `hall` is counted, `gala` costs money, `crew` has no limit."""

    client: Any = None

    @initialize(
        confirm_email=SELDOMLY,
        event=st.none() | st.integers(2, 8),
        hall=st.integers(1, 2),
        gala=st.none() | st.integers(1, 2),
        waits=SELDOMLY.map(lambda no: not no),
        approval=SELDOMLY,
    )
    def begin(self, confirm_email, event, hall, gala, waits, approval) -> None:
        name = f"eventsite-test-acts-{secrets.token_hex(4)}"
        self.client.create_table(TableName=name, **EVENTS_TABLE)
        self.table = OneLoss(self.client, name)
        kinds = [
            a_kind("hall", 1, capacity=hall, waitlist=waits),
            a_kind(
                "gala",
                2,
                capacity=gala,
                waitlist=True,
                price=900,
                currency="EUR",
                approval=approval,
                per_guest=2,
            ),
            a_kind("crew", 3, capacity=None, waitlist=waits, per_guest=None),
        ]
        codes = [
            PromoCode(event_id="demo", code="HALF", name="Half", limit=2, percent_off=50),
            PromoCode(event_id="demo", code="FREE", name="Free", percent_off=100),
        ]
        self.shop: Shop = opened(
            self.table,
            kinds=kinds,
            codes=codes,
            capacity=event,
            confirm_email=confirm_email,
            hold_minutes=60,
            offer_minutes=60,
            stock_shards=3,
        )
        self.now = NOON
        self.keys = 0
        self.stream = ChangeReader(self.table)
        self.facts: list[Any] = []
        self.books: Books = read_books(self.table)
        self.imported: list[Registration] = []
        self.unfit: set[str] = set()

    def teardown(self) -> None:
        if hasattr(self, "table"):
            self.client.delete_table(TableName=self.table.name)

    # -- what holds after every act -------------------------------------------------------------
    @invariant()
    def everything_adds_up(self) -> None:
        if not hasattr(self, "stream"):
            return
        self.books = read_books(self.table)
        self.books.must_balance()
        self.facts += ledger_of(self.stream.read())
        ledger_must_explain(self.facts, self.books)
        # When an organizer makes room for who could never fit, the next sweep keeps it for them.
        self.unfit |= self.books.unfit
        self.books.who_waits_must_be_kept_from_the_public(but=self.unfit)

    # -- guests ---------------------------------------------------------------------------------
    @rule(
        people=st.lists(st.tuples(PEOPLE, TYPES), min_size=1, max_size=3),
        code=CODES,
        proved=SELDOMLY,
        lost=st.booleans(),
        staff=SELDOMLY,
    )
    def come(self, people, code, proved, lost, staff) -> None:
        """One guest or a group; sometimes the answer is lost, and always the call is repeated."""
        self.comes(people, code, proved=proved, lost=lost, staff=staff)

    @rule(who=PEOPLE, kind=TYPES)
    def come_alone(self, who, kind) -> None:
        self.comes([(who, kind)])

    @rule(first=PEOPLE, kinds=st.lists(TYPES, min_size=2, max_size=3))
    def come_with_friends(self, first, kinds) -> None:
        self.comes([(first + n, kind) for n, kind in enumerate(kinds)])

    @rule(who=PEOPLE, kind=TYPES)
    def come_twice_in_one_call(self, who, kind) -> None:
        self.comes([(who, kind), (-who, kind)])

    def comes(self, people, code="", *, proved=False, lost=False, staff=False) -> None:
        self.turn()
        application = an_application(
            applicants=tuple(Applicant(type_id=kind, guest=person(who)) for who, kind in people),
            code=code,
            proved_email=person(people[0][0]).email if proved else "",
        )
        clearance = Clearance.STAFF if staff else Clearance.PUBLIC
        entry = an_entry(f"key-{self.keys}", self.now, clearance=clearance)
        self.table.lose = lost
        first = self.told(lambda: register(self.shop, application, entry))
        if first == "unavailable":
            assert lost
            first = self.told(lambda: register(self.shop, application, entry))
        self.table.lose = False
        assert self.told(lambda: register(self.shop, application, entry)) == first

    def told(self, act: Callable[[], Any]) -> Any:
        """Return what a caller learns: a refusal's code, or of which registrations."""
        try:
            done = act()
        except EventSiteError as refusal:
            return refusal.code
        return done.told, tuple(each.registration_id for each in done.registrations)

    @precondition(lambda self: self.books.live)
    @rule(number=NUMBERS, lost=st.booleans())
    def give_back(self, number, lost) -> None:
        self.act(cancel, number, self.now, lost=lost)

    @precondition(lambda self: self.books.of_status("confirmed"))
    @rule(number=NUMBERS)
    def give_a_place_back(self, number) -> None:
        self.act(cancel, number, self.now, of="confirmed")

    @precondition(lambda self: self.books.of_status("pending"))
    @rule(number=NUMBERS, lost=st.booleans())
    def confirm(self, number, lost) -> None:
        self.act(confirm_email, number, self.now, of="pending", lost=lost)

    @precondition(lambda self: self.books.offered)
    @rule(number=NUMBERS, lost=st.booleans())
    def accept(self, number, lost) -> None:
        self.act(accept_offer, number, self.now, of="offered", lost=lost)

    @precondition(lambda self: self.books.registrations)
    @rule(number=NUMBERS, who=st.integers(-30, 30))
    def move(self, number, who) -> None:
        mine = self.pick(number)
        self.allowed(lambda: change_guest(self.shop, mine, person(who), self.now))

    @precondition(lambda self: self.books.registrations)
    @rule(number=NUMBERS, lost=st.booleans())
    def be_forgotten(self, number, lost) -> None:
        self.act(erase, number, self.now, "guest", of="", lost=lost)

    # -- organizers -----------------------------------------------------------------------------
    @precondition(lambda self: self.books.live)
    @rule(number=NUMBERS, what=st.sampled_from((Payment.PAID, Payment.PAID, Payment.REFUNDED)))
    def money(self, number, what) -> None:
        mine = self.pick(number, "live").registration_id
        self.allowed(lambda: record_payment(self.shop, mine, what, "R", self.now, "hook"))

    @precondition(lambda self: self.books.of_status("pending"))
    @rule(number=NUMBERS, yes=st.booleans())
    def decide(self, number, yes) -> None:
        self.act(approve if yes else turn_down, number, self.now, "staff:owner", of="pending")

    @rule(size=st.integers(0, 6), what=st.sampled_from(("hall", "gala", "HALF", "demo")))
    def resize(self, size, what) -> None:
        """Give a type, the code or the whole event another size."""
        events = self.shop.events
        setup = events.fresh_setup("demo")
        if what == "demo":
            save, seen, fresh = save_event, setup.event, replace(setup.event, capacity=size)
        elif what == "HALF":
            save, seen = save_code, setup.code(what)
            fresh = replace(seen, limit=size)
        else:
            save, seen = save_type, setup.type(what)
            fresh = replace(seen, capacity=size)
        self.allowed(lambda: save(events, fresh, seen))

    @rule(kind=TYPES, off=SELDOMLY)
    def switch_the_line(self, kind, off) -> None:
        seen = self.shop.events.fresh_setup("demo").type(kind)
        fresh = replace(seen, waitlist=not off)
        self.allowed(lambda: save_type(self.shop.events, fresh, seen))

    @rule(who=PEOPLE, kind=TYPES, known=st.integers(0, 3))
    def bring(self, who, kind, known) -> None:
        """Import one guest, with the name of another system."""
        self.turn()
        mine = secrets.token_hex(8)
        entry = an_entry(
            f"key-{self.keys}",
            self.now,
            clearance=Clearance.IMPORT,
            source="csv",
            by="import:1",
            registration_ids=(mine,),
            external_ids=(f"ext-{known}",),
        )
        application = an_application(type_id=kind, guest=person(who))
        done = self.allowed(lambda: register(self.shop, application, entry))
        if done is not None:
            self.imported.append(done.registration)

    @precondition(lambda self: self.imported)
    @rule(number=NUMBERS, lost=st.booleans())
    def undo(self, number, lost) -> None:
        """Take an imported guest away again, if nobody has touched them since."""
        mine = self.imported[number % len(self.imported)]
        self.table.lose = lost
        self.allowed(lambda: self.shop.registrations.remove(mine))
        self.table.lose = False

    # -- time -----------------------------------------------------------------------------------
    @rule(minutes=st.sampled_from((1, 1, 5, 30, 61)))
    def time_passes(self, minutes) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def sweep(self) -> None:
        """The minute's run; a second one finds nothing to do."""
        self.now += timedelta(minutes=SELDOM - self.now.minute % SELDOM)
        tend(self.shop, self.now)
        self.unfit = set()
        self.everything_adds_up()
        assert release_lapsed(self.shop, "demo", self.now) == 0
        assert offer_places(self.shop, "demo", self.now) == 0
        self.books.the_line_must_be_served(self.now)

    def turn(self) -> None:
        """A second later: whoever comes now is behind those before, and has a key of their own."""
        self.now += timedelta(seconds=1)
        self.keys += 1

    # -- parts ----------------------------------------------------------------------------------
    def pick(self, number: int, of: str = "") -> Registration:
        books = self.books
        choice = {"": list(books.registrations.values()), "live": books.live}
        choice["offered"] = books.offered
        found = choice[of] if of in choice else books.of_status(of)
        found = sorted(found, key=lambda each: (each.registered_at, each.guest.name, each.type_id))
        return found[number % len(found)]

    def act(self, service: Any, number: int, *rest: Any, of: str = "live", lost: bool = False):
        """Do something to one registration; after a lost answer, once more."""
        mine = self.pick(number, of).registration_id
        self.table.lose = lost
        self.allowed(lambda: service(self.shop, mine, *rest))
        self.table.lose = False
        if lost:
            self.allowed(lambda: service(self.shop, mine, *rest))

    def allowed(self, act: Callable[[], Any]) -> Any:
        """Do it; None where it is refused in one of our ways."""
        try:
            return act()
        except EventSiteError:
            return None


def person(who: int) -> Any:
    """Return a guest; below zero the same one, who writes the address in another way."""
    email = f"g{abs(who)}@example.org"
    return a_guest(name=f"Guest {who}", email=email if who >= 0 else email.replace("g", "G"))


def test_whatever_happens_everything_adds_up(dynamodb):
    machine = type("Acting", (Acts,), {"client": dynamodb})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES or 20,
            stateful_step_count=STEPS if not EXAMPLES else 2 * STEPS,
            deadline=None,
            derandomize=not EXAMPLES,
            database=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate, Phase.target, Phase.shrink],
        ),
    )
