"""So many days after an event its guests are erased, by one job that can be taken up again."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import boto3
import pytest

from eventsite.core import wiring
from eventsite.core.domain.jobs import JobState
from eventsite.core.errors import Unavailable
from eventsite.core.services import retaining
from eventsite.core.services.jobs import KINDS, Shift, run
from eventsite.core.services.organizing import save_event, set_up
from eventsite.core.services.personal_data import erase
from eventsite.core.services.retaining import due, due_at, job_id
from tests.builders import NOON, a_guest, a_setup, an_event
from tests.conftest import everything
from tests.doing import apply

DAY = timedelta(days=1)
QUEUE = "eventsite-jobs"
DUE = NOON + 30 * DAY


@pytest.fixture
def fair(installation, monkeypatch):
    """The event `demo`, whose data are kept for 29 days after its end on the 22nd."""
    url = boto3.client("sqs").create_queue(QueueName=QUEUE)["QueueUrl"]
    monkeypatch.setenv("EVENTSITE_JOBS_URL", url)
    wiring.forget()
    stores = wiring.stores()
    event = an_event(ends_at=NOON + DAY, retention_days=29)
    set_up(stores.events, a_setup(event))
    return stores


def guests(stores, number):
    people = [a_guest(name=f"Quux {n}", email=f"quux{n}@example.org") for n in range(number)]
    return [
        apply(stores, each.email, NOON - n * timedelta(hours=3), guest=each).registration
        for n, each in enumerate(people)
    ]


def worked(stores, now=DUE, shift=timedelta(minutes=5)):
    """Work on the job of the event as it is now, for one shift."""
    ticking = iter(now + n * timedelta(seconds=20) for n in range(999))
    until = now + shift
    name = job_id(stores.events.get("demo"))
    return run(stores, name, "worker-1", Shift(lambda: next(ticking), until), queue=False)


def erased(stores, registrations):
    found = stores.registrations.of_ids(each.registration_id for each in registrations)
    return [found[each.registration_id].erased_at is not None for each in registrations]


def test_the_time_is_so_many_days_after_the_end():
    assert due_at(an_event(ends_at=NOON, retention_days=30)) == NOON + 30 * DAY
    assert due_at(an_event(retention_days=None)) is None


def test_the_job_is_asked_for_once_when_the_time_has_come(fair, queued):
    assert due(fair, DUE - timedelta(minutes=1)) == 0
    assert due(fair, DUE) == 1
    assert due(fair, DUE + timedelta(minutes=1)) == 0
    assert [json.loads(body) for body in queued(QUEUE)] == [
        {"job_id": job_id(fair.events.get("demo"))}
    ]


def test_another_process_does_not_ask_again(fair, queued):
    due(fair, DUE)
    wiring.stores.cache_clear()
    assert due(wiring.stores(), DUE) == 0
    assert len(queued(QUEUE)) == 1


def test_an_event_that_keeps_its_data_has_no_job(fair):
    event = fair.events.get("demo")
    save_event(fair.events, replace(event, retention_days=None), event)
    assert due(fair, DUE + 999 * DAY) == 0


def test_everybody_of_the_event_is_erased_and_nobody_else(fair):
    set_up(fair.events, a_setup(an_event(event_id="other", number=7)))
    theirs = apply(fair, "x", event_id="other", guest=a_guest(name="Stays Here")).registration
    mine = guests(fair, 3)
    due(fair, DUE)
    job = worked(fair)
    assert (job.state, job.done, job.counts) == (JobState.DONE, 3, {"erased": 3})
    assert erased(fair, [*mine, theirs]) == [True, True, True, False]
    assert "quux" not in json.dumps(everything(), default=sorted).casefold()


def test_who_is_erased_already_is_not_counted(fair):
    mine = guests(fair, 2)
    erase(fair, mine[0].registration_id, NOON, "guest")
    due(fair, DUE)
    assert worked(fair).counts == {"erased": 1}


def test_a_shift_that_ends_is_followed_by_another(fair, monkeypatch):
    monkeypatch.setattr(retaining, "SLICE", 2)
    mine = guests(fair, 5)
    due(fair, DUE)
    first = worked(fair, shift=timedelta(seconds=1))
    assert (first.state, first.done) == (JobState.RUNNING, 2)
    assert sum(erased(fair, mine)) == 2
    job = worked(fair, DUE + timedelta(minutes=1))
    assert (job.state, job.done, job.counts) == (JobState.DONE, 5, {"erased": 5})


def test_a_crash_is_made_up_for(fair, monkeypatch):
    monkeypatch.setattr(retaining, "SLICE", 2)
    mine = guests(fair, 5)
    due(fair, DUE)
    real, calls = fair.personal.erase, []

    def sometimes(before, after):
        calls.append(before)
        if len(calls) == 4:
            raise Unavailable("as if")
        return real(before, after)

    monkeypatch.setattr(fair.personal, "erase", sometimes)
    assert worked(fair).state is JobState.RUNNING
    assert sum(erased(fair, mine)) == 3
    job = worked(fair, DUE + timedelta(minutes=9))
    assert (job.state, all(erased(fair, mine))) == (JobState.DONE, True)


def test_an_organizer_who_thinks_again_stops_it(fair):
    mine = guests(fair, 2)
    due(fair, DUE)
    event = fair.events.get("demo")
    name = job_id(event)
    save_event(fair.events, replace(event, retention_days=60), event)
    run(fair, name, "worker-1", Shift(lambda: DUE, DUE + DAY), queue=False)
    assert erased(fair, mine) == [False, False]
    assert due(fair, NOON + 61 * DAY) == 1


def test_a_job_that_had_ended_before_it_was_told_does_nothing(fair):
    guests(fair, 1)
    due(fair, DUE)
    job = replace(fair.jobs.get(job_id(fair.events.get("demo"))), checkpoint="end")
    assert list(KINDS[job.kind](fair, job, Shift(lambda: DUE, DUE + DAY))) == []
