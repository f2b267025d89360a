"""What the embedded AWS keeps when it is stopped or killed, and what works again afterwards."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from eventsite.local.processes import Engine

from .aws import (
    client_of,
    eventually,
    make_function,
    make_queue,
    make_table,
    put,
    queue,
    snapshots,
    times_seen,
    wait_for_a_snapshot,
)
from .conftest import read_json

pytestmark = pytest.mark.engine


def test_kill_9_loses_at_most_the_last_ten_seconds(state: Path) -> None:
    """Items are written without a pause; the interval is the one of a normal start."""
    written: list[tuple[float, str]] = []
    stop = threading.Event()

    def write(running: Engine) -> None:
        table = client_of(running, "dynamodb")
        while not stop.is_set():
            key = f"item-{len(written)}"
            try:
                table.put_item(TableName="items", Item={"pk": {"S": key}})
            except (BotoCoreError, ClientError):
                return
            written.append((time.monotonic(), key))

    running = Engine(state).start()
    make_table(running, "items")
    writer = threading.Thread(target=write, args=(running,))
    writer.start()
    time.sleep(12)
    killed = time.monotonic()
    running.kill()
    stop.set()
    writer.join()
    with Engine(state) as again:
        pages = client_of(again, "dynamodb").get_paginator("scan").paginate(TableName="items")
        kept = {item["pk"]["S"] for page in pages for item in page["Items"]}
    old = {key for at, key in written if at < killed - 10}
    assert old, "the machine was too slow to write anything in time"
    assert old <= kept
    assert kept == {key for _at, key in written[: len(kept)]}, "a hole in what was kept"


def test_a_kill_in_the_middle_of_a_save_leaves_a_whole_older_state(state: Path) -> None:
    """Snapshots follow each other without a pause, so most kills hit one being written."""
    number = 0
    for _round in range(4):
        with Engine(state, interval=0.01) as running:
            table = client_of(running, "dynamodb")
            if not number:
                make_table(running, "pairs")
            until = time.monotonic() + 0.7
            while time.monotonic() < until:
                number += 1
                sides = [{"pk": {"S": f"{number}-{side}"}} for side in ("left", "right")]
                puts = [{"Put": {"TableName": "pairs", "Item": item}} for item in sides]
                table.transact_write_items(TransactItems=puts)
            running.kill()
    with Engine(state) as last:
        pages = client_of(last, "dynamodb").get_paginator("scan").paginate(TableName="pairs")
        kept = {item["pk"]["S"] for page in pages for item in page["Items"]}
    left = {key.partition("-")[0] for key in kept if key.endswith("left")}
    assert len(left) > number / 2
    assert kept == {f"{pair}-{side}" for pair in left for side in ("left", "right")}


def test_a_clean_stop_loses_nothing(state: Path) -> None:
    with Engine(state, interval=60) as running:
        make_table(running, "items")
        put(running, "items", "last")
    with Engine(state) as again:
        found = client_of(again, "dynamodb").get_item(TableName="items", Key={"pk": {"S": "last"}})
    assert "Item" in found


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_after_a_restart_records_and_messages_still_reach_their_function(
    state: Path, end: str
) -> None:
    """On another port too: queues are stored by URL, and stream positions outlive their records."""
    with Engine(state, interval=0.5) as first:
        stream_arn = make_table(first, "source", stream=True)["LatestStreamArn"]
        make_table(first, "seen")
        make_function(first, stream_arn, make_queue(first, "work", 60))
        for number in range(20):
            put(first, "source", f"before-{number}")
        assert eventually(lambda: times_seen(first, "before-19")) == "1"
        wait_for_a_snapshot(state, time.monotonic())
        getattr(first, end)()
    with Engine(state, interval=0.5) as second:
        put(second, "source", "after")
        client_of(second, "sqs").send_message(QueueUrl=queue(second, "work"), MessageBody="job")
        assert eventually(lambda: times_seen(second, "after")) == "1"
        assert eventually(lambda: times_seen(second, "job")) == "1"
        assert {times_seen(second, f"before-{number}") for number in range(20)} == {"1"}


def test_a_restart_keeps_keys_objects_subscriptions_and_messages_in_flight(state: Path) -> None:
    with Engine(state) as first:
        pool = client_of(first, "cognito-idp").create_user_pool(PoolName="guests")["UserPool"]["Id"]
        keys = read_json(f"{first.url}/{pool}/.well-known/jwks.json")
        place = {"LocationConstraint": "eu-west-1"}
        client_of(first, "s3").create_bucket(Bucket="packages", CreateBucketConfiguration=place)
        client_of(first, "s3").put_object(Bucket="packages", Key="a.zip", Body=b"zip")
        api = client_of(first, "apigateway").create_rest_api(name="eventsite")["id"]
        topic = client_of(first, "sns").create_topic(Name="staff")["TopicArn"]
        client_of(first, "sns").subscribe(
            TopicArn=topic, Protocol="email", Endpoint="a@example.org"
        )
        make_queue(first, "slow", 2)
        sqs = client_of(first, "sqs")
        sqs.send_message(QueueUrl=queue(first, "slow"), MessageBody="in flight")
        assert sqs.receive_message(QueueUrl=queue(first, "slow"))["Messages"]
    with Engine(state) as second:
        assert read_json(f"{second.url}/{pool}/.well-known/jwks.json") == keys
        found = client_of(second, "s3").get_object(Bucket="packages", Key="a.zip")
        assert found["Body"].read() == b"zip"
        assert client_of(second, "apigateway").get_rest_api(restApiId=api)["id"] == api
        sns = client_of(second, "sns")
        listed = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        assert [one["Endpoint"] for one in listed] == ["a@example.org"]
        again = client_of(second, "sqs").receive_message(
            QueueUrl=queue(second, "slow"), WaitTimeSeconds=10
        )
        assert [message["Body"] for message in again["Messages"]] == ["in flight"]


def test_a_half_written_snapshot_is_ignored_and_removed(state: Path) -> None:
    with Engine(state) as first:
        make_table(first, "items")
    half = state / "snapshots" / "writing-99-1"
    half.mkdir()
    (half / "dynamodb.json").write_text('{"__ministack_format__": 2, "payl')
    with Engine(state) as second:
        assert client_of(second, "dynamodb").list_tables()["TableNames"] == ["items"]
        assert not half.exists()


def test_nothing_is_saved_again_when_nothing_changes(engine: Engine, state: Path) -> None:
    make_table(engine, "items")
    time.sleep(4)  # several rounds after the last write
    before = snapshots(state)
    client_of(engine, "dynamodb").scan(TableName="items")
    time.sleep(1.5)
    assert snapshots(state) == before
    put(engine, "items", "new")
    assert eventually(lambda: snapshots(state) != before)


def test_two_engines_never_share_a_state(engine: Engine, state: Path) -> None:
    """The second waits for the lock: a killed engine's last snapshot may still hold it."""
    second = Engine(state, log=state / "second.log")
    starting = threading.Thread(target=second.start, daemon=True)
    starting.start()
    make_table(engine, "items")
    starting.join(2)
    assert starting.is_alive()
    engine.stop()
    starting.join(30)
    try:
        assert client_of(second, "dynamodb").list_tables()["TableNames"] == ["items"]
    finally:
        second.stop()
