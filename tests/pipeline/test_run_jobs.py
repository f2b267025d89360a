"""The handler of jobs works until its time is short, and leaves nothing to be lost."""

from __future__ import annotations

import json

import pytest

from eventsite.core.domain.jobs import JobState, Progress
from eventsite.core.errors import NotFound, Unavailable
from eventsite.core.services import jobs
from pipeline.handlers import run_jobs
from tests.builders import NOON


class Context:
    """What Lambda says of an invocation."""

    aws_request_id = "request-1"

    def __init__(self, seconds=300):
        self.seconds = seconds

    def get_remaining_time_in_millis(self):
        return self.seconds * 1000


def message(job_id):
    return {"Records": [{"messageId": "message-1", "body": json.dumps({"job_id": job_id})}]}


@pytest.fixture
def asked(installation, monkeypatch):
    """Asks for a job of three slices; returns it and what its slices call."""
    calls = []

    def work(stores, job, shift):
        for n in range(int(job.checkpoint or 0), 3):
            for call in calls:
                call(n)
            yield Progress(checkpoint=str(n + 1), done=1)

    monkeypatch.setitem(jobs.KINDS, "count", work)
    job = jobs.ask(installation, jobs.new_job("count", "demo", NOON, asked_by="ada"))
    return installation, job, calls


def raising(error):
    def call(n):
        raise error

    return call


NOTHING = {"batchItemFailures": []}


def test_a_job_is_done(asked):
    stores, job, _ = asked
    assert run_jobs.handler(message(job.job_id), Context()) == NOTHING
    assert stores.jobs.get(job.job_id).state is JobState.DONE


def test_when_time_is_short_the_rest_is_queued(asked, queued):
    stores, job, _ = asked
    queued("eventsite-jobs")
    short = run_jobs.SPARE.total_seconds()
    assert run_jobs.handler(message(job.job_id), Context(int(short))) == NOTHING
    assert stores.jobs.get(job.job_id).done == 1
    assert queued("eventsite-jobs") == [json.dumps({"job_id": job.job_id})]


def test_a_job_that_fails_is_parked_with_its_cause(asked, queued):
    stores, job, calls = asked
    calls.append(raising(NotFound("The file is gone.")))
    assert run_jobs.handler(message(job.job_id), Context()) == NOTHING
    assert stores.jobs.get(job.job_id).cause == "The file is gone."
    assert queued("eventsite-dead") == [json.dumps({"job_id": job.job_id})]


def test_what_may_pass_is_neither_given_back_nor_parked(asked, queued):
    stores, job, calls = asked
    calls.append(raising(Unavailable()))
    assert run_jobs.handler(message(job.job_id), Context()) == NOTHING
    assert stores.jobs.get(job.job_id).state is JobState.RUNNING
    assert queued("eventsite-dead") == []


def test_a_message_about_a_job_that_is_done_is_dropped(asked, queued):
    _, job, _ = asked
    for _ in range(2):
        assert run_jobs.handler(message(job.job_id), Context()) == NOTHING
    assert run_jobs.handler(message("nobody"), Context()) == NOTHING
    assert queued("eventsite-dead") == []


@pytest.mark.parametrize("body", ["{}", "[]", '{"job_id": 3}', "x"])
def test_what_names_no_job_is_parked(installation, queued, body):
    event = {"Records": [{"messageId": "message-1", "body": body}]}
    assert run_jobs.handler(event, Context()) == NOTHING
    assert queued("eventsite-dead") == [body]
