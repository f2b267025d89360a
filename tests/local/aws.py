"""What the tests of the embedded AWS do with it, in one line each."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import boto3

from eventsite.local.processes import Engine

CODE = """
import os, boto3
seen = boto3.client("dynamodb")

def handler(event, context):
    for record in event["Records"]:
        image = record.get("dynamodb", {}).get("NewImage")
        key = image["pk"]["S"] if image else record["body"]
        seen.update_item(
            TableName="seen", Key={"pk": {"S": key}}, UpdateExpression="ADD times :one",
            ExpressionAttributeValues={":one": {"N": "1"}})
    return {"python_path": os.environ.get("PYTHONPATH", "")}
"""
TRUST = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}
RIGHTS = {"Effect": "Allow", "Action": ["dynamodb:*", "sqs:*", "logs:*"], "Resource": "*"}


def client_of(engine: Engine, service: str) -> Any:
    return cast("Any", boto3).client(service, endpoint_url=engine.url, **engine.credentials)


def make_table(engine: Engine, name: str, stream: bool = False) -> dict[str, Any]:
    spec = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    made = client_of(engine, "dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        **({"StreamSpecification": spec} if stream else {}),
    )
    found: dict[str, Any] = made["TableDescription"]
    return found


def put(engine: Engine, table: str, key: str) -> None:
    client_of(engine, "dynamodb").put_item(TableName=table, Item={"pk": {"S": key}})


def eventually(read: Callable[[], Any], seconds: float = 20) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := read()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def times_seen(engine: Engine, key: str) -> str:
    found = client_of(engine, "dynamodb").get_item(TableName="seen", Key={"pk": {"S": key}})
    return str(found.get("Item", {}).get("times", {}).get("N", ""))


def snapshots(state: Path) -> list[str]:
    return sorted(p.name for p in (state / "snapshots").iterdir())


def wait_for_a_snapshot(state: Path, after: float) -> None:
    """Until one is complete that was begun after this moment (two later ones are enough)."""
    newest = max((int(n) for n in snapshots(state) if n.isdigit()), default=0)
    assert eventually(lambda: str(newest + 2) in snapshots(state)), after


def make_function(engine: Engine, stream_arn: str, queue_arn: str) -> None:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as file:
        file.writestr("observer.py", CODE)
    iam = client_of(engine, "iam")
    trust = {"Version": "2012-10-17", "Statement": [{**TRUST, "Action": "sts:AssumeRole"}]}
    role = iam.create_role(RoleName="observer", AssumeRolePolicyDocument=json.dumps(trust))
    rights = json.dumps({"Version": "2012-10-17", "Statement": [RIGHTS]})
    iam.put_role_policy(RoleName="observer", PolicyName="all", PolicyDocument=rights)
    functions = client_of(engine, "lambda")
    functions.create_function(
        FunctionName="observer",
        Runtime="python3.13",
        Role=role["Role"]["Arn"],
        Handler="observer.handler",
        Code={"ZipFile": package.getvalue()},
        Timeout=20,
    )
    functions.create_event_source_mapping(
        FunctionName="observer", EventSourceArn=stream_arn, StartingPosition="TRIM_HORIZON"
    )
    functions.create_event_source_mapping(FunctionName="observer", EventSourceArn=queue_arn)


def queue(engine: Engine, name: str) -> str:
    url: str = client_of(engine, "sqs").get_queue_url(QueueName=name)["QueueUrl"]
    return url


def make_queue(engine: Engine, name: str, visibility: int) -> str:
    sqs = client_of(engine, "sqs")
    url = sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": str(visibility)})
    found = sqs.get_queue_attributes(QueueUrl=url["QueueUrl"], AttributeNames=["QueueArn"])
    return str(found["Attributes"]["QueueArn"])
