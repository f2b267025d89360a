"""An import does what its plan showed, once, and can be taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from eventsite.core.domain.events import TicketType
from eventsite.core.domain.guest_imports import ImportState, made_id
from eventsite.core.domain.import_rows import Outcome
from eventsite.core.domain.questions import Question, QuestionKind
from eventsite.core.domain.registrations import Payment, RegistrationStatus
from eventsite.core.errors import Invalid, NotAllowed, NotFound
from eventsite.core.services import (
    applying_imports,
    import_writes,
    planning_imports,
    undoing_imports,
)
from eventsite.core.services import importing_guests as importing
from eventsite.core.services.changing import change_guest
from eventsite.core.services.deciding import cancel
from eventsite.core.services.organizing import add_type, set_up
from eventsite.core.services.signing_up import sign_up
from eventsite.core.store import items, keys
from eventsite.core.store.stock import type_stock
from tests.builders import NOON, a_guest, a_session, a_setup, an_attendance, an_event
from tests.doing import left, take_place
from tests.importing import (
    STAFF,
    applied,
    counts,
    csv_of,
    do,
    guests,
    imported,
    job_of,
    plan,
    planned_rows,
    result_rows,
    undone,
    undone_rows,
    upload,
)


@pytest.fixture
def fair(installation, monkeypatch):
    monkeypatch.setattr(import_writes, "WORKERS", 1)  # moto has no threads
    set_up(installation.events, a_setup(an_event(region="DE")))
    return installation


def test_new_guests_come_in_with_their_places(fair):
    done = imported(fair, csv_of(guests(3)))
    assert done.state is ImportState.APPLIED
    assert counts(done.plan) == {"new": 3}
    assert counts(done.result) == {"created": 3}
    assert left(fair, type_stock("general")) == 97
    made = fair.registrations.get(made_id(done.import_id, 2))
    assert (made.guest.name, made.guest.email) == ("Guest Number 2", "guest2@example.org")
    assert made.status is RegistrationStatus.CONFIRMED
    assert (made.source, made.changed_by) == ("import", f"import:{done.import_id}")
    assert made.external_id == "csv:T2"


def test_a_plan_changes_nothing(fair):
    plan(fair, csv_of(guests(3)))
    assert left(fair, type_stock("general")) == 100


def test_the_same_file_again_is_all_the_same(fair):
    content = csv_of(guests(3))
    imported(fair, content)
    again = imported(fair, content, NOON + timedelta(hours=1))
    assert counts(again.plan) == {"same": 3}
    assert counts(again.result) == {}
    assert left(fair, type_stock("general")) == 97


def test_undoing_leaves_nothing_behind_but_free_places(fair):
    done = imported(fair, csv_of(guests(3)))
    back = undone(fair, done)
    assert (back.state, counts(back.undone)) == (ImportState.UNDONE, {"removed": 3})
    assert left(fair, type_stock("general")) == 100
    assert fair.registrations.externals("demo", ["csv:T1"]) == {}
    assert counts(imported(fair, csv_of(guests(3))).result) == {"created": 3}


# -- what a second file does ----------------------------------------------------------------------
def test_a_guest_who_is_known_by_reference_is_changed(fair):
    imported(fair, csv_of([("T1", "Ada", "ada@example.org", "general")]))
    before = fair.registrations.externals("demo", ["csv:T1"])["csv:T1"]
    rows = [("T1", "Ada Lovelace", "ada@example.org", "general", "030 1234567")]
    found = plan(fair, csv_of(rows, ("reference", "name", "email", "ticket", "phone")))
    (row,) = planned_rows(fair, found)
    assert row.changes == {"name": ("Ada", "Ada Lovelace"), "phone": ("", "+49301234567")}
    done = applied(fair, found)
    after = fair.registrations.get(before.registration_id)
    assert (after.guest.name, after.guest.phone) == ("Ada Lovelace", "+49301234567")
    assert counts(undone(fair, done).undone) == {"restored": 1}
    back = fair.registrations.get(before.registration_id)
    assert replace(back, version=before.version, changed_at=before.changed_at) == replace(
        before, correlation_id=back.correlation_id
    )


def test_an_address_that_changes_takes_its_claim_along(fair):
    imported(fair, csv_of([("T1", "Ada", "old@example.org", "general")]))
    done = imported(fair, csv_of([("T1", "Ada", "new@example.org", "general")]))
    assert counts(done.result) == {"changed": 1}
    (found,) = fair.registrations.of_address("demo", "new@example.org")
    assert found.guest.email == "new@example.org"
    take_place(fair, guest=a_guest(email="old@example.org"))
    back = undone(fair, done)
    assert [row.code for row in undone_rows(fair, back)] == ["limit_reached"]
    assert fair.registrations.get(found.registration_id).guest.email == "new@example.org"


def test_a_guest_who_changed_something_since_is_left_alone(fair):
    content = csv_of([("T1", "Ada", "ada@example.org", "general")])
    imported(fair, content)
    mine = fair.registrations.externals("demo", ["csv:T1"])["csv:T1"]
    change_guest(fair, mine, replace(mine.guest, name="Ada L."), NOON)
    (row,) = planned_rows(fair, plan(fair, content))
    assert (row.outcome, row.code, row.about) == (Outcome.CONFLICT, "changed_here", "name")


def test_without_references_guests_are_known_by_address_and_type(fair):
    headings = ("name", "email", "ticket")
    imported(fair, csv_of([("Ada", "ada@example.org", "general")], headings))
    done = imported(fair, csv_of([("Ada L.", "ADA@example.org", "general")], headings))
    assert counts(done.result) == {"changed": 1}
    assert left(fair, type_stock("general")) == 99


def test_who_registered_here_is_not_touched(fair):
    take_place(fair)
    (row,) = planned_rows(fair, plan(fair, csv_of([("T1", "Ada", "ada@example.org", "general")])))
    assert (row.outcome, row.code) == (Outcome.CONFLICT, "registered_here")


def test_one_reference_counts_once_in_a_file(fair):
    rows = [*guests(1), ("T1", "Other", "other@example.org", "general")]
    found = plan(fair, csv_of(rows))
    assert [row.code for row in planned_rows(fair, found)] == ["", "twice_in_file"]


def test_an_address_gets_no_more_than_its_limit(fair):
    rows = [(f"T{n}", "Ada", "ada@example.org", "general") for n in (1, 2)]
    done = imported(fair, csv_of(rows))
    assert counts(done.plan) == {"new": 1, "conflict": 1}
    assert [row.code for row in planned_rows(fair, done, Outcome.CONFLICT)] == ["limit_reached"]
    assert counts(done.result) == {"created": 1}


def test_who_was_cancelled_here_does_not_come_back(fair):
    content = csv_of(guests(1))
    imported(fair, content)
    mine = fair.registrations.externals("demo", ["csv:T1"])["csv:T1"]
    cancel(fair, mine.registration_id, NOON)
    (row,) = planned_rows(fair, plan(fair, content))
    assert (row.outcome, row.code) == (Outcome.CONFLICT, "cancelled_here")


def test_who_was_erased_stays_erased(fair):
    content = csv_of(guests(1))
    imported(fair, content)
    mine = fair.registrations.externals("demo", ["csv:T1"])["csv:T1"]
    nobody = a_guest(name="Erased", email="")
    fair.registrations.save(replace(mine, guest=nobody, erased_at=NOON))
    (row,) = planned_rows(fair, plan(fair, content))
    assert (row.outcome, row.code) == (Outcome.CONFLICT, "erased")
    assert (row.name, row.email) == ("", ""), "the plan does not keep them either"


def test_who_does_not_come_is_left_out_and_told_of_if_registered(fair):
    headings = ("reference", "name", "email", "ticket", "status")
    gone = [("T1", "A", "a@example.org", "general", "cancelled")]
    assert counts(plan(fair, csv_of(gone, headings)).plan) == {"left_out": 1}
    imported(fair, csv_of([(*gone[0][:4], "confirmed")], headings))
    (row,) = planned_rows(fair, plan(fair, csv_of(gone, headings)))
    assert (row.outcome, row.code) == (Outcome.CONFLICT, "gone_there")


def test_another_ticket_type_is_for_a_person_to_decide(fair):
    imported(fair, csv_of(guests(1)))
    (row,) = planned_rows(fair, plan(fair, csv_of(guests(1, ticket="crew"))))
    assert (row.outcome, row.code) == (Outcome.CONFLICT, "type_changed")


# -- tickets --------------------------------------------------------------------------------------
def test_an_unknown_ticket_is_an_error_until_somebody_chooses(fair):
    content = csv_of(guests(1, ticket="Early Bird"))
    found = plan(fair, content)
    (row,) = planned_rows(fair, found)
    assert (row.outcome, row.about) == (Outcome.ERROR, "ticket")
    assert found.shape is not None
    assert found.shape.labels == ("Early Bird",)
    again = importing.plan_again(
        fair,
        found.import_id,
        replace(found.options, types={"Early Bird": "crew"}),
        NOON,
        asked_by=STAFF,
        queue=False,
    )
    (row,) = planned_rows(fair, do(fair, again))
    assert (row.outcome, row.type_id) == (Outcome.NEW, "crew")


def test_a_ticket_can_be_left_out(fair):
    rows = [*guests(1), *guests(1, first=2, ticket="T-shirt")]
    assert counts(plan(fair, csv_of(rows), types={"T-shirt": "-"}).plan) == {
        "new": 1,
        "left_out": 1,
    }


def test_the_organizer_can_name_a_type_for_all_others(fair):
    done = imported(fair, csv_of(guests(2, ticket="Whatever")), default_type="crew")
    assert counts(done.result) == {"created": 2}


@pytest.mark.parametrize(
    "wrong",
    [
        {"types": {"x": "nothing"}},
        {"default_type": "nothing"},
        {"format": "xml"},
        {"encoding": "klingon"},
        {"separator": "!!"},
        {"columns": {"name": "wishes"}},
    ],
)
def test_what_is_chosen_must_be_there(fair, wrong):
    with pytest.raises(Invalid):
        upload(fair, csv_of(guests(1)), **wrong)


def test_paid_guests_owe_nothing_here(fair):
    paid = TicketType(
        event_id="demo", type_id="vip", number=0, name="VIP", price=9900, currency="EUR"
    )
    add_type(fair.events, paid)
    done = imported(fair, csv_of(guests(1, ticket="VIP")))
    made = fair.registrations.get(made_id(done.import_id, 1))
    assert (made.status, made.payment) == (RegistrationStatus.CONFIRMED, Payment.PAID)
    assert made.payment_reference == "csv:T1"
    assert counts(undone(fair, done).undone) == {"removed": 1}


def test_unpaid_guests_come_in_only_when_asked_for_and_owe(fair):
    paid = TicketType(
        event_id="demo", type_id="vip", number=0, name="VIP", price=9900, currency="EUR"
    )
    add_type(fair.events, paid)
    headings = ("reference", "name", "email", "ticket", "status")
    content = csv_of([("T1", "A", "a@example.org", "vip", "pending")], headings)
    assert counts(plan(fair, content).plan) == {"left_out": 1}
    done = imported(fair, content, unpaid=True)
    made = fair.registrations.get(made_id(done.import_id, 1))
    assert (made.status, made.payment) == (RegistrationStatus.PENDING, Payment.DUE)


# -- answers --------------------------------------------------------------------------------------
def test_answers_come_in_by_the_words_of_the_question(installation, monkeypatch):
    monkeypatch.setattr(import_writes, "WORKERS", 1)
    diet = Question(
        event_id="demo",
        question_id="diet",
        name="What do you eat?",
        kind=QuestionKind.SEVERAL,
        choices=("Fish", "Nuts, all kinds", "Rice"),
    )
    news = Question(
        event_id="demo", question_id="news", name="Newsletter", kind=QuestionKind.YES_NO
    )
    set_up(installation.events, a_setup(questions=(diet, news)))
    headings = ("name", "email", "ticket", "what do you eat?", "news")
    rows = [("Ada", "ada@example.org", "general", "Rice, nuts, all kinds", "Ja")]
    done = imported(installation, csv_of(rows, headings))
    made = installation.registrations.get(made_id(done.import_id, 1))
    assert made.answers == {"diet": ("Rice", "Nuts, all kinds"), "news": ("yes",)}
    wrong = [("Bob", "bob@example.org", "general", "Stones", "perhaps")]
    (row,) = planned_rows(installation, plan(installation, csv_of(wrong, headings)))
    assert (row.outcome, row.about) == (Outcome.ERROR, "answers.diet")


# -- things happen meanwhile ----------------------------------------------------------------------
def test_the_last_places_are_taken_and_the_rest_is_told(installation, monkeypatch):
    monkeypatch.setattr(import_writes, "WORKERS", 1)
    setup = a_setup()
    small = replace(setup.types[0], capacity=2)
    set_up(installation.events, replace(setup, types=(small, *setup.types[1:])))
    done = imported(installation, csv_of(guests(5)))
    assert counts(done.result) == {"created": 2, "sold_out": 3}
    assert left(installation, type_stock("general")) == 0
    assert counts(undone(installation, done).undone) == {"removed": 2}
    assert left(installation, type_stock("general")) == 2


def test_who_registers_between_plan_and_apply_is_not_doubled(fair):
    planned = plan(fair, csv_of([("T1", "Ada", "ada@example.org", "crew")]))
    take_place(fair, type_id="crew")
    done = applied(fair, planned)
    assert [(row.outcome, row.code) for row in result_rows(fair, done)] == [
        (Outcome.CONFLICT, "registered_meanwhile")
    ]


def test_who_changes_between_plan_and_apply_is_left_alone(fair):
    imported(fair, csv_of([("T1", "Ada", "ada@example.org", "general")]))
    planned = plan(fair, csv_of([("T1", "Ada Lovelace", "ada@example.org", "general")]))
    mine = fair.registrations.externals("demo", ["csv:T1"])["csv:T1"]
    change_guest(fair, mine, replace(mine.guest, name="Countess"), NOON)
    done = applied(fair, planned)
    assert [row.code for row in result_rows(fair, done)] == ["changed_meanwhile"]
    assert fair.registrations.get(mine.registration_id).guest.name == "Countess"


def test_undoing_keeps_who_has_done_something(fair):
    done = imported(fair, csv_of(guests(3)))
    changed, signed, _ = (fair.registrations.get(made_id(done.import_id, n)) for n in (1, 2, 3))
    change_guest(fair, changed, replace(changed.guest, name="Somebody"), NOON)
    session = a_session()
    fair.agenda.add(session)
    sign_up(fair.agenda, signed, session.session_id, NOON)
    back = undone(fair, done)
    assert counts(back.undone) == {"kept": 2, "removed": 1}
    kept = {row.number: row.code for row in undone_rows(fair, back, Outcome.KEPT)}
    assert kept == {1: "changed_since", 2: "acted_since"}


def test_undoing_keeps_who_was_let_in(fair):
    done = imported(fair, csv_of(guests(1)))
    made = made_id(done.import_id, 1)
    put_attendance(fair, made)
    back = undone(fair, done)
    assert [(row.outcome, row.reason) for row in undone_rows(fair, back)] == [
        (Outcome.KEPT, "Has been let in.")
    ]
    assert fair.registrations.get(made).live


def put_attendance(stores, registration_id):
    attended = an_attendance(registration_id=registration_id)
    key = keys.attendance(registration_id)
    stores.registrations._table.put(key | items.dump("attendance", attended))


# -- crashes --------------------------------------------------------------------------------------
class Crash(BaseException):
    """The process dies."""


def crashing(monkeypatch, module, name, after):
    """Make a function die when it is called for the ``after``-th time."""
    real, calls = getattr(module, name), [0]

    def deadly(*args, **kwargs):
        calls[0] += 1
        if calls[0] == after:
            raise Crash
        return real(*args, **kwargs)

    monkeypatch.setattr(module, name, deadly)


def small_parts(monkeypatch):
    monkeypatch.setattr(planning_imports, "PART_ROWS", 2)


@pytest.mark.parametrize("after", [1, 2, 3])
def test_a_plan_goes_on_where_it_crashed(fair, monkeypatch, after):
    small_parts(monkeypatch)
    rows = [*guests(4), ("T2", "Again", "again@example.org", "general"), *guests(1, first=9)]
    asked = upload(fair, csv_of(rows))
    with monkeypatch.context() as patch:
        crashing(patch, planning_imports, "write_part", after)
        with pytest.raises(Crash):
            do(fair, asked)
    found = do(fair, asked, NOON + timedelta(hours=1))
    assert found.state is ImportState.PLANNED
    assert [row.number for row in planned_rows(fair, found)] == [1, 2, 3, 4, 5, 6]
    assert counts(found.plan) == {"new": 5, "conflict": 1}
    assert job_of(fair, found).counts["new"] == 5


@pytest.mark.parametrize("after", [1, 2, 4, 6])
def test_applying_goes_on_where_it_crashed_and_doubles_nothing(fair, monkeypatch, after):
    small_parts(monkeypatch)
    planned = plan(fair, csv_of(guests(6)))
    asked = importing.apply(fair, planned.import_id, NOON, asked_by=STAFF, queue=False)
    with monkeypatch.context() as patch:
        crashing(patch, applying_imports, "register", after)
        with pytest.raises(Crash):
            do(fair, asked)
    done = do(fair, asked, NOON + timedelta(hours=1))
    assert (done.state, counts(done.result)) == (ImportState.APPLIED, {"created": 6})
    assert job_of(fair, done).counts["created"] == 6
    assert left(fair, type_stock("general")) == 94


@pytest.mark.parametrize("after", [1, 2, 3])
def test_a_part_that_was_written_but_not_noted_is_written_again_to_the_same_end(
    fair, monkeypatch, after
):
    small_parts(monkeypatch)
    imported(fair, csv_of(guests(3)))
    renamed = [(ref, f"{name} Jr", *rest) for ref, name, *rest in guests(6)]
    planned = plan(fair, csv_of(renamed))
    asked = importing.apply(fair, planned.import_id, NOON, asked_by=STAFF, queue=False)
    with monkeypatch.context() as patch:
        crashing(patch, applying_imports, "write_part", after)
        with pytest.raises(Crash):
            do(fair, asked)
    done = do(fair, asked, NOON + timedelta(hours=1))
    assert counts(done.result) == {"changed": 3, "created": 3}
    assert left(fair, type_stock("general")) == 94
    back = undone(fair, done, NOON + timedelta(hours=2))
    assert counts(back.undone) == {"restored": 3, "removed": 3}


@pytest.mark.parametrize("after", [1, 2, 3])
def test_undoing_goes_on_where_it_crashed(fair, monkeypatch, after):
    small_parts(monkeypatch)
    done = imported(fair, csv_of(guests(6)))
    asked = importing.undo(fair, done.import_id, NOON, asked_by=STAFF, queue=False)
    with monkeypatch.context() as patch:
        crashing(patch, undoing_imports, "write_part", after)
        with pytest.raises(Crash):
            do(fair, asked)
    back = do(fair, asked, NOON + timedelta(hours=1))
    assert (back.state, counts(back.undone)) == (ImportState.UNDONE, {"removed": 6})
    assert left(fair, type_stock("general")) == 100


def test_what_was_stopped_half_way_can_be_undone(fair, monkeypatch):
    small_parts(monkeypatch)
    planned = plan(fair, csv_of(guests(6)))
    asked = importing.apply(fair, planned.import_id, NOON, asked_by=STAFF, queue=False)
    with monkeypatch.context() as patch:
        crashing(patch, applying_imports, "register", 4)
        with pytest.raises(Crash):
            do(fair, asked)
    with pytest.raises(NotAllowed):
        importing.undo(fair, planned.import_id, NOON, asked_by=STAFF)
    importing.stop(fair, planned.import_id, NOON)
    asked = importing.undo(fair, planned.import_id, NOON, asked_by=STAFF, queue=False)
    early = do(fair, asked, NOON)
    assert early.state is ImportState.UNDOING, "a worker may still be at its slice"
    back = do(fair, asked, NOON + timedelta(hours=1))
    assert (back.state, counts(back.undone)) == (ImportState.UNDONE, {"removed": 3})
    assert left(fair, type_stock("general")) == 100


# -- what is not offered --------------------------------------------------------------------------
def test_each_step_is_taken_once(fair):
    planned = plan(fair, csv_of(guests(1)))
    done = applied(fair, planned)
    with pytest.raises(NotAllowed):
        importing.apply(fair, planned.import_id, NOON, asked_by=STAFF)
    undone(fair, done)
    with pytest.raises(NotAllowed):
        importing.undo(fair, planned.import_id, NOON, asked_by=STAFF)
    with pytest.raises(NotAllowed):
        importing.plan_again(fair, done.import_id, done.options, NOON, asked_by=STAFF)


def test_after_thirty_days_it_is_too_late(fair):
    done = imported(fair, csv_of(guests(1)))
    with pytest.raises(NotAllowed):
        importing.undo(fair, done.import_id, NOON + timedelta(days=30), asked_by=STAFF)


def test_deleted_files_leave_no_personal_data_and_nothing_to_do(fair):
    planned = plan(fair, csv_of(guests(1)))
    importing.forget(fair, planned.import_id)
    with pytest.raises(NotAllowed):
        importing.apply(fair, planned.import_id, NOON, asked_by=STAFF)
    with pytest.raises(NotFound):
        planned_rows(fair, planned)


# -- uploads --------------------------------------------------------------------------------------
def test_a_piece_may_come_twice_and_in_any_order(fair):
    content = csv_of(guests(3))
    begun = importing.begin(fair, "demo", "C:\\lists\\guests.csv", NOON, asked_by=STAFF)
    assert begun.filename == "guests.csv"
    for number in (1, 0, 1):
        piece = content[:50] if number == 0 else content[50:]
        importing.put_piece(fair, begun.import_id, number, piece)
    for _ in range(2):
        asked = importing.uploaded(
            fair, begun.import_id, 2, begun.options, NOON, asked_by=STAFF, queue=False
        )
    assert counts(do(fair, asked).plan) == {"new": 3}
    with pytest.raises(NotAllowed):
        importing.put_piece(fair, begun.import_id, 0, b"other")


def test_a_missing_piece_is_told(fair):
    begun = importing.begin(fair, "demo", "guests.csv", NOON, asked_by=STAFF)
    importing.put_piece(fair, begun.import_id, 1, b"x")
    with pytest.raises(Invalid):
        importing.uploaded(fair, begun.import_id, 2, begun.options, NOON, asked_by=STAFF)


def test_an_unreadable_file_is_told_and_can_be_read_otherwise(fair):
    found = plan(fair, b"who;where\nAda;ada@example.org\n")
    assert found.state is ImportState.UNREADABLE
    assert "names" in found.cause
    assert found.shape is not None
    assert [column.heading for column in found.shape.columns] == ["who", "where"]
    chosen = replace(
        found.options, columns={"who": "name", "where": "email"}, default_type="general"
    )
    again = importing.plan_again(fair, found.import_id, chosen, NOON, asked_by=STAFF, queue=False)
    assert counts(do(fair, again).plan) == {"new": 1}


def test_an_import_is_listed_with_its_event(fair):
    first = plan(fair, csv_of(guests(1)))
    second = plan(fair, csv_of(guests(1)), NOON + timedelta(minutes=1))
    listed = fair.imports.of_event("demo", 10)
    assert [each.import_id for each in listed] == [second.import_id, first.import_id]
