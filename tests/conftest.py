"""Fixtures every test may use. Values are fixed and readable."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import boto3
import botocore.session
import pytest
from moto import mock_aws

from eventsite.core import wiring
from eventsite.core.store.table import Table
from eventsite.core.store.tables import EVENTS_TABLE, OFFICE_TABLE
from eventsite.core.wiring import Stores

pytest_plugins = ["tests.no_sql"]

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "EVENTSITE_EVENTS_TABLE": "eventsite-events",
    "EVENTSITE_OFFICE_TABLE": "eventsite-office",
    "EVENTSITE_OUTBOX_URL": "https://sqs.eu-west-1.amazonaws.com/123456789012/eventsite-outbox",
    "EVENTSITE_INTAKE_URL": "https://sqs.eu-west-1.amazonaws.com/123456789012/eventsite-intake",
    "EVENTSITE_WEBHOOKS_URL": "https://sqs.eu-west-1.amazonaws.com/123456789012/eventsite-webhooks",
    "EVENTSITE_JOBS_URL": "https://sqs.eu-west-1.amazonaws.com/123456789012/eventsite-jobs",
    "EVENTSITE_FILES_BUCKET": "eventsite-files",
    "EVENTSITE_DEAD_LETTERS_URL": "https://sqs.eu-west-1.amazonaws.com/123456789012/eventsite-dead",
    "EVENTSITE_STAFF_TOPIC_ARN": "arn:aws:sns:eu-west-1:123456789012:eventsite-staff",
    "EVENTSITE_SECRETS_ID": "eventsite-secrets",
    "EVENTSITE_COGNITO_ISSUER": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_test",
    "EVENTSITE_COGNITO_JWKS_URL": "http://127.0.0.1:9/jwks.json",
    "EVENTSITE_COGNITO_CLIENT_ID": "test-client",
    "EVENTSITE_PUBLIC_URL": "http://testserver",
    "EVENTSITE_MAIL_FROM": "events@example.org",
    "EVENTSITE_SMS_FROM": "+15550100000",
    "EVENTSITE_PUSH_APP_ID": "push-app",
    "EVENTSITE_ALLOWED_HOSTS": "testserver,127.0.0.1,localhost",
}

SECRET = json.dumps({"current": "1", "1": "x" * 64})

# Settings are read when Django starts, before any fixture runs: never a real account.
for _name in [name for name in os.environ if name.startswith(("AWS_", "EVENTSITE_"))]:
    if not _name.startswith("EVENTSITE_TEST_"):
        del os.environ[_name]
os.environ.update(ENVIRONMENT)


# Each test has a session of its own, and each session reads megabytes of JSON for its first client.
botocore.session.create_loader = lru_cache(botocore.session.create_loader)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A complete, false environment: no test can reach a real account."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    wiring.forget()
    yield
    wiring.forget()


def aws(service: str) -> Any:
    """Return a client for setting up and looking on, of what the environment names just now.

    Moto has no address; the engine has one, and its own credentials.
    """
    return _client(service, os.environ.get("AWS_ENDPOINT_URL"), os.environ["AWS_ACCESS_KEY_ID"])


@lru_cache(maxsize=32)
def _client(service: str, _endpoint: str | None, _key: str) -> Any:
    """Make a client once a process for each stand-in: making one takes longer than most tests."""
    return boto3.client(service)


@pytest.fixture
def installation() -> Iterator[Stores]:
    """Both tables, the queues, the topic and the secret, in moto. Single-threaded tests only."""
    with mock_aws():
        make_tables(aws("dynamodb"))
        sqs = aws("sqs")
        for queue in ("outbox", "intake", "webhooks", "jobs", "dead"):
            sqs.create_queue(QueueName=f"eventsite-{queue}")
        make_bucket(aws("s3"))
        aws("sns").create_topic(Name="eventsite-staff")
        aws("secretsmanager").create_secret(Name="eventsite-secrets", SecretString=SECRET)
        wiring.forget()
        yield wiring.stores()
        wiring.forget()


def make_tables(client: Any) -> tuple[Table, Table]:
    """Create both tables as production has them and return them: events, office."""
    client.create_table(TableName="eventsite-events", **EVENTS_TABLE)
    client.create_table(TableName="eventsite-office", **OFFICE_TABLE)
    return Table(client, "eventsite-events"), Table(client, "eventsite-office")


def make_bucket(client: Any) -> None:
    client.create_bucket(
        Bucket="eventsite-files",
        CreateBucketConfiguration={"LocationConstraint": "eu-west-1"},
    )


def everything(table_name: str = "eventsite-events") -> list[dict[str, Any]]:
    """Return every item of a table, for claims such as "nothing was written"."""
    found: list[dict[str, Any]] = aws("dynamodb").scan(TableName=table_name)["Items"]
    return sorted(found, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))


@pytest.fixture
def queued() -> Any:
    """Return a function that empties a queue of the installation and returns its bodies."""

    def read(name: str) -> list[str]:
        sqs = aws("sqs")
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        bodies: list[str] = []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                bodies.append(message["Body"])
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return bodies

    return read
