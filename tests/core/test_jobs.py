"""A job has one worker at a time, repeats no checkpoint, and ends with its cause."""

from __future__ import annotations

from datetime import timedelta

import pytest

from eventsite.core.domain.jobs import LEASE, TRIES, JobState, Progress
from eventsite.core.errors import (
    AlreadyExists,
    InProgress,
    NotAllowed,
    NotFound,
    StaleWrite,
    Unavailable,
)
from eventsite.core.services import jobs
from eventsite.core.services.jobs import Shift
from tests.builders import NOON

LONG = timedelta(hours=1)


class Clock:
    """A clock that a test winds on; ``step`` passes each time that somebody looks."""

    def __init__(self, now=NOON, step=timedelta()):
        self.now, self.step = now, step

    def __call__(self):
        self.now += self.step
        return self.now


def counting(upto, log=None, at=None):
    """A kind of work: counts from its checkpoint to ``upto``; calls ``at(n)`` before a slice."""

    def work(stores, job, shift):
        for n in range(int(job.checkpoint or 0) + 1, upto + 1):
            if at:
                at(n)
            if log is not None:
                log.append(n)
            yield Progress(checkpoint=str(n), done=1, total=upto, counts={"counted": 1})

    return work


@pytest.fixture
def desk(installation, monkeypatch):
    """Asks for and runs jobs of a kind that tests put in place."""

    class Desk:
        stores = installation
        clock = Clock()

        def does(self, work):
            monkeypatch.setitem(jobs.KINDS, "count", work)

        def ask(self, job_id=""):
            job = jobs.new_job("count", "demo", self.clock.now, asked_by="ada", job_id=job_id)
            return jobs.ask(installation, job)

        def run(self, job, owner="one", span=LONG):
            shift = Shift(self.clock, self.clock.now + span)
            return jobs.run(installation, job.job_id, owner, shift)

        def get(self, job):
            return installation.jobs.get(job.job_id)

    return Desk()


def test_a_job_is_done_slice_by_slice(desk):
    log = []
    desk.does(counting(3, log))
    done = desk.run(desk.ask())
    assert (done.state, done.done, done.total) == (JobState.DONE, 3, 3)
    assert (done.counts, done.percent, log) == ({"counted": 3}, 100, [1, 2, 3])
    assert desk.stores.jobs.lapsed(NOON + LONG) == []


def test_a_job_that_was_asked_for_is_queued(desk, queued):
    job = desk.ask()
    assert queued("eventsite-jobs") == [f'{{"job_id": "{job.job_id}"}}']


def test_when_time_is_over_the_rest_is_queued_for_the_next(desk, queued):
    log = []
    desk.does(counting(3, log))
    job = desk.ask()
    queued("eventsite-jobs")
    let_go = desk.run(job, span=timedelta())
    assert (let_go.state, let_go.done, let_go.owner) == (JobState.RUNNING, 1, "")
    assert len(queued("eventsite-jobs")) == 1
    done = desk.run(job, "two")
    assert (done.state, done.counts, log) == (JobState.DONE, {"counted": 3}, [1, 2, 3])


def test_two_workers_do_not_work_on_one_job(desk):
    seen = []

    def other(n):
        seen.append(desk.run(job, "two"))

    desk.does(counting(1, at=other))
    job = desk.ask()
    assert desk.run(job).state is JobState.DONE
    assert seen == [None]


def test_the_second_to_lease_is_refused_until_the_first_is_silent_for_long(desk):
    job = desk.ask()
    repository = desk.stores.jobs
    repository.lease(job.job_id, "one", NOON)
    with pytest.raises(InProgress):
        repository.lease(job.job_id, "two", NOON + LEASE - timedelta(seconds=1))
    assert repository.lease(job.job_id, "two", NOON + LEASE).owner == "two"


def test_who_lost_the_lease_can_store_nothing(desk):
    job = desk.ask()
    repository = desk.stores.jobs
    first = repository.lease(job.job_id, "one", NOON)
    second = repository.lease(job.job_id, "two", NOON + LEASE)
    late = Progress(checkpoint="late", counts={"counted": 1})
    with pytest.raises(StaleWrite):
        repository.advance(first, late, NOON + LEASE)
    with pytest.raises(StaleWrite):
        repository.end(first, JobState.DONE, NOON + LEASE)
    assert desk.get(job) == second


def test_a_worker_that_was_slow_stops_when_it_hears(desk):
    log = []

    def overtaken(n):
        if n == 2:
            desk.stores.jobs.lease(job.job_id, "two", desk.clock.now + LEASE)

    desk.does(counting(5, log, at=overtaken))
    job = desk.ask()
    assert desk.run(job) is None
    assert log == [1, 2], "the second slice was done, but not stored"
    assert (desk.get(job).owner, desk.get(job).checkpoint) == ("two", "1")


def test_a_crash_is_made_up_for_by_the_sweep(desk, queued):
    class Crash(BaseException):
        pass

    def deadly(n):
        if n == 2 and not log.count(2):
            log.append("crash")
            raise Crash

    log = []
    desk.does(counting(3, log, at=lambda n: deadly(n) if "crash" not in log else None))
    job = desk.ask()
    queued("eventsite-jobs")
    with pytest.raises(Crash):
        desk.run(job)
    assert jobs.revive(desk.stores, NOON) == 0
    assert jobs.revive(desk.stores, NOON + LEASE) == 1
    assert len(queued("eventsite-jobs")) == 1
    desk.clock.now += LEASE
    assert desk.run(job, "two").counts == {"counted": 3}
    assert log == [1, "crash", 2, 3]


def test_a_job_nobody_took_up_is_queued_again_after_a_while(desk, queued):
    desk.ask()
    queued("eventsite-jobs")
    assert jobs.revive(desk.stores, NOON + timedelta(minutes=1)) == 0
    assert jobs.revive(desk.stores, NOON + jobs.SOON) == 1
    assert len(queued("eventsite-jobs")) == 1


def test_a_refusal_ends_the_job_with_its_cause(desk):
    def refuse(n):
        raise NotFound("The file is gone.")

    desk.does(counting(1, at=refuse))
    ended = desk.run(desk.ask())
    assert (ended.state, ended.cause) == (JobState.FAILED, "The file is gone.")


@pytest.mark.parametrize(
    ("error", "cause"),
    [(Unavailable("Try again."), "Try again."), (KeyError("x"), "Internal error: KeyError.")],
)
def test_what_may_pass_is_tried_again_and_then_given_up(desk, error, cause):
    def fail(n):
        raise error

    desk.does(counting(1, at=fail))
    job = desk.ask()
    states = [desk.run(job, f"worker-{n}").state for n in range(TRIES)]
    assert states == [JobState.RUNNING] * (TRIES - 1) + [JobState.FAILED]
    assert desk.get(job).cause == cause
    assert desk.run(job) is None


def test_a_worker_that_always_dies_does_not_die_for_ever(desk):
    class Crash(BaseException):
        pass

    def deadly(n):
        raise Crash

    desk.does(counting(1, at=deadly))
    job = desk.ask()
    for n in range(TRIES):
        with pytest.raises(Crash):
            desk.run(job, f"worker-{n}")
        desk.clock.now += LEASE
    ended = desk.run(job, "last")
    assert (ended.state, ended.cause) == (JobState.FAILED, "Its workers ended without a word.")


def test_progress_gives_new_tries(desk):
    failures = []

    def shaky(n):
        if len(failures) < TRIES * 2 and failures.count(n) < TRIES - 1:
            failures.append(n)
            raise Unavailable

    desk.does(counting(3, at=shaky))
    job = desk.ask()
    while desk.get(job).open:
        desk.run(job)
    assert desk.get(job).state is JobState.DONE


def test_a_job_of_an_unknown_kind_fails(desk):
    job = jobs.ask(desk.stores, jobs.new_job("dance", "demo", NOON, asked_by="ada"))
    assert desk.run(job).state is JobState.FAILED


def test_cancelling_stops_the_worker_at_its_next_checkpoint(desk):
    log = []

    def cancelled(n):
        if n == 2:
            desk.stores.jobs.cancel(job.job_id, NOON)

    desk.does(counting(5, log, at=cancelled))
    job = desk.ask()
    assert desk.run(job) is None
    assert (desk.get(job).state, desk.get(job).done, log) == (JobState.CANCELLED, 1, [1, 2])
    with pytest.raises(NotAllowed):
        desk.stores.jobs.cancel(job.job_id, NOON)


def test_a_job_that_failed_can_go_on_where_it_was(desk, queued):
    broken = [True]

    def fail(n):
        if n == 2 and broken:
            raise NotFound

    desk.does(counting(3, at=fail))
    job = desk.ask()
    queued("eventsite-jobs")
    assert desk.run(job).state is JobState.FAILED
    broken.clear()
    jobs.go_on(desk.stores, job.job_id, NOON)
    assert len(queued("eventsite-jobs")) == 1
    assert desk.run(job).counts == {"counted": 3}
    with pytest.raises(NotAllowed):
        jobs.go_on(desk.stores, job.job_id, NOON)


def test_a_job_with_a_name_is_asked_for_once(desk):
    desk.ask("import.apply")
    with pytest.raises(AlreadyExists):
        desk.ask("import.apply")


def test_jobs_are_listed_by_event_and_by_month(desk):
    first = desk.ask()
    desk.clock.now += timedelta(seconds=1)
    second = desk.ask()
    wanted = [second.job_id, first.job_id]
    assert [job.job_id for job in desk.stores.jobs.of_event("demo", 10)] == wanted
    assert [job.job_id for job in desk.stores.jobs.of_month(NOON, 10)] == wanted
    assert desk.stores.jobs.of_event("other", 10).items == []
