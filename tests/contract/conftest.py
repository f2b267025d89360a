"""The real local engine, once for all contract tests; or the DynamoDB that a user points at.

Set EVENTSITE_TEST_ENDPOINT (and AWS credentials) to run the same tests against another
DynamoDB-compatible endpoint, or against AWS with an empty endpoint.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from eventsite.core import wiring
from eventsite.core.store.table import Table
from eventsite.core.store.tables import EVENTS_TABLE, OFFICE_TABLE
from eventsite.core.wiring import Stores
from eventsite.local.processes import CREDENTIALS, Engine
from tests.conftest import SECRET, make_bucket, make_tables

THREADS = 50


@pytest.fixture(scope="session")
def dynamodb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A DynamoDB client that fifty threads can share."""
    endpoint = os.environ.get("EVENTSITE_TEST_ENDPOINT")
    if endpoint is not None:
        yield _client(endpoint or None, {})
        return
    state: Path = tmp_path_factory.mktemp("engine")
    with Engine(state) as engine:
        yield _client(engine.url, CREDENTIALS)


def _client(endpoint: str | None, credentials: dict[str, str]) -> Any:
    session = boto3.Session(
        aws_access_key_id=credentials.get("AWS_ACCESS_KEY_ID"),
        aws_secret_access_key=credentials.get("AWS_SECRET_ACCESS_KEY"),
        region_name="eu-west-1",
    )
    return session.client(
        "dynamodb",
        endpoint_url=endpoint,
        config=Config(max_pool_connections=THREADS, read_timeout=30, retries={"mode": "standard"}),
    )


@pytest.fixture
def table(dynamodb: Any) -> Iterator[Table]:
    """A fresh events table on the real engine."""
    yield from _fresh(dynamodb, "events", EVENTS_TABLE)


@pytest.fixture
def office(dynamodb: Any) -> Iterator[Table]:
    """A fresh office table on the real engine."""
    yield from _fresh(dynamodb, "office", OFFICE_TABLE)


def _fresh(client: Any, name: str, definition: dict[str, Any]) -> Iterator[Table]:
    full = f"eventsite-test-{name}-{secrets.token_hex(4)}"
    client.create_table(TableName=full, **definition)
    client.get_waiter("table_exists").wait(TableName=full, WaiterConfig={"Delay": 1})
    yield Table(client, full)
    client.delete_table(TableName=full)


@pytest.fixture
def installation(dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stores]:
    """What the fixture of this name is in moto, on the real engine: same claims, other adapter."""
    for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": dynamodb.meta.endpoint_url}.items():
        monkeypatch.setenv(name, value)
    make_tables(dynamodb)
    sqs = boto3.client("sqs")
    queues = {
        "outbox": "OUTBOX",
        "intake": "INTAKE",
        "webhooks": "WEBHOOKS",
        "jobs": "JOBS",
        "dead": "DEAD_LETTERS",
    }
    for queue, variable in queues.items():
        url = sqs.create_queue(QueueName=f"eventsite-{queue}")["QueueUrl"]
        sqs.purge_queue(QueueUrl=url)
        monkeypatch.setenv(f"EVENTSITE_{variable}_URL", url)
    with contextlib.suppress(boto3.client("s3").exceptions.BucketAlreadyOwnedByYou):
        make_bucket(boto3.client("s3"))
    secretsmanager = boto3.client("secretsmanager")
    with contextlib.suppress(secretsmanager.exceptions.ResourceExistsException):
        secretsmanager.create_secret(Name="eventsite-secrets", SecretString=SECRET)
    wiring.forget()
    yield wiring.stores()
    wiring.forget()
    for table in ("eventsite-events", "eventsite-office"):
        dynamodb.delete_table(TableName=table)
