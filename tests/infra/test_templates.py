"""The templates and Zappa's settings keep the rules of the house."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from eventsite import cognito
from eventsite.core.store import files
from infra import functions, packaging, stacks
from pipeline import hooks_http

HERE = packaging.ROOT / "infra"
# What may name no resource: an action that has none, or that a condition limits instead.
ANY_RESOURCE = {
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "dynamodb:ListStreams",
    "ses:SendEmail",
}
# What is not made here: an organizer rents numbers and pools, each with an id of its own.
FAMILIES = {"sms-voice:SendTextMessage"}
# What is in a bucket has names of its own; these roles see two families of them.
FILES = {"s3:GetObject", "s3:PutObject", "s3:DeleteObject"}
TIME_OUTS = 6


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short tags as their long form."""


def _tag(loader: yaml.Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = str(value).split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _tag)


@functools.cache
def template(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load((HERE / name).read_text("utf-8"), Loader=_Loader)  # noqa: S506
    return loaded


def resources(name: str, kind: str) -> dict[str, dict[str, Any]]:
    every = template(name)["Resources"]
    return {k: r.get("Properties", {}) for k, r in every.items() if r["Type"] == kind}


def statements() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, role in resources("foundation.yaml", "AWS::IAM::Role").items():
        for policy in role["Policies"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                yield name, statement


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def settings() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(packaging.SETTINGS.read_text("utf-8"))
    return loaded


def queue_names(kind: str = "") -> dict[str, dict[str, Any]]:
    return {k: q for k, q in resources("foundation.yaml", "AWS::SQS::Queue").items() if kind in k}


def test_no_role_may_do_everything() -> None:
    for role, statement in statements():
        for action in listed(statement["Action"]):
            assert re.fullmatch(r"[a-z0-9-]+:[A-Za-z]+", action), f"{role}: {action}"


def test_every_permission_names_its_resources() -> None:
    for role, statement in statements():
        actions = set(listed(statement["Action"]))
        for resource in listed(statement["Resource"]):
            text = json.dumps(resource)
            if resource == "*":
                assert actions <= ANY_RESOURCE, f"{role}: {statement['Sid']}"
                assert "ses:SendEmail" not in actions or "Condition" in statement
            elif "FilesBucket" in text:
                assert actions <= FILES or resource == {"Fn::GetAtt": ["FilesBucket", "Arn"]}
                assert "/imports/*" in text or "/exports/*" in text or "*" not in text
            elif "*" in text:
                assert actions <= FAMILIES, f"{role}: {statement['Sid']} {text}"


def test_no_function_may_scan_or_administer_a_table() -> None:
    allowed = {"GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem"}
    allowed |= {"ConditionCheckItem", "BatchWriteItem"}
    allowed |= {"DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"}
    for role, statement in statements():
        for action in listed(statement["Action"]):
            service, _, verb = action.partition(":")
            assert service != "dynamodb" or verb in allowed, f"{role}: {action}"


def test_guests_and_kiosks_reach_only_devices_in_the_office_table() -> None:
    office = {"Fn::GetAtt": ["OfficeTable", "Arn"]}
    reaching = [(r, s) for r, s in statements() if office in listed(s["Resource"])]
    assert {role for role, _ in reaching} == {
        *("RestRole", "OfficeRole", "DeliverWebhooksRole"),
        *("RunJobsRole", "FulfilSchedulesRole"),
    }
    guests = [s for role, s in reaching if role == "RestRole"]
    assert {s["Resource"]["Fn::GetAtt"][0] for s in guests} == {"OfficeTable"}
    assert {tuple(s["Action"]): s["Condition"] for s in guests} == {
        tuple(f"dynamodb:{verb}" for verb in verbs): {
            "ForAllValues:StringLike": {"dynamodb:LeadingKeys": keys}
        }
        for verbs, keys in (
            (("GetItem",), ["DEVICE#*", "ENROL#*"]),
            (("UpdateItem",), ["DEVICE#*", "THROTTLE#*"]),
            (("PutItem",), ["SEEN#*"]),
        )
    }


def test_programs_sign_in_for_check_in_at_the_guests_pool() -> None:
    (server,) = resources("foundation.yaml", "AWS::Cognito::UserPoolResourceServer").values()
    (scope,) = server["Scopes"]
    assert f"{server['Identifier']}/{scope['ScopeName']}" == cognito.SCOPE
    (client,) = resources("foundation.yaml", "AWS::Cognito::UserPoolClient").values()
    assert "AllowedOAuthScopes" not in client, "guests' tokens are not for check-in"


def test_webhooks_reach_only_their_deliveries_and_what_events_are_set_up_with() -> None:
    reached = {
        (statement["Resource"]["Fn::GetAtt"][0], *statement["Action"]): statement["Condition"]
        for role, statement in statements()
        if role == "DeliverWebhooksRole" and "dynamodb" in json.dumps(statement["Action"])
    }
    only = {
        ("EventsTable", "dynamodb:Query", "dynamodb:PutItem"): ["EVENT#*"],
        ("OfficeTable", "dynamodb:GetItem", "dynamodb:PutItem"): ["HOOK#*"],
    }
    assert reached == {
        what: {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": keys}}
        for what, keys in only.items()
    }


def test_jobs_reach_only_jobs_and_imports_in_the_office_table() -> None:
    office = {"Fn::GetAtt": ["OfficeTable", "Arn"]}
    reached = {
        role: (set(statement["Action"]), statement["Condition"]["ForAllValues:StringLike"])
        for role, statement in statements()
        if office in listed(statement["Resource"])
        and role in ("RunJobsRole", "FulfilSchedulesRole")
    }
    assert reached == {
        "RunJobsRole": (
            {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"},
            {"dynamodb:LeadingKeys": ["JOB#*", "JOBS", "IMPORT#*"]},
        ),
        "FulfilSchedulesRole": (
            {"dynamodb:Query", "dynamodb:BatchGetItem", "dynamodb:PutItem"},
            {"dynamodb:LeadingKeys": ["JOB#*", "JOBS"]},
        ),
    }


def test_files_are_private_encrypted_and_forgotten() -> None:
    (bucket,) = resources("foundation.yaml", "AWS::S3::Bucket").values()
    (policy,) = resources("foundation.yaml", "AWS::S3::BucketPolicy").values()
    assert template("foundation.yaml")["Resources"]["FilesBucket"]["DeletionPolicy"] == "Retain"
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert (rule["Status"], rule["ExpirationInDays"]) == ("Enabled", files.KEPT.days)
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Action"]) == ("Deny", ["s3:*"])
    assert statement["Condition"] == {
        "Bool": {"aws:SecureTransport": "false"},
        "NotIpAddress": {"aws:SourceIp": "127.0.0.0/8"},
    }


def test_only_the_office_and_the_jobs_see_files() -> None:
    seeing = {role for role, statement in statements() if "s3:" in json.dumps(statement)}
    assert seeing == {"OfficeRole", "RunJobsRole"}


def test_only_three_functions_may_queue_for_webhooks() -> None:
    queue = {"Fn::GetAtt": ["WebhooksQueue", "Arn"]}
    senders = {
        role
        for role, statement in statements()
        if queue in listed(statement["Resource"]) and "sqs:SendMessage" in statement["Action"]
    }
    assert senders == {"AnnounceChangesRole", "DeliverWebhooksRole", "OfficeRole"}


def test_a_batch_of_the_slowest_webhooks_fits_the_function() -> None:
    batch = resources("wiring.yaml", "AWS::Lambda::EventSourceMapping")["WebhooksSource"]
    slowest = batch["BatchSize"] * hooks_http.TOTAL_SECONDS
    time_out = functions.resolved(settings(), "deliver-webhooks")["timeout_seconds"]
    assert slowest * 1.4 < time_out, "the rest is for the log and the queue"


def test_roles_are_assumed_by_one_service_each() -> None:
    for name, role in resources("foundation.yaml", "AWS::IAM::Role").items():
        (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert list(trust["Principal"]) == ["Service"], name
        if trust["Principal"]["Service"] != "lambda.amazonaws.com":
            assert "aws:SourceAccount" in json.dumps(trust["Condition"]), name


def test_every_working_queue_has_a_dead_letter_queue() -> None:
    working = {k: q for k, q in queue_names().items() if "Dead" not in k}
    assert set(working) == {"IntakeQueue", "OutboxQueue", "WebhooksQueue", "JobsQueue"}
    for name, queue in working.items():
        target = queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        assert target == name.replace("Queue", "DeadQueue")
        assert queue["RedrivePolicy"]["maxReceiveCount"] == 5


def test_dead_letters_stay_for_two_weeks_and_every_queue_is_encrypted() -> None:
    for name, queue in queue_names().items():
        assert queue["SqsManagedSseEnabled"] is True, name
        assert "Dead" not in name or queue["MessageRetentionPeriod"] == 14 * 24 * 3600, name


@pytest.mark.parametrize(
    ("queue", "stage"),
    [
        ("IntakeQueue", "take-registrations"),
        ("OutboxQueue", "send-notifications"),
        ("WebhooksQueue", "deliver-webhooks"),
        ("JobsQueue", "run-jobs"),
    ],
)
def test_a_message_stays_hidden_for_six_time_outs(queue: str, stage: str) -> None:
    time_out = functions.resolved(settings(), stage)["timeout_seconds"]
    assert queue_names()[queue]["VisibilityTimeout"] >= TIME_OUTS * time_out


def test_tables_survive_the_stack_and_can_be_restored() -> None:
    tables = resources("foundation.yaml", "AWS::DynamoDB::Table")
    for name, table in tables.items():
        assert template("foundation.yaml")["Resources"][name]["DeletionPolicy"] == "Retain"
        assert table["DeletionProtectionEnabled"] is True
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert table["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
        assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert tables["EventsTable"]["StreamSpecification"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    assert "StreamSpecification" not in tables["OfficeTable"]


def test_every_stage_has_its_own_role_and_zappa_makes_none() -> None:
    roles = resources("foundation.yaml", "AWS::IAM::Role").values()
    made = {role["RoleName"]["Fn::Sub"] for role in roles}
    for stage in functions.PACKAGE_OF:
        given = functions.resolved(settings(), stage)
        assert given["role_name"] == f"${{Project}}-{stage}"
        assert given["role_name"] in made
        assert given["manage_roles"] is False


@pytest.mark.parametrize("stage", functions.PACKAGE_OF)
def test_zappa_leaves_alone_what_cloudformation_owns(stage: str) -> None:
    given = functions.resolved(settings(), stage)
    for off in ("apigateway_enabled", "keep_warm", "touch", "debug", "use_precompiled_packages"):
        assert given[off] is False, off
    assert given["xray_tracing"] is True
    assert (given["runtime"], given["architecture"]) == (f"python{packaging.RUNTIME}", "arm64")
    assert "events" not in given
    assert "function_url_enabled" not in given
    assert given["lambda_handler"].startswith(("eventsite.", "pipeline."))


def test_every_function_has_a_log_group_and_an_error_alarm() -> None:
    groups = resources("foundation.yaml", "AWS::Logs::LogGroup").values()
    alarms = resources("wiring.yaml", "AWS::CloudWatch::Alarm").values()
    named = {group["LogGroupName"]["Fn::Sub"] for group in groups}
    watched = {
        a["Dimensions"][0]["Value"]["Fn::Sub"] for a in alarms if a["MetricName"] == "Errors"
    }
    assert named == {f"/aws/lambda/${{Project}}-{stage}" for stage in functions.PACKAGE_OF}
    assert watched == {f"${{Project}}-{stage}" for stage in functions.PACKAGE_OF}


def test_every_dead_letter_queue_has_an_alarm() -> None:
    alarms = json.dumps(resources("wiring.yaml", "AWS::CloudWatch::Alarm"))
    for queue in queue_names("Dead").values():
        assert queue["QueueName"]["Fn::Sub"] in alarms


def test_event_sources_report_failures_one_by_one() -> None:
    sources = resources("wiring.yaml", "AWS::Lambda::EventSourceMapping")
    assert len(sources) == 5
    for source in sources.values():
        assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    stream = sources["ChangesSource"]
    assert stream["StartingPosition"] == "TRIM_HORIZON"
    assert {"MaximumRetryAttempts", "MaximumRecordAgeInSeconds", "DestinationConfig"} <= set(stream)


def test_refusals_of_the_gateway_have_our_shape() -> None:
    for name, response in resources("wiring.yaml", "AWS::ApiGateway::GatewayResponse").items():
        body = json.loads(response["ResponseTemplates"]["application/json"])
        assert sorted(body) == ["code", "detail"], name


def test_a_deployment_waits_for_every_method_and_response() -> None:
    every = template("wiring.yaml")["Resources"]
    shown = {"AWS::ApiGateway::Method", "AWS::ApiGateway::GatewayResponse"}
    wanted = {name for name, resource in every.items() if resource["Type"] in shown}
    waited = every["SiteDeploymentStamp"]["DependsOn"] + every["RushDeploymentStamp"]["DependsOn"]
    assert sorted(waited) == sorted(wanted)


def test_a_changed_template_makes_new_deployments() -> None:
    body, digest = stacks.render(HERE / "wiring.yaml", {"Project": "a"})
    assert "DeploymentStamp" not in body
    assert len(set(re.findall(r"(?:Site|Rush)Deployment[0-9a-f]{10}", body))) == 2
    assert stacks.render(HERE / "wiring.yaml", {"Project": "b"})[1] != digest


def test_the_outputs_read_from_the_text_are_the_templates() -> None:
    for name in ("foundation.yaml", "wiring.yaml"):
        assert stacks.output_names(HERE / name) == list(template(name)["Outputs"])


def test_imports_of_the_wiring_are_exports_of_the_foundation() -> None:
    outputs = template("foundation.yaml")["Outputs"].values()
    exported = {o["Export"]["Name"]["Fn::Sub"] for o in outputs if "Export" in o}
    text = (HERE / "wiring.yaml").read_text("utf-8")
    imported = set(re.findall(r'!ImportValue \{"Fn::Sub": "([^"]+)"\}', text))
    assert imported == exported
