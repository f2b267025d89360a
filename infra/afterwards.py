"""What CloudFormation leaves undone, on AWS or on the embedded engine: checked, then put right.

Every step asks before it writes, so a second run changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    import boto3


class SecretError(RuntimeError):
    """The secret does not hold what the keys derive from."""


def settle(session: boto3.Session, outputs: Mapping[str, str], mail_from: str) -> Iterator[str]:
    """Run every step; yields one line for each thing that had to be changed."""
    yield from _tables(session, [outputs["EventsTable"], outputs["OfficeTable"]])
    yield from _body_validation(session, outputs)
    yield from _mail_identity(session, mail_from)
    _check_secret(session, outputs["SecretsId"])


def _tables(session: boto3.Session, names: list[str]) -> Iterator[str]:
    client = session.client("dynamodb")
    for name in names:
        ttl = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        if ttl.get("TimeToLiveStatus") not in ("ENABLED", "ENABLING"):
            client.update_time_to_live(
                TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"}
            )
            yield f"{name}: time to live switched on"
        backups = client.describe_continuous_backups(TableName=name)
        recovery = backups["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
        if recovery.get("PointInTimeRecoveryStatus") != "ENABLED":
            client.update_continuous_backups(
                TableName=name,
                PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
            )
            yield f"{name}: point-in-time recovery switched on"


def _body_validation(session: boto3.Session, outputs: Mapping[str, str]) -> Iterator[str]:
    """The embedded engine makes no validator from a template, and would queue anything at all."""
    client = session.client("apigateway")
    api, resource = outputs["RushApiId"], outputs["RushResourceId"]
    made = client.get_request_validators(restApiId=api)["items"]
    working = [one["id"] for one in made if one.get("validateRequestBody")]
    method = client.get_method(restApiId=api, resourceId=resource, httpMethod="POST")
    if method.get("requestValidatorId") in working:
        return
    if not working:
        validator = client.create_request_validator(
            restApiId=api, name="body", validateRequestBody=True, validateRequestParameters=False
        )
        working = [validator["id"]]
    client.update_method(
        restApiId=api,
        resourceId=resource,
        httpMethod="POST",
        patchOperations=[{"op": "replace", "path": "/requestValidatorId", "value": working[0]}],
    )
    client.create_deployment(restApiId=api, stageName="live")
    yield "rush API: body validation switched on"


def _mail_identity(session: boto3.Session, mail_from: str) -> Iterator[str]:
    client = session.client("sesv2")
    domain = mail_from.rpartition("@")[2]
    for identity in (mail_from, domain):
        try:
            client.get_email_identity(EmailIdentity=identity)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NotFoundException":
                raise
        else:
            return
    client.create_email_identity(EmailIdentity=mail_from)
    yield f"SES: {mail_from} added; on AWS its owner must follow the link that SES has mailed"


def _check_secret(session: boto3.Session, secret_id: str) -> None:
    client = session.client("secretsmanager")
    held = json.loads(client.get_secret_value(SecretId=secret_id)["SecretString"])
    if len(held.get(held.get("current", ""), "")) < 32:
        raise SecretError(f"{secret_id}: the slot named by `current` holds no key of 32 characters")
