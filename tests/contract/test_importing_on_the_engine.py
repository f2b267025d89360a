"""Imports are exact among guests who register meanwhile, and among workers who take over."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest

from eventsite.core.domain.guest_imports import ImportState, made_id
from eventsite.core.domain.import_rows import Outcome
from eventsite.core.domain.jobs import LEASE, JobState, Progress
from eventsite.core.errors import EventSiteError, InProgress, StaleWrite
from eventsite.core.services import importing_guests as importing
from eventsite.core.services import jobs, planning_imports
from eventsite.core.services.changing import change_guest
from eventsite.core.services.organizing import set_up
from eventsite.core.store.stock import type_stock
from tests.builders import NOON, a_guest, a_setup
from tests.doing import apply as register
from tests.doing import left
from tests.importing import (
    STAFF,
    applied,
    counts,
    csv_of,
    do,
    guests,
    imported,
    plan,
    result_rows,
    undone,
    undone_rows,
)

pytestmark = [pytest.mark.engine]

PLACES = 60


@pytest.fixture
def fair(installation, monkeypatch):
    """The event with 60 `general` places in four shards, and small parts."""
    monkeypatch.setattr(planning_imports, "PART_ROWS", 10)
    setup = a_setup()
    set_up(
        installation.events,
        replace(setup, types=(replace(setup.types[0], capacity=PLACES), *setup.types[1:])),
    )
    return installation


def everybody(stores):
    """Return all registrations of the event by walking through them."""
    return stores.registrations.page(stores.registrations.newest("demo"), 500).items


def test_guests_who_register_meanwhile_and_the_import_share_the_places_exactly(fair):
    planned = plan(fair, csv_of(guests(50)))
    refused = []

    def rush(thread):
        for n in range(5):
            email = f"rush{thread}.{n}@example.org"
            try:
                register(fair, f"{thread}-{n}", guest=a_guest(email=email))
            except EventSiteError as error:
                refused.append(error.code)

    with ThreadPoolExecutor(8) as pool:
        rushing = [pool.submit(rush, thread) for thread in range(8)]
        done = applied(fair, planned)
        for each in rushing:
            each.result()
    found = counts(done.result)
    by_import = [each for each in everybody(fair) if each.source == "import"]
    others = [each for each in everybody(fair) if each.source != "import"]
    assert len(by_import) == found["created"]
    assert len(others) == 40 - len(refused)
    assert len(by_import) + len(others) == PLACES
    assert left(fair, type_stock("general")) == 0
    assert found["created"] + found.get("sold_out", 0) == 50

    back = undone(fair, done)
    assert counts(back.undone) == {"removed": found["created"]}
    assert left(fair, type_stock("general")) == PLACES - len(others)
    assert {each.source for each in everybody(fair)} == {"api"}


def test_undoing_and_guests_who_change_their_data_do_not_lose_each_other(fair):
    done = imported(fair, csv_of(guests(24)))
    asked = importing.undo(fair, done.import_id, NOON, asked_by=STAFF, queue=False)
    barrier = Barrier(2)
    changed = []

    def change():
        barrier.wait()
        for number in range(24, 0, -1):
            try:
                mine = fair.registrations.get(made_id(done.import_id, number))
                change_guest(fair, mine, replace(mine.guest, name="Changed"), NOON)
            except EventSiteError:
                continue
            changed.append(number)

    with ThreadPoolExecutor(1) as pool:
        changing = pool.submit(change)
        barrier.wait()
        back = do(fair, asked)
        changing.result()
    assert back.state is ImportState.UNDONE
    there = {each.registration_id for each in everybody(fair)}
    kept = {row.registration_id for row in undone_rows(fair, back) if row.outcome is Outcome.KEPT}
    assert kept <= there
    assert {made_id(done.import_id, number) for number in changed} == there
    assert left(fair, type_stock("general")) == PLACES - len(there)


def test_two_workers_on_one_import_make_nobody_twice(fair):
    """The second takes over while the first, long silent, is still at its slice."""
    planned = plan(fair, csv_of(guests(30)))
    asked = importing.apply(fair, planned.import_id, NOON, asked_by=STAFF, queue=False)
    barrier = Barrier(2)

    def worker(number):
        now = NOON + number * 2 * LEASE
        shift = jobs.Shift(lambda: now, now + timedelta(hours=1))
        barrier.wait()
        return jobs.run(fair, asked.job_id, f"worker-{number}", shift, queue=False)

    with ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(worker, range(2)))
    assert any(job is not None and job.state is JobState.DONE for job in ended)
    done = fair.imports.get(planned.import_id)
    assert counts(done.result) == {"created": 30}
    assert fair.jobs.get(asked.job_id).counts["created"] == 30
    assert len(everybody(fair)) == 30
    assert left(fair, type_stock("general")) == PLACES - 30


def test_one_of_many_workers_gets_the_lease(fair):
    job = jobs.ask(fair, jobs.new_job("count", "demo", NOON, asked_by=STAFF), queue=False)
    barrier = Barrier(8)

    def lease(number):
        barrier.wait()
        try:
            return fair.jobs.lease(job.job_id, f"worker-{number}", NOON).owner
        except InProgress:
            return None

    with ThreadPoolExecutor(8) as pool:
        owners = [owner for owner in pool.map(lease, range(8)) if owner]
    assert owners == [fair.jobs.get(job.job_id).owner]


def test_of_two_who_hold_a_job_one_stores_its_progress(fair):
    job = jobs.ask(fair, jobs.new_job("count", "demo", NOON, asked_by=STAFF), queue=False)
    first = fair.jobs.lease(job.job_id, "one", NOON)
    second = fair.jobs.lease(job.job_id, "two", NOON + LEASE)
    fair.jobs.advance(second, Progress(checkpoint="two"), NOON + LEASE)
    with pytest.raises(StaleWrite):
        fair.jobs.advance(first, Progress(checkpoint="one"), NOON + LEASE)
    assert fair.jobs.get(job.job_id).checkpoint == "two"


def test_eight_at_once_write_what_one_after_the_other_would(fair):
    rows = [*guests(20), *((f"S{n}", f"Same {n}", "same@example.org", "general") for n in "ab")]
    done = imported(fair, csv_of(rows))
    assert counts(done.plan) == {"new": 21, "conflict": 1}
    assert counts(done.result) == {"created": 21}
    numbers = [row.number for row in result_rows(fair, done)]
    assert numbers == sorted(numbers)
    again = imported(fair, csv_of(rows), NOON + timedelta(hours=1))
    assert counts(again.plan) == {"same": 21, "conflict": 1}
